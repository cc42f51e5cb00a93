"""The rules of the house: style, types and floors. What the tools say is the failure message."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = [sys.executable, "-m"]
LINT_IMPORTS = [str(Path(sysconfig.get_path("scripts")) / "lint-imports")]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([*PYTHON, "ruff", "check", "--output-format=concise", "."], id="lint"),
        pytest.param([*PYTHON, "ruff", "format", "--check", "."], id="format"),
        pytest.param([*PYTHON, "mypy"], id="types"),
        pytest.param([*LINT_IMPORTS], id="floors"),
    ],
)
def test_clean(command: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        pytest.fail(result.stdout + result.stderr, pytrace=False)

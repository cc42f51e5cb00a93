"""Prints pip constraints that allow of each requirement in pyproject.toml its lowest version only.

Requirements that give no lower bound are left out, and so are the tools that judge the code: what they say of it
depends on their version, and with old libraries mypy would judge it by old types.
"""  # noqa: INP001

from __future__ import annotations

import re
import tomllib
from pathlib import Path

JUDGES = {"mypy", "ruff"}
REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[[^]]*\])?>=(?P<version>[\w.]+)")

root = Path(__file__).resolve().parent.parent
pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
requirements = [*pyproject["build-system"]["requires"], *pyproject["project"]["dependencies"]]
for extra in pyproject["project"]["optional-dependencies"].values():
    requirements += extra
for requirement in requirements:
    found = REQUIREMENT.fullmatch(requirement)
    if found and found["name"] not in JUDGES:
        print(f"{found['name']}=={found['version']}")

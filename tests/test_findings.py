"""The vocabulary of findings: every kind that is used is in it, and says how bad it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from modeltree.findings import KINDS, Finding, Position, Severity

SOURCE = Path(__file__).parents[1] / "src" / "modeltree"
# Where a kind is given as the first argument of a call, whatever is called.
USED = re.compile(
    r'(?:Finding|report|_say|stop|_stop|_note|note|refuse)\(\s*(?:\w+,\s*)?"([a-z]+(?:-[a-z]+)+|cycle|syntax)"'
)


def test_every_kind_that_is_used_is_in_the_vocabulary() -> None:
    used = {kind for file in SOURCE.rglob("*.py") for kind in USED.findall(file.read_text(encoding="utf-8"))}
    assert len(used) > 20
    assert used <= set(KINDS)


def test_every_kind_is_used() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.py") if file.name != "findings.py")
    unused = {kind for kind in KINDS if f'"{kind}"' not in text and not kind.startswith("missing-")}
    assert not unused


def test_kinds_have_a_severity_and_a_meaning() -> None:
    assert {severity for severity, _ in KINDS.values()} == set(Severity)
    for kind, (severity, meaning) in KINDS.items():
        assert Finding(kind, "x").severity == severity
        assert meaning
        assert not meaning.endswith(".")


@pytest.mark.parametrize(
    ("position", "written"),
    [
        (Position(Path("a.yaml"), 3, 4), "a.yaml:3:4"),
        (Position(Path("a.csv"), 3), "a.csv:3"),
        (Position(Path("a.gguf")), "a.gguf"),
    ],
)
def test_positions_say_as_much_as_is_known(position: Position, written: str) -> None:
    assert str(position) == written
    finding = Finding("cycle", "cycle: a -> a", "cut it", position=position, done="it is cut")
    assert str(finding) == f"{written}: cycle: a -> a; cut it; it is cut"
    assert str(finding.located(None)) == "cycle: a -> a; cut it; it is cut"

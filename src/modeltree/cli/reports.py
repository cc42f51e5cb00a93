"""What `modeltree check` found, for people and for machines: text, JSON, annotations of GitHub, SARIF."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import modeltree
from modeltree._util.text import json_text
from modeltree.findings import KINDS, Finding, Severity

if TYPE_CHECKING:
    from modeltree.lineage import Lineage

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_GITHUB = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


class Checked(NamedTuple):
    """What was found at a path, and the lineage if nothing was refused."""

    name: str
    lineage: Lineage | None
    findings: tuple[Finding, ...]

    def graded(self, grades: Mapping[str, Severity | None]) -> Checked:
        """The same with other severities for some kinds, None for those that are left out; a refusal stays an error."""
        if self.lineage is None:
            return self
        kept = (finding for finding in self.findings if grades.get(finding.kind, finding.severity) is not None)
        return self._replace(findings=tuple(each.graded(grades.get(each.kind) or each.severity) for each in kept))

    def is_bad(self, fatal: set[Severity]) -> bool:
        """Whether something was refused, or a finding has one of some severities."""
        return self.lineage is None or any(finding.severity in fatal for finding in self.findings)


def line(finding: Finding) -> str:
    """A finding as compilers print theirs."""
    where = f"{finding.position}: " if finding.position else ""
    return f"{where}{finding.severity}: {finding.located(None)} [{finding.kind}]"


def described(finding: Finding) -> dict[str, object]:
    """A finding as JSON has it."""
    at = finding.position
    position = {"path": str(at.path), "line": at.line or None, "column": at.column or None} if at else {}
    names = ("kind", "severity", "message", "hint", "done")
    return {name: getattr(finding, name) for name in names} | {"ids": list(finding.ids)} | position


def _text(sources: Sequence[Checked], ok: bool, all_shown: bool) -> str:
    lines = []
    for source in sources:
        lines += [line(finding) for finding in _shown(source, all_shown)]
        lines.append(_summary(source, len(sources) > 1, all_shown))
    return "\n".join(lines)


def _summary(source: Checked, several: bool, all_shown: bool) -> str:
    from modeltree.figures.terminal import findings_summary

    counts = findings_summary(source.findings, all_shown)
    read = "refused: nothing was read" if source.lineage is None else source.lineage._counts
    worst = any(finding.severity != Severity.NOTE for finding in source.findings)
    return f"{source.name if worst or several else 'ok'}: {read}{f'; {counts}' if counts else ''}"


def _json(sources: Sequence[Checked], ok: bool, all_shown: bool) -> str:
    tables = ("models", "derivations", "organizations")
    described_sources = []
    for name, lineage, findings in sources:
        counts = {} if lineage is None else {table: len(getattr(lineage, table)) for table in tables}
        described_sources.append({"path": name, **counts, "findings": [described(finding) for finding in findings]})
    return json_text({"ok": ok, "sources": described_sources})


def _github(sources: Sequence[Checked], ok: bool, all_shown: bool) -> str:
    """Commands that GitHub makes annotations of, and a summary that it prints as it stands."""
    lines = []
    for source in sources:
        for finding in _shown(source, all_shown):
            at = finding.position
            where = {"file": _relative(at.path if at else Path(source.name))}
            if at and at.line:
                where |= {"line": str(at.line)} | ({"col": str(at.column)} if at.column else {})
            properties = ",".join(
                f"{key}={_escaped(value, ':,')}" for key, value in (where | {"title": finding.kind}).items()
            )
            lines.append(f"::{_GITHUB[finding.severity]} {properties}::{_escaped(str(finding.located(None)))}")
        lines.append(_summary(source, len(sources) > 1, all_shown))
    return "\n".join(lines)


def _escaped(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _sarif(sources: Sequence[Checked], ok: bool, all_shown: bool) -> str:
    """SARIF 2.1.0, which code scanning takes: every kind of finding that occurs is a rule."""
    found = [(finding, source) for source in sources for finding in _shown(source, all_shown)]
    kinds = sorted({finding.kind for finding, _ in found})
    rules = [
        {
            "id": kind,
            "shortDescription": {"text": KINDS[kind][1]},
            "defaultConfiguration": {"level": str(KINDS[kind][0])},
        }
        for kind in kinds
    ]
    results = [
        {
            "ruleId": finding.kind,
            "ruleIndex": kinds.index(finding.kind),
            "level": str(finding.severity),
            "message": {"text": str(finding.located(None))},
            "locations": [{"physicalLocation": _location(finding, source)}],
        }
        for finding, source in found
    ]
    driver = {"name": "modeltree", "version": modeltree.__version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json_text({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def _location(finding: Finding, source: Checked) -> dict[str, object]:
    at = finding.position
    path = _relative(at.path if at else Path(source.name))
    uri = Path(path).as_uri() if Path(path).is_absolute() else quote(Path(path).as_posix())
    region = {"startLine": at.line} | ({"startColumn": at.column} if at.column else {}) if at and at.line else {}
    return {"artifactLocation": {"uri": uri}} | ({"region": region} if region else {})


def _relative(path: Path) -> str:
    """A path from the folder of this process, as the files of a repository are named, or from the root."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  # links stay as they are named
    here = Path.cwd()
    return (absolute.relative_to(here) if absolute.is_relative_to(here) else absolute).as_posix()


def _shown(source: Checked, all_shown: bool) -> Iterator[Finding]:
    return (finding for finding in source.findings if all_shown or finding.severity != Severity.NOTE)


REPORTS: Mapping[str, Callable[[Sequence[Checked], bool, bool], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
}
"""The forms of a report: functions of what was checked, whether it is good, and whether notes are shown."""

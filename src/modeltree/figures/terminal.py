"""What a terminal shows: records and answers as plain, aligned text."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree._util.text import counted, printable, table
from modeltree.analysis.licenses import MOST_LISTED, LicenseReport
from modeltree.findings import Finding, Severity
from modeltree.formats.registry import all_formats
from modeltree.graph.families import Family
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, ParameterCount, PartialDate, model_facts


def findings_summary(findings: Sequence[Finding], all_shown: bool = True) -> str:
    """How many findings there are of each severity; nothing where there is none."""
    return severity_summary(Counter(finding.severity for finding in findings), all_shown)


def severity_summary(counts: Mapping[Severity, int], all_shown: bool = True) -> str:
    """The same of counts of all severities."""
    words = [counted(counts[severity], severity) for severity in Severity if counts.get(severity)]
    hidden = " (see --all)" if counts.get(Severity.NOTE) and not all_shown else ""
    return ", ".join(words) + hidden


def format_table() -> str:
    """All formats: what they are called, what they are, whether they are read and written, how their files end."""
    rows = [
        (one.name, one.title, "yes" if one.reads else "", "yes" if one.writes else "", " ".join(one.suffixes))
        for one in all_formats()
    ]
    return table(("format", "what it is", "read", "written", "endings"), rows)


def model_table(lineage: Lineage, nodes: NDArray[numpy.int64]) -> str:
    """A row for each of some models, by their positions, which are in date order."""
    part = lineage._nodes.part(nodes)

    def column(name: str, text: Callable[[Any], str]) -> Iterator[str]:
        values, codes = part.distinct(name)
        return map(list(map(text, values)).__getitem__, codes.tolist())

    numbers, codes = numpy.unique(part.dates, return_inverse=True)
    dates = [str(PartialDate.of_number(number)) if number else "-" for number in numbers.tolist()]
    columns = {
        "id": part.ids,
        "name": part.names(),
        "released": map(dates.__getitem__, codes.tolist()),
        "openness": column("openness", _or_dash),
        "sizes": column("sizes", _sizes),
        "organizations": column("organizations", lambda ids: _joined(lineage.organizations[id].name for id in ids)),
    }
    return table(tuple(columns), zip(*columns.values(), strict=True))


def family_table(lineage: Lineage, families: Iterable[Family]) -> str:
    """A row for each of some families."""
    header = ("family", "root", "models", "depth", "first", "last", "organizations")
    rows = []
    for family in families:
        first, last = family.span or ("-", "-")
        cells = (family.name, _or_dash(family.root), family.size, family.depth, first, last, len(family.organizations))
        rows.append(list(map(str, cells)))
    return table(header, rows)


def descent_table(edges: Iterable[Derivation]) -> str:
    """A row for each derivation."""
    header = ("parent", "relation", "child", "references")
    return table(header, ((edge.parent, edge.relation, edge.child, _joined(edge.references)) for edge in edges))


def kinship_text(
    first: str, second: str, via: str, to_first: Sequence[Derivation], to_second: Sequence[Derivation]
) -> str:
    """How two models are related through a third, which may be one of them, and the paths from it to both."""
    if first == second:
        return f"{first} is one and the same model"
    younger = [name for name in (first, second) if name != via]
    kinship = f"{' and '.join(younger)} {'descends' if via in (first, second) else 'descend'} from {via}"
    return f"{kinship}\n{descent_table([*to_first, *to_second])}"


def model_text(lineage: Lineage, name: str, width: int = 100) -> str:
    """All that is known of one model, by its id, name or an alias; long texts are wrapped after so many columns."""
    model = lineage[name]
    return fields_text(f"{model.name} ({model.id})", list(_fields(lineage, model)), width)


def fields_text(title: str, fields: Sequence[tuple[str, str]], width: int) -> str:
    """A title, and labels with texts in lines that are wrapped after so many columns; a label is not repeated."""
    margin = max(len(label) for label, _ in fields) + 4
    lines = [printable(title)]
    last = ""
    for label, value in fields:
        first = f"  {label if label != last else ''}".ljust(margin)
        lines += textwrap.wrap(
            printable(value), max(width, margin + 20), initial_indent=first, subsequent_indent=" " * margin,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        last = label
    return "\n".join(lines)


def _fields(lineage: Lineage, model: Model) -> Iterator[tuple[str, str]]:
    """Labels and texts, line by line; what is not known is left out."""
    for label, texts in model_facts(model, lineage.organizations):
        yield from ((label, text) for text in texts)
        if label == "kind" and model.released is None:
            yield "released", "-"
    for parent in lineage.parents(model.id):
        yield "derived from", _edge_text(lineage, lineage.derivation(parent, model.id), parent)
    for child in lineage.children(model.id):
        yield "led to", _edge_text(lineage, lineage.derivation(model.id, child), child)
    yield from ((kind, address) for kind, address in model.links if address)
    for reference in model.references:
        yield "reference", reference
    for correction in model.corrections:
        vouched = _bracketed(correction.references)
        printed = f"{correction.source} prints {correction.printed!r} as {correction.field}"
        yield "correction", f"{printed}: {correction.reason}{vouched}"


def _edge_text(lineage: Lineage, edge: Derivation, other: str) -> str:
    note = f": {edge.note}" if edge.note else ""
    return f"{lineage[other].name} ({other}) by {edge.relation}{note}{_bracketed(edge.references)}"


def _bracketed(references: Sequence[str]) -> str:
    return f" [{', '.join(references)}]" if references else ""


def license_table(report: LicenseReport) -> str:
    """A row for each of the first models of which more than a note is found: what it declares, and is under in all."""
    noticed, rows = report._noticed(2), []
    for node in noticed[:MOST_LISTED]:
        record, found = report._record(node), [kind for kind, grades in report._found.items() if grades[node] > 1]
        rows.append((record.id, record.declared or "-", record.effective, record.commercial, ", ".join(found)))
    rest = f"\n… and {len(noticed) - MOST_LISTED:,} more" if len(noticed) > MOST_LISTED else ""
    return table(("model", "declares", "in all", "commercial", "found"), rows, width=100) + rest


def license_text(report: LicenseReport, model: str, width: int = 100) -> str:
    """What one model declares and inherits, with paths and clauses, and what is found about it."""
    record = report[model]
    fields = [
        ("declares", record.declared or "no license"),
        ("in all", f"{record.effective}; commercial use {record.commercial}"),
    ]
    for terms in record.inherited:
        duties = [f"{duty} ({given.clause})" if given.clause else duty for duty, given in terms.duties.items()]
        fields += [
            (f"by {terms.passes}", f"{terms.name}: {' -> '.join(terms.path)}"),
            ("", f"asks for {_joined(duties)}"),
            *([("", terms.link)] if terms.link else []),
        ]
    fields += [(str(finding.severity), f"{finding} [{finding.kind}]") for finding in report.findings_of(model)]
    return fields_text(f"{report.lineage[model].name} ({record.id})", fields, width)


def _sizes(sizes: tuple[ParameterCount, ...]) -> str:
    return _joined(map(str, sizes)) if len(sizes) <= 2 else f"{min(sizes)} to {max(sizes)}"


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "-"


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)

"""What each command does: one library call, and its answer as text or a file.

Only the standard library is imported before it is known what to do.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import modeltree
from modeltree._util.progress import progress_reporter
from modeltree._util.text import counted
from modeltree.cli.arguments import FILTERS, UsageError
from modeltree.findings import LineageError

if TYPE_CHECKING:
    from modeltree.findings import Finding
    from modeltree.formats import Policy, Reading
    from modeltree.formats.registry import Format
    from modeltree.lineage import Lineage
    from modeltree.records import Derivation

T = TypeVar("T")

_MOST_ERRORS = 20

NOTHING_LEFT = "no model meets all conditions"

DONE, FAILED = 0, 1
"""Exit codes of commands."""


def draw(arguments: argparse.Namespace) -> int:
    """Draw a lineage, and save the drawing."""
    options = {name: value for name in arguments.options if (value := getattr(arguments, name)) is not None}
    width_alone = options.get("page", (0, 0))[1] is None
    if width_alone and "font_size" not in options and arguments.command not in ("growth", "family-sizes"):
        raise UsageError("--page with a width alone needs --font-size: give a height, too, or the size of the type")
    options |= {name: None for name in ("cluster", "rank") if options.get(name) == "none"}
    option = {"application": "applications", "dataset": "datasets"}.get(arguments.kind)
    if option in arguments.options:
        options[option] = True
    lineage = _filtered(_lineage(arguments.data), arguments)
    drawing = getattr(modeltree, arguments.command.replace("-", "_"))(lineage, **options)
    drawing.save(arguments.output, dpi=getattr(arguments, "dpi", 200.0))
    _print(f"wrote {arguments.output}")
    return DONE


def tree(arguments: argparse.Namespace) -> int:
    """Print a text tree."""
    lineage = _lineage(arguments.data)
    _print(lineage.tree(arguments.model, relations=arguments.relations, max_depth=arguments.max_depth))
    return DONE


def relatives(arguments: argparse.Namespace) -> int:
    """List ancestors or descendants."""
    lineage = _lineage(arguments.data)
    query = getattr(lineage, arguments.command)
    ids = query(arguments.model, relations=arguments.relations, max_depth=arguments.max_depth)
    _print_models(lineage, ids, arguments.json, f"{lineage[arguments.model].id!r} has no {arguments.command}")
    return DONE


def path(arguments: argparse.Namespace) -> int:
    """Print how two models are related."""
    lineage, relations = _lineage(arguments.data), arguments.relations
    kinship = lineage.kinship(arguments.first, arguments.second, relations)
    paths = [
        (
            via,
            lineage.shortest_path(via, kinship.first, relations),
            lineage.shortest_path(via, kinship.second, relations),
        )
        for via in kinship.through
    ]
    if arguments.json:
        through = [{"id": via, "to_first": _plain(first), "to_second": _plain(second)} for via, first, second in paths]
        _print_json({"first": kinship.first, "second": kinship.second, "through": through})
    elif kinship:
        from modeltree.figures.text import kinship_text

        _print("\n\n".join(kinship_text(kinship.first, kinship.second, *pair) for pair in paths))
    if not kinship:
        return complain("modeltree path", f"{kinship.first!r} and {kinship.second!r} are not related", FAILED)
    return DONE


def common_ancestors(arguments: argparse.Namespace) -> int:
    """List the most recent common ancestors of models."""
    lineage = _lineage(arguments.data)
    models = (arguments.model, *arguments.others)
    ids = lineage.most_recent_common_ancestors(*models, relations=arguments.relations)
    _print_models(lineage, ids, arguments.json)
    if not ids:
        return complain("modeltree mrca", "these models have no common ancestor", FAILED)
    return DONE


def show(arguments: argparse.Namespace) -> int:
    """Print all that is known of models."""
    lineage = _lineage(arguments.data)
    models = [lineage[name] for name in arguments.models]
    if arguments.json:
        _print_json(
            [
                {
                    **model.model_dump(mode="json"),
                    "derived_from": _plain(lineage.derivation(id, model.id) for id in lineage.parents(model.id)),
                    "led_to": _plain(lineage.derivation(model.id, id) for id in lineage.children(model.id)),
                }
                for model in models
            ]
        )
    else:
        from modeltree.figures.description import model_text

        width = shutil.get_terminal_size(fallback=(100, 24)).columns
        _print("\n\n".join(model_text(lineage, model.id, width) for model in models))
    return DONE


def families(arguments: argparse.Namespace) -> int:
    """List families."""
    lineage = _lineage(arguments.data)
    families = lineage.families(arguments.by, arguments.relations)
    shown = families[: sum(size >= arguments.min_size for size in families.sizes)]
    if arguments.json:
        from dataclasses import asdict

        _print_json([{**asdict(family), "span": family.span and list(map(str, family.span))} for family in shown])
        return DONE
    from modeltree.figures.text import family_table

    if not shown and arguments.by != "organization" and len(lineage.derivations):
        print("no models are related by these relations; --relations says which others to go by", file=sys.stderr)
    _print(family_table(lineage, shown))
    if left_out := len(families) - len(shown):
        smaller = f"of fewer than {counted(arguments.min_size, 'model')}"
        _print(f"\n{counted(left_out, 'family', 'families')} {smaller} left out")
    return DONE


def models(arguments: argparse.Namespace) -> int:
    """List models."""
    lineage = _lineage(arguments.data)
    _print_models(lineage, _filtered(lineage, arguments), arguments.json, NOTHING_LEFT)
    return DONE


def check(arguments: argparse.Namespace) -> int:
    """Print what is found in data, and say by the exit code how bad it is."""
    from modeltree.findings import Severity

    sources = [_checked(name, arguments) for name in arguments.paths]
    fatal = {Severity.ERROR, Severity.WARNING} if arguments.strict else {Severity.ERROR}
    bad = any(
        lineage is None or any(finding.severity in fatal for finding in findings) for _, lineage, findings in sources
    )
    if arguments.json:
        _print_json({"ok": not bad, "sources": [_source(*source) for source in sources]})
        return FAILED if bad else DONE
    from modeltree.figures.text import findings_summary

    for name, lineage, findings in sources:
        for finding in findings:
            if arguments.all or finding.severity != Severity.NOTE:
                _print(_line(finding))
        counts = findings_summary(findings, arguments.all)
        read = "refused: nothing was read" if lineage is None else lineage._counts
        worst = any(finding.severity != Severity.NOTE for finding in findings)
        subject = name if worst or len(sources) > 1 else "ok"
        _print(f"{subject}: {read}{f'; {counts}' if counts else ''}")
    return FAILED if bad else DONE


def convert(arguments: argparse.Namespace) -> int:
    """Read one format and write another."""
    output = arguments.output.expanduser()
    to = _format_to_write(output, arguments.to)
    if arguments.spanning and to.name != "newick":
        raise UsageError(f"--spanning is for trees in Newick's notation, not for {to.title}")
    if arguments.timestamp and not to.bill:
        raise UsageError(f"--timestamp is for bills of materials, not for {to.title}")
    options: dict[str, Any] = {"spanning": True} if arguments.spanning else {}
    reading = _read(arguments.path, arguments)
    chosen = _filtered(reading.lineage, arguments)
    if len(reading.lineage) and not len(chosen):
        return complain("modeltree convert", NOTHING_LEFT, FAILED)
    if to.bill and len(arguments.ancestry or ()) == 1:
        subject = reading.lineage[arguments.ancestry[0]].id
        options["subject"] = subject if subject in chosen else None
    if arguments.timestamp:
        options["timestamp"] = datetime.now(UTC)
    return _converted(reading._replace(lineage=chosen), output, to, arguments.strict, **options)


def crawl(arguments: argparse.Namespace) -> int:
    """Read models from the Hub."""
    from modeltree import hub

    output = arguments.output.expanduser()
    to = _format_to_write(output)
    if not (arguments.ids or arguments.author or arguments.family):
        raise UsageError("nothing is asked for: name models, or --author or --family")
    names = ("author", "family", "upwards", "downwards", "limit", "state")
    policy, aliases = _policy_and_aliases(arguments)
    options = {name: getattr(arguments, name) for name in names}
    return _converted(hub.crawl(arguments.ids, **options, policy=policy, aliases=aliases), output, to, strict=False)


def formats(arguments: argparse.Namespace) -> int:
    """List the formats."""
    from modeltree.figures.text import format_table

    _print(format_table())
    return DONE


def corrections(arguments: argparse.Namespace) -> int:
    """Print what published sources got wrong, beside what the records hold."""
    from modeltree.analysis.corrections import corrections as corrected
    from modeltree.analysis.corrections import corrections_markdown

    lineage = _lineage(arguments.data)
    values = _parsed(corrected, lineage, arguments.source)
    if arguments.json:
        from dataclasses import asdict

        text = _json(list(map(asdict, values)))
    elif arguments.markdown:
        text = corrections_markdown(values, f"Corrections: {lineage.about.title or arguments.data}")
    else:
        from modeltree.figures.text import table

        rows = [(value.source, value.name, value.field, value.printed, value.right) for value in values]
        text = table(("source", "model", "field", "printed", "right"), rows) + "\n"
    _deliver(text, arguments.output)
    return DONE


def schema(arguments: argparse.Namespace) -> int:
    """Print the JSON Schema of the data files."""
    from modeltree.formats.catalog.schema import catalog_schema

    _deliver(_json(catalog_schema()), arguments.output)
    return DONE


# In and out


def _lineage(name: str) -> Lineage:
    """The data set of a name, or else what is at a path."""
    from modeltree import datasets

    if name in datasets.names():
        return datasets.load(name)
    from modeltree import formats
    from modeltree.findings import Severity

    with progress_reporter() as progress:
        lineage, findings = formats.read(_existing(name), progress=progress)
    bad = sum(finding.severity != Severity.NOTE for finding in findings)
    if bad:
        print(f"modeltree: {name}: found {bad} errors or warnings; see: modeltree check {name}", file=sys.stderr)
    return lineage


def _existing(name: str) -> Path:
    """The path of a data set, or one where something is."""
    from modeltree import datasets

    if name in datasets.names():
        return datasets.path(name)
    path = Path(name).expanduser()
    if not (name and path.exists()):
        raise UsageError(f"{name!r} is no file or folder, and no data set: those are {', '.join(datasets.names())}")
    return path


def _read(name: str, arguments: argparse.Namespace) -> Reading:
    """What is at a path, read as the arguments say."""
    from modeltree import formats

    path = _existing(name)
    chosen = _parsed(formats.format_named, arguments.format) if arguments.format else formats.format_of(path)
    _parsed(lambda: chosen.reader)
    policy, aliases = _policy_and_aliases(arguments)
    if not chosen.mended and (arguments.policy or arguments.aliases):
        raise UsageError(f"{name} is {chosen.title}, which is taken as it stands: --policy and --aliases do nothing")
    options: dict[str, Any] = {"policy": policy, "aliases": aliases} if chosen.mended else {}
    with progress_reporter() as progress:
        return formats.read(path, chosen.name, progress=progress, **options)


def _policy_and_aliases(arguments: argparse.Namespace) -> tuple[Policy, dict[str, str] | None]:
    """The policy and the alias table that are asked for."""
    from modeltree.formats import Policy
    from modeltree.formats.repair.policy import read_aliases

    return _parsed(Policy.parse, arguments.policy), read_aliases(arguments.aliases) if arguments.aliases else None


def _format_to_write(path: Path, name: str | None = None) -> Format:
    """The format that a file is to be written in."""
    from modeltree import formats

    chosen = _parsed(formats.format_named, name) if name else formats.format_to_write(path)
    _parsed(lambda: chosen.writer)
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {str(path.parent)!r}")
    if path.is_dir() and chosen.name != "model-cards":
        raise UsageError(f"{str(path)!r} is a folder; {chosen.title} is a file")
    return chosen


def _converted(reading: Reading, path: Path, to: Format, strict: bool, **options: Any) -> int:
    """Write what was read, and say what is wrong with it or is left out; where there is nothing, write nothing."""
    from modeltree.figures.text import findings_summary
    from modeltree.findings import Severity

    lineage, findings = reading
    errors = [finding for finding in findings if finding.severity == Severity.ERROR]
    for finding in errors[:_MOST_ERRORS]:
        print(_line(finding), file=sys.stderr)
    if len(errors) > _MOST_ERRORS:
        print(f"… and {len(errors) - _MOST_ERRORS:,} more errors; modeltree check prints them", file=sys.stderr)
    if errors and not len(lineage):
        print("nothing was read, and nothing is written", file=sys.stderr)
        return FAILED
    for finding in to.writer(lineage, path, **options):
        print(_line(finding), file=sys.stderr)
    counts = findings_summary([finding for finding in findings if finding.severity != Severity.NOTE])
    beside = [path.with_name(f"{path.stem}.{part}{path.suffix}") for part in ("edges", "organizations")]
    written = [path, *(other for other in beside if to.large and other.exists())]
    _print(f"wrote {', '.join(map(str, written))}{f'; read with {counts}' if counts else ''}")
    return FAILED if strict and counts else DONE


def _parsed(parse: Callable[..., T], *words: Any) -> T:
    """What some words stand for; a ValueError is wrong usage."""
    try:
        return parse(*words)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _checked(name: str, arguments: argparse.Namespace) -> tuple[str, Lineage | None, tuple[Finding, ...]]:
    """What is found at a path; the lineage, if it is one."""
    try:
        lineage, findings = _read(name, arguments)
    except LineageError as error:
        return name, None, error.problems
    return name, lineage, findings


def _source(name: str, lineage: Lineage | None, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """What is found at a path, for a machine."""
    tables = ("models", "derivations", "organizations")
    counts = {} if lineage is None else {table: len(getattr(lineage, table)) for table in tables}
    return {"path": name, **counts, "findings": [_described(finding) for finding in findings]}


def _line(finding: Finding) -> str:
    """A finding as compilers print theirs."""
    where = f"{finding.position}: " if finding.position else ""
    return f"{where}{finding.severity}: {finding.located(None)} [{finding.kind}]"


def _filtered(lineage: Lineage, arguments: argparse.Namespace) -> Lineage:
    """The part of a lineage that the filters keep, but for those that a drawing takes as options of its own."""
    if arguments.clade:
        lineage = lineage.subgraph({id for model in arguments.clade for id in lineage.clade(model)})
    if arguments.ancestry:
        ids = {lineage[model].id for model in arguments.ancestry}
        lineage = lineage.subgraph(ids.union(*map(lineage.ancestors, ids)))
    own = getattr(arguments, "options", ())
    conditions = {
        name: value for name in FILTERS if name not in own and (value := getattr(arguments, name)) is not None
    }
    return lineage.select(**conditions) if conditions else lineage


def _deliver(document: str, output: Path | None) -> None:
    if output is None:
        _print(document.rstrip("\n"), encoding="utf-8")
        return
    from modeltree._util.files import write_whole

    write_whole(output, document.rstrip("\n") + "\n")
    _print(f"wrote {output}")


def _print_models(lineage: Lineage, ids: Iterable[str], as_json: bool, nothing: str = "") -> None:
    chosen = tuple(ids)
    if as_json:
        wanted = set(chosen)
        _print_json([row for row in lineage.to_records() if row["id"] in wanted])
    elif chosen:
        from modeltree.figures.text import model_table

        _print(model_table(lineage, chosen))
    elif nothing:
        print(nothing, file=sys.stderr)


def _plain(edges: Iterable[Derivation]) -> list[dict[str, Any]]:
    return [edge.model_dump(mode="json") for edge in edges]


def _described(finding: Finding) -> dict[str, Any]:
    at = finding.position
    place = {"path": str(at.path), "line": at.line or None, "column": at.column or None} if at else {}
    names = ("kind", "severity", "message", "hint", "done")
    return {name: getattr(finding, name) for name in names} | {"ids": list(finding.ids)} | place


def _print_json(answer: Any) -> None:
    _print(_json(answer), encoding="utf-8")


def _json(answer: Any) -> str:
    import json

    return json.dumps(answer, ensure_ascii=False, indent=2)


def _print(text: str, encoding: str | None = None) -> None:
    """Print to a terminal or pipe of any encoding; what a machine will read has an encoding of its own."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
    print(text)


def complain(command: str, message: str, code: int) -> int:
    """Say what is wrong, and return the exit code."""
    first, *lines = message.splitlines() or [""]
    if len(lines) > _MOST_ERRORS:
        lines[_MOST_ERRORS:] = [f"… and {len(lines) - _MOST_ERRORS:,} more"]
    print("\n".join([f"{command}: error: {first}", *lines]), file=sys.stderr)
    return code

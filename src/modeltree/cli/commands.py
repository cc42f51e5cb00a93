"""What each command does: one library call, and its answer as text or a file."""

from __future__ import annotations

import argparse
import errno
import io
import shutil
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import modeltree
from modeltree._util.files import expanded, is_stream
from modeltree._util.progress import progress_reporter
from modeltree._util.text import counted, json_text
from modeltree.cli.options import DONE, FAILED, FILTERS, MISUSED, SUFFIXES
from modeltree.cli.reports import REPORTS, Checked, line
from modeltree.findings import (
    AmbiguousNameError,
    FindingsWarning,
    LineageError,
    ModelTreeError,
    UnknownFormatError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from modeltree.analysis import Report
    from modeltree.figures.drawing import Drawing
    from modeltree.findings import Finding, Severity
    from modeltree.formats import Policy, Reading
    from modeltree.formats.detection import Source
    from modeltree.formats.registry import Format
    from modeltree.lineage import Lineage
    from modeltree.records import Derivation

T = TypeVar("T")

_MOST_ERRORS = 20
_TEMPLATES = {".csv": "template.csv", ".yaml": "template.yaml", ".yml": "template.yaml"}

NOTHING_LEFT = "no model meets all conditions"


class UsageError(ModelTreeError):
    """Arguments that are wrong in a way that argparse cannot see."""


def run(arguments: argparse.Namespace) -> int:
    """Run the command that is named, say in one line what is wrong, and return the exit code."""
    try:
        return COMMANDS[arguments.command](arguments)
    except (UsageError, UnknownNameError, AmbiguousNameError, UnknownFormatError) as error:
        return complain(f"modeltree {arguments.command}", str(error), MISUSED)
    except ModelTreeError as error:
        return complain(f"modeltree {arguments.command}", str(error), FAILED)


def draw(arguments: argparse.Namespace) -> int:
    """Draw a lineage, and save the drawing."""
    options = {name: value for name in arguments.options if (value := getattr(arguments, name)) is not None}
    width_alone = options.get("page", (0, 0))[1] is None
    if width_alone and "font_size" not in options and arguments.command not in ("evolution", "growth", "family-sizes"):
        size = ", or the size of the type by --font-size" if "font_size" in arguments.options else ""
        raise UsageError(f"--page has a width alone: give a height, too{size}")
    if "palette" in options:
        options["palette"] = dict(options["palette"])
    options |= {name: None for name in ("cluster", "rank") if options.get(name) == "none"}
    option = {"application": "applications", "dataset": "datasets"}.get(arguments.kind)
    if option in arguments.options:
        options[option] = True
    lineage = _filtered(_lineage(arguments), arguments)
    try:
        drawing = getattr(modeltree, arguments.command.replace("-", "_"))(lineage, **options)
    except ModelTreeError:
        raise
    except ValueError as error:  # a palette of groups that are not there
        raise UsageError(str(error)) from None
    return _save(drawing, arguments)


def draw_other(arguments: argparse.Namespace) -> int:
    """Draw a lineage by a function of another package, and save what it returns."""
    from importlib.metadata import entry_points

    known = entry_points(group="modeltree.drawings")
    if arguments.drawing not in known.names:
        installed = ", ".join(sorted(known.names)) or "none"
        raise UsageError(f"no package that is installed draws {arguments.drawing!r}; drawings of others: {installed}")
    lineage = _filtered(_lineage(arguments), arguments)
    return _save(known[arguments.drawing].load()(lineage), arguments)


def _save(drawing: Drawing, arguments: argparse.Namespace) -> int:
    """Save a drawing, and print what was found."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FindingsWarning)  # they are printed
        drawing.save(arguments.output, dpi=getattr(arguments, "dpi", 200.0))
    for finding in drawing.findings:
        print(line(finding), file=sys.stderr)
    _say_written(f"wrote {arguments.output}", arguments.output)
    if getattr(arguments, "open", False):
        import webbrowser

        webbrowser.open(Path(arguments.output).resolve().as_uri())
    return DONE


def tree(arguments: argparse.Namespace) -> int:
    """Print a text tree."""
    lineage = _lineage(arguments)
    _print(lineage.tree(arguments.model, relations=arguments.relations, max_depth=arguments.max_depth))
    return DONE


def relatives(arguments: argparse.Namespace) -> int:
    """List ancestors or descendants."""
    lineage = _lineage(arguments)
    query = getattr(lineage._index(arguments.relations), arguments.command)
    nodes = query(lineage._index_of(arguments.model), arguments.max_depth)
    _print_models(lineage, nodes, arguments.json, f"{lineage[arguments.model].id!r} has no {arguments.command}")
    return DONE


def path(arguments: argparse.Namespace) -> int:
    """Print how two models are related."""
    lineage, relations = _lineage(arguments), arguments.relations
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
        from modeltree.figures.terminal import kinship_text

        _print("\n\n".join(kinship_text(kinship.first, kinship.second, *pair) for pair in paths))
    if not kinship:
        return complain("modeltree path", f"{kinship.first!r} and {kinship.second!r} are not related", FAILED)
    return DONE


def common_ancestors(arguments: argparse.Namespace) -> int:
    """List the most recent common ancestors of models."""
    lineage = _lineage(arguments)
    models = (arguments.model, *arguments.others)
    ids = lineage.most_recent_common_ancestors(*models, relations=arguments.relations)
    _print_models(lineage, lineage.positions(ids), arguments.json)
    if not ids:
        return complain("modeltree mrca", "these models have no common ancestor", FAILED)
    return DONE


def show(arguments: argparse.Namespace) -> int:
    """Print all that is known of models."""
    lineage = _lineage(arguments)
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
        from modeltree.figures.terminal import model_text

        width = shutil.get_terminal_size(fallback=(100, 24)).columns
        _print("\n\n".join(model_text(lineage, model.id, width) for model in models))
    return DONE


def families(arguments: argparse.Namespace) -> int:
    """List families."""
    lineage = _lineage(arguments)
    families = lineage.families(arguments.by, arguments.relations)
    shown = families[: sum(size >= arguments.min_size for size in families.sizes)]
    if arguments.json:
        from dataclasses import asdict

        _print_json([{**asdict(family), "span": family.span and list(map(str, family.span))} for family in shown])
        return DONE
    from modeltree.figures.terminal import family_table

    if not shown and arguments.by != "organization" and len(lineage.derivations):
        print("no models are related by these relations; --relations says which others to go by", file=sys.stderr)
    _print(family_table(lineage, shown))
    if left_out := len(families) - len(shown):
        smaller = f"of fewer than {counted(arguments.min_size, 'model')}"
        _print(f"\n{counted(left_out, 'family', 'families')} {smaller} left out")
    return DONE


def models(arguments: argparse.Namespace) -> int:
    """List models."""
    lineage = _filtered(_lineage(arguments), arguments)
    _print_models(lineage, range(len(lineage)), arguments.json, NOTHING_LEFT)
    return DONE


def check(arguments: argparse.Namespace) -> int:
    """Print what is found in data, and say by the exit code how bad it is."""
    from modeltree.findings import Severity

    grades = _grades(arguments)
    sources = [source.graded(grades) for source in _checked(arguments)]
    fatal = {Severity.ERROR, Severity.WARNING} if arguments.strict else {Severity.ERROR}
    bad = any(source.is_bad(fatal) for source in sources)
    report = REPORTS[arguments.format](sources, not bad, arguments.all)
    _print(report, encoding=None if arguments.format == "text" else "utf-8")
    return FAILED if bad else DONE


def _grades(arguments: argparse.Namespace) -> dict[str, Severity | None]:
    """The severities that are asked for, by kind; None for kinds that are left out."""
    from modeltree.findings import Severity

    grades: dict[str, Severity | None] = {}
    for name, severity in (("error", Severity.ERROR), ("warn", Severity.WARNING), ("ignore", None)):
        for kind in getattr(arguments, name):
            if grades.setdefault(kind, severity) != severity:
                raise UsageError(f"--{name} {kind}: the kind has another severity already")
    return grades


def convert(arguments: argparse.Namespace) -> int:
    """Read one format and write another."""
    output = expanded(arguments.output)
    to = _format_to_write(output, arguments.to)
    if arguments.spanning and to.name != "newick":
        raise UsageError(f"--spanning is for trees in Newick's notation, not for {to.title}")
    if arguments.timestamp and not to.bill:
        raise UsageError(f"--timestamp is for bills of materials, not for {to.title}")
    options: dict[str, object] = {"spanning": True} if arguments.spanning else {}
    reading = _read(arguments.paths, arguments)
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

    output = expanded(arguments.output)
    to = _format_to_write(output)
    if not (arguments.ids or arguments.author or arguments.family):
        raise UsageError("nothing is asked for: name models, or --author or --family")
    names = ("author", "family", "upwards", "downwards", "limit", "state")
    policy, aliases = _policy_and_aliases(arguments)
    options = {name: getattr(arguments, name) for name in names}
    return _converted(hub.crawl(arguments.ids, **options, policy=policy, aliases=aliases), output, to, strict=False)


def formats(arguments: argparse.Namespace) -> int:
    """List the formats."""
    from modeltree.figures.terminal import format_table

    _print(format_table())
    return DONE


def corrections(arguments: argparse.Namespace) -> int:
    """Print what published sources got wrong, beside what the records hold."""
    from modeltree.analysis.corrections import corrections as corrected
    from modeltree.analysis.corrections import corrections_markdown

    lineage = _lineage(arguments)
    values = _parsed(corrected, lineage, arguments.source)
    if arguments.json:
        from dataclasses import asdict

        text = json_text(list(map(asdict, values)))
    elif arguments.markdown:
        text = corrections_markdown(values, f"Corrections: {lineage.about.title or ', '.join(_names(arguments))}")
    else:
        from modeltree._util.text import table

        rows = [(value.source, value.name, value.field, value.printed, value.right) for value in values]
        text = table(("source", "model", "field", "printed", "right"), rows) + "\n"
    _deliver(text, arguments.output)
    return DONE


def licenses(arguments: argparse.Namespace) -> int:
    """Print what models inherit by the licenses of their ancestors; with --strict, fail where that is contradicted."""
    from modeltree.figures.terminal import license_table, license_text, severity_summary
    from modeltree.findings import Severity

    report = modeltree.licenses(_lineage(arguments))
    models = [report.lineage[name].id for name in arguments.models]
    found = Counter(each.severity for id in models for each in report.findings_of(id))
    counts = found if models else report._severities
    shown = counts.total() > counts[Severity.NOTE]
    if arguments.json:
        with progress_reporter() as progress:
            text = json_text(report.to_dict(models or None, progress=progress))
    elif arguments.markdown:
        text = report.to_markdown()
    elif models:
        text = "\n\n".join(license_text(report, id) for id in models)
    else:
        text = "\n\n".join(filter(None, (license_table(report) if shown else "", severity_summary(counts) or "ok")))
    _deliver(text, arguments.output)
    return FAILED if arguments.strict and shown else DONE


def impact(arguments: argparse.Namespace) -> int:
    """Print what descends from some models, or how much rests on parents that are not there."""
    if bool(arguments.models) == arguments.missing:
        raise UsageError("name models, or ask for --missing parents: one of the two")
    lineage, findings = _reading(arguments, _names(arguments))
    if arguments.missing:
        from modeltree.analysis.impact import missing_parents

        _report(missing_parents(lineage, findings, relations=arguments.relations), "Missing parents", arguments)
    else:
        found = modeltree.impact(lineage, *arguments.models, relations=arguments.relations)
        _report(found, f"Impact of {', '.join(found.origins)}", arguments)
    return DONE


def diff(arguments: argparse.Namespace) -> int:
    """Print what changed from one lineage to another, and say by the exit code whether anything did."""
    paths, since, until = arguments.paths, arguments.since, arguments.until
    if len(paths) == 2 and not (since or until):
        old, new = (_reading(arguments, [name]).lineage for name in paths)
        title = f"From {paths[0]} to {paths[1]}"
    elif since and not paths:
        whole = _lineage(arguments)
        old, new = whole.as_of(since), whole.as_of(until) if until else whole
        title = f"From {since} to {until or 'now'}"
    else:
        raise UsageError("name two lineages, or say --from which date of --data")
    difference = modeltree.diff(old, new)
    _report(difference, title, arguments)
    return FAILED if difference else DONE


def union(arguments: argparse.Namespace) -> int:
    """Join several lineages, and write the result."""
    from modeltree.analysis import FindingsReport

    output = expanded(arguments.output)
    to = _format_to_write(output)
    policy, aliases = _policy_and_aliases(arguments)
    arguments.aliases = None  # they are between what is read
    lineages = [_reading(arguments, [name]).lineage for name in arguments.paths]
    lineage, findings = modeltree.union(*lineages, policy=policy, names=arguments.paths, aliases=aliases)
    with progress_reporter() as progress:
        losses = to.write(lineage, output, progress=progress)
    report = FindingsReport(f"{lineage._counts} in {output}", (*findings, *losses))
    _print(_form(report, f"Union of {', '.join(arguments.paths)}", arguments), encoding="utf-8")
    return DONE


def schema(arguments: argparse.Namespace) -> int:
    """Print the JSON Schema of the data files."""
    from modeltree.formats.catalog import catalog_schema

    _deliver(json_text(catalog_schema()), arguments.output)
    return DONE


def template(arguments: argparse.Namespace) -> int:
    """Write files to start from; one that is there is left alone, and then nothing is written."""
    from modeltree._util.files import write_whole

    paths = list(map(Path, arguments.files))
    for path in paths:
        if path.suffix.lower() not in _TEMPLATES:
            raise UsageError(f"{str(path)!r} does not end with {', '.join(_TEMPLATES)}")
        if path.exists():
            raise FileExistsError(errno.EEXIST, "it is there, and would be replaced", str(path))
    for path in paths:
        write_whole(path, Path(__file__).with_name(_TEMPLATES[path.suffix.lower()]).read_text(encoding="utf-8"))
        _print(f"wrote {path}")
    return DONE


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    **dict.fromkeys(SUFFIXES, draw),
    "draw": draw_other,
    "tree": tree,
    "ancestors": relatives,
    "descendants": relatives,
    "path": path,
    "mrca": common_ancestors,
    "show": show,
    "families": families,
    "corrections": corrections,
    "licenses": licenses,
    "list": models,
    "impact": impact,
    "diff": diff,
    "check": check,
    "crawl": crawl,
    "convert": convert,
    "union": union,
    "formats": formats,
    "schema": schema,
    "template": template,
}


# In and out


def _lineage(arguments: argparse.Namespace) -> Lineage:
    """The lineage that a question is about."""
    return _reading(arguments, _names(arguments)).lineage


def _reading(arguments: argparse.Namespace, names: Sequence[str]) -> Reading:
    """The data set of a name, or else what is at some paths, as one."""
    from modeltree import datasets, formats
    from modeltree.findings import Severity

    if len(names) == 1 and names[0] in datasets.names() and not arguments.columns and arguments.prefix is None:
        return formats.Reading(datasets.load(names[0]), ())
    paths = [_existing(name) for name in names]
    with progress_reporter() as progress:
        options = {"columns": _columns(arguments), "prefix": arguments.prefix, "progress": progress}
        reading = _read_by_columns(formats.read, *paths, **options)
    bad = sum(finding.severity != Severity.NOTE for finding in reading.findings)
    if bad:
        words = " ".join(names)
        print(f"modeltree: {words}: found {bad} errors or warnings; see: modeltree check {words}", file=sys.stderr)
    return reading


def _names(arguments: argparse.Namespace) -> list[str]:
    """The names and paths of the data that are asked for."""
    return arguments.data or ["survey"]


def _columns(arguments: argparse.Namespace) -> dict[str, str] | None:
    """The fields of columns by the names of these."""
    return {name: field for columns in arguments.columns for name, field in columns.items()} or None


def _read_by_columns(read: Callable[..., T], *words: object, **options: object) -> T:
    """What is read; columns that there are not are wrong usage."""
    try:
        return read(*words, **options)
    except ValueError as error:
        if (options.get("columns") or options.get("prefix")) and not isinstance(error, ModelTreeError):
            raise UsageError(str(error)) from None
        raise


def _existing(name: str) -> Path:
    """The path of a data set, or one where something is."""
    from modeltree import datasets

    if name in datasets.names():
        return datasets.path(name)
    path = expanded(name)
    if not (name and path.exists()):
        raise UsageError(f"{name!r} is no file or folder, and no data set: those are {', '.join(datasets.names())}")
    return path


def _read(names: Sequence[str], arguments: argparse.Namespace) -> Reading:
    """What is at some paths, read as one and as the arguments say."""
    outcomes, whole = _read_each(names, arguments)
    refused = [outcome for _, outcome in outcomes if isinstance(outcome, LineageError)]
    if refused:
        raise refused[0]
    assert whole is not None
    return whole


def _read_each(
    names: Sequence[str], arguments: argparse.Namespace
) -> tuple[list[tuple[Source, Reading | LineageError]], Reading | None]:
    """What is at each of some paths, and all as one, read as the arguments say."""
    from modeltree import formats

    paths = [_existing(name) for name in names]
    columns = _columns(arguments)
    sources = _parsed(lambda: list(formats.sources_at(paths, arguments.source, columns=columns)))
    policy, aliases = _policy_and_aliases(arguments)
    for source in sources:
        _parsed(lambda source=source: source.format.reader)
        words = [word for word in arguments.policy if word.partition("=")[0] != "missing-parent"]
        if len(sources) == 1 and not source.format.mended and (aliases or words):
            nothing = "--policy and --aliases do nothing, but for missing-parent"
            raise UsageError(f"{source.path} is {source.format.title}, which is taken as it stands: {nothing}")
    if arguments.prefix is not None and not any(source.format.by_path for source in sources):
        raise UsageError(f"--prefix is for ids that are made of paths, and {names[0]} is {sources[0].format.title}")
    if not arguments.policy and not any(source.format.mended for source in sources):
        policy = replace(policy, missing_parent="refuse")
    if arguments.command == "check":
        policy = replace(policy, missing_base=True)
    options = {"format": arguments.source, "columns": columns, "prefix": arguments.prefix}
    with progress_reporter() as progress:
        options |= {"policy": policy, "aliases": aliases, "progress": progress}
        return _read_by_columns(formats.read_each, paths, **options)


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


def _converted(reading: Reading, path: Path, to: Format, strict: bool, **options: object) -> int:
    """Write what was read, and say what is wrong with it or is left out; where there is nothing, write nothing."""
    from modeltree.figures.terminal import findings_summary
    from modeltree.findings import Severity

    lineage, findings = reading
    errors = [finding for finding in findings if finding.severity == Severity.ERROR]
    for finding in errors[:_MOST_ERRORS]:
        print(line(finding), file=sys.stderr)
    if len(errors) > _MOST_ERRORS:
        print(f"… and {len(errors) - _MOST_ERRORS:,} more errors; modeltree check prints them", file=sys.stderr)
    if errors and not len(lineage):
        print("nothing was read, and nothing is written", file=sys.stderr)
        return FAILED
    with progress_reporter() as progress:
        losses = to.write(lineage, path, progress=progress, **options)
    for finding in losses:
        print(line(finding), file=sys.stderr)
    counts = findings_summary([finding for finding in findings if finding.severity != Severity.NOTE])
    beside = [path.with_name(f"{path.stem}.{part}{path.suffix}") for part in ("edges", "organizations")]
    written = [path, *(other for other in beside if to.large and not is_stream(path) and other.exists())]
    _say_written(f"wrote {', '.join(map(str, written))}{f'; read with {counts}' if counts else ''}", path)
    return FAILED if strict and counts else DONE


def _parsed(parse: Callable[..., T], *words: object, **options: object) -> T:
    """What some words stand for; a ValueError is wrong usage."""
    try:
        return parse(*words, **options)
    except ModelTreeError:
        raise
    except ValueError as error:
        raise UsageError(str(error)) from None


def _checked(arguments: argparse.Namespace) -> list[Checked]:
    """What is found in each source; where there are several, as parts of one."""
    outcomes, whole = _read_each(arguments.paths, arguments)
    names = arguments.paths if len(outcomes) == 1 == len(arguments.paths) else [source.name for source, _ in outcomes]
    found: list[list[Finding]] = [[] for _ in outcomes]
    if whole and arguments.licenses:  # what is missing, they say better
        chained = modeltree.licenses(whole.lineage).findings
        whole = whole._replace(
            findings=(*(each for each in whole.findings if each.kind != "license-missing"), *chained)
        )
    for finding in whole.findings if whole else ():
        path = finding.position.path if finding.position else None
        holders = [
            index
            for index, (source, outcome) in enumerate(outcomes)
            if (source.holds(path) if path else finding.ids and finding.ids[0] in getattr(outcome, "lineage", ()))
        ]
        found[holders[0] if holders else -1].append(finding)
    return [
        Checked(name, None, outcome.problems)
        if isinstance(outcome, LineageError)
        else Checked(name, outcome.lineage, tuple(findings))
        for name, (_, outcome), findings in zip(names, outcomes, found, strict=True)
    ]


def _filtered(lineage: Lineage, arguments: argparse.Namespace) -> Lineage:
    """The part of a lineage that the filters keep, but for those that a drawing takes as options of its own."""
    if arguments.clade:
        lineage = lineage.clade(*arguments.clade)
    if arguments.ancestry:
        lineage = lineage.ancestry(*arguments.ancestry)
    own = getattr(arguments, "options", ())
    conditions = {
        name: value for name in FILTERS if name not in own and (value := getattr(arguments, name)) is not None
    }
    return lineage.select(**conditions) if conditions else lineage


def _report(report: Report, title: str, arguments: argparse.Namespace) -> None:
    """Print an answer in the form that is asked for, or write it to a file."""
    _deliver(_form(report, title, arguments), arguments.output)


def _form(report: Report, title: str, arguments: argparse.Namespace) -> str:
    if arguments.json:
        return json_text(report.to_dict())
    return report.to_markdown(title) if arguments.markdown else str(report)


def _deliver(document: str, output: Path | None) -> None:
    if output is None:
        _print(document.rstrip("\n"), encoding="utf-8")
        return
    from modeltree._util.files import write_whole

    write_whole(output, document.rstrip("\n") + "\n")
    _say_written(f"wrote {output}", output)


def _say_written(message: str, path: Path) -> None:
    """Say what was written where, but not in the midst of it."""
    if is_stream(path):
        print(message, file=sys.stderr)
    else:
        _print(message)


def _print_models(lineage: Lineage, nodes: Sequence[int] | NDArray[Any], as_json: bool, nothing: str = "") -> None:
    """Print some models, by their positions."""
    import numpy

    chosen = numpy.asarray(nodes, dtype=numpy.int64)
    if as_json:
        _print_json(list(lineage._rows_of(chosen)))
    elif len(chosen):
        from modeltree.figures.terminal import model_table

        _print(model_table(lineage, chosen))
    elif nothing:
        print(nothing, file=sys.stderr)


def _plain(edges: Iterable[Derivation]) -> list[dict[str, object]]:
    return [edge.model_dump(mode="json") for edge in edges]


def _print_json(answer: object) -> None:
    _print(json_text(answer), encoding="utf-8")


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

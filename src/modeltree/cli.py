"""The command line: arguments in, one library call, text or a file out.

Only the standard library is imported before it is known what to do.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Never

from modeltree import __version__
from modeltree.arguments import (
    UsageError,
    add_filters,
    add_ink_options,
    add_layout_options,
    count,
    figure_file,
    figure_options,
    layout_options,
    new_file,
    relations,
)
from modeltree.errors import AmbiguousNameError, LineageError, ModelTreeError, UnknownFormatError, UnknownNameError

if TYPE_CHECKING:
    from modeltree.errors import Problem
    from modeltree.lineage import Lineage
    from modeltree.records import Derivation

__all__ = ["main"]

DONE, FAILED, MISUSED, INTERRUPTED, PIPE_BROKEN = 0, 1, 2, 130, 141
"""Exit codes; the last two are what a shell reports of a program that ends by SIGINT or SIGPIPE."""

RECIPES = ("evolution",)

EPILOG = """\
exit code:
  0  done
  1  the data are wrong or cannot be drawn as asked, a file cannot be read or written, or models are not related
  2  wrong usage: an option, a model or a file that there is not
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments; by default those of the process.

    Returns
    -------
    int
        The exit code: 0 when done, 1 for wrong data, 2 for wrong usage.
    """
    command = "modeltree"
    try:
        try:
            arguments = _parser().parse_args(argv)
            command = f"modeltree {arguments.command}"
            code: int = arguments.run(arguments)
        except SystemExit as end:  # argparse has printed help, the version or what is wrong
            code = int(end.code or DONE)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return PIPE_BROKEN
    except (UsageError, UnknownNameError, AmbiguousNameError, UnknownFormatError) as error:
        return _complain(command, str(error), MISUSED)
    except ModelTreeError as error:
        return _complain(command, str(error), FAILED)
    except OSError as error:
        _drop_output()
        where = f"{error.filename}: " if error.filename else ""
        return _complain(command, f"{where}{error.strerror or error}", FAILED)
    return code


# Arguments


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> Never:
        self.exit(MISUSED, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    formatter = partial(argparse.RawDescriptionHelpFormatter, max_help_position=32)
    shared: dict[str, Any] = {"formatter_class": formatter, "allow_abbrev": False}
    parser = _Parser(prog="modeltree", description="The genealogy of AI models.", epilog=EPILOG, **shared)
    parser.add_argument("-V", "--version", action="version", version=f"modeltree {__version__}")
    commands: Any = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name: str, run: Any, what: str, *options: argparse.ArgumentParser) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(
            name, help=what, description=f"{what[0].upper()}{what[1:]}.", parents=options, **shared
        )
        added.set_defaults(run=run)
        return added

    shipped = "survey, survey-table1 or survey-figure2"
    data = _option(
        "--data", default="survey", metavar="NAME|PATH", help=f"{shipped}, or a file or folder (default: survey)"
    )
    by_relations = _relations_option("all")
    depth = _option("--max-depth", type=count, metavar="N", help="go at most N steps")
    output = _option("-o", "--output", type=new_file, metavar="FILE", help="write it to a file")
    machine = _option("--json", action="store_true", help="print JSON")

    figure = command("figure", _figure, "draw a figure", data)
    figure.add_argument("recipe", choices=RECIPES, help="what to draw")
    figure.add_argument("-o", "--output", type=figure_file, metavar="FILE", help="default: RECIPE.svg; or .pdf, .png")
    add_layout_options(figure)
    add_ink_options(figure)
    layout = command("layout", _layout, "print where everything is in a figure, as JSON in points", data, output)
    layout.add_argument("recipe", choices=RECIPES, help="what to lay out")
    add_layout_options(layout)

    for name, what in (
        ("ancestors", "list the models that a model descends from"),
        ("descendants", "list the models that descend from a model"),
    ):
        command(name, _relatives, what, data, by_relations, depth, machine).add_argument("model", metavar="MODEL")
    path = command("path", _path, "print how one model descends from another", data, by_relations, machine)
    path.description = "Print how two models are related: the descent of one from the other or of both from others."
    path.add_argument("first", metavar="ANCESTOR")
    path.add_argument("second", metavar="MODEL")
    mrca = command("mrca", _mrca, "list the most recent common ancestors of models", data, by_relations, machine)
    mrca.add_argument("model", metavar="MODEL")
    mrca.add_argument("others", metavar="MODEL", nargs="+")
    show = command("show", _show, "print all that is known of models", data, machine)
    show.add_argument("models", metavar="MODEL", nargs="+")

    families = command(
        "families", _families, "list the families of models", data, _relations_option("weights"), machine
    )
    families.add_argument("--by", choices=("base", "component", "organization"), default="base", help="default: base")
    families.add_argument(
        "--min-size", type=count, default=2, metavar="N", help="leave out families of fewer models (default: 2)"
    )
    add_filters(command("list", _list, "list models", data, by_relations, machine))

    check = command("check", _check, "find all that is wrong with a file or folder of data", machine)
    check.add_argument("path", metavar="PATH")
    command("schema", _schema, "print the JSON Schema of the data files", output)
    return parser


def _option(*names: str, **settings: Any) -> argparse.ArgumentParser:
    """One option, for all commands that have it."""
    option = argparse.ArgumentParser(add_help=False)
    option.add_argument(*names, **settings)
    return option


def _relations_option(default: str) -> argparse.ArgumentParser:
    return _option(
        "--relations",
        type=relations,
        default=None if default == "all" else default,
        metavar="WORDS",
        help=f"the derivations to go by: weights, ideas, or relations such as finetune,merge (default: {default})",
    )


# Commands


def _figure(arguments: argparse.Namespace) -> int:
    options = figure_options(arguments)
    lineage = _lineage(arguments.data)
    from modeltree import figures

    output = arguments.output or Path(f"{arguments.recipe}.svg")
    figure = getattr(figures, f"{arguments.recipe}_figure")(lineage, **options)
    figures.save_figure(figure, output, dpi=arguments.dpi)
    _print(f"wrote {output}")
    return DONE


def _layout(arguments: argparse.Namespace) -> int:
    options = layout_options(arguments)
    lineage = _lineage(arguments.data)
    from modeltree import figures

    layout = getattr(figures, f"{arguments.recipe}_layout")(lineage, **options)
    _deliver(layout.to_json(), arguments.output)
    return DONE


def _relatives(arguments: argparse.Namespace) -> int:
    lineage = _lineage(arguments.data)
    find = getattr(lineage, arguments.command)
    found = find(arguments.model, relations=arguments.relations, max_depth=arguments.max_depth)
    _print_models(lineage, found, arguments.json, f"{lineage[arguments.model].id!r} has no {arguments.command}")
    return DONE


def _path(arguments: argparse.Namespace) -> int:
    lineage, relations = _lineage(arguments.data), arguments.relations
    kinship = lineage.kinship(arguments.first, arguments.second, relations)
    ways = [
        (
            via,
            lineage.shortest_path(via, kinship.first, relations),
            lineage.shortest_path(via, kinship.second, relations),
        )
        for via in kinship.through
    ]
    if arguments.json:
        through = [{"id": via, "to_first": _plain(first), "to_second": _plain(second)} for via, first, second in ways]
        _print_json({"first": kinship.first, "second": kinship.second, "through": through})
    elif kinship:
        from modeltree.text import kinship_text

        _print("\n\n".join(kinship_text(kinship.first, kinship.second, *way) for way in ways))
    if not kinship:
        return _complain("modeltree path", f"{kinship.first!r} and {kinship.second!r} are not related", FAILED)
    return DONE


def _mrca(arguments: argparse.Namespace) -> int:
    lineage = _lineage(arguments.data)
    models = (arguments.model, *arguments.others)
    found = lineage.most_recent_common_ancestors(*models, relations=arguments.relations)
    _print_models(lineage, found, arguments.json)
    if not found:
        return _complain("modeltree mrca", "these models have no common ancestor", FAILED)
    return DONE


def _show(arguments: argparse.Namespace) -> int:
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
        from modeltree.text import model_card

        width = shutil.get_terminal_size(fallback=(100, 24)).columns
        _print("\n\n".join(model_card(lineage, model.id, width) for model in models))
    return DONE


def _families(arguments: argparse.Namespace) -> int:
    lineage = _lineage(arguments.data)
    families = lineage.families(arguments.by, arguments.relations)
    shown = [family for family in families if family.size >= arguments.min_size]
    if arguments.json:
        from dataclasses import asdict

        _print_json([{**asdict(family), "span": family.span and list(map(str, family.span))} for family in shown])
        return DONE
    from modeltree.text import counted, family_table

    _print(family_table(lineage, shown))
    if left_out := len(families) - len(shown):
        smaller = f"of fewer than {counted(arguments.min_size, 'model')}"
        _print(f"\n{counted(left_out, 'family', 'families')} {smaller} left out")
    return DONE


def _list(arguments: argparse.Namespace) -> int:
    conditions = ("organization", "openness", "domain", "kind", "since", "until", "relations")
    lineage = _lineage(arguments.data)
    chosen = lineage.select(**{name: getattr(arguments, name) for name in conditions})
    _print_models(lineage, chosen, arguments.json, "no model meets all conditions")
    return DONE


def _check(arguments: argparse.Namespace) -> int:
    try:
        lineage = _lineage(arguments.path)
    except LineageError as error:
        if arguments.json:
            _print_json({"ok": False, "problems": [_described(problem) for problem in error.problems]})
        else:
            _print("\n".join(map(str, error.problems)))
        return FAILED
    if arguments.json:
        counts = {name: len(getattr(lineage, name)) for name in ("models", "derivations", "organizations")}
        _print_json({"ok": True, **counts, "problems": []})
    else:
        from modeltree.text import summary

        _print(f"ok: {summary(lineage)}")
    return DONE


def _schema(arguments: argparse.Namespace) -> int:
    from modeltree.formats.schema import catalog_schema

    _deliver(_json(catalog_schema()), arguments.output)
    return DONE


# In and out


def _lineage(name: str) -> Lineage:
    """The data set of a name, or else what is at a path."""
    from modeltree import datasets

    if name in datasets.names():
        return datasets.load(name)
    if not (name and Path(name).exists()):
        raise UsageError(f"{name!r} is no file or folder, and no data set: those are {', '.join(datasets.names())}")
    from modeltree import formats

    return formats.load(name)


def _deliver(document: str, output: Path | None) -> None:
    if output is None:
        _print(document.rstrip("\n"), encoding="utf-8")
        return
    from modeltree.files import write_whole

    write_whole(output, document.rstrip("\n") + "\n")
    _print(f"wrote {output}")


def _print_models(lineage: Lineage, ids: Iterable[str], as_json: bool, nothing: str = "") -> None:
    chosen = tuple(ids)
    if as_json:
        wanted = set(chosen)
        _print_json([row for row in lineage.to_records() if row["id"] in wanted])
    elif chosen:
        from modeltree.text import model_table

        _print(model_table(lineage, chosen))
    elif nothing:
        print(nothing, file=sys.stderr)


def _plain(steps: Iterable[Derivation]) -> list[dict[str, Any]]:
    return [step.model_dump(mode="json") for step in steps]


def _described(problem: Problem) -> dict[str, Any]:
    at = problem.position
    place = {"path": str(at.path), "line": at.line, "column": at.column} if at else {}
    fields = {"kind": problem.kind, "message": problem.message, "hint": problem.hint, "ids": list(problem.ids)}
    return fields | place


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


def _complain(command: str, message: str, code: int) -> int:
    print(f"{command}: error: {message}", file=sys.stderr)
    return code


def _drop_output() -> None:
    """Throw away what a broken standard output cannot take, or Python would complain of it at its end."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)

"""What each command does: one library call, and its answer as text or a file.

Only the standard library is imported before it is known what to do.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modeltree.arguments import UsageError, figure_options, layout_options
from modeltree.errors import LineageError

if TYPE_CHECKING:
    from modeltree.errors import Problem
    from modeltree.lineage import Lineage
    from modeltree.records import Derivation

DONE, FAILED = 0, 1
"""Exit codes of commands."""


def figure(arguments: argparse.Namespace) -> int:
    """Draw a figure."""
    options = figure_options(arguments)
    lineage = _part(arguments)
    from modeltree import figures

    output = arguments.output or Path(f"{arguments.recipe}.svg")
    drawn = getattr(figures, f"{_name(arguments.recipe)}_figure")(lineage, **options)
    figures.save_figure(drawn, output, dpi=arguments.dpi)
    _print(f"wrote {output}")
    return DONE


def layout(arguments: argparse.Namespace) -> int:
    """Print where everything is in a figure."""
    options = layout_options(arguments)
    lineage = _part(arguments)
    from modeltree import figures

    placed = getattr(figures, f"{_name(arguments.recipe)}_layout")(lineage, **options)
    _deliver(placed.to_json(), arguments.output)
    return DONE


def page(arguments: argparse.Namespace) -> int:
    """Write a page to look around in."""
    lineage = _part(arguments)
    given = {name: getattr(arguments, name) for name in ("title", "color_by", "icon_dir")}
    from modeltree import pages

    output = arguments.output or Path("modeltree.html")
    pages.save_page(lineage, output, **{name: value for name, value in given.items() if value is not None})
    _print(f"wrote {output}")
    return DONE


def diagram(arguments: argparse.Namespace) -> int:
    """Draw a diagram with Graphviz."""
    lineage = _part(arguments)
    names = ("title", "cluster", "rank", "relations", "color_by", "direction", "theme")
    options = {name: getattr(arguments, name) for name in names if getattr(arguments, name) is not None}
    options |= {name: None for name in ("cluster", "rank") if options.get(name) == "none"}
    from modeltree import diagrams
    from modeltree.theme import THEMES

    if "theme" in options:
        options["theme"] = THEMES[options["theme"]]
    output = arguments.output or Path("diagram.svg")
    diagrams.save_diagram(diagrams.to_dot(lineage, **options), output)
    _print(f"wrote {output}")
    return DONE


def tree(arguments: argparse.Namespace) -> int:
    """Print a text tree."""
    lineage = _lineage(arguments.data)
    _print(lineage.tree(arguments.model, relations=arguments.relations, max_depth=arguments.max_depth))
    return DONE


def relatives(arguments: argparse.Namespace) -> int:
    """List ancestors or descendants."""
    lineage = _lineage(arguments.data)
    find = getattr(lineage, arguments.command)
    found = find(arguments.model, relations=arguments.relations, max_depth=arguments.max_depth)
    _print_models(lineage, found, arguments.json, f"{lineage[arguments.model].id!r} has no {arguments.command}")
    return DONE


def path(arguments: argparse.Namespace) -> int:
    """Print how two models are related."""
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
        return complain("modeltree path", f"{kinship.first!r} and {kinship.second!r} are not related", FAILED)
    return DONE


def common_ancestors(arguments: argparse.Namespace) -> int:
    """List the most recent common ancestors of models."""
    lineage = _lineage(arguments.data)
    models = (arguments.model, *arguments.others)
    found = lineage.most_recent_common_ancestors(*models, relations=arguments.relations)
    _print_models(lineage, found, arguments.json)
    if not found:
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
        from modeltree.text import model_card

        width = shutil.get_terminal_size(fallback=(100, 24)).columns
        _print("\n\n".join(model_card(lineage, model.id, width) for model in models))
    return DONE


def families(arguments: argparse.Namespace) -> int:
    """List families."""
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


def models(arguments: argparse.Namespace) -> int:
    """List models."""
    conditions = ("organization", "openness", "domain", "kind", "since", "until", "relations")
    lineage = _lineage(arguments.data)
    chosen = lineage.select(**{name: getattr(arguments, name) for name in conditions})
    _print_models(lineage, chosen, arguments.json, "no model meets all conditions")
    return DONE


def check(arguments: argparse.Namespace) -> int:
    """Print what is wrong with data."""
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


def schema(arguments: argparse.Namespace) -> int:
    """Print the JSON Schema of the data files."""
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


def _part(arguments: argparse.Namespace) -> Lineage:
    """The data that are to be drawn: all, or a model with all that descends from it."""
    lineage = _lineage(arguments.data)
    return lineage if arguments.clade is None else lineage.clade(arguments.clade)


def _name(recipe: str) -> str:
    """What the library calls a recipe."""
    return recipe.replace("-", "_")


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


def complain(command: str, message: str, code: int) -> int:
    """Say what is wrong, and return the exit code."""
    print(f"{command}: error: {message}", file=sys.stderr)
    return code

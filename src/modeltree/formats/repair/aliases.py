"""The alias table: for names as sources have them, the name or id of the model that is meant."""

from __future__ import annotations

import os
from pathlib import Path

from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.parsing.yamltree import read_yaml
from modeltree.formats.repair.wording import described

__all__ = ["read_aliases"]


def read_aliases(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read an alias table: a YAML file with ``name: the name or id that is meant`` lines.

    Raises
    ------
    SourceError
        When it is none; the error has everything that is wrong with it.
    OSError
        When it cannot be read.
    """
    tree = read_yaml(Path(path))
    problems = list(tree.problems)
    if tree.whole and tree.data is not None and not isinstance(tree.data, dict):
        problems.append(_wrong(f"{described(tree.data)} is no alias table", tree.position()))
    aliases = tree.data if isinstance(tree.data, dict) else {}
    for name, target in aliases.items():
        if not isinstance(target, str):
            message = f"{described(target)} is no name that {shown(name)} could stand for"
            problems.append(_wrong(message, tree.position((name,))))
    if problems:
        raise SourceError(problems)
    return aliases


def _wrong(message: str, position: Position) -> Finding:
    return Finding("wrong-type", message, "write 'name: the name that is meant' lines", position=position)

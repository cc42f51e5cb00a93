"""What reading does about data that are no lineage as they stand: an action for each kind of finding, and aliases."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_type_hints

from modeltree._util.arguments import checked
from modeltree._util.files import refuse_pipe
from modeltree.findings import Finding, Position, SourceError, nearest, shown
from modeltree.formats.repair.record_findings import described


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is done about each kind of finding; all is reported, whatever is done.

    ``"refuse"`` makes reading fail, with every finding that is refused. The defaults keep as much as can be kept.

    Parameters
    ----------
    missing_parent : {"placeholder", "drop", "refuse"}
        A parent that is not listed: a model with nothing but its name, or no derivation.
    local_path_parent : {"drop", "placeholder", "refuse"}
        A parent that is a folder of somebody's computer: ``/root/model`` is another model for everyone.
    self_loop : {"drop", "refuse"}
        A model that is derived from itself.
    cycle : {"break", "refuse"}
        Models that descend from themselves: the derivation goes whose parent is newest against its child; where no
        date contradicts, the last in the source.
    duplicate_id : {"first", "last", "refuse"}
        Which of several records with one id stays.
    same_name : {"keep", "first", "refuse"}
        Records of one name that differ, in a source that has names only: all, each with its own id, or the first.
    ambiguous_parent : {"first", "drop", "refuse"}
        A parent that may be any of several records.
    conflicting_relation : {"first", "last", "refuse"}
        Which relation stays where a pair of models has several.
    ambiguous_alias : {"drop", "refuse"}
        An alias that also names another record.
    unknown_relation : {"keep", "drop", "refuse"}
        A word that is no relation: ``unspecified`` with the word in the note, or no derivation.
    parent_newer : {"keep", "drop", "refuse"}
        A parent that is released after its child.
    ambiguous_date : {"drop", "day-first", "month-first", "refuse"}
        A date such as 3/4/2024, which may be the third of April or the fourth of March.
    bad_value : {"drop", "refuse"}
        A value that does not have the form of its field, a date that is none among them.
    missing_base : bool
        Whether a model that names no base, and is the base of none, is reported: most collections have some.

    Examples
    --------
    >>> Policy.parse(["cycle=refuse"]).cycle
    'refuse'
    """

    missing_parent: Literal["placeholder", "drop", "refuse"] = "placeholder"
    local_path_parent: Literal["drop", "placeholder", "refuse"] = "drop"
    self_loop: Literal["drop", "refuse"] = "drop"
    cycle: Literal["break", "refuse"] = "break"
    duplicate_id: Literal["first", "last", "refuse"] = "first"
    same_name: Literal["keep", "first", "refuse"] = "keep"
    ambiguous_parent: Literal["first", "drop", "refuse"] = "first"
    conflicting_relation: Literal["first", "last", "refuse"] = "first"
    ambiguous_alias: Literal["drop", "refuse"] = "drop"
    unknown_relation: Literal["keep", "drop", "refuse"] = "keep"
    parent_newer: Literal["keep", "drop", "refuse"] = "keep"
    ambiguous_date: Literal["drop", "day-first", "month-first", "refuse"] = "drop"
    bad_value: Literal["drop", "refuse"] = "drop"
    missing_base: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.missing_base, bool):
            raise TypeError(f"missing_base is {shown(self.missing_base)}; it is True or False")
        for kind, actions in self.choices().items():
            chosen = getattr(self, kind.replace("-", "_"))
            if chosen not in actions:
                raise ValueError(f"{shown(chosen)} is no action for {kind}; there are {', '.join(actions)}")

    @classmethod
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """The actions that there are for each kind of finding, the default first.

        Returns
        -------
        dict of str to tuple of str
            The actions by kind, as ``"self-loop"``.

        Examples
        --------
        >>> Policy.choices()["self-loop"]
        ('drop', 'refuse')
        """
        hints = get_type_hints(cls)
        actions = ((field.name.replace("_", "-"), get_args(hints[field.name])) for field in fields(cls))
        return {kind: words for kind, words in actions if words}

    @classmethod
    @checked
    def parse(cls, words: Iterable[str]) -> Self:
        """Read ``KIND=ACTION`` words; a kind that is not among them has its default.

        Parameters
        ----------
        words : iterable of str
            As ``"cycle=refuse"``; the kinds are the parameters of the class, with hyphens.

        Returns
        -------
        Policy
            The policy.

        Raises
        ------
        ValueError
            When a word has another form, or names what there is not; the message lists what there is.

        Examples
        --------
        >>> Policy.parse(["cycle=refuse"]).cycle
        'refuse'
        """
        chosen: dict[str, Any] = {}
        for word in words:
            if not isinstance(word, str):
                raise TypeError(f"{shown(word)} is no policy: write KIND=ACTION, as cycle=refuse")
            kind, equals, action = word.partition("=")
            choices = cls.choices()
            if not equals:
                raise ValueError(f"{shown(word)} is no policy: write KIND=ACTION, as cycle=refuse")
            if kind not in choices:
                close = nearest(kind, choices, 1) or tuple(choices)
                raise ValueError(f"{shown(kind)} has no policy; there is {', '.join(close)}")
            chosen[kind.replace("-", "_")] = action
        return cls(**chosen)

    @classmethod
    def strict(cls) -> Self:
        """The policy that refuses everything that can be refused.

        Returns
        -------
        Policy
            The policy.

        Examples
        --------
        >>> Policy.strict().self_loop
        'refuse'
        """
        chosen: Any = {kind.replace("-", "_"): "refuse" for kind in cls.choices()}
        return cls(**chosen)


def read_aliases(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read an alias table: a YAML file with ``name: the name or id that is meant`` lines; else a SourceError."""
    from modeltree.formats.parsing.yamltree import read_yaml

    refuse_pipe(Path(path))
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

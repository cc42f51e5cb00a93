"""What the small files that lie beside weights have in common: each says something of one model, and of its parents.

A reader of such a format makes `Said` of one file. From there on all are alike: files of one folder are of one model,
and what several of them say is told once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.folders import files_below, model_id
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import described
from modeltree.records import Relation

__all__ = ["Parent", "Said", "brief", "read_files", "repository_at", "tell"]

_HUB = re.compile(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(?!(?:datasets|spaces|docs|blog|papers|collections|models)/)"
    r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:[/?#]\S*)?",
    re.ASCII | re.IGNORECASE,
)
_LONGEST = 200


@dataclass(slots=True)
class Parent:
    """A parent that a file names."""

    name: str
    """As the file has it."""
    word: Relation | None
    where: Position
    note: str | None = None
    references: tuple[str, ...] = ()
    finding: Finding | None = None
    """What is worth knowing of this parent alone; told once, however many files name it."""


@dataclass(slots=True)
class Said:
    """What one file says of the model that it belongs to.

    Parameters
    ----------
    path : Path
        The file.
    """

    path: Path
    fields: dict[str, Any] = field(default_factory=dict)
    """Fields of `modeltree.Model`."""
    parents: list[Parent] = field(default_factory=list)
    models: dict[str, Said] = field(default_factory=dict)
    """Further models that stand within the file, by their names in it."""
    findings: list[Finding] = field(default_factory=list)
    count: int | None = None
    """How many parameters the weights in it have."""
    readable: bool = True
    """Whether it is a file of the format, be it a faulty one."""
    of_model: bool = True
    """Whether it says anything of the model that it belongs to, and not only of `models`."""

    def report(self, kind: str, message: str, hint: str | None = None, **more: Any) -> None:
        """Add a finding, of the file as a whole unless a position is given."""
        self.findings.append(Finding(kind, message, hint, **{"position": Position(self.path)} | more))

    def refuse(self, kind: str, message: str, hint: str | None = None, **more: Any) -> Said:
        """Add the finding that this is no file of the format."""
        self.report(kind, message, hint, **more)
        self.readable = False
        return self

    def text(self, value: Any, key: str, where: Position | None = None) -> str | None:
        """A value as a text, or None; what is neither a text nor nothing is reported."""
        if isinstance(value, str):
            return value.strip() or None
        if value is not None:
            message = f"{key}: {described(value)} is no text"
            self.report("wrong-type", message, position=where or Position(self.path), done="it is left out")
        return None


def read_files(
    path: str | os.PathLike[str],
    said_by: Callable[[Path], Said],
    wanted: Callable[[str], bool],
    policy: Policy | None,
    aliases: Mapping[str, str] | None,
    id_of: Callable[[Path, Path], str] = model_id,
    finish: Callable[[list[Said]], dict[str, Any]] | None = None,
) -> Reading:
    """Read a file, or all files in a folder and below it, that each say something of one model.

    Parameters
    ----------
    path : str or path
        The file or folder.
    said_by : callable
        Reads one file.
    wanted : callable
        Whether a file of this name is one of the format.
    policy, aliases
        As for every reader.
    id_of : callable
        The id of the model that a file belongs to.
    finish : callable, optional
        The fields that only all files of a model together tell.

    Raises
    ------
    SourceError
        When a single file is none of the format, when there is none in a folder, or when the policy refuses something.
    OSError
        When there is no such file or folder, or it cannot be read.
    """
    root = Path(path)
    claims = Claims()
    files: dict[str, list[Said]] = {}
    for file in files_below(root, wanted, claims):
        try:
            said = said_by(file)
        except OSError as error:
            if not root.is_dir():
                raise
            said = Said(file).refuse("unreadable", f"the file cannot be read: {error.strerror}")
        if not root.is_dir() and not said.readable:
            raise SourceError(said.findings)
        files.setdefault(id_of(file, root), []).append(said)
    if not any(said.readable for together in files.values() for said in together):
        refused = [finding for together in files.values() for said in together for finding in said.findings]
        message = f"the folder {root} has no file of this format that can be read"
        raise SourceError(refused or [Finding("no-files", message, position=Position(root))])
    for id, together in files.items():
        _add(id, together, claims, finish)
    return repaired(claims, policy, aliases)


def tell(said: Said, claims: Claims, child: int) -> tuple[str, ...]:
    """Add to the claims what a file says of the parents of a model, and what is wrong with the file.

    Returns
    -------
    tuple of str
        The parents, as the file names them.
    """
    return _tell_parents(said.parents, _add_within(said, claims.models[child].name, claims), claims, child)


def brief(text: str) -> str:
    r"""A text on one line, and no longer than a note should be.

    Examples
    --------
    >>> brief("weighted\n sum"), len(brief("x" * 1000))
    ('weighted sum', 200)
    """
    line = " ".join(text[: 2 * _LONGEST].split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def repository_at(address: str) -> str | None:
    """The id of the repository that an address on the Hugging Face Hub leads to.

    Examples
    --------
    >>> repository_at("https://huggingface.co/mistralai/Mistral-7B-v0.1/tree/main")
    'mistralai/Mistral-7B-v0.1'
    >>> repository_at("https://github.com/mistralai/mistral-inference")
    """
    match = _HUB.fullmatch(address.strip())
    return match[1] if match else None


def _add(id: str, together: list[Said], claims: Claims, finish: Callable[[list[Said]], dict[str, Any]] | None) -> None:
    """Add the model that some files belong to."""
    if not any(said.of_model for said in together):
        for said in together:
            _add_within(said, id, claims)
        return
    fields: dict[str, Any] = {}
    sources: dict[str, Path] = {}
    for said in together:
        for key, value in said.fields.items():
            if fields.setdefault(key, value) != value and key == "name":
                message = f"{said.path.name} has the name {shown(value)}, and {sources[key].name} {shown(fields[key])}"
                hint = "files of one folder are read as files of one model"
                said.report("same-name", message, hint, done="the first is kept")
            sources.setdefault(key, said.path)
    fields |= finish(together) if finish else {}
    number = claims.add(id, Position(together[0].path), fields)
    for said in together:
        tell(said, claims, number)


def _add_within(said: Said, id: str, claims: Claims) -> dict[str, str]:
    """Tell what is wrong with a file, and of the models within it; their ids, by their names in the file."""
    claims.findings += [replace(finding, ids=finding.ids or (id,)) for finding in said.findings]
    within = {name: f"{id}#{'-'.join(brief(name).split())}" for name in said.models}
    numbers = {
        name: claims.add(within[name], Position(said.path), {"name": brief(name), **other.fields})
        for name, other in said.models.items()
    }
    for name, other in said.models.items():
        _tell_parents(other.parents, within, claims, numbers[name])
    return within


def _tell_parents(parents: list[Parent], within: Mapping[str, str], claims: Claims, child: int) -> tuple[str, ...]:
    names = []
    told = set()
    for step in reversed(claims.derivations):
        if step.child != child:
            break
        told.add((step.parent, step.word))
    for parent in parents:
        name = within.get(parent.name, parent.name)
        names.append(parent.name)
        if (name, parent.word) not in told:
            told.add((name, parent.word))
            claims.derive(child, name, parent.word, parent.where, note=parent.note, references=parent.references)
            if parent.finding:
                claims.findings.append(replace(parent.finding, ids=(claims.models[child].name, name)))
    return tuple(names)

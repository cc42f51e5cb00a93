"""What lies beside weights: configurations of adapters, recipes of merges, the headers of GGUF and safetensors."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from modeltree._util.files import bytes_of
from modeltree.findings import Finding, Position, SourceError, shown
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.model_files import checked_prefix, files_below, model_id, without_checkpoints
from modeltree.formats.repair.record_findings import described
from modeltree.records import Relation

_LONGEST = 200


@dataclass(slots=True)
class ParentClaim:
    """A parent as a file names it, and a finding on it alone, which is reported once however many files name it."""

    name: str
    relation: Relation | None
    where: Position
    note: str | None = None
    references: tuple[str, ...] = ()
    finding: Finding | None = None
    record: dict[str, object] | None = None  # the fields of a data set, which the file describes


@dataclass(slots=True)
class FileClaims:
    """What one file claims of the model that it belongs to."""

    path: Path
    fields: dict[str, object] = field(default_factory=dict)  # fields of modeltree.Model
    parents: list[ParentClaim] = field(default_factory=list)
    models: dict[str, FileClaims] = field(default_factory=dict)  # further models within the file, by their names in it
    findings: list[Finding] = field(default_factory=list)
    count: int | None = None  # how many parameters the weights in it have
    readable: bool = True  # whether it is a file of the format, be it a faulty one
    of_model: bool = True  # whether it says anything of the model that it belongs to, and not only of models

    @property
    def position(self) -> Position:
        """The file as a whole."""
        return Position(self.path)

    def report(
        self, kind: str, message: str, hint: str | None = None, *, position: Position | None = None, done: str = ""
    ) -> None:
        """Add a finding, of the file as a whole unless a position is given."""
        self.findings.append(Finding(kind, message, hint, position=position or self.position, done=done or None))

    def refuse(
        self, kind: str, message: str, hint: str | None = None, *, position: Position | None = None
    ) -> FileClaims:
        """Add the finding that this is no file of the format."""
        self.report(kind, message, hint, position=position)
        self.readable = False
        return self

    def text(self, value: object, key: str, where: Position | None = None) -> str | None:
        """A value as a text, or None; a value that is neither a text nor nothing is reported."""
        if isinstance(value, str):
            return value.strip() or None
        if value is not None:
            message = f"{key}: {described(value)} is no text"
            self.report("wrong-type", message, position=where or self.position, done="it is left out")
        return None

    def content(self, most: int) -> bytes | None:
        """The content of the file, or None with a finding where it has more bytes than `most`."""
        content = bytes_of(self.path, most)
        if len(content) <= most:
            return content
        self.refuse("too-large", f"the file is too large: more than {most // 2**20} MiB")
        return None


def inferred(name: str, relation: Relation | None, why: str | None, where: Position) -> Finding | None:
    """The finding that a relation is inferred and why, if it is."""
    if not why:
        return None
    message = f"nothing says how it was made from {shown(name)}"
    return Finding("inferred-relation", message, position=where, done=f"{str(relation)!r}, for {why}")


def read_files(
    path: str | os.PathLike[str],
    claims_of: Callable[[Path], FileClaims],
    named: re.Pattern[str],
    *,
    prefix: str | None,
    files: Iterable[Path] | None,
    id_of: Callable[[Path, Path, str], str] = model_id,
    fields_of_all: Callable[[list[FileClaims]], dict[str, object]] = lambda files: {},
) -> Claims:
    """What a file claims, or all files below a folder that are so named, or some of them, by `files`."""
    # `fields_of_all` reads what only all files of a model tell.
    root = Path(path)
    claims = Claims()
    files_of: dict[str, list[FileClaims]] = {}
    start = checked_prefix(prefix)
    below = files_below(root, lambda name: bool(named.fullmatch(name)), claims) if files is None else files
    for file in without_checkpoints(below, root, claims):
        try:
            read = claims_of(file)
        except OSError as error:
            if not root.is_dir():
                raise
            read = FileClaims(file).refuse("unreadable", f"the file cannot be read: {error.strerror}")
        if not root.is_dir() and not read.readable:
            raise SourceError(read.findings)
        files_of.setdefault(id_of(file, root, start), []).append(read)
    all_files = [file for together in files_of.values() for file in together]
    if not any(file.readable for file in all_files):
        message = f"the folder {root} has no file of this format that can be read"
        refused = [finding for file in all_files for finding in file.findings]
        raise SourceError(refused or [Finding("no-files", message, position=Position(root))])
    for id, together in files_of.items():
        _add_model(id, together, claims, fields_of_all)
    return claims


def add_parents(file: FileClaims, claims: Claims, child: int) -> tuple[str, ...]:
    """Add what a file claims of the parents of a model, and its findings; the models are returned as it names them."""
    return _derive(file.parents, _add_inner_models(file, claims.models[child].name, claims), claims, child)


def brief(text: str) -> str:
    """A text on one line, and no longer than a note should be."""
    line = " ".join(text[: 2 * _LONGEST].split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _add_model(
    id: str, together: list[FileClaims], claims: Claims, fields_of_all: Callable[[list[FileClaims]], dict[str, object]]
) -> None:
    """Add the model that some files belong to."""
    if not any(file.of_model for file in together):
        for file in together:
            _add_inner_models(file, id, claims)
        return
    fields: dict[str, object] = {}
    sources: dict[str, Path] = {}
    for file in together:
        for key, value in file.fields.items():
            if fields.setdefault(key, value) != value and key == "name":
                message = f"{file.path.name} has the name {shown(value)}, and {sources[key].name} {shown(fields[key])}"
                hint = "files of one folder are read as files of one model"
                file.report("same-name", message, hint, done="the first is kept")
            sources.setdefault(key, file.path)
    fields |= fields_of_all(together)
    index = claims.add(id, together[0].position, fields)
    for file in together:
        add_parents(file, claims, index)


def _add_inner_models(file: FileClaims, id: str, claims: Claims) -> dict[str, str]:
    """Add the findings of a file and the models within it; their ids are returned by their names in the file."""
    claims.findings += [replace(finding, ids=finding.ids or (id,)) for finding in file.findings]
    ids = {name: f"{id}#{'-'.join(brief(name).split())}" for name in file.models}
    indices = {
        name: claims.add(ids[name], file.position, {"name": brief(name), **inner.fields})
        for name, inner in file.models.items()
    }
    for name, inner in file.models.items():
        _derive(inner.parents, ids, claims, indices[name])
    return ids


def _derive(parents: Sequence[ParentClaim], ids: Mapping[str, str], claims: Claims, child: int) -> tuple[str, ...]:
    """Add the derivations of a model that another file has not added already."""
    added = set()
    for derivation in reversed(claims.derivations):
        if derivation.child != child:
            break
        added.add((derivation.parent, derivation.word))
    for parent in parents:
        name = ids.get(parent.name, parent.name)
        if parent.record is not None:
            claims.add_once(name, parent.where, parent.record)
        if (name, parent.relation) not in added:
            added.add((name, parent.relation))
            claims.derive(child, name, parent.relation, parent.where, note=parent.note, references=parent.references)
            if parent.finding:
                claims.findings.append(replace(parent.finding, ids=(claims.models[child].name, name)))
    return tuple(parent.name for parent in parents if parent.record is None)

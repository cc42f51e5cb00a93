"""Front matter: the fields in YAML at the beginning of a model card, in a file or in a cell of a table."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from modeltree.findings import At, Finding, Position, shown
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.record_findings import described, no_mapping
from modeltree.values.words import spelling_key

if TYPE_CHECKING:
    from modeltree.formats.parsing.yamltree import YamlTree

ID_KEY = "modeltree_id"
"""The key in a card for an id that the path to it cannot tell."""

_READ_KEYS = "base_model base_model_relation license license_name license_link datasets tags new_version library_name"
_READ = (*_READ_KEYS.split(), "pipeline_tag", "release_date", "created_at", ID_KEY)
KEYS = frozenset(_READ) - {"tags", "license", "created_at"}
"""The keys that tell a model card from other texts with front matter."""
_OTHER_KEYS = (
    "language languages metrics widget inference thumbnail model-index model_name model_type license_details date title"
    " co2_eq_emissions extra_gated_prompt extra_gated_fields task_categories quantized_by model_creator"
)
_KEYS = frozenset({*_READ, *_OTHER_KEYS.split()})
_ALIKE = 0.86  # of two spellings of one key, at least
_WRITTEN = {
    "base_model": "basemodel basemodels basemodelid basemodelname modelbase base parentmodel finetunedfrom derivedfrom",
    "base_model_relation": "basemodelrelation basemodelrelations relation modelrelation",
    "license": "licence licenses licences lisence lincense liscense license_id",
    "license_name": "licensename licencename", "license_link": "licenselink licencelink licenseurl licenceurl",
    "datasets": "dataset datasets dataset_s trainingdatasets trainingdata traindatasets",
    "tags": "tag", "new_version": "newversion newversions newerversion", "library_name": "libraryname library",
    "pipeline_tag": "pipelinetag pipelinetags",
}  # fmt: skip
_SPELLINGS = {spelling_key(word): key for key, words in _WRITTEN.items() for word in (key, *words.split())}
_FIRST_READ = 2**16  # most front matter is no longer
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*---[ \t]*(?:\r\n?|\n)")
_END = re.compile(rb"(?:^|(?<=\r))---[ \t]*(?:\r|\n|\Z)", re.MULTILINE)
_TOML = re.compile(rb"(?:\xef\xbb\xbf)?\s*\+\+\+[ \t]*[\r\n].*?^\+\+\+[ \t]*$", re.MULTILINE | re.DOTALL)
_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True)
class FrontMatter:
    """The front matter of a file: its fields, and whether it is present and could be read as a whole."""

    path: Path
    fields: dict[str, object]
    problems: tuple[Finding, ...] = ()
    present: bool = True
    whole: bool = True
    _tree: YamlTree | None = None

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """The position of a part of it in the file; see `YamlTree.position`."""
        return self._tree.position(at, of_key=of_key) if self._tree and at else Position(self.path, int(self.present))

    def texts(self, key: str, claims: Claims) -> list[tuple[str, Position]]:
        """The texts at a key, one or a list of them, with their positions; other values are reported."""
        value = self.fields.get(key)
        items = enumerate(value) if isinstance(value, list) else [(None, value)]
        texts = []
        for index, item in items:
            at = (key,) if index is None else (key, index)
            if isinstance(item, str):
                if text := item.strip():
                    texts.append((text, self.position(at)))
            elif item is not None:
                message = f"{key}: {described(item)} is no text"
                claims.report("wrong-type", message, "write a text, or a list of texts", where=self.position(at))
        return texts


def read_front_matter(path: Path) -> FrontMatter:
    """The YAML between two lines ``---`` at the beginning of a file, after blank lines too, as the Hub allows."""
    with path.open("rb") as file:
        content = file.read(_FIRST_READ)
        begin = _BEGIN.match(content)
        end = _END.search(content, begin.end()) if begin else None
        if len(content) == _FIRST_READ and (end.end() == _FIRST_READ if end else begin or not content.strip()):
            content += file.read(limits.HEAD_BYTES - _FIRST_READ)
    return front_matter_of(content, path)


def front_matter_of(content: bytes, path: Path) -> FrontMatter:
    """The front matter in the beginning of a file, or of a text; see `read_front_matter`."""
    content = content[: limits.HEAD_BYTES]
    begin = _BEGIN.match(content)
    if _TOML.match(content):
        hint = "write it as YAML between lines '---', which the Hub reads"
        found = Finding("syntax", "the front matter is TOML", hint, position=Position(path, 1))
        return FrontMatter(path, {}, (found,), whole=False)
    if not begin:
        return FrontMatter(path, {}, present=False)
    end = _END.search(content, begin.end())
    first_line = 1 + len(_LINE_END.findall(content, 0, begin.end()))
    if not end:
        return FrontMatter(path, {}, (_without_end(path, first_line - 1, len(content)),), whole=False)
    from modeltree.formats.parsing.yamltree import parse_fields  # takes long to import, and few tables have any

    tree = parse_fields(content[begin.end() : end.start()], path, first_line)
    fields, problems = tree.data, tree.problems
    if tree.whole and fields is not None and not isinstance(fields, dict):
        problems = (*problems, no_mapping(fields, "front matter").located(tree.position()))
    if isinstance(fields, dict):
        problems = (*problems, *_misspelt(tree))
    return FrontMatter(path, fields if isinstance(fields, dict) else {}, problems, whole=tree.whole, _tree=tree)


def _misspelt(tree: YamlTree) -> Iterator[Finding]:
    """The keys that are others but for their spelling; each is read as that where the card has not both."""
    for key in list(tree.data):
        right = _right_key(key)
        if right is None:
            continue
        position = tree.position((key,), of_key=True)
        done = "the value is not read" if right in tree.data else f"it is read as {right!r}"
        if right not in tree.data:
            tree.rename(key, right)
        yield Finding("unknown-key", f"unknown key {shown(key)}", f"write {right!r}", position=position, done=done)


@lru_cache(4096)
def _right_key(key: str) -> str | None:
    """The key that a key is but for its spelling, where it is another."""
    if key in _KEYS:
        return None
    close = _SPELLINGS.get(spelling_key(key))
    return close or next(iter(difflib.get_close_matches(key.casefold(), _READ, 1, _ALIKE)), None)


def _without_end(path: Path, line: int, size: int) -> Finding:
    where = Position(path, line)
    if size >= limits.HEAD_BYTES:
        message = f"the front matter is too large: no line '---' ends it within {limits.HEAD_BYTES // 2**20} MiB"
        return Finding("too-large", message, "shorten it", position=where)
    return Finding("syntax", "the front matter has no end", "end it with a line '---'", position=where)

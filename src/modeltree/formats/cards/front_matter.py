"""The front matter of a Markdown file: the YAML between two lines ``---`` at its beginning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modeltree.findings import Finding, Position
from modeltree.formats.parsing.yamltree import At, YamlTree, parse_yaml
from modeltree.formats.repair.record_findings import no_mapping

__all__ = ["MAX_HEAD", "FrontMatter", "read_front_matter"]

MAX_HEAD = 2**20
"""How much of a file is looked through for the end of its front matter, in bytes."""

_FIRST_READ = 2**16  # most front matter is no longer
_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*---[ \t]*(?:\r\n?|\n)")
_END = re.compile(rb"(?:^|(?<=\r))---[ \t]*(?:\r|\n|\Z)", re.MULTILINE)
_LINE_END = re.compile(rb"\r\n?|\n")


@dataclass(frozen=True)
class FrontMatter:
    """What the front matter of a file holds.

    Parameters
    ----------
    path : Path
        The file.
    fields : dict
        What it holds; nothing where there is none, or none that can be read.
    problems : tuple of Finding
        Everything wrong with it.
    present : bool
        Whether there is any.
    whole : bool
        Whether it could be read.
    """

    path: Path
    fields: dict[str, Any]
    problems: tuple[Finding, ...] = ()
    present: bool = True
    whole: bool = True
    _tree: YamlTree | None = None

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        """Where a part of it stands in the file; see `YamlTree.position`."""
        return self._tree.position(at, of_key=of_key) if self._tree and at else Position(self.path, int(self.present))


def read_front_matter(path: Path) -> FrontMatter:
    """Read the front matter of a file; whatever is wrong with it is in `FrontMatter.problems`.

    Blank lines may stand before it, as the Hub allows.

    Raises
    ------
    OSError
        When there is no such file, or it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(_FIRST_READ)
        begin = _BEGIN.match(content)
        end = _END.search(content, begin.end()) if begin else None
        if len(content) == _FIRST_READ and (end.end() == _FIRST_READ if end else begin or not content.strip()):
            content += file.read(MAX_HEAD - _FIRST_READ)
            begin = _BEGIN.match(content)
            end = _END.search(content, begin.end()) if begin else None
    if not begin:
        return FrontMatter(path, {}, present=False)
    first_line = 1 + len(_LINE_END.findall(content, 0, begin.end()))
    if not end:
        return FrontMatter(path, {}, (_without_end(path, first_line - 1, len(content)),), whole=False)
    tree = parse_yaml(content[begin.end() : end.start()], path, first_line)
    fields, problems = tree.data, tree.problems
    if tree.whole and fields is not None and not isinstance(fields, dict):
        problems = (*problems, no_mapping(fields, "front matter").located(tree.position()))
    return FrontMatter(path, fields if isinstance(fields, dict) else {}, problems, whole=tree.whole, _tree=tree)


def _without_end(path: Path, line: int, size: int) -> Finding:
    where = Position(path, line)
    if size >= MAX_HEAD:
        message = f"the front matter is too large: no line '---' ends it within {MAX_HEAD // 2**20} MiB"
        return Finding("too-large", message, "shorten it", position=where)
    return Finding("syntax", "the front matter has no end", "end it with a line '---'", position=where)

"""What is at some paths, and in which format: by the ending, and by the content where several formats end alike.

Files of models that are named one by one belong together, see `sources_at`.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from modeltree._util.files import expanded, refuse_pipe
from modeltree._util.text import enumerated, lazy_pattern
from modeltree.findings import Finding, Position, SourceError
from modeltree.formats.parsing import unmarked
from modeltree.formats.registry import Format, all_formats, format_named, formats_by_ending, unknown_format

PathLike: TypeAlias = str | os.PathLike[str]

_HEAD = 64 * 1024

# Patterns for the beginning of files whose formats end alike; the first that matches decides.
_JSON = (
    ("jsonl", lazy_pattern(rb"\A(?:\xef\xbb\xbf)?\s*\{[^\r\n]*\}[ \t]*\r?\n\s*\{")),
    ("node-link", lazy_pattern(rb'\A(?:\xef\xbb\xbf)?\s*\[.*"_?children"\s*:\s*\[\s*\{', re.DOTALL)),
    ("cytoscape", lazy_pattern(rb'\A(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"(?:data|group)"\s*:')),
    ("records", lazy_pattern(rb"\A(?:\xef\xbb\xbf)?\s*\[\s*[{\]]")),
    ("cyclonedx", lazy_pattern(rb'"bomFormat"|"\$schema"\s*:\s*"https?://cyclonedx')),
    ("spdx", lazy_pattern(rb'"@context"\s*:[^{}]{0,200}spdx\.org/rdf/|"spdxVersion"\s*:\s*"SPDX-')),
    ("peft", lazy_pattern(rb'"base_model_name_or_path"|"peft_type"')),
    ("cytoscape", lazy_pattern(rb'"elements"\s*:')),
    # A list of records under a key; those of a graph have other names.
    (
        "records",
        lazy_pattern(
            rb'\A(?!.*"(?:nodes|vertices|links|edges|children|adjacency|@?graphs?)"\s*:)'
            rb'(?:.*:\s*\[\s*\{|(?:\xef\xbb\xbf)?\s*\{[^{}\[\]]*"(?:id|name)"\s*:\s*")',
            re.DOTALL | re.IGNORECASE,
        ),
    ),
)
_XML = (
    ("cyclonedx-xml", lazy_pattern(rb"cyclonedx\.org/schema/bom/")),
    ("graphml", lazy_pattern(rb"<(?:\w+:)?graphml\b")),
    ("gexf", lazy_pattern(rb"<(?:\w+:)?gexf\b")),
)
_YAML = (
    (
        "ecosystem-graphs",
        lazy_pattern(rb"\A(?>[\s\S]*?^-\s)[\s\S]*?^  (?:type|created_date|dependencies):", re.MULTILINE),
    ),
    ("mergekit", lazy_pattern(rb"^(?:merge_method|slices|experts|modules|gate_mode)[ \t]*:", re.MULTILINE)),
)
_UNTITLED_RECIPE = lazy_pattern(rb"^[ \t]*-\s*(?:model|sources)[ \t]*:", re.MULTILINE)
_CATALOG_KEY = lazy_pattern(rb"(?:about|extends|models|organizations)\s*:")
_KEY_OF_LIST = lazy_pattern(rb"[^\s#:-][^:]*:\s*(?:#.*)?\Z")
_ITEM = lazy_pattern(rb"\s*-\s+[^\s:#{\[][^:]*:(?:\s|\Z)|\s*-\s+\{")
_CSV = (
    ("epoch", lazy_pattern(rb"\A(?=.*\bPublication date\b)(?=.*\b(?:Model|System)\b)", re.IGNORECASE)),
    ("ecosystem-graphs", lazy_pattern(rb"\A(?=.*\bdependencies\b)(?=.*\bcreated_date\b)(?=.*\btype\b)")),
)
_SEPARATOR_LINE = lazy_pattern(rb'\A"?sep=.[^\r\n]*', re.IGNORECASE)
_CARD = lazy_pattern(rb"(?:\xef\xbb\xbf)?\s*---[ \t]*\r?\n")
_CARD_KEY = lazy_pattern(rb"^(?:base_model|library_name|pipeline_tag|new_version|modeltree_id)[ \t]*:", re.MULTILINE)
_CARD_FILES = lazy_pattern(
    r".*\.md|(?:.*\.)?adapter_config\.json|mergekit(?:_moe)?_config\.ya?ml|.*\.gguf|.*\.safetensors|models--.+",
    re.IGNORECASE,
)
# What is read in a folder that is read as a format.
_OF_FOLDERS = {
    "catalog": lazy_pattern(r".*\.ya?ml", re.IGNORECASE),
    "mergekit": lazy_pattern(r".*\.ya?ml", re.IGNORECASE),
    "ecosystem-graphs": lazy_pattern(r".*\.(?:ya?ml|csv)", re.IGNORECASE),
    "model-cards": _CARD_FILES,
    "peft": lazy_pattern(r".*adapter_config\.json", re.IGNORECASE),
}
_RECORDS = "records"
_MOST_HEADS = 100
_CARD_NAMES = frozenset({"readme", "modelcard", "model_card", "model-card", "model card"})
_DEEPEST = 5
_MOST_ENTRIES = 100_000


def format_of(path: Path) -> Format:
    """The format that a file or folder is read as."""
    if path.is_dir():
        return _format_of_folder(path)
    matching = [format for format in formats_by_ending(path) if format.reads]
    if not matching:
        raise unknown_format(path, written=False)
    by_ending = matching[0]
    if by_ending.name == "catalog":
        return format_named(_kind_of_yaml(path))
    signs = {"node-link": _JSON, "csv": _CSV, "cyclonedx-xml": _XML}.get(by_ending.name, ())
    if not signs and by_ending.name != "markdown":
        return by_ending
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if by_ending.name == "markdown":
        return format_named("model-cards") if _CARD.match(head) else by_ending
    if by_ending.name == "csv":
        head = unmarked(head).lstrip(b"\xef\xbb\xbf \r\n")
        head = _SEPARATOR_LINE.sub(b"", head).lstrip()
        head = head.splitlines()[0] if head else b""
    return next((format_named(name) for name, sign in signs if sign.search(head)), by_ending)


def format_of_table(path: Path) -> Format | None:
    """The format of a file if its columns are named: a table, or a list of records, where it ends as these do."""
    if path.is_dir():
        return None
    for format in formats_by_ending(path):
        if format.reads and format.columned:
            return format
        if format.name in ("catalog", "node-link"):
            return format_named("records")
    return None


def _format_of_folder(path: Path) -> Format:
    """A folder of a catalogue has its files directly in it; model cards lie in folders of their own, perhaps deep."""
    assets = path / "assets"
    if assets.is_dir() and not assets.is_symlink():
        path = assets
    entries = sorted(path.iterdir())
    if any(entry.name.endswith(".adapter_config.json") for entry in entries):
        return format_named("peft")
    has_cards = _has_cards(path)
    if has_cards:
        return format_named("model-cards")
    files = [entry for entry in entries if entry.suffix.lower() in (".yaml", ".yml") and entry.is_file()]
    if files:
        return format_named(_one_kind(path, files))
    if any(_kind_of_yaml(file) == "mergekit" for file in _yaml_below(path)):
        return format_named("mergekit")
    alone = sorted({named.name for entry in entries if (named := _alone(entry))})
    if alone:
        message = f"a folder of files that are read one by one: {', '.join(alone)}"
        raise SourceError.of("no-files", message, "name a file", position=Position(path))
    if has_cards is None:
        return format_named("model-cards")  # whose reader looks everywhere
    message = "the folder has no catalogue, no model cards and no other files that are known"
    raise SourceError.of("no-files", message, "name the file, or the format", position=Position(path))


def passed_over(path: Path, format: Format) -> tuple[Finding, ...]:
    """A note on files of known formats directly in a folder that is read as another."""
    read = _OF_FOLDERS.get(format.name)
    if read is None or not path.is_dir():
        return ()
    assets = path / "assets"
    if format.name == "ecosystem-graphs" and assets.is_dir():
        path = assets
    others = [repr(entry.name) for entry in _entries(path) if not read.fullmatch(entry.name) and _alone(entry)]
    if not others:
        return ()
    message = f"read as {format.title}, which leaves {enumerated(others)} alone"
    return (Finding("ignored", message, "read them by name", position=Position(path), done="they are not read"),)


def _alone(entry: Path) -> Format | None:
    """The format that a file by itself is read as, by its ending; files of JSON may be anything."""
    if entry.name.startswith(".") or entry.suffix.lower() == ".md" or not entry.is_file():
        return None
    fitting = [format for format in formats_by_ending(entry) if format.reads]
    if not fitting or fitting[0].name != "node-link":
        return fitting[0] if fitting else None
    try:
        chosen = format_of(entry)
        with entry.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    if chosen.name in ("records", "jsonl"):  # which JSON of other programs may look like
        return None
    return chosen if chosen.name != "node-link" or (b'"nodes"' in head and b'"links"' in head) else None


def _one_kind(folder: Path, files: list[Path]) -> str:
    """The format of some YAML files, which must be one."""
    kinds: dict[str, str] = {}
    for file in files[:_MOST_HEADS]:
        kinds.setdefault(_kind_of_yaml(file), file.name)
    if len(kinds) > 1:
        listed = ", ".join(f"{kind} ({name})" for kind, name in sorted(kinds.items()))
        message, hint = f"the folder has files of several formats: {listed}", "name the file, or the format"
        raise SourceError.of("no-files", message, hint, position=Position(folder))
    return next(iter(kinds))


def _kind_of_yaml(file: Path) -> str:
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    known = next((name for name, sign in _YAML if sign.search(head)), None)
    if known is None and _has_records(head):
        return "records"
    return known or ("mergekit" if _UNTITLED_RECIPE.search(head) else "catalog")


def _has_records(head: bytes) -> bool:
    """Whether YAML is a list of mappings, or has one under a key, and no key of a catalogue."""
    found = is_key = False
    for line in head.removeprefix(b"\xef\xbb\xbf").splitlines():
        if not line.strip() or line.lstrip().startswith(b"#") or line.startswith((b"---", b"%")):
            continue
        if _CATALOG_KEY.match(line):
            return False
        found |= bool(_ITEM.match(line)) and (is_key or line.startswith(b"-"))
        is_key = bool(_KEY_OF_LIST.match(line))
    return found


def _yaml_below(path: Path) -> Iterable[Path]:
    """Some YAML files of the folders in a folder."""
    files = (
        file for folder in _entries(path) if folder.is_dir() and not folder.is_symlink() for file in _entries(folder)
    )
    yaml = (file for file in files if file.suffix.lower() in (".yaml", ".yml") and file.is_file())
    return itertools.islice(yaml, _MOST_HEADS)


def _has_cards(path: Path) -> bool | None:
    """Whether a folder, or one some levels below, has what lies beside models; None where there is too much to tell."""
    for entry in _below(path):
        if entry is None:
            return None
        if _CARD_FILES.fullmatch(entry.name) and (entry.suffix.lower() != ".md" or _is_card(entry)):
            return True
    return False


def _below(path: Path) -> Iterator[Path | None]:
    """What is in a folder and some levels below, and None at the end where that is too much, beside one folder."""
    left, waiting = _MOST_ENTRIES, [(path, 1)]
    while waiting:
        if left <= 0:
            yield None
            return
        folder, level = waiting.pop()  # deep first: a broad folder has a card in its first branches
        below: list[tuple[Path, int]] = []
        for entry in _entries(folder):
            left -= level > 1  # however many there are in one folder
            yield entry
            if level < _DEEPEST and entry.is_dir() and not entry.is_symlink():
                below.append((entry, level + 1))
        waiting += reversed(below)


def _entries(folder: Path) -> Iterable[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return ()


def _is_card(path: Path) -> bool:
    try:
        if not path.is_file():  # a pipe would keep whoever opens it
            return False
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    is_named = path.stem.lower() in _CARD_NAMES
    return bool(_CARD.match(head) and (is_named or _CARD_KEY.search(head)))


# What is read


@dataclass(frozen=True, slots=True)
class Source:
    """A file or folder and its format; or the folder that holds some files of models, and these."""

    path: Path
    format: Format
    files: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """What it is called in a message: its paths."""
        paths = [*map(str, self.files[:3] or (self.path,))]
        rest = len(self.files) - len(paths)
        return ", ".join(paths) + (f" and {rest} more" if rest > 0 else "")

    def holds(self, path: Path) -> bool:
        """Whether a path is one of it, or one in it."""
        return path in self.files if self.files else path == self.path or self.path in path.parents

    def roots(self) -> Iterator[Path]:
        """The folders that the ids of files may be made from, the most likely first."""
        if not any(file.is_absolute() or ".." in file.parts for file in self.files):
            yield Path()
        yield self.path
        yield self.path.parent


def sources_at(
    paths: Iterable[PathLike | Iterable[PathLike]], name: str | None, *, columns: Mapping[str, str] | None = None
) -> Iterator[Source]:
    """The files and folders at some paths, each once, with the formats that they are read as.

    Files that are made of paths, as model cards, are one source where there are several; a card among them tells that
    all are of cards.
    """
    written = [path for given in paths for path in ([given] if isinstance(given, (str, os.PathLike)) else given)]
    if not written:
        raise ValueError("there is no path: name a file or folder")
    together: dict[Path, Format] = {}
    for path in dict.fromkeys(map(_existing, written)):
        if name in (None, _RECORDS) and path.is_dir() and (records := _record_files(path, name)):
            yield from (Source(file, format_named(_RECORDS)) for file in records)
            continue
        format = format_to_read(path, name, columns=columns)
        if format.by_path and path.is_file() and (format.name != "model-cards" or path.stem.lower() in _CARD_NAMES):
            together[path] = format
        else:
            yield Source(path, format)
    if len(together) < 2:
        yield from (Source(path, format) for path, format in together.items())
        return
    if any(path.is_absolute() for path in together):
        together = {path.absolute(): format for path, format in together.items()}
    cards = format_named("model-cards")
    if cards in together.values():
        from modeltree.formats.cards import is_declaring

        together = {path: cards if is_declaring(path.name) else format for path, format in together.items()}
    for format in dict.fromkeys(together.values()):
        files = tuple(path for path, each in together.items() if each == format)
        yield Source(_folder_of(files), format, files) if len(files) > 1 else Source(files[0], format)


def _record_files(folder: Path, name: str | None) -> list[Path]:
    """The files of JSON and TOML with records in a folder that is of no other format."""
    if name is None:
        try:
            _format_of_folder(folder)
        except SourceError:
            pass
        else:
            return []
    files = (entry for entry in _below(folder) if entry and entry.suffix.lower() in (".json", ".toml"))
    return sorted(file for file in files if file.is_file() and format_of(file).name == _RECORDS)


def _existing(written: PathLike) -> Path:
    if not os.fspath(written):
        raise ValueError("an empty path names no file")
    path = expanded(written)
    if not path.exists():
        if str(written) in {format.name for format in all_formats()}:
            raise ValueError(f"there is nothing at {str(written)!r}; for the name of a format write format=")
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    refuse_pipe(path)
    return path


def _folder_of(files: Iterable[Path]) -> Path:
    """The folder that holds all of some files."""
    return Path(os.path.commonpath([file.parent for file in files]) or ".")


def format_to_read(path: Path, name: str | None = None, *, columns: Mapping[str, str] | None = None) -> Format:
    """The format that a path is read as: the one of a name, or what it looks like; a table, if there are columns."""
    chosen = format_named(name) if name else format_of(path)
    if columns and not chosen.columned:
        table = None if name else format_of_table(path)
        if table is None:
            known = ", ".join(format.name for format in all_formats() if format.columned)
            raise ValueError(f"{path} is {chosen.title}, which has no columns to name: those have {known}")
        return table
    return chosen

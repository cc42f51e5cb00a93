"""The formats there are: what each is called, how its files end, and where it is read and written."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path
from typing import Any

from modeltree._util.progress import Progress
from modeltree.findings import Finding, UnknownFormatError, nearest, shown
from modeltree.formats.repair.claims import Reading
from modeltree.lineage import Lineage


@dataclass(frozen=True, slots=True)
class Format:
    """A format, and the functions that read and write it; they are imported when they are needed.

    Parameters
    ----------
    name : str
        What it is called.
    title : str
        What it is, in a few words.
    module : str
        Where it is read and written; a name that begins with a dot is below ``modeltree.formats``.
    reads, writes : str, optional
        The functions of that module; None where it is not read, or not written.
    suffixes : tuple of str
        How files end that are surely of this format; the first is what it is written to.
    mended : bool
        Whether what is wrong with it is repaired by a policy. The native catalogue is taken as it stands.
    large : bool
        Whether it may have millions of models: its reader reports its progress (``progress=``), and need not look for
        what is worth knowing of the whole (``notes=False``).
    by_path : bool
        Whether ids are made of paths, so that there may be a prefix to them (``prefix=``).
    bill : bool
        Whether it is a bill of materials, which may be of one model (``subject=``) and of a time (``timestamp=``).
    columned : bool
        Whether it has columns that can be named (``columns=``).
    """

    name: str
    title: str
    module: str
    reads: str | None = None
    writes: str | None = None
    suffixes: tuple[str, ...] = ()
    mended: bool = True
    large: bool = False
    by_path: bool = False
    bill: bool = False
    columned: bool = False

    @property
    def reader(self) -> Callable[..., Reading]:
        """The function that reads it."""
        function: Callable[..., Reading] = self._function(self.reads, "read")
        return function

    @property
    def writer(self) -> Callable[..., tuple[Finding, ...]]:
        """The function that writes it; it gives findings about what the format cannot carry.

        If it takes ``progress=``, as `modeltree.save` does, it reports what it does.
        """
        function: Callable[..., tuple[Finding, ...]] = self._function(self.writes, "written")
        return function

    def write(
        self, lineage: Lineage, path: Path, *, progress: Progress | None = None, **options: object
    ) -> tuple[Finding, ...]:
        """Write a lineage, and report the progress of that where the writer does."""
        writer = self.writer
        if progress is not None and "progress" in signature(writer).parameters:
            options["progress"] = progress
        return writer(lineage, path, **options)

    def _function(self, name: str | None, use: str) -> Any:
        if name is None:
            raise ValueError(f"{self.title} is not {use}")
        return getattr(importlib.import_module(self.module, "modeltree.formats"), name)


_TABLE = {"large": True, "columned": True}

FORMATS: tuple[Format, ...] = (
    Format("catalog", "a catalogue", ".catalog", "read_catalog", "write_catalog", (".yaml", ".yml"), mended=False),
    Format("model-cards", "model cards", ".cards", "read_model_cards", "write_model_cards", by_path=True),
    Format("peft", "an adapter's configuration", ".weights.configurations", "read_peft", by_path=True),
    Format("mergekit", "a recipe of mergekit", ".weights.configurations", "read_mergekit", by_path=True),
    Format("gguf", "a GGUF file", ".weights.headers", "read_gguf", None, (".gguf",), by_path=True),
    Format("safetensors", "a safetensors file", ".weights.headers", "read_safetensors", None, (".safetensors",),
           by_path=True),
    Format("ecosystem-graphs", "Ecosystem Graphs", ".trackers", "read_ecosystem_graphs"),
    Format("epoch", "a table of Epoch AI", ".trackers", "read_epoch"),
    Format("csv", "a table as CSV", ".tables", "read_table", "write_csv", (".csv", ".tsv"), **_TABLE),
    Format("jsonl", "a table as JSON lines", ".tables", "read_table", "write_jsonl", (".jsonl", ".ndjson"), **_TABLE),
    Format("parquet", "a table as Parquet", ".tables", "read_table", "write_parquet", (".parquet",), **_TABLE),
    Format("records", "a list of records in JSON, YAML or TOML", ".tables", "read_table", None, (".toml",), **_TABLE),
    Format("excel", "a table in an Excel workbook", ".tables", "read_table", None, (".xlsx", ".xlsm"), **_TABLE),
    Format("markdown", "tables in Markdown or HTML", ".printed.markdown", "read_markdown", None,
           (".md", ".markdown", ".html", ".htm"), columned=True),
    Format("latex", "tables in LaTeX", ".printed.latex", "read_latex", None, (".tex",), columned=True),
    Format("cyclonedx", "a bill of materials", ".graphs.cyclonedx", "read_cyclonedx", "write_cyclonedx",
           (".cdx.json",), bill=True),
    Format("cyclonedx-xml", "a bill of materials in XML", ".graphs.cyclonedx", "read_cyclonedx", None,
           (".cdx.xml", ".xml")),
    Format("spdx", "SPDX 3", ".graphs.spdx", "read_spdx", "write_spdx", (".spdx.json", ".spdx3.json", ".jsonld"),
           bill=True),
    Format("node-link", "node-link JSON", ".graphs.json_graphs", "read_node_link", "write_node_link", (".json",)),
    Format("cytoscape", "Cytoscape JSON", ".graphs.json_graphs", "read_cytoscape", "write_cytoscape", (".cyjs",)),
    Format("graphml", "GraphML", ".graphs.xml_graphs", "read_graphml", "write_graphml", (".graphml",)),
    Format("gexf", "GEXF", ".graphs.xml_graphs", "read_gexf", "write_gexf", (".gexf",)),
    Format("mermaid", "a Mermaid flowchart", ".graphs.text_graphs", None, "write_mermaid", (".mmd", ".mermaid")),
    Format("dot", "a graph in DOT", ".graphs.text_graphs", None, "write_dot", (".dot", ".gv")),
    Format("newick", "a tree in Newick's notation", ".graphs.text_graphs", None, "write_newick", (".nwk", ".newick")),
)  # fmt: skip
"""The formats of this library."""

ENTRY_POINTS = "modeltree.formats"
"""The group of entry points by which other packages have formats: each is a `Format`."""

_registered: list[Format] = []


def register_format(format: Format) -> None:
    """Add a format for as long as the program runs; a package has an entry point ``modeltree.formats`` instead.

    Parameters
    ----------
    format : Format
        Its module is imported by its full name. Its reader takes a path and `policy` and `aliases` as
        `modeltree.read` does, which `modeltree.formats.repair.models.reader` adds to a function that returns claims.

    Raises
    ------
    ValueError
        When there is a format of this name.

    Examples
    --------
    >>> register_format(Format("pedigree", "a pedigree", "pedigree", "read_pedigree", suffixes=(".pedigree",)))
    >>> format_named("pedigree").suffixes
    ('.pedigree',)
    """
    if format.name in {known.name for known in all_formats()}:
        raise ValueError(f"there is a format {shown(format.name)}")
    _registered.append(format)


def all_formats() -> tuple[Format, ...]:
    """The formats of this library, of packages that are installed, and those that were registered."""
    return (*FORMATS, *_installed(), *_registered)


@cache
def _installed() -> tuple[Format, ...]:
    """The formats of packages that are installed, in the order of their names; names that are taken are left out."""
    found = {format.name: format for format in FORMATS}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: (entry.name, entry.value)):
        format = entry.load()
        if not isinstance(format, Format):
            raise TypeError(f"the entry point {entry.name!r} of {ENTRY_POINTS} is {entry.value}, which is no Format")
        found.setdefault(format.name, format)
    return tuple(found.values())[len(FORMATS) :]


def format_named(name: str) -> Format:
    """The format of a name."""
    formats = {format.name: format for format in all_formats()}
    if name not in formats:
        close = nearest(name, formats) or tuple(formats)
        raise ValueError(f"{shown(name)} is no format; there is {', '.join(close)}")
    return formats[name]


def format_to_write(path: Path) -> Format:
    """The format that a file is to be written in, by how its path ends."""
    for format in formats_by_ending(path):
        if format.writes:
            return format
    raise unknown_format(path, written=True)


def formats_by_ending(path: Path) -> list[Format]:
    """The formats whose files end as a path does, that with the longest ending first: .cdx.json is not .json."""
    name = path.name.lower()
    fitting = [(suffix, format) for format in all_formats() for suffix in format.suffixes if name.endswith(suffix)]
    return [format for _, format in sorted(fitting, key=lambda pair: -len(pair[0]))]


def unknown_format(path: Path, *, written: bool) -> UnknownFormatError:
    """The error that no format which is written, or else read, ends as a path does; one that goes the other way may."""
    known = [
        suffix for format in all_formats() if (format.writes if written else format.reads) for suffix in format.suffixes
    ]
    others = formats_by_ending(path)
    use = "read and not written" if written else "written and not read"
    return UnknownFormatError(path, known, f"{others[0].title}, which is {use}" if others else "")

r"""A lineage as plain data in DOT, the language of Graphviz; for a diagram of it see `modeltree.to_dot`.

Graph, nodes and edges have the attributes that `modeltree.Lineage.graph` has, but a model's name is its ``label``. So
DOT holds all of a lineage.

It has no way to write a text that ends in a backslash, so backslashes are doubled, as in Graphviz's own escapes: where
a program gives the text as it stands in the file, ``\\`` is one backslash. Nothing else needs to be undone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from modeltree._util.files import write_whole
from modeltree.findings import Finding
from modeltree.graph.network import without_derived
from modeltree.lineage import Lineage

__all__ = ["dot_text", "write_dot"]

# Graphviz reads no quoted text of more than 16384 bytes, but any number of them joined by "+".
_LONGEST = 4000


def dot_text(lineage: Lineage) -> str:
    r"""A lineage as a graph in DOT: the models in date order, then the derivations.

    Examples
    --------
    >>> from modeltree import Derivation, Model
    >>> models = [Model(id="llama", name="LLaMA", released="2023-02"), Model(id="vicuna", name='"Vicuna"')]
    >>> print(dot_text(Lineage(models, [Derivation(parent="llama", child="vicuna", relation="finetune")])), end="")
    digraph {
        "llama" [label="LLaMA", released="2023-02"];
        "vicuna" [label="\"Vicuna\""];
        "llama" -> "vicuna" [relation="finetune"];
    }
    """
    return "\n".join(_lines(lineage)) + "\n"


def write_dot(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write a lineage to a file as a graph in DOT; see `dot_text`.

    Returns
    -------
    tuple of Finding
        Nothing: DOT holds all of a lineage.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    write_whole(path, dot_text(lineage))
    return ()


def _lines(lineage: Lineage) -> Iterator[str]:
    graph = lineage.graph
    yield "digraph {"
    if graph.graph:
        yield f"    graph{_attributes(graph.graph)};"
    for id, fields in graph.nodes(data=True):
        named = {"label" if name == "name" else name: value for name, value in without_derived(fields).items()}
        yield f"    {_quoted(id)}{_attributes(named)};"
    for step in lineage.derivations:
        ends = f"{_quoted(step.parent)} -> {_quoted(step.child)}"
        yield f"    {ends}{_attributes(graph.edges[step.parent, step.child])};"
    yield "}"


def _attributes(values: Mapping[str, str]) -> str:
    listed = ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())
    return f" [{listed}]"


def _quoted(text: str) -> str:
    """A text as DOT has it: always in quotes, so that none is a keyword, a number, HTML or a port."""
    parts = [text[start : start + _LONGEST] for start in range(0, len(text), _LONGEST)]
    return " + ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)

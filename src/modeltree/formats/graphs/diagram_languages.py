r"""Graphs in the languages of diagram programs: Mermaid flowcharts, and DOT of Graphviz as plain data.

GitHub, GitLab and many notebooks draw Mermaid where it stands in Markdown. It has the names of the models and the
relations of the derivations; dates, organizations, sizes, notes and references it cannot hold, and no ids: those in
the text are made of them. Mermaid draws at most 500 arrows and 50,000 characters unless it is set up for more
(``maxEdges``, ``maxTextSize``); a larger lineage is written all the same.

DOT holds all of a lineage: graph, nodes and edges have the attributes that `modeltree.Lineage.graph` has, but a model's
name is its ``label``; for a diagram see `modeltree.to_dot`. DOT has no way to write a text that ends in a backslash, so
backslashes are doubled, as in Graphviz's own escapes: where a program gives the text as it stands in the file, ``\\``
is one backslash. The name of a node that begins with a percent sign has one before it: to Graphviz, nodes so named have
no name. Nothing else needs to be undone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from modeltree._util.files import write_whole
from modeltree.findings import Finding, shown
from modeltree.formats.graphs.graph_claims import graph_to_write
from modeltree.formats.repair.record_findings import losses
from modeltree.lineage import Lineage

__all__ = ["Direction", "dot_text", "mermaid_text", "write_dot", "write_mermaid"]

Direction = Literal["LR", "RL", "TB", "BT"]
"""The direction of descent: from left to right, from right to left, down, or up."""

_NO_LETTER = re.compile("[^A-Za-z0-9]+")
_LETTER = re.compile(r"[^\W\d]")
_PLAIN = " -.,()/"
# Graphviz reads no quoted text of more than 16384 bytes, but any number of them joined by "+".
_LONGEST = 4000


def mermaid_text(lineage: Lineage, direction: Direction = "LR") -> str:
    """A lineage as the text of a Mermaid flowchart: the models in date order, then the derivations.

    Examples
    --------
    >>> from modeltree import Derivation, Model
    >>> models = [Model(id="llama-2", name="LLaMA #2"), Model(id="vicuna", name="Vicuna")]
    >>> edge = Derivation(parent="llama-2", child="vicuna", relation="finetune")
    >>> print(mermaid_text(Lineage(models, [edge])), end="")
    flowchart LR
        m_llama_2["LLaMA #35;2"]
        m_vicuna["Vicuna"]
        m_llama_2 -->|"finetune"| m_vicuna
    """
    if direction not in get_args(Direction):
        raise ValueError(f"{shown(direction)} is no direction; there are {', '.join(get_args(Direction))}")
    nodes = _node_names(lineage)
    lines = [f"flowchart {direction}"]
    lines += [f'    {nodes[model.id]}["{_escaped(model.name)}"]' for model in lineage.models]
    lines += [f'    {nodes[edge.parent]} -->|"{edge.relation}"| {nodes[edge.child]}' for edge in lineage.derivations]
    return "\n".join(lines) + "\n"


def write_mermaid(lineage: Lineage, path: str | os.PathLike[str], direction: Direction = "LR") -> tuple[Finding, ...]:
    """Write a Mermaid flowchart, and return a finding for each sort of thing that it cannot hold."""
    write_whole(path, mermaid_text(lineage, direction))
    return losses(lineage, "Mermaid", models=("name",), derivations=("relation",))


def _node_names(lineage: Lineage) -> dict[str, str]:
    """A name for each node that is no word of the language, as ``end`` would be; of Latin letters and digits only."""
    names: dict[str, str] = {}
    counts: dict[str, int] = {}  # of each name, how often it was wanted
    for model in sorted(lineage.models, key=lambda model: model.id):
        stem = f"m_{_NO_LETTER.sub('_', model.id).strip('_')[:100]}"
        name = stem
        while name in counts:
            counts[stem] += 1
            name = f"{stem}_{counts[stem]}"
        counts[name] = 1
        names[model.id] = name
    return names


def _escaped(text: str) -> str:
    """A text in which nothing means anything to Mermaid, to Markdown, which it reads in labels, or to HTML."""
    first = _LETTER.search(text)
    begun = first.end() if first else len(text)  # up to there, hyphens, digits and dots could begin a list
    return "".join(
        letter
        if letter.isalnum() or (index >= begun and letter in _PLAIN and text[index : index + 2] != "  ")
        else f"#{ord(letter)};"
        for index, letter in enumerate(text)
    )


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
    return "\n".join(_dot_lines(lineage)) + "\n"


def write_dot(lineage: Lineage, path: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Write a graph in DOT, which holds all of a lineage."""
    write_whole(path, dot_text(lineage))
    return ()


def _dot_lines(lineage: Lineage) -> Iterator[str]:
    graph = graph_to_write(lineage)
    yield "digraph {"
    if graph.graph:
        yield f"    graph{_attributes(graph.graph)};"
    for id, fields in graph.nodes(data=True):
        named = {"label" if name == "name" else name: value for name, value in fields.items()}
        yield f"    {_node_name(id)}{_attributes(named)};"
    for edge in lineage.derivations:
        ends = f"{_node_name(edge.parent)} -> {_node_name(edge.child)}"
        yield f"    {ends}{_attributes(graph.edges[edge.parent, edge.child])};"
    yield "}"


def _node_name(id: str) -> str:
    return _quoted(id).replace('"%', '"\\%', 1) if id.startswith("%") else _quoted(id)


def _attributes(values: Mapping[str, str]) -> str:
    listed = ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())
    return f" [{listed}]"


def _quoted(text: str) -> str:
    """A text as DOT has it: always in quotes, so that none is a keyword, a number, HTML or a port."""
    parts = [text[start : start + _LONGEST] for start in range(0, len(text), _LONGEST)]
    return " + ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)

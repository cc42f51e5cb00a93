"""Graphs as the whole texts that their files have."""

from __future__ import annotations

from typing import Any

from modeltree.formats.graphs.json_graphs import cytoscape_pieces, node_link_pieces
from modeltree.formats.graphs.text_graphs import dot_lines, mermaid_lines
from modeltree.formats.graphs.xml_graphs import graphml_pieces
from modeltree.lineage import Lineage


def node_link_text(lineage: Lineage) -> str:
    return "".join(node_link_pieces(lineage))


def cytoscape_text(lineage: Lineage) -> str:
    return "".join(cytoscape_pieces(lineage))


def graphml_text(lineage: Lineage) -> str:
    return "".join(graphml_pieces(lineage))


def dot_text(lineage: Lineage) -> str:
    return "".join(dot_lines(lineage))


def mermaid_text(lineage: Lineage, *direction: Any) -> str:
    return "".join(mermaid_lines(lineage, *direction))

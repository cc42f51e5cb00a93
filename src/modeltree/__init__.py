"""modeltree: the genealogy of AI models.

Models are nodes and derivations are edges of a directed acyclic graph that can be asked, grouped and drawn:

>>> import modeltree
>>> lineage = modeltree.datasets.load("survey")
>>> lineage.family("Vicuna").name
'LLaMA'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modeltree import datasets as datasets
    from modeltree import hub as hub
    from modeltree.ancestry import AncestryIndex as AncestryIndex
    from modeltree.columns import Columns as Columns
    from modeltree.dates import PartialDate as PartialDate
    from modeltree.diagrams import save_diagram as save_diagram
    from modeltree.diagrams import to_dot as to_dot
    from modeltree.errors import AmbiguousNameError as AmbiguousNameError
    from modeltree.errors import CatalogError as CatalogError
    from modeltree.errors import CycleError as CycleError
    from modeltree.errors import IndexFileError as IndexFileError
    from modeltree.errors import InvalidDateError as InvalidDateError
    from modeltree.errors import LayoutError as LayoutError
    from modeltree.errors import LineageError as LineageError
    from modeltree.errors import ModelTreeError as ModelTreeError
    from modeltree.errors import NoPathError as NoPathError
    from modeltree.errors import SourceError as SourceError
    from modeltree.errors import UnknownModelError as UnknownModelError
    from modeltree.families import Family as Family
    from modeltree.figures import evolution_axes as evolution_axes
    from modeltree.figures import evolution_figure as evolution_figure
    from modeltree.figures import evolution_layout as evolution_layout
    from modeltree.figures import family_tree_axes as family_tree_axes
    from modeltree.figures import family_tree_figure as family_tree_figure
    from modeltree.figures import family_tree_layout as family_tree_layout
    from modeltree.figures import save_figure as save_figure
    from modeltree.findings import Finding as Finding
    from modeltree.findings import FindingsWarning as FindingsWarning
    from modeltree.findings import Position as Position
    from modeltree.findings import Severity as Severity
    from modeltree.formats import Policy as Policy
    from modeltree.formats import Reading as Reading
    from modeltree.formats import load as load
    from modeltree.formats import read as read
    from modeltree.formats import save as save
    from modeltree.formats.cards import read_model_cards as read_model_cards
    from modeltree.formats.catalog import read_catalog as read_catalog
    from modeltree.formats.graphs.cyclonedx import read_cyclonedx as read_cyclonedx
    from modeltree.formats.graphs.cytoscape import read_cytoscape as read_cytoscape
    from modeltree.formats.graphs.gexf import read_gexf as read_gexf
    from modeltree.formats.graphs.graphml import read_graphml as read_graphml
    from modeltree.formats.graphs.node_link import read_node_link as read_node_link
    from modeltree.formats.printed.latex import read_latex as read_latex
    from modeltree.formats.printed.markdown import read_markdown as read_markdown
    from modeltree.formats.tables import read_table as read_table
    from modeltree.formats.trackers.ecosystem_graphs import read_ecosystem_graphs as read_ecosystem_graphs
    from modeltree.formats.trackers.epoch import read_epoch as read_epoch
    from modeltree.formats.weights.gguf import read_gguf as read_gguf
    from modeltree.formats.weights.mergekit import read_mergekit as read_mergekit
    from modeltree.formats.weights.peft import read_peft as read_peft
    from modeltree.formats.weights.safetensors import read_safetensors as read_safetensors
    from modeltree.genealogy import Collapse as Collapse
    from modeltree.layout.geometry import Layout as Layout
    from modeltree.lineage import Growth as Growth
    from modeltree.lineage import Kinship as Kinship
    from modeltree.lineage import Lineage as Lineage
    from modeltree.lineage import Period as Period
    from modeltree.overviews import family_size_figure as family_size_figure
    from modeltree.overviews import growth_figure as growth_figure
    from modeltree.overviews import largest_families_figure as largest_families_figure
    from modeltree.pages import lineage_page as lineage_page
    from modeltree.pages import save_page as save_page
    from modeltree.records import About as About
    from modeltree.records import Correction as Correction
    from modeltree.records import Derivation as Derivation
    from modeltree.records import Licence as Licence
    from modeltree.records import Links as Links
    from modeltree.records import Model as Model
    from modeltree.records import Organization as Organization
    from modeltree.records import ParameterCount as ParameterCount
    from modeltree.records import Reference as Reference
    from modeltree.records import Relation as Relation

# What is public, and the module that has it: nothing is imported before it is asked for.
_HOMES = {
    "ancestry": ["AncestryIndex"],
    "columns": ["Columns"],
    "dates": ["PartialDate"],
    "errors": [
        "AmbiguousNameError", "CatalogError", "CycleError", "IndexFileError", "InvalidDateError", "LayoutError",
        "LineageError", "ModelTreeError", "NoPathError", "SourceError", "UnknownModelError",
    ],
    "diagrams": ["save_diagram", "to_dot"],
    "families": ["Family"],
    "figures": [
        "evolution_axes", "evolution_figure", "evolution_layout", "family_tree_axes", "family_tree_figure",
        "family_tree_layout", "save_figure",
    ],
    "findings": ["Finding", "FindingsWarning", "Position", "Severity"],
    "formats": ["Policy", "Reading", "load", "read", "save"],
    "formats.cards": ["read_model_cards"],
    "formats.catalog": ["read_catalog"],
    "formats.graphs.cyclonedx": ["read_cyclonedx"],
    "formats.graphs.cytoscape": ["read_cytoscape"],
    "formats.graphs.gexf": ["read_gexf"],
    "formats.graphs.graphml": ["read_graphml"],
    "formats.graphs.node_link": ["read_node_link"],
    "formats.printed.latex": ["read_latex"],
    "formats.printed.markdown": ["read_markdown"],
    "formats.tables": ["read_table"],
    "formats.trackers.ecosystem_graphs": ["read_ecosystem_graphs"],
    "formats.trackers.epoch": ["read_epoch"],
    "formats.weights.gguf": ["read_gguf"],
    "formats.weights.mergekit": ["read_mergekit"],
    "formats.weights.peft": ["read_peft"],
    "formats.weights.safetensors": ["read_safetensors"],
    "layout.geometry": ["Layout"],
    "genealogy": ["Collapse"],
    "lineage": ["Growth", "Kinship", "Lineage", "Period"],
    "overviews": ["family_size_figure", "growth_figure", "largest_families_figure"],
    "pages": ["lineage_page", "save_page"],
    "records": [
        "About", "Correction", "Derivation", "Licence", "Links", "Model", "Organization", "ParameterCount",
        "Reference", "Relation",
    ],
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = ["__version__", "datasets", "hub", *sorted(_HOME_OF)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name in ("datasets", "hub"):
        return importlib.import_module(f"modeltree.{name}")
    if name in _HOME_OF:
        value = getattr(importlib.import_module(f"modeltree.{_HOME_OF[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'modeltree' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)

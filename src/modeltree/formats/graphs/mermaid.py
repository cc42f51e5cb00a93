"""A lineage as a Mermaid flowchart, which GitHub, GitLab and many notebooks draw where it stands in Markdown.

It has the names of the models and the relations of the derivations. Dates, makers, sizes, notes and references it
cannot hold, and no ids: those in the text are made of them. Mermaid draws at most 500 arrows and 50,000 characters
unless it is set up for more (``maxEdges``, ``maxTextSize``); a larger lineage is written all the same.
"""

from __future__ import annotations

import os
import re
from typing import Literal, get_args

from modeltree._util.files import write_whole
from modeltree.findings import Finding, shown
from modeltree.formats.repair.record_findings import losses
from modeltree.lineage import Lineage

__all__ = ["Direction", "mermaid_text", "write_mermaid"]

Direction = Literal["LR", "RL", "TB", "BT"]
"""Which way descent runs: from left to right, from right to left, down, or up."""

_NO_LETTER = re.compile("[^A-Za-z0-9]+")
_LETTER = re.compile(r"[^\W\d]")
_PLAIN = " -.,()/"


def mermaid_text(lineage: Lineage, direction: Direction = "LR") -> str:
    """A lineage as the text of a Mermaid flowchart: the models in date order, then the derivations.

    Parameters
    ----------
    lineage : Lineage
        What to write.
    direction : {"LR", "RL", "TB", "BT"}
        Which way descent runs.

    Raises
    ------
    ValueError
        When the direction is another.

    Examples
    --------
    >>> from modeltree import Derivation, Model
    >>> models = [Model(id="llama-2", name="LLaMA #2"), Model(id="vicuna", name="Vicuna")]
    >>> step = Derivation(parent="llama-2", child="vicuna", relation="finetune")
    >>> print(mermaid_text(Lineage(models, [step])), end="")
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
    lines += [f'    {nodes[step.parent]} -->|"{step.relation}"| {nodes[step.child]}' for step in lineage.derivations]
    return "\n".join(lines) + "\n"


def write_mermaid(lineage: Lineage, path: str | os.PathLike[str], direction: Direction = "LR") -> tuple[Finding, ...]:
    """Write a lineage to a file as a Mermaid flowchart; see `mermaid_text`.

    Returns
    -------
    tuple of Finding
        What of this lineage a flowchart cannot hold.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    write_whole(path, mermaid_text(lineage, direction))
    return losses(lineage, "Mermaid", models=("name",), derivations=("relation",))


def _node_names(lineage: Lineage) -> dict[str, str]:
    """A name for each node that is no word of the language, as ``end`` would be; of Latin letters and digits only."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for model in sorted(lineage.models, key=lambda model: model.id):
        stem = f"m_{_NO_LETTER.sub('_', model.id).strip('_')[:100]}"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}_{number}"
        taken.add(name)
        names[model.id] = name
    return names


def _escaped(text: str) -> str:
    """A text in which nothing means anything to Mermaid, to Markdown, which it reads in labels, or to HTML."""
    first = _LETTER.search(text)
    begun = first.end() if first else len(text)  # up to there, hyphens, digits and dots could begin a list
    return "".join(
        letter
        if letter.isalnum() or (place >= begun and letter in _PLAIN and text[place : place + 2] != "  ")
        else f"#{ord(letter)};"
        for place, letter in enumerate(text)
    )

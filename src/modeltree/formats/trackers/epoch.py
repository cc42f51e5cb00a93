"""The tables of Epoch AI: notable, frontier, large-scale and all models, each as CSV with one row for a model.

Only the column with the names (``Model``, in old tables ``System``) must be there. Where
another column is missing, only its fields are.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from modeltree.findings import Position, SourceError, shown
from modeltree.formats.parsing.csvtree import CsvTable, read_csv
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.formats.trackers import check_size
from modeltree.records import Relation
from modeltree.values.addresses import arxiv_reference, link_field
from modeltree.values.quantities import parse_count

_NAMES = ("Model", "System")
_BASE = "Base model"
_COLUMNS = {"released": "Publication date", "organizations": "Organization", "sizes": "Parameters", "domain": "Domain"}
_COLUMNS |= {"openness": "Model accessibility", "access": "Model accessibility", "links": "Link", "references": "Link"}

# The words for how one gets at a model, as openness and access; the last are of old tables.
_ACCESSIBILITY: Mapping[str, tuple[str | None, str | None]] = {
    "open weights (unrestricted)": ("open", "open-weights"),
    "open weights (restricted use)": ("open", "open-weights"),
    "open weights (non-commercial)": ("open", "open-weights"),
    "api access": ("closed", "api-only"),
    "hosted access (no api)": ("closed", None),
    "unreleased": ("closed", "unreleased"),
    "limited access": (None, None),
    "unknown": (None, None),
    "open source": ("open", "open-weights"),
    "open access (unrestricted)": ("open", "open-weights"),
    "open access (restricted use)": ("open", "open-weights"),
    "open access (non-commercial)": ("open", "open-weights"),
}
_SCIENCES = {"biology", "medicine", "earth science", "materials science", "astronomy", "physics", "chemistry"}
_ITEM = re.compile(r'\s*+(?:"((?:[^"]|"")*+)"(?=\s*+(?:,|\Z))|([^,]*+))\s*+(,?)')
_MOST_COMMAS = 7  # in the name of a model


class _Item(NamedTuple):
    """A text that commas separate from others, whether it is in quotes, and whether ", " follows it."""

    name: str
    quoted: bool
    space: bool


@reader
def read_epoch(path: str | os.PathLike[str], *, aliases: Mapping[str, str] | None = None) -> Claims:
    r"""Read a table of Epoch AI, as ``notable_ai_models.csv`` and ``all_ai_models.csv``.

    Names of models are exact.

    - ``Base model`` has the models that a model was fine-tuned or trained further from. The table does not tell these
      apart: each derivation is a ``finetune``, with one finding of kind ``"inferred-relation"``. Commas separate
      several. A name with a comma is in quotes, or is recognized as the name of a listed model, the longest first; any
      other text with a comma and a space is split, with a finding.
    - ``Model accessibility`` gives openness and access: open weights are ``open`` whatever their license, hosted access
      without an interface is ``closed``. Where it is empty, ``Open model weights?`` gives the openness.
    - ``Parameters`` is a number, also as ``1.75e+11``.
    - ``Domain`` is ``multimodal`` where that is among the words, ``language`` where it is the only one, and
      ``scientific`` where all are sciences.
    - ``Organization``, several separated by commas without a space; ``Publication date``; and ``Link``, where papers
      on arXiv become references.

    The table has no licenses. Compute, hardware, data, notes and the other columns are not read.
    """
    table = read_csv(Path(path))
    claims = Claims(names=True, exact=True)
    claims.findings.extend(table.problems)
    column = next((name for name in _NAMES if name in table.columns), None)
    if column is None:
        if table.columns:
            hint = f"there are {', '.join(table.columns)[:200]}"
            claims.report("missing-key", "the table has no column 'Model'", hint, where=table.position())
        raise SourceError(claims.findings)
    listed = {row[column].strip() for row in table.rows} | set(aliases or {})
    inferred: Position | None = None
    for index, row in enumerate(table.rows):
        name = row[column].strip()
        if not name:
            where = table.position(index)
            claims.report("missing-key", "a row without the name of a model", None, where=where, done="it is left out")
            continue
        child = claims.add(name, partial(_position, table, index, column), _fields(row))
        check_size(len(claims.models), 0, Position(table.path))
        if row.get(_BASE, "").strip():
            where = table.position(index, _BASE)
            inferred = inferred or where
            for base in _bases(row[_BASE], listed, name, where, claims):
                claims.derive(child, base, Relation.FINETUNE, where)
                check_size(0, len(claims.derivations), where)
    if not claims.models:
        claims.report("no-files", "the table has no model", where=table.position())
        raise SourceError(claims.findings)
    if inferred:
        message = "a base model is one that a model was fine-tuned or trained further from"
        claims.report("inferred-relation", f"{message}: all are taken for 'finetune'", where=inferred)
    return claims


def _position(table: CsvTable, row: int, names: str, at: tuple[str | int, ...] = ()) -> Position:
    """The position that a field of a model is read from."""
    column = names if at[:1] == ("name",) else _COLUMNS.get(str(at[0]), "") if at else ""
    return table.position(row, column)


def _fields(row: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a record."""
    openness, access = _accessibility(row)
    size = row.get("Parameters", "").strip()
    references: list[str] = []
    links: dict[str, str] = {}
    for word in row.get("Link", "").split():
        address = word.rstrip(",;")
        if reference := arxiv_reference(address):
            references.append(reference)
        elif address:
            links.setdefault(link_field(address), address)
    return {
        "openness": openness,
        "access": access,
        "domain": _domain(row.get("Domain", "")),
        "released": row.get("Publication date", "").strip() or None,
        "organizations": _organizations(row.get("Organization", "")) or None,
        "sizes": [parse_count(size)] if size else None,
        "references": list(dict.fromkeys(references)) or None,
        "links": links or None,
    }


def _accessibility(row: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Openness and access; a word that is not known is handed on, to be reported."""
    written = row.get("Model accessibility", "").strip()
    if not written:
        weights = row.get("Open model weights?", "").strip().lower()
        return {"yes": "open", "no": "closed"}.get(weights), None
    return _ACCESSIBILITY.get(written.lower(), (None, written))


def _domain(written: str) -> str | None:
    words = {word.strip().lower() for word in written.split(",")} - {""}
    if "multimodal" in words or words == {"language"}:
        return "multimodal" if "multimodal" in words else "language"
    return "scientific" if words and words <= _SCIENCES else None


def _items(written: str) -> Iterator[_Item]:
    """The texts that the commas of a cell separate."""
    text = written.strip()
    for match in _ITEM.finditer(text):
        quoted, plain, comma = match.groups()
        name = (plain if quoted is None else quoted.replace('""', '"')).strip()
        if name:
            yield _Item(name, quoted is not None, bool(comma) and text[match.end() : match.end() + 1] == " ")
        if not comma:
            return


def _organizations(written: str) -> list[str]:
    """The organizations of a cell; a comma with a space behind it is part of a name, as in "Baidu, Inc."."""
    names: list[str] = []
    goes_on = False
    for name, _, space in _items(written):
        if goes_on:
            names[-1] += f", {name}"
        else:
            names.append(name)
        goes_on = space
    return names


def _bases(written: str, listed: set[str], child: str, where: Position, claims: Claims) -> Iterator[str]:
    """The base models that a cell names: the longest names that are listed, else what the commas separate."""
    text = written.strip()
    items = [_Item(text, False, False)] if text in listed else list(_items(text))
    start = 0
    while start < len(items):
        name, quoted, space = items[start]
        length = 1
        for end in range(min(len(items), start + _MOST_COMMAS + 1), start + 1, -1):
            joined = ", ".join(item.name for item in items[start:end])
            if not quoted and joined in listed:
                name, length = joined, end - start
                break
        start += length
        if space and length == 1 and not quoted and name not in listed:
            message = f"base model {shown(text)} of {shown(child)}: {shown(name)} is not listed, and ', ' follows it"
            hint = "put a name with a comma in quotes"
            claims.report("read-as", message, hint, where=where, done="it is taken for a name by itself")
        yield name

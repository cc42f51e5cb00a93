"""Models as rows, for pandas, polars and whatever else takes tables."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from modeltree.findings import MissingExtraError
from modeltree.graph.index import AncestryIndex
from modeltree.records import Derivation, Model

__all__ = ["Rows", "edge_rows", "model_rows"]

Row = dict[str, Any]

_LISTS = ("aliases", "organizations", "references", "parents", "children")


def model_rows(models: Sequence[Model], index: AncestryIndex) -> Rows:
    """A row for each model; `modeltree.Lineage.to_records` says what is in it.

    Parameters
    ----------
    models : sequence of Model
        In date order; their indices are the nodes of the index.
    index : AncestryIndex
        Their parents and children.
    """
    rows = []
    for node, model in enumerate(models):
        row = model.model_dump(mode="json", exclude={"links", "license", "corrections", "sizes"})
        row["sizes"] = [int(size) for size in model.sizes]
        row["license"] = model.license.name if model.license else None
        row["license_spdx"] = model.license.spdx if model.license else None
        row |= {f"link_{kind}": address for kind, address in model.links}
        row["parents"] = [models[parent].id for parent in index.parents[node]]
        row["children"] = [models[child].id for child in index.children[node]]
        rows.append(row)
    return Rows(rows)


def edge_rows(derivations: Iterable[Derivation]) -> Rows:
    """A row for each derivation; `modeltree.Lineage.derivations_to_records` says what is in it."""
    return Rows([derivation.model_dump(mode="json") for derivation in derivations])


class Rows:
    """Dictionaries with the same keys, to be read like a list.

    It is no `collections.abc.Sequence`: of those polars takes the types of the columns from the first hundred rows,
    and fails where a value comes later. From this it takes them as Arrow, with the types that they have.

    Parameters
    ----------
    rows : list of dict
        Of texts, integers, lists of these, and None.
    """

    __slots__ = ("_rows",)
    __hash__ = None  # type: ignore[assignment]  # a list has none either

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        return self._rows[index]

    def __eq__(self, other: object) -> bool:
        return self._rows == (other._rows if isinstance(other, Rows) else other)

    def __repr__(self) -> str:
        return repr(self._rows)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as an Arrow stream."""
        try:
            polars = importlib.import_module("polars")
        except ImportError:
            raise MissingExtraError("rows become Arrow by polars: pip install polars") from None
        texts = polars.List(polars.String)
        types = {name: texts if name in _LISTS else polars.String for name in (self._rows[0] if self._rows else ())}
        if "sizes" in types:
            types["sizes"] = polars.List(polars.Int64)
        return polars.DataFrame(self._rows, schema=types).__arrow_c_stream__(requested_schema)

"""The rows that are read row by row: those that are not plain, and all plain ones that they may have to do with.

More rows than needed change nothing but the time that it takes; one too few would change the lineage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy
from numpy.typing import NDArray

from modeltree.findings import Finding, SourceError
from modeltree.formats.repair.audit import MOST
from modeltree.formats.repair.claims import ClaimedDerivation, ClaimedModel, Claims, display_name, slug
from modeltree.formats.tables.requests import FieldTable, ReadOptions
from modeltree.formats.tables.row_claims import read_edges, read_nodes, read_organizations
from modeltree.formats.tables.screening import FieldValues
from modeltree.formats.tables.table_arrays import TableArrays, reaching_cycles
from modeltree.values.addresses import repository_in_cache
from modeltree.values.names import possible_parents

__all__ = ["MAX_ROWS", "DirtyRows"]

MAX_ROWS = 2_000_000
"""The most rows that are read row by row where others are read as columns."""

_NUMBERED = re.compile(r"(.*)-[0-9]+", re.DOTALL)
_STEM = 290  # of an id that a number is added to
_NEVER = 1 << 60


class DirtyRows:
    """What is read row by row of some tables.

    Attributes
    ----------
    full : array of bool
        The rows of models that are read row by row.
    light : array of bool
        Those of which id and date are read as well, since a derivation or an id needs them.
    """

    def __init__(self, arrays: TableArrays, options: ReadOptions) -> None:
        self.arrays, self.options = arrays, options
        self.full = ~(arrays.right & arrays.named)
        self.light = numpy.zeros(arrays.count, dtype=bool)
        if arrays.tables.nodes is not None and arrays.texts.have_arrows:
            self.full[:] = True  # what a row derives from stands above it
        self._aliases: dict[str, list[int]] = {}
        self._include_shared_aliases()
        self._include_organizations()
        known = numpy.flatnonzero(arrays.ids >= 0)[:1]
        self.light[known] = arrays.tables.nodes is not None  # its position has the path of all
        self._follow(self.claims())

    def claims(self) -> Claims:
        """What the rows say that are read so far."""
        tables, options = self.arrays.tables, self.options
        claims = Claims(findings=list(tables.findings))
        if tables.nodes is not None:
            inner = next((edges.dirty for edges in self.arrays.edges if edges.within), numpy.zeros_like(self.full))
            unread = numpy.flatnonzero(self.arrays.ids < 0)[MOST:]
            wanted = self.full | self.light | inner
            wanted[unread] = False
            rows = self._bounded(numpy.flatnonzero(wanted), tables.nodes)
            bare, childless = rows[~self.full[rows]].tolist(), rows[~inner[rows]].tolist()
            read_nodes(claims, tables.nodes, options, rows.tolist(), bare, childless, len(unread))
        if tables.edges is not None:
            outer, unread = next((edges.dirty, edges.unread) for edges in self.arrays.edges if not edges.within)
            rows = self._bounded(numpy.setdiff1d(numpy.flatnonzero(outer), unread, assume_unique=True), tables.edges)
            read_edges(claims, tables.edges, options, rows.tolist(), len(unread))
        if tables.nodes is None:
            self._add_named(claims)
        if tables.organizations is not None:
            read_organizations(claims, tables.organizations, options.separator)
        return claims

    @staticmethod
    def _bounded(rows: NDArray[Any], table: FieldTable) -> NDArray[Any]:
        if len(rows) > MAX_ROWS:
            message = f"{len(rows):,} rows have faults, or are as others; {MAX_ROWS:,} are looked at one by one"
            hint = "remove duplicates, or split it into several"
            raise SourceError([Finding("too-large", message, hint, position=table.table.position(None, None))])
        return rows

    # Names

    def _include_shared_aliases(self) -> None:
        """Include rows whose aliases also name others, and those others."""
        values = self.arrays.fields.get("aliases")
        if values is None:
            return
        assert isinstance(values, FieldValues)  # lists of texts
        for row in numpy.flatnonzero(values.known & self.arrays.named).tolist():
            for alias in values.values[values.codes[row]]:
                self._aliases.setdefault(alias, []).append(row)
        others = self._rows_called(self._aliases)
        for alias, owners in self._aliases.items():
            if len(owners) > 1 or alias in others:
                self.full[[*owners, *others.get(alias, ())]] = True

    def _rows_called(self, words: Iterable[str]) -> dict[str, list[int]]:
        """The rows whose id or name is one of some words."""
        arrays, wanted = self.arrays, dict.fromkeys(words)
        found = {word: [row] for word, row in arrays.rows_with_id(arrays.texts.find(wanted)).items()}
        names = arrays.fields.get("name")
        if names is not None and wanted:
            for word, rows in names.rows_of(wanted).items():
                found.setdefault(word, []).extend(rows)
        return found

    def _include_organizations(self) -> None:
        """Include the first row that names each organization that is not its own id or may collide with one."""
        written, tables = self.arrays.organizations, self.arrays.tables
        if written is None or tables.nodes is None:
            return
        listed = Claims(organizations=[dict(fields) for fields in tables.nodes.table.organizations])
        if tables.organizations is not None:
            read_organizations(listed, tables.organizations, self.options.separator)
        names = {str(fields.get("name", "")).strip() for fields in listed.organizations}
        lists = [value if good else None for value, good in zip(written.values, written.right, strict=True)]
        items = {item for value in lists for item in value or ()}
        odd = {item for item in items if item != slug(item) or item in names}
        stems = {slug(item)[:_STEM] for item in odd}
        special = odd | {item for item in items if any(stem in stems for stem in _stems(item))}
        codes = [code for code, value in enumerate(lists) if value and not special.isdisjoint(value)]
        if codes:
            rows = numpy.flatnonzero(self.arrays.named & numpy.isin(written.codes, codes))
            self.full[rows[numpy.unique(written.codes[rows], return_index=True)[1]]] = True

    # What else it takes

    def _follow(self, claims: Claims) -> None:
        """Include what the rows that are read so far may have to do with."""
        arrays = self.arrays
        words = set(self._words(claims))
        rows_of = arrays.rows_with_id(arrays.texts.find(words))
        self.light[list(rows_of.values())] = True
        called = {alias for model in claims.models for alias in _other_names(model)} | set(self.options.aliases)
        for rows in self._rows_called(called).values():
            self.full[rows] = True
        for word in words & self._aliases.keys():
            self.full[self._aliases[word]] = True
        if not arrays.edges:
            return
        self._include_edges(*self._candidates(claims, rows_of))
        for edges in arrays.edges:
            again = edges.dirty[edges.rows]
            ends = numpy.concatenate([edges.parent[again], edges.child[again]])
            self.light[ends[ends >= 0]] = True
            if edges.within:
                self.light |= edges.dirty

    def _words(self, claims: Claims) -> Iterator[str]:
        """All words that the models and derivations of some claims may be called by."""
        aliases = self.options.aliases
        names: dict[str, None] = dict.fromkeys([model.name for model in claims.models])
        for edge in claims.derivations:
            for end in (edge.child, edge.parent):
                for name in possible_parents(end) if isinstance(end, str) else ():
                    names[name.strip()] = names[aliases.get(name.strip(), name.strip())] = None
        names |= dict.fromkeys([*aliases, *aliases.values()])
        slugs: dict[str, int] = {}
        for name in names:
            id = slug(name)
            yield from (name, display_name(name, id), id)
            if cached := repository_in_cache(name):
                yield from (cached, aliases.get(cached, cached))
            slugs[id[:_STEM]] = slugs.get(id[:_STEM], 0) + 1
        for model in claims.models:
            yield from _other_names(model)
        yield from self._numbered(slugs, names)

    def _numbered(self, slugs: Mapping[str, int], names: Iterable[str]) -> Iterator[str]:
        """The ids that are made of others with a number, as many as may be needed."""
        taken = set(names)
        left = dict(slugs)
        start = dict.fromkeys(left, 2)
        while left:
            candidates = {
                stem: [f"{stem}-{start[stem] + more}" for more in range(count)] for stem, count in left.items()
            }
            every = [word for words in candidates.values() for word in words]
            yield from every
            there = self.arrays.rows_with_id(self.arrays.texts.find(every)).keys() | taken.intersection(every)
            start = {stem: start[stem] + len(words) for stem, words in candidates.items()}
            left = {stem: sum(word in there for word in words) for stem, words in candidates.items()}
            left = {stem: count for stem, count in left.items() if count}

    def _candidates(self, claims: Claims, rows_of: Mapping[str, int]) -> tuple[NDArray[Any], NDArray[Any], int]:
        """Every pair of models that a claimed derivation may be of: rows, and numbers above for what has none."""
        arrays, aliases = self.arrays, self.options.aliases
        made: dict[str, set[str]] = {}
        owners: dict[str, set[str]] = {}
        for model in claims.models:
            if (id := slug(model.name)) != model.name:
                made.setdefault(id[:_STEM], set()).add(model.name)
            for alias in _other_names(model):
                owners.setdefault(alias, set()).add(model.name)
        extra: dict[str, int] = {}

        def node(name: str) -> int:
            return rows_of[name] if name in rows_of else extra.setdefault(name, arrays.count + len(extra))

        kept: dict[str, tuple[int, ...]] = {}

        def nodes(written: str) -> tuple[int, ...]:
            if written not in kept:
                name = aliases.get(written.strip(), written.strip())
                found = {node(name), *self._aliases.get(name, ())}
                while name in aliases and (row := node(name := aliases[name])) not in found:
                    found |= {row, *self._aliases.get(name, ())}
                also = {*owners.get(name, ()), *(other for stem in _stems(name) for other in made.get(stem, ()))}
                if cached := repository_in_cache(name):
                    found |= {node(cached), *self._aliases.get(cached, ())}
                    also |= owners.get(cached, set())
                kept[written] = tuple(found | {node(other) for other in also})
            return kept[written]

        pairs = {
            (parent, child)
            for edge in claims.derivations
            for child in nodes(_child(edge, claims))
            for name in possible_parents(edge.parent)
            for parent in nodes(name)
            if parent != child
        }
        ends = numpy.array(sorted(pairs), dtype=numpy.int64).reshape(-1, 2)
        return ends[:, 0], ends[:, 1], arrays.count + len(extra)

    def _include_edges(self, parents: NDArray[Any], children: NDArray[Any], count: int) -> None:
        """Include what has the ends of another that is read row by row, and what leads into a cycle."""
        arrays = self.arrays
        keys = parents * (arrays.count + 1) + children
        keys = keys[(parents < arrays.count) & (children < arrays.count)]
        up, down = [parents], [children]
        for edges in arrays.edges:
            up.append(edges.parent[edges.plain].astype(numpy.int64))
            down.append(edges.child[edges.plain].astype(numpy.int64))
        cyclic = reaching_cycles(count, numpy.concatenate(up), numpy.concatenate(down))
        for edges in arrays.edges:
            also = edges.plain & cyclic[edges.child]
            if len(keys):
                also |= edges.plain & numpy.isin(arrays.pair_keys(edges), keys)
            edges.dirty[edges.rows[also]] = True

    # Tables of derivations alone

    def _add_named(self, claims: Claims) -> None:
        """Make models of what derivations name, in the order in which they first stand in the whole table."""
        order: dict[str, tuple[int, int]] = {}
        wheres: dict[str, Any] = {}
        for index, edge in enumerate(claims.derivations):
            for end, name in enumerate((edge.parent, edge.child)):
                assert isinstance(name, str)
                order.setdefault(name, (edge.where.args[0], 2 * index + end))  # type: ignore[union-attr]
                wheres.setdefault(name, edge.where)
        firsts, table = self.first_named, self.arrays.tables.edges
        assert table is not None
        hits = self.arrays.texts.find(order)
        light = numpy.flatnonzero(self.light)
        hits |= dict(zip(self.arrays.texts.texts(light), light.tolist(), strict=True))
        for name, index in hits.items():
            row, end = divmod(int(firsts[index]), 2)
            if firsts[index] < _NEVER and (name not in order or (row, end) < order[name]):
                order[name] = (row, end)
                wheres[name] = partial(table.position, row)
        for name in sorted(order, key=order.__getitem__):
            claims.add(name, wheres[name])

    @property
    def first_named(self) -> NDArray[numpy.int64]:
        """For each text twice the row where it first stands in plain rows, and one more where that is the child."""
        (edges,) = self.arrays.edges
        found = numpy.full(self.arrays.count, _NEVER, dtype=numpy.int64)
        kept = numpy.flatnonzero(edges.kept)[::-1]
        for end, ends in enumerate((edges.parent, edges.child)):
            first = numpy.full(self.arrays.count, _NEVER, dtype=numpy.int64)
            first[ends[kept]] = edges.rows[kept].astype(numpy.int64) * 2 + end
            found = numpy.minimum(found, first)
        return found


def _stems(name: str) -> Iterator[str]:
    """What a name may be made of by adding a number."""
    yield name[:_STEM]
    if numbered := _NUMBERED.fullmatch(name):
        yield numbered[1][:_STEM]


def _other_names(model: ClaimedModel) -> Iterator[str]:
    """The other names of a claimed model."""
    aliases = model.fields.get("aliases")
    for name in (model.fields.get("name"), *(aliases if isinstance(aliases, list) else (aliases,))):
        if isinstance(name, str):
            yield name
            yield name.strip()


def _child(edge: ClaimedDerivation, claims: Claims) -> str:
    return edge.child if isinstance(edge.child, str) else claims.models[edge.child].name

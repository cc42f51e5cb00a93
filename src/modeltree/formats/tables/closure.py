"""The rows that are read row by row: those that are not plain, and all plain ones that they may have to do with.

More rows than needed change nothing but the time that it takes; one too few would change the lineage.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy
from numpy.typing import NDArray

from modeltree.formats.repair.claims import ClaimedDerivation, ClaimedModel, Claims, display_name, slug
from modeltree.formats.repair.vocabulary import repository_in_cache
from modeltree.formats.tables.rows import read_edges, read_nodes, read_organizations
from modeltree.formats.tables.steps import reaching_cycles

if TYPE_CHECKING:
    from modeltree.formats.tables.whole import Whole
    from modeltree.formats.tables.wide import How

__all__ = ["Closure"]

_NUMBERED = re.compile(r"(.*)-[0-9]+", re.DOTALL)
_STEM = 290  # of an id that a number is added to


class Closure:
    """What is read row by row of some tables.

    Parameters
    ----------
    whole : Whole
        The tables.
    how : How
        What is done with them.

    Attributes
    ----------
    full : array of bool
        The rows of models that are read row by row.
    light : array of bool
        Those of which id and date are read as well, since a derivation or an id needs them.
    """

    def __init__(self, whole: Whole, how: How) -> None:
        self.whole, self.how = whole, how
        self.full = ~(whole.right & whole.named)
        self.light = numpy.zeros(whole.count, dtype=bool)
        self._aliases: dict[str, list[int]] = {}
        self._include_shared_aliases()
        self._include_organizations()
        known = numpy.flatnonzero(whole.ids >= 0)[:1]
        self.light[known] = whole.tables.nodes is not None  # it says the path for all
        self._follow(self.claims())

    def claims(self) -> Claims:
        """What the rows say that are read so far."""
        tables, options = self.whole.tables, self.how.options
        claims = Claims(findings=list(tables.findings))
        if tables.nodes is not None:
            inner = next((steps.troubled for steps in self.whole.steps if steps.within), numpy.zeros_like(self.full))
            rows = numpy.flatnonzero(self.full | self.light | inner)
            bare, childless = rows[~self.full[rows]].tolist(), rows[~inner[rows]].tolist()
            read_nodes(claims, tables.nodes, options, rows.tolist(), bare, childless)
        if tables.edges is not None:
            outer = next(steps.troubled for steps in self.whole.steps if not steps.within)
            read_edges(claims, tables.edges, options, numpy.flatnonzero(outer).tolist())
        if tables.nodes is None:
            self._add_named(claims)
        if tables.organizations is not None:
            read_organizations(claims, tables.organizations, options.separator)
        return claims

    # Names

    def _include_shared_aliases(self) -> None:
        """Rows whose aliases also name others, and those others."""
        values = self.whole.fields.get("aliases")
        if values is None:
            return
        codes = values.codes
        rows = numpy.flatnonzero(values.known & self.whole.named)
        for row in rows.tolist():
            for alias in values.values[codes[row]]:
                self._aliases.setdefault(alias, []).append(row)
        others = self._rows_called(self._aliases)
        for alias, owners in self._aliases.items():
            if len(owners) > 1 or alias in others:
                self.full[[*owners, *others.get(alias, ())]] = True

    def _rows_called(self, words: Iterable[str]) -> dict[str, list[int]]:
        """The rows whose id or name is one of some words."""
        whole, wanted = self.whole, dict.fromkeys(words)
        found: dict[str, list[int]] = {}
        for word, number in whole.texts.find(wanted).items():
            if whole.first[number] >= 0:
                found[word] = [int(whole.first[number])]
        names = whole.fields.get("name")
        if names is not None and wanted:
            codes = [code for code, value in enumerate(names.values[:-1]) if value in wanted]
            for row in numpy.flatnonzero(numpy.isin(names.codes, codes)).tolist() if codes else ():
                found.setdefault(names.values[names.codes[row]], []).append(row)
        return found

    def _include_organizations(self) -> None:
        """Of each organization that is not its own id, or may collide with one, the first sure row that names it."""
        written = self.whole.makers
        if written is None:
            return
        listed = Claims(organizations=[dict(fields) for fields in self.whole.tables.nodes.table.organizations])  # type: ignore[union-attr]
        if self.whole.tables.organizations is not None:
            read_organizations(listed, self.whole.tables.organizations, self.how.options.separator)
        names = {str(fields.get("name", "")).strip() for fields in listed.organizations}
        lists = [value if good else None for value, good in zip(written.values, written.right, strict=True)]
        items = {item for value in lists for item in value or ()}
        odd = {item for item in items if item != slug(item) or item in names}
        stems = {slug(item)[:_STEM] for item in odd}
        special = odd | {item for item in items if any(stem in stems for stem in _stems(item))}
        codes = [code for code, value in enumerate(lists) if value and not special.isdisjoint(value)]
        if not codes:
            return
        sure = self.whole.named & numpy.isin(written.codes, codes)
        rows = numpy.flatnonzero(sure)
        for row in rows[numpy.unique(written.codes[rows], return_index=True)[1]].tolist():
            self.full[row] = True

    # What else it takes

    def _follow(self, claims: Claims) -> None:
        """Include what the rows that are read so far may have to do with."""
        whole = self.whole
        words = set(self._words(claims))
        hits = whole.texts.find(words)
        for number in hits.values():
            if whole.first[number] >= 0:
                self.light[whole.first[number]] = True
        called = {alias for asset in claims.models for alias in _others(asset)} | set(self.how.aliases)
        for rows in self._rows_called(called).values():
            self.full[rows] = True
        for word in words & self._aliases.keys():
            self.full[self._aliases[word]] = True
        if not whole.steps:
            return
        self._include_steps(*self._candidates(claims, hits))
        for steps in whole.steps:
            again = steps.troubled[steps.rows]
            ends = numpy.concatenate([steps.parent[again], steps.child[again]])
            self.light[ends[ends >= 0]] = True
            if steps.within:
                self.light |= steps.troubled

    def _words(self, claims: Claims) -> Iterator[str]:
        """All words that the models and derivations of the claims may be called by."""
        aliases = self.how.aliases
        names: dict[str, None] = dict.fromkeys([asset.name for asset in claims.models])
        for step in claims.derivations:
            for name in (step.child, step.parent):
                if isinstance(name, str):
                    names[name.strip()] = names[aliases.get(name.strip(), name.strip())] = None
        names |= dict.fromkeys([*aliases, *aliases.values()])
        slugs: dict[str, int] = {}
        for name in names:
            yield name
            yield display_name(name, slug(name))
            if cached := repository_in_cache(name):
                yield from (cached, aliases.get(cached, cached))
            id = slug(name)
            yield id
            slugs[id[:_STEM]] = slugs.get(id[:_STEM], 0) + 1
        for asset in claims.models:
            yield from _others(asset)
        yield from self._numbered(slugs, names)

    def _numbered(self, slugs: dict[str, int], names: Iterable[str]) -> Iterator[str]:
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
            there = {word for word, number in self.whole.texts.find(every).items() if self.whole.first[number] >= 0}
            there |= taken.intersection(every)
            start = {stem: start[stem] + len(words) for stem, words in candidates.items()}
            left = {stem: sum(word in there for word in words) for stem, words in candidates.items()}
            left = {stem: count for stem, count in left.items() if count}

    def _candidates(self, claims: Claims, hits: dict[str, int]) -> tuple[NDArray[Any], NDArray[Any], int]:
        """Every pair of models that a derivation of the claims may be of: rows, and numbers above for what has none."""
        whole, aliases = self.whole, self.how.aliases
        made: dict[str, set[str]] = {}
        for asset in claims.models:
            if (id := slug(asset.name)) != asset.name:
                made.setdefault(id[:_STEM], set()).add(asset.name)
        owners: dict[str, set[str]] = {}
        for asset in claims.models:
            for alias in _others(asset):
                owners.setdefault(alias, set()).add(asset.name)
        extra: dict[str, int] = {}

        def node(name: str) -> int:
            number = hits.get(name, -1)
            row = int(whole.first[number]) if number >= 0 else -1
            return row if row >= 0 else extra.setdefault(name, whole.count + len(extra))

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
            for step in claims.derivations
            for child in nodes(_child(step, claims))
            for parent in nodes(step.parent)
            if parent != child
        }
        ends = numpy.array(sorted(pairs), dtype=numpy.int64).reshape(-1, 2)
        return ends[:, 0], ends[:, 1], whole.count + len(extra)

    def _include_steps(self, parents: NDArray[Any], children: NDArray[Any], count: int) -> None:
        """Read row by row what has the ends of another that is, and what leads into a cycle."""
        whole = self.whole
        keys = parents * (whole.count + 1) + children
        keys = keys[(parents < whole.count) & (children < whole.count)]
        up, down = [parents], [children]
        for steps in whole.steps:
            up.append(steps.parent[steps.plain].astype(numpy.int64))
            down.append(steps.child[steps.plain].astype(numpy.int64))
        cyclic = reaching_cycles(count, numpy.concatenate(up), numpy.concatenate(down))
        for steps in whole.steps:
            also = steps.plain & cyclic[steps.child]
            if len(keys):
                also |= steps.plain & numpy.isin(whole.keys(steps), keys)
            steps.troubled[steps.rows[also]] = True

    # Tables of derivations alone

    def _add_named(self, claims: Claims) -> None:
        """Make models of what derivations name, in the order in which they first stand in the whole table."""
        order: dict[str, tuple[int, int]] = {}
        wheres: dict[str, Any] = {}
        for place, step in enumerate(claims.derivations):
            for end, name in enumerate((step.parent, step.child)):
                assert isinstance(name, str)
                order.setdefault(name, (step.where.args[0], 2 * place + end))  # type: ignore[union-attr]
                wheres.setdefault(name, step.where)
        firsts = self.first_named
        hits = self.whole.texts.find(order)
        light = numpy.flatnonzero(self.light)
        hits |= dict(zip(self.whole.texts.texts(light), light.tolist(), strict=True))
        table = self.whole.tables.edges
        assert table is not None
        for name, number in hits.items():
            row, end = divmod(int(firsts[number]), 2)
            if firsts[number] >= _NEVER:
                continue
            if name not in order or (row, end) < order[name]:
                order[name] = (row, end)
                wheres[name] = _Place(table, row)
        for name in sorted(order, key=order.__getitem__):
            claims.add(name, wheres[name])

    @property
    def first_named(self) -> NDArray[numpy.int64]:
        """For each text twice the row where it first stands in plain rows, and one more where that is the child."""
        (steps,) = self.whole.steps
        found = numpy.full(self.whole.count, _NEVER, dtype=numpy.int64)
        kept = steps.plain & ~steps.troubled[steps.rows]
        for end, numbers in enumerate((steps.parent, steps.child)):
            there = numpy.flatnonzero(kept)[::-1]
            first = numpy.full(self.whole.count, _NEVER, dtype=numpy.int64)
            first[numbers[there]] = steps.rows[there].astype(numpy.int64) * 2 + end
            found = numpy.minimum(found, first)
        return found


_NEVER = 1 << 60


class _Place:
    """Where a row of a table stands."""

    def __init__(self, table: Any, row: int) -> None:
        self._table, self._row = table, row

    def __call__(self, at: tuple[str | int, ...] = ()) -> Any:
        return self._table.place(self._row, at)


def _stems(name: str) -> Iterator[str]:
    """What a name may be made of by adding a number."""
    yield name[:_STEM]
    if numbered := _NUMBERED.fullmatch(name):
        yield numbered[1][:_STEM]


def _others(asset: ClaimedModel) -> Iterator[str]:
    """The other names of a model that the claims has."""
    aliases = asset.fields.get("aliases")
    for name in (asset.fields.get("name"), *(aliases if isinstance(aliases, list) else (aliases,))):
        if isinstance(name, str):
            yield name
            yield name.strip()


def _child(step: ClaimedDerivation, claims: Claims) -> str:
    return step.child if isinstance(step.child, str) else claims.models[step.child].name

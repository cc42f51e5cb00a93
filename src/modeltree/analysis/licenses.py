"""Licenses along the chain: what models inherit from those that they were made from, and what contradicts it.

It is a reading of public terms, and no legal advice.

Each license is a bit of a mask. One pass from the roots gives each model the licenses that reach it: by weights from
other makers, by weights from its own maker, by outputs directly, and by outputs through data sets.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

import numpy
from numpy.typing import NDArray

from modeltree._util.arguments import checked
from modeltree._util.progress import Progress, no_progress, with_progress
from modeltree._util.text import counted, enumerated
from modeltree.analysis.license_terms import (
    Duty,
    DutyWord,
    LicenseTerms,
    carries,
    license_terms,
    lost_terms,
    terms_of,
)
from modeltree.findings import Finding, Severity
from modeltree.graph.columns import LazySequence
from modeltree.graph.csr import CsrRows
from modeltree.lineage import Lineage
from modeltree.records import OUTPUTS, WEIGHTS, Kind, License, Openness, Relation

__all__ = ["InheritedTerms", "LicenseReport", "ModelLicense", "licenses"]

_Bits = NDArray[numpy.uint64]
_Nodes = NDArray[numpy.bool_]
Effective = Literal["permissive", "share-alike", "conditional", "non-commercial", "unknown"]
"""What the license of a model and all that it inherits come to: the strictest that is known, ``unknown`` where a
link of the chain says nothing and nothing known is as strict as ``non-commercial``."""

_KINDS = (
    "license-conflict", "license-changed", "license-missing", "license-unknown", "license-undecidable",
    "name-required", "output-terms",
)  # fmt: skip
MOST_LISTED = 20_000
"""So many models are listed in a text; all are in the records and in JSON."""
_COMMERCIAL = ("allowed", "limited", "unknown", "forbidden")
_DIRECT, _THROUGH_DATA = (
    tuple(index for index, relation in enumerate(Relation) if relation in chosen)
    for chosen in ({Relation.DISTILLATION}, OUTPUTS - {Relation.DISTILLATION})
)


@dataclass(frozen=True, slots=True)
class InheritedTerms:
    """What one license asks of a model that descends from one under it.

    Parameters
    ----------
    license, name : str
        The id of the license in the table, and its name.
    origin : str
        The id of the nearest ancestor under it.
    path : tuple of str
        The ids from the origin to the model, along which it is passed on.
    passes : {"weights", "outputs"}
        What is passed on along the path.
    duties : mapping of str to Duty
        What is asked, with the clauses.
    lost : tuple of str
        What of it the license of the model does not carry.
    link : str or None
        The text of the license.
    """

    license: str
    name: str
    origin: str
    path: tuple[str, ...]
    passes: Literal["weights", "outputs"]
    duties: Mapping[DutyWord, Duty]
    lost: tuple[str, ...]
    link: str | None


@dataclass(frozen=True, slots=True)
class ModelLicense:
    """The license of a model, and what reaches it from others.

    Parameters
    ----------
    id : str
        The model.
    declared : str or None
        The license that it declares, as its record has it.
    license : str or None
        The id of this license in the table; that of its maker's terms of service where a closed model declares none.
    effective : str
        What all of it comes to: ``"permissive"``, ``"share-alike"``, ``"conditional"``, ``"non-commercial"`` or
        ``"unknown"``.
    commercial : str
        Whether all of it allows commercial use: ``"allowed"``, ``"limited"``, ``"unknown"`` or ``"forbidden"``.
    inherited : tuple of InheritedTerms
        The licenses of ancestors that reach it, the nearest ancestor first.
    """

    id: str
    declared: str | None
    license: str | None
    effective: Effective
    commercial: str
    inherited: tuple[InheritedTerms, ...]


class LicenseReport:
    """The licenses of all models of a lineage, and what is found; see `licenses`.

    Parameters
    ----------
    lineage : Lineage
        The lineage.
    model : str, optional
        The model that the records and findings are about; by default all.

    Examples
    --------
    >>> import modeltree
    >>> report = modeltree.licenses(modeltree.datasets.load("survey"))
    >>> report["llava"].license, report["llava"].commercial
    ('apache-2.0', 'forbidden')
    >>> [each.kind for each in report.findings_of("llava")]
    ['license-conflict', 'output-terms']
    """

    def __init__(self, lineage: Lineage, model: str | None = None) -> None:
        self.lineage = lineage
        node = None if model is None else lineage._index_of(model)
        self._about = slice(None) if node is None else slice(node, node + 1)
        self._table = tuple(license_terms().values())
        self._bit = {terms.id: number for number, terms in enumerate(self._table)}
        self._missing, self._unknown = len(self._table), len(self._table) + 1
        self._words = (self._unknown + 64) // 64
        self._declare()
        self._pass_on()

    # What models declare

    def _declare(self) -> None:
        """The license of each model as the number of a distinct one, and what each of these stands for."""
        nodes = self.lineage._nodes
        given, codes = nodes.distinct("license")
        numbers: dict[tuple[str, str | None] | None, int] = {None: 0}
        of_given = [numbers.setdefault(each and (each.name, each.spdx), len(numbers)) for each in given]
        self._declared: list[License | None] = [given[of_given.index(number)] for number in numbers.values()]
        self._code = numpy.array(of_given, dtype=numpy.int32)[codes]
        known = [license and terms_of(license) for license in self._declared]
        self._numbers = [self._bit[terms.id] if terms else self._unknown for terms in known]
        self._numbers[0] = self._missing
        self._is_data = _where(*nodes.distinct("kind"), Kind.DATASET)
        closed = _where(*nodes.distinct("openness"), Openness.CLOSED)
        services = {maker: terms for terms in self._table for maker in terms.services}
        for node in numpy.flatnonzero(closed & (self._code == 0)).tolist():
            if terms := next((services[one] for one in nodes.organizations(node) if one in services), None):
                self._code[node] = self._number_of_terms(terms)
        self._closed = closed

    def _number_of_terms(self, terms: LicenseTerms) -> int:
        """The number of terms of service, which no model declares."""
        bit = self._bit[terms.id]
        if bit not in self._numbers:
            self._numbers.append(bit)
            self._declared.append(None)
        return self._numbers.index(bit)

    # What is passed on

    def _pass_on(self) -> None:
        """The masks of all models: by weights from others and from the same maker, by outputs directly and not."""
        edges = self.lineage._edges
        index = self.lineage._index(("weights", "outputs"))
        kept = edges.chosen(WEIGHTS | OUTPUTS)
        parent, child, relation = edges.parent[kept], edges.child[kept], edges.relation[kept]
        self._parents = CsrRows.of(len(self.lineage), child, parent)
        generation = index.generation[child]
        order = numpy.lexsort((child, generation))
        parent, child, relation, generation = parent[order], child[order], relation[order], generation[order]
        by_weights = edges.chosen(WEIGHTS)[kept][order]
        direct, same = numpy.isin(relation, _DIRECT), self._same_maker(parent, child)
        shape = len(self.lineage), self._words
        self._others, self._own_maker, self._said, self._through_data = (
            numpy.zeros(shape, dtype=numpy.uint64) for _ in range(4)
        )
        own = self._masks([self._mask(number) for number in self._numbers])
        heirs = self._masks([self._mask(self._unknown if self._is_service(bit) else bit) for bit in self._numbers])
        speaks = self._mask_of(lambda terms: terms.training.grant in ("limited", "forbidden", "unknown"))
        data_asks = speaks | self._mask_of(lambda terms: terms.commercial.grant == "forbidden")
        declares = self._code > 0
        starts = numpy.flatnonzero(numpy.diff(generation, prepend=-1))
        for start, end in pairwise([*starts.tolist(), len(child)]):
            level = slice(start, end)
            over, under, weights, alike = parent[level], child[level], by_weights[level, None], same[level, None]
            code, foreign = self._code[over], self._others[over]
            # A maker who licenses a model of its own anew lifts what it asked before, and not what others ask.
            held = numpy.where(declares[over, None], numpy.uint64(0), self._own_maker[over]) | heirs[code]
            begins = numpy.flatnonzero(numpy.diff(under, prepend=-1))
            nodes, none = under[begins], numpy.uint64(0)

            asks = numpy.where(self._is_data[over, None], data_asks, speaks)
            spoken = (numpy.where(alike, none, own[code]) | foreign) & asks
            straight = direct[level, None]
            for target, values in (
                (self._others, numpy.where(weights, numpy.where(alike, foreign, foreign | held), none)),
                (self._own_maker, numpy.where(weights & alike, held, none)),
                (self._said, numpy.where(weights, self._said[over], numpy.where(straight, spoken, none))),
                (
                    self._through_data,
                    self._through_data[over] | numpy.where(weights | straight, none, spoken | self._said[over]),
                ),
            ):
                target[nodes] |= numpy.bitwise_or.reduceat(values, begins, axis=0)

    def _same_maker(self, parent: NDArray[numpy.int32], child: NDArray[numpy.int32]) -> _Nodes:
        """Whether an organization made both models of each derivation."""
        makers, codes = self.lineage._nodes.distinct("organizations")
        first, second = codes[parent], codes[child]
        named = numpy.array([bool(ids) for ids in makers], dtype=bool)
        same = (first == second) & named[first]
        several = numpy.array([len(ids or ()) > 1 for ids in makers], dtype=bool)
        for edge in numpy.flatnonzero(~same & (several[first] | several[second])).tolist():
            same[edge] = not set(makers[first[edge]] or ()).isdisjoint(makers[second[edge]] or ())
        return numpy.asarray(same, dtype=bool)

    def _mask(self, *bits: int) -> int:
        return sum(1 << bit for bit in set(bits))

    def _masks(self, masks: Sequence[int]) -> _Bits:
        """Masks as rows of words."""
        words = [[mask >> (64 * word) & (2**64 - 1) for word in range(self._words)] for mask in masks]
        return numpy.array(words, dtype=numpy.uint64).reshape(len(masks), self._words)

    def _mask_of(self, chosen: Callable[[LicenseTerms], bool]) -> _Bits:
        mask = self._mask(*(bit for bit, terms in enumerate(self._table) if chosen(terms)))
        return self._masks([mask]).reshape(-1)

    def _is_service(self, bit: int) -> bool:
        return bit < len(self._table) and bool(self._table[bit].services)

    # What is found

    @cached_property
    def _found(self) -> Mapping[str, NDArray[numpy.uint8]]:
        """For each kind of finding and each model 2 if it is about that, 1 if it is a note, else 0."""
        missing, unknown = (self._masks([self._mask(bit)])[0] for bit in (self._missing, self._unknown))
        lost, unsure, said, by_data = map(
            self._by_code, (self._lost, self._unsure, self._against_outputs, self._against_data)
        )
        restricting = self._mask_of(lambda terms: terms.restricts)
        names = self._mask_of(lambda terms: "name" in terms.duties)
        by_name = self._mask_of(lambda terms: "name" in terms.by_outputs)
        unread = self._mask_of(lambda terms: terms.training.grant == "unknown")
        others, heard = self._others, self._said | self._through_data
        bit = numpy.array(self._numbers)[self._code]
        own = self._by_code(lambda bit, own: bit == own)
        restricted = _any((others | self._own_maker) & restricting)
        declared = bit < self._missing
        called = _any(others & names) | _any(heard & by_name)
        for node in numpy.flatnonzero(called).tolist():
            called[node] = bool(self._names_missing(node))
        open_, direct = _any(others & (missing | unknown | unsure)), _any(self._said & said)
        absent = (bit == self._missing) & (restricted | ~(self._closed | self._is_data))
        found: dict[str, tuple[_Nodes, _Nodes | bool]] = {
            "license-conflict": (declared & _any(others & lost), True),
            "license-changed": (declared & _any(self._own_maker & lost), False),
            "license-missing": (absent, _any(others & restricting)),
            "license-unknown": (bit == self._unknown, True),
            "license-undecidable": ((bit != self._missing) & (open_ | _any(heard & unread & ~own)), open_),
            "name-required": (called, True),
            "output-terms": (direct | _any(self._through_data & by_data), direct),
        }
        return {kind: about * (severe + numpy.uint8(1)) for kind, (about, severe) in found.items()}

    def _by_code(self, chosen: Callable[[int, int], bool]) -> _Bits:
        """For each model the licenses of which something holds beside its own."""
        rows = [self._mask(*(bit for bit in range(len(self._table)) if chosen(bit, own))) for own in self._numbers]
        return self._masks(rows)[self._code]

    def _lost(self, bit: int, own: int) -> bool:
        return own < self._missing and bool(lost_terms(self._table[bit].id, self._table[own].id)[0])

    def _unsure(self, bit: int, own: int) -> bool:
        lost, undecided = lost_terms(self._table[bit].id, self._table[own].id) if own < self._missing else ((), ())
        return bool(undecided) and not lost

    def _unread(self, bit: int, own: int) -> bool:
        """Whether it is not known what a license says of outputs."""
        return bit != own and self._table[bit].training.grant == "unknown"

    def _against_outputs(self, bit: int, own: int) -> bool:
        """Whether the terms of a license about outputs are not kept by a model under another one."""
        terms = self._table[bit]
        if bit == own or terms.training.grant not in ("limited", "forbidden"):
            return False
        return terms.training.grant == "forbidden" or bool(self._lost_by_outputs(terms, own))

    def _against_data(self, bit: int, own: int) -> bool:
        """The same where a data set is between, whose own license may forbid commercial use, too."""
        forbids = self._table[bit].commercial.grant == "forbidden"
        return self._against_outputs(bit, own) or (forbids and self._commercial_of(own) != "forbidden")

    def _lost_by_outputs(self, terms: LicenseTerms, own: int) -> tuple[str, ...]:
        """What a model takes over by outputs and its license does not carry; names and words are not its license's."""
        held = self._table[own] if own < self._missing else None
        return tuple(
            duty for duty in terms.by_outputs if duty not in ("name", "display") and not carries(terms, held, duty)
        )

    def _commercial_of(self, bit: int) -> str:
        return self._table[bit].commercial.grant if bit < self._missing else "unknown"

    def _names_missing(self, node: int) -> list[tuple[int, str]]:
        """The licenses that ask for a name that the model does not have, and how it should begin."""
        ids, name = self.lineage.ids, self.lineage._nodes.name(node)
        called = [_letters(word) for word in (ids[node].rpartition("/")[2], name.rpartition("/")[2])]
        heard = self._bits_of(node, self._said, self._through_data)
        asked = self._bits_of(node, self._others) | {
            bit for bit in heard if bit < self._missing and "name" in self._table[bit].by_outputs
        }
        prefixes = [
            (bit, duty.text or "")
            for bit in sorted(asked)
            if bit < self._missing and (duty := self._table[bit].duties.get("name"))
        ]
        return [(bit, text) for bit, text in prefixes if not any(word.startswith(_letters(text)) for word in called)]

    def _bits_of(self, node: int, *masks: _Bits) -> set[int]:
        """The licenses that are in any of some masks of a model."""
        mask = 0
        for each in masks:
            mask |= sum(word << (64 * number) for number, word in enumerate(each[node].tolist()))
        bits = set()
        while mask:
            bits.add((mask & -mask).bit_length() - 1)
            mask &= mask - 1
        return bits

    @cached_property
    def counts(self) -> Counter[str]:
        """How many findings there are of each kind."""
        numbers = {kind: int(numpy.count_nonzero(found[self._about])) for kind, found in self._found.items()}
        return Counter({kind: number for kind, number in numbers.items() if number})

    @cached_property
    def findings(self) -> Sequence[Finding]:
        """What is found, in the order of the models; each is made when it is asked for."""
        kinds = numpy.array([found[self._about] for found in self._found.values()])
        nodes, numbers = numpy.nonzero(kinds.T)
        first = self._about.start or 0

        def finding(row: int) -> Finding:
            return self._finding(first + int(nodes[row]), _KINDS[numbers[row]])

        return LazySequence(len(nodes), finding)

    def findings_of(self, model: str) -> tuple[Finding, ...]:
        """What is found about one model.

        Parameters
        ----------
        model : str
            Its id, name or alias.

        Returns
        -------
        tuple of Finding
        """
        node = self.lineage._index_of(model)
        return tuple(self._finding(node, kind) for kind, found in self._found.items() if found[node])

    @property
    def _severities(self) -> Counter[Severity]:
        """How many findings there are of each severity."""
        graded = numpy.concatenate([found[self._about] for found in self._found.values()])
        counts = numpy.bincount(graded, minlength=3).tolist()
        return Counter({Severity.NOTE: counts[1], Severity.WARNING: counts[2]})

    def _noticed(self, least: int) -> list[int]:
        """The models about which there is a note, or a finding that is more than one."""
        most = numpy.max([found[self._about] for found in self._found.values()], axis=0)
        return list((numpy.flatnonzero(most >= least) + (self._about.start or 0)).tolist())

    def _finding(self, node: int, kind: str) -> Finding:
        id, own = self.lineage.ids[node], self._numbers[self._code[node]]
        said = f"{id!r} is under {self._table[own].name}" if own < self._missing else f"{id!r} declares no license"
        hint, grade, words, severe = None, None, [], self._found[kind][node] > 1
        if kind in ("license-missing", "license-unknown"):
            inherited = self._reaching(node, self._others)
            if kind == "license-missing":
                grade = Severity.WARNING if severe else Severity.NOTE
            else:
                license = self._declared[self._code[node]]
                said = f"{id!r} declares a license of which nothing is known: {license.name if license else ''}"
            words = [f"it inherits {_from(inherited)}"] if inherited else []
        elif kind == "license-undecidable":
            for bit in self._bits_of(node, self._others) & {self._missing, self._unknown}:
                path = self._nearest(node, bit)
                what = "declares none" if bit == self._missing else "declares one of which nothing is known"
                words.append(f"{path[0]!r} {what} ({' -> '.join(path)})")
            doubts = [each for each in self._reaching(node, self._others) if self._unsure(self._bit[each.license], own)]
            words += [f"not all is known of {each.name} of {each.origin!r}" for each in doubts]
            heard = self._reaching(node, self._said, self._through_data, against=self._unread)
            words += [
                f"what {each.name} of {each.origin!r} says of outputs is not known ({' -> '.join(each.path)})"
                for each in heard
            ]
            grade = None if severe else Severity.NOTE
            said += ", and whether it may be is open"
        elif kind == "name-required":
            asked = self._names_missing(node)
            words = [f"{self._table[bit].name} asks for a name that begins with {text!r}" for bit, text in asked]
            said = f"{id!r} is called {self.lineage._nodes.name(node)!r}"
        elif kind == "output-terms":
            direct, data = (
                self._reaching(node, self._said, against=self._against_outputs),
                self._reaching(node, self._through_data, against=self._against_data),
            )
            data = tuple(each for each in data if each.license not in {one.license for one in direct})
            words = [_from((*direct, *data))]
            grade = Severity.WARNING if severe else Severity.NOTE
            said = f"{id!r} learned from what has terms of its own"
        else:
            masks = self._others if kind == "license-conflict" else self._own_maker
            against = self._reaching(node, masks, against=self._lost)
            words = [f"{_from([each])} asks for {' and '.join(each.lost)}" for each in against]
            hint = None if kind == "license-conflict" else "one maker made both, and may license its own work anew"
        return Finding(kind, "; ".join((said, *([enumerated(words)] if words else []))), hint, (id,), grade=grade)

    # One model

    def __getitem__(self, model: str) -> ModelLicense:
        """The record of one model, by its id, name or alias."""
        return self._record(self.lineage._index_of(model))

    @cached_property
    def models(self) -> Sequence[ModelLicense]:
        """A record for each model, in the order of the lineage; each is made when it is asked for."""
        nodes = range(len(self.lineage))[self._about]
        return LazySequence(len(nodes), lambda row: self._record(nodes[row]))

    def _record(self, node: int) -> ModelLicense:
        number = int(self._code[node])
        license, bit = self._declared[number], self._numbers[number]
        inherited = self._reaching(node, self._others, self._own_maker)
        said = self._reaching(node, self._said, self._through_data)
        # What its own maker asked before holds where the model declares nothing else.
        bits = self._bits_of(node, self._others, *(() if number else (self._own_maker,)))
        reaching = [self._table[each] for each in {*bits, bit} if each < self._missing]
        silent = bit >= self._missing or bool(bits & {self._missing, self._unknown})
        grants = [terms.commercial.grant for terms in reaching] + ["unknown"] * silent
        return ModelLicense(
            self.lineage.ids[node],
            license.name if license else None,
            self._table[bit].id if bit < self._missing else None,
            _effective(reaching, silent),
            max(grants, key=_COMMERCIAL.index),
            tuple(sorted((*inherited, *said), key=lambda each: len(each.path))),
        )

    def _reaching(
        self, node: int, *masks: _Bits, against: Callable[[int, int], bool] | None = None
    ) -> tuple[InheritedTerms, ...]:
        """The licenses of masks of a model, or those that its own goes against, each with the nearest origin."""
        own = self._numbers[self._code[node]]
        by_weights = masks[0] is self._others or masks[0] is self._own_maker
        found = []
        for bit in self._bits_of(node, *masks):
            if bit >= self._missing or (against and not against(bit, own)):
                continue
            terms, path = self._table[bit], self._nearest(node, bit)
            duties = {**terms.duties}
            if by_weights:
                lost = lost_terms(terms.id, self._table[own].id)[0] if own < self._missing else ()
                if terms.commercial.grant == "forbidden":
                    duties["noncommercial"] = Duty(clause=terms.commercial.clause)
            else:
                lost = self._lost_by_outputs(terms, own)
                duties = {duty: terms.duties.get(duty, Duty(clause=terms.training.clause)) for duty in terms.by_outputs}
                if terms.training.grant == "forbidden":
                    duties["no-training"] = Duty(clause=terms.training.clause)
            passes: Literal["weights", "outputs"] = "weights" if by_weights else "outputs"
            found.append(InheritedTerms(terms.id, terms.name, path[0], path, passes, duties, lost, terms.link))
        return tuple(sorted(found, key=lambda each: (len(each.path), each.license)))

    def _nearest(self, node: int, bit: int) -> tuple[str, ...]:
        """The ids from the nearest ancestor under a license to a model, along derivations that pass it on."""
        word, one = divmod(bit, 64)
        came = {node: node}
        queue = deque([node])
        while queue:
            current = queue.popleft()
            for above in self._parents[current]:
                if above in came:
                    continue
                came[above] = current
                own = self._numbers[self._code[above]]
                if own == bit or (bit == self._unknown and self._is_service(own)):
                    path = [above]
                    while path[-1] != node:
                        path.append(came[path[-1]])
                    return tuple(self.lineage.ids[each] for each in path)
                every = (self._others, self._own_maker, self._said, self._through_data)
                if any(int(mask[above, word]) >> one & 1 for mask in every):
                    queue.append(above)
        return (self.lineage.ids[node],)

    # All models

    @cached_property
    def half_life(self) -> float | None:
        """After how many derivations half of the restrictions are no longer declared.

        Of each derivation by weights whose parent declares a license that asks more than attribution, it is counted
        whether the child declares one that carries all of it; with a share of ``r`` that do, the half-life is
        ``log(1/2) / log(r)`` derivations. None where there is no such derivation, infinite where none loses anything.
        """
        parent, child, _ = self.lineage._edges.arrays(WEIGHTS)
        bit = numpy.array(self._numbers)[self._code]
        ends = [*self._table, None, None]
        kept: Counter[bool] = Counter()
        pairs, count = numpy.unique(bit[parent] * len(ends) + bit[child], return_counts=True)
        for pair, number in zip(pairs.tolist(), count.tolist(), strict=True):
            above, below = divmod(pair, len(ends))
            if (terms := ends[above]) and terms.restricts and not terms.services:
                kept[below < self._missing and not self._lost(above, below)] += number
        total = kept.total()
        if not total:
            return None
        share = kept[True] / total
        return math.inf if share == 1 else math.log(0.5) / math.log(share) if share else 0.0

    def __repr__(self) -> str:
        found = ", ".join(f"{count:,} {kind}" for kind, count in self.counts.items())
        return f"<LicenseReport of {counted(len(self.models), 'model')}: {found or 'nothing found'}>"

    def to_markdown(self) -> str:
        """The models about which something is found, the first 20,000, as a table in Markdown, and what is found.

        Returns
        -------
        str
            Ends with a line end.
        """
        lines = ["# Licenses along the chain", "", "A reading of public terms, no legal advice.", ""]
        lines += ["| model | declares | in all | commercial use | found |", "|---|---|---|---|---|"]
        noticed = self._noticed(1)
        for id in map(self.lineage.ids.__getitem__, noticed[:MOST_LISTED]):
            record, found = self[id], "<br>".join(f"{each.kind}: {each}" for each in self.findings_of(id))
            cells = (self.lineage[id].name, record.declared or "–", record.effective, record.commercial, found)
            lines.append("| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |")
        lines += ["", f"… and {len(noticed) - MOST_LISTED:,} more"] if len(noticed) > MOST_LISTED else []
        return "\n".join(lines) + "\n"

    def to_dict(self, models: Iterable[str] | None = None, *, progress: Progress = no_progress) -> dict[str, object]:
        """Records and findings as JSON has them.

        Parameters
        ----------
        models : iterable of str, optional
            Only these; by default all, which of millions takes minutes.
        progress : callable, optional
            Called with what is being done, how much of it is done, and of how much.

        Returns
        -------
        dict
            ``models``, ``findings`` and ``half_life``; None where this is infinite.
        """
        chosen = None if models is None else {self.lineage[model].id for model in models}
        records = self.models if chosen is None else [self[id] for id in self.lineage.ids if id in chosen]
        found: Sequence[Finding] = self.findings
        if chosen is not None:
            found = [each for each in found if each.ids[0] in chosen]
        half = self.half_life
        return {
            "models": [_plain(record) for record in with_progress(records, progress, "models", len(records))],
            "findings": [
                {"kind": each.kind, "severity": str(each.severity), "id": each.ids[0], "message": str(each)}
                for each in with_progress(found, progress, "findings", len(found))
            ],
            "half_life": None if half is None or math.isinf(half) else half,
        }


@checked
def licenses(lineage: Lineage, model: str | None = None) -> LicenseReport:
    """Read licenses along the chain: what each model inherits, and what its own license contradicts.

    A license passes along derivations by weights to all descendants, until its own maker licenses a descendant anew.
    Terms about outputs pass to models that learned from these, directly or through data sets; whether they bind who
    only uses the data set is open, so these findings are notes. What is not known is unknown, never allowed.
    It is a reading of public terms, and no legal advice.

    Parameters
    ----------
    lineage : Lineage
        The lineage.
    model : str, optional
        The id, name or an alias of the one model that the report is about; by default all.

    Returns
    -------
    LicenseReport
        ``.models``, a `ModelLicense` each; ``.findings``; ``.counts``; ``.half_life``; and ``report["a model"]``.

    Raises
    ------
    UnknownModelError
        When there is no such model.

    Examples
    --------
    >>> import modeltree
    >>> report = modeltree.licenses(modeltree.datasets.load("survey"))
    >>> [(each.origin, each.path, each.lost) for each in report["alpaca"].inherited if each.passes == "weights"]
    [('llama', ('llama', 'alpaca'), ('this same license', 'restrictions of use'))]
    """
    return LicenseReport(lineage, model)


def _effective(reaching: Sequence[LicenseTerms], silent: bool) -> Effective:
    if any(terms.commercial.grant == "forbidden" for terms in reaching):
        return "non-commercial"
    if silent or any("unknown" in (terms.commercial.grant, terms.redistribution.grant) for terms in reaching):
        return "unknown"
    if any(terms.commercial.grant == "limited" or terms.duties.keys() & {"use-restrictions", "threshold", "territory"}
           or terms.services for terms in reaching):  # fmt: skip
        return "conditional"
    return "share-alike" if any("same-license" in terms.duties for terms in reaching) else "permissive"


def _where(values: Sequence[object], codes: NDArray[numpy.int32], wanted: object) -> _Nodes:
    return numpy.array([value == wanted for value in values], dtype=bool)[codes]


def _any(masks: _Bits) -> _Nodes:
    """Whether any bit is set in each row."""
    found: _Nodes = (masks != 0).any(axis=-1)
    return found


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum() or letter == ".")


def _from(inherited: Sequence[InheritedTerms]) -> str:
    return enumerated([f"{each.name} of {each.origin!r} ({' -> '.join(each.path)})" for each in inherited])


def _plain(record: ModelLicense) -> dict[str, object]:
    plain = asdict(record)
    for terms in plain["inherited"]:
        terms["duties"] = {name: duty.model_dump() for name, duty in terms["duties"].items()}
    return plain

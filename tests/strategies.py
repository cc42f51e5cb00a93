"""What hypothesis draws: dates, models, and lineages with merges, isolated models, missing dates; the empty one too."""

from __future__ import annotations

import functools
import itertools
import os

from hypothesis import strategies as st

from modeltree.lineage import Lineage
from modeltree.records import (
    About,
    Access,
    Architecture,
    Derivation,
    Domain,
    Kind,
    License,
    Links,
    Model,
    Openness,
    ParameterCount,
    PartialDate,
    Reference,
    Relation,
)
from modeltree.values.words import is_missing


def examples(count: int) -> int:
    """How many examples a test draws: all that it deserves in CI, a quarter of them, or ten, for whoever waits."""
    return count if os.environ.get("MODELTREE_EXAMPLES") == "all" else max(count // 4, min(count, 10))


ORGANIZATIONS = ("google", "meta", "openai")
_MAKERS = [makers for count in range(3) for makers in itertools.permutations(ORGANIZATIONS, count)]
# Few dates, of each precision: the same one is to be drawn twice.
_DATES = [
    None, *map(PartialDate, [2019, 2022, 2023]), *itertools.starmap(PartialDate, [(2022, 6), (2022, 12), (2023, 1)]),
    *itertools.starmap(PartialDate, [(2022, 6, 1), (2023, 1, 1), (2023, 5, 14)]),
]  # fmt: skip


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    """Years, months and days."""
    date = draw(st.dates())
    parts = (date.year, date.month, date.day)
    return PartialDate(*parts[: draw(st.integers(1, 3))])


@functools.cache
def models(id: str) -> st.SearchStrategy[Model]:
    """Models with an id, with or without a date, and with few organizations, domains and so on."""
    return st.builds(
        Model,
        id=st.just(id),
        name=st.just(f"Model {id}"),
        aliases=st.sampled_from([(), (f"alias of {id}",)]),
        kind=st.sampled_from(Kind),
        released=st.sampled_from(_DATES),
        organizations=st.sampled_from(_MAKERS),
        openness=st.sampled_from([None, *Openness]),
        domain=st.sampled_from([None, *Domain]),
    )


@st.composite
def lineages(draw: st.DrawFn, min_models: int = 0, max_models: int = 9) -> Lineage:
    """Lineages with plain ids, whose order has nothing to do with that of the dates or of descent."""
    ids = draw(st.permutations([f"m{number}" for number in range(draw(st.integers(min_models, max_models)))]))
    pairs = [(parent, child) for place, child in enumerate(ids) for parent in ids[:place]]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=2 * len(ids))) if pairs else []
    relations = draw(st.lists(st.sampled_from(Relation), min_size=len(edges), max_size=len(edges)))
    return Lineage(
        [draw(models(id)) for id in ids],
        [
            Derivation(parent=parent, child=child, relation=relation)
            for (parent, child), relation in zip(edges, relations, strict=True)
        ],
    )


def a_model_of(lineage: Lineage) -> st.SearchStrategy[str]:
    """The id of one of the models of a lineage that has any."""
    return st.sampled_from(sorted(lineage))


# Whatever a source may have printed, on a line and on several.
_LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x7f\ufffe\uffff", min_codepoint=32)


def _says_something(text: str) -> bool:
    return not is_missing(text)


names = st.text(_LETTERS, min_size=1, max_size=20).filter(str.strip).map(str.strip).filter(_says_something)
texts = st.text(_LETTERS | st.sampled_from("\n\t"), min_size=1, max_size=40).filter(str.strip).map(str.strip)
texts = texts.filter(_says_something)
references = st.sampled_from(
    [Reference("arxiv:2302.13971"), Reference("doi:10.1093/bib/bbac409"), Reference("https://example.org/a;b?c=[d]&e")]
)
addresses = st.none() | st.sampled_from(["https://example.org/a;b?c=[d]&e", "http://example.org"])
sizes = st.builds(
    lambda digits, zeros: ParameterCount(digits * 10**zeros), st.integers(1, 10**6), st.integers(0, 12)
) | st.integers(1, 10**18).map(ParameterCount)


def _several(of: st.SearchStrategy[str] | st.SearchStrategy[Reference] | st.SearchStrategy[ParameterCount]):
    return st.lists(of, unique=True, max_size=3).map(tuple)


@functools.cache
def full_models(id: str) -> st.SearchStrategy[Model]:
    """Models with any values in all fields except corrections."""
    return st.builds(
        Model,
        id=st.just(id),
        name=names,
        # A slug may look like the name of another one: aliases are kept apart by the id in them.
        aliases=_several(names.map(lambda name: f"{name} {id}")),
        kind=st.sampled_from(Kind),
        released=st.none() | partial_dates(),
        organizations=_several(st.sampled_from(["ai2", "a;b;", "[meta]", "清华"])),
        openness=st.just(Openness.OPEN),
        access=st.sampled_from([None, Access.OPEN_WEIGHTS, Access.GATED]),
        license=st.none() | st.builds(License, name=names, spdx=st.sampled_from([None, "MIT", "Apache-2.0"])),
        sizes=_several(sizes),
        training_data=st.none() | texts,
        domain=st.none() | st.sampled_from(Domain),
        architecture=st.none() | st.sampled_from(Architecture),
        links=st.builds(Links, paper=addresses, code=addresses, weights=addresses, blog=addresses, website=addresses),
        references=_several(references),
        note=st.none() | texts,
    )


_about = st.builds(
    About,
    title=st.none() | names,
    description=st.none() | texts,
    date=st.none() | partial_dates(),
    references=_several(references),
)
_derivations = st.builds(
    Derivation,
    parent=st.just("…"),
    child=st.just("…"),
    relation=st.sampled_from(Relation),
    references=_several(references),
    note=st.none() | texts,
)


@st.composite
def full_lineages(draw: st.DrawFn) -> Lineage:
    """Lineages of few models with everything that a graph can hold; their organizations are implicit."""
    ids = draw(st.permutations(["gpt-3", "42", "meta-llama/Llama-2-7b", "悟道-2.0"]))[: draw(st.integers(0, 4))]
    pairs = [(parent, child) for place, child in enumerate(ids) for parent in ids[:place]]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return Lineage(
        [draw(full_models(id)) for id in ids],
        [draw(_derivations).model_copy(update={"parent": parent, "child": child}) for parent, child in edges],
        about=draw(_about),
    )

"""What hypothesis draws for files: lineages with all fields, and texts that are hard to write down."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from modeltree.lineage import Lineage
from modeltree.records import (
    About,
    Access,
    Architecture,
    Correction,
    Derivation,
    Domain,
    Kind,
    License,
    Links,
    Model,
    Openness,
    Organization,
    ParameterCount,
    PartialDate,
    Reference,
    Relation,
)
from modeltree.values.words import is_missing

# What YAML, or a tool that reads it, could take for something else than text.
_HARD = [
    *["no", "Yes", "on", "y", "null", "~", "true", "1.5", "7", "1_000", "0x1F", "0b1", "0o7", "010", "1e5", "+1", ".5"],
    *["12:30:45", "2023", "2023-03", "2023-03-14", "2023-3-4 10:00", ".inf", "-.INF", ".nan", "=", "<<", "---", "..."],
    *["%", "@", "`", "|", ">", "&", "&a", "*a", "!", "!!str", "{", "}", "[", "]", ",", ":", ": ", "#", " #", "-", "- "],
    *["?", "? ", "'", "''", '"', "\\", "\\n", " ", "  ", "a word ", "and another one, ", "x" * 120],
    *["\x85", "\xa0", "\xad", "\u200b", "\u200d", "\u2028", "\u2029", "\u202e", "\u3000", "\ue000", "\ufeff", "\ufffd"],
    *["é", "e\u0301", "悟道", "שלום", "👩\u200d🔬", "𝔾", "\U000e0041", "\U0010ffff"],
]
_ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\x7f\ufffe\uffff", min_codepoint=32)


def _joined(parts: list[str]) -> st.SearchStrategy[str]:
    fragments = st.one_of(st.sampled_from([*_HARD, *parts]), st.text(_ANY, min_size=1, max_size=5))
    return st.lists(fragments, min_size=1, max_size=12).map("".join)


# Without space around them, as records have them: names that differ in nothing else are one name.
hard_names = _joined([]).map(str.strip).filter(lambda text: 0 < len(text) <= 400)
hard_texts = _joined(["\n", "\n\n", "\n  ", " \n", "\t", "\n- ", "\n# "]).filter(str.strip)
hard_ids = st.sampled_from(
    ["a", "no", "1.5", "2023-03-14", "gpt-4", "meta-llama/Llama-2-7b", "悟道-2.0", "[x]", "a:b", "#x", "-", "~", "x:"]
)
_references = st.sampled_from(
    [
        *["arxiv:2302.13971", "doi:10.1093/bib/bbac409", "https://example.org/a?b=[c],{d}&e#f"],
        *["https://example.org/:", f"http://{'x' * 99}"],
    ]
).map(Reference)
_addresses = st.none() | st.sampled_from(
    ["https://example.org/?a=b", "http://example.org/'a'#b:", f"https://{'y' * 140}"]
)
_dates = st.one_of(
    st.builds(PartialDate, st.integers(1, 9999)),
    st.builds(PartialDate, st.integers(1, 9999), st.integers(1, 12)),
    st.dates().map(PartialDate.parse),
)


def _says_something(text: str) -> bool:
    return not is_missing(text)


def _several(of: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, unique=True, max_size=4).map(tuple)


def _models(id: str, organizations: list[str], names: Any, texts: Any) -> st.SearchStrategy[Model]:
    return st.builds(
        Model,
        id=st.just(id),
        name=names,
        # Aliases are kept apart by the id in them.
        aliases=_several(names.map(lambda name: f"{name} of {id}")),
        kind=st.sampled_from(Kind),
        released=st.none() | _dates,
        organizations=_several(st.sampled_from(organizations)),
        openness=st.just(Openness.OPEN),
        access=st.sampled_from([None, Access.OPEN_WEIGHTS, Access.GATED]),
        license=st.none() | st.builds(License, name=names, spdx=st.sampled_from([None, "MIT", "0BSD"])),
        sizes=_several(st.integers(1, 10**18).map(ParameterCount)),
        training_data=st.none() | texts,
        domain=st.none() | st.sampled_from(Domain),
        architecture=st.none() | st.sampled_from(Architecture),
        links=st.builds(Links, paper=_addresses, code=_addresses, website=_addresses),
        references=_several(_references),
        note=st.none() | texts,
        corrections=st.lists(
            st.builds(
                Correction,
                field=st.sampled_from(["released", "derived_from"]),
                printed=texts,
                source=hard_ids,
                reason=texts,
                references=_several(_references),
            ),
            max_size=2,
        ).map(tuple),
    )


def _organizations(id: str, names: Any) -> st.SearchStrategy[Organization]:
    return st.builds(
        Organization,
        id=st.just(id),
        name=names,
        aliases=_several(names.map(lambda name: f"{name} of {id}")),
        url=_addresses,
        country=st.none() | st.sampled_from(["NO", "CN"]),
        icon=st.none() | st.sampled_from(["meta-color", "01.ai"]),
    )


@st.composite
def lineages(draw: st.DrawFn, *, any_words: bool = False) -> Lineage:
    """Lineages of few models with everything that a catalogue can hold; the empty one too.

    Words for missing values, as "null" and "-", are texts in catalogues only.
    """
    names, texts = (of if any_words else of.filter(_says_something) for of in (hard_names, hard_texts))
    ids = draw(st.lists(hard_ids, unique=True, max_size=5))
    makers = draw(
        st.lists(hard_ids if any_words else hard_ids.filter(_says_something), unique=True, min_size=1, max_size=3)
    )
    pairs = [(parent, child) for place, child in enumerate(ids) for parent in ids[:place]]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    about = st.builds(
        About,
        title=st.none() | names,
        description=st.none() | texts,
        date=st.none() | _dates,
        references=_several(_references),
    )
    return Lineage(
        [draw(_models(id, makers, names, texts)) for id in ids],
        [
            Derivation(
                parent=parent,
                child=child,
                relation=draw(st.sampled_from(Relation)),
                references=draw(_several(_references)),
                note=draw(st.none() | texts),
            )
            for parent, child in edges
        ],
        draw(st.sampled_from([[], [draw(_organizations(id, names)) for id in makers]])),
        about=draw(about),
    )

"""What licenses ask of whoever makes a model from another: the table ``data/licenses.yaml``.

It is a reading of public terms, and no legal advice. What is not known of a license is unknown, never allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from modeltree.formats.catalog import data_folder
from modeltree.formats.parsing.yamltree import read_yaml
from modeltree.records import License, Record
from modeltree.values.hub_words import hub_license, license_named

DutyWord = Literal[
    "attribution", "same-license", "use-restrictions", "name", "display", "threshold", "territory", "noncommercial",
    "no-training",
]  # fmt: skip
"""What is passed on; the table has ``noncommercial`` only by outputs, and ``no-training`` follows from ``training``."""

_RANKS = {"allowed": 0, "limited": 1, "forbidden": 2}
_GRANTS = ("commercial", "modification", "redistribution")
_CARRIED: tuple[DutyWord, ...] = ("use-restrictions", "threshold", "territory")
_WORDS = {
    "commercial": "commercial use",
    "modification": "changes",
    "redistribution": "redistribution",
    "same-license": "this same license",
    "use-restrictions": "restrictions of use",
    "threshold": "a limit to users or revenue",
    "territory": "a limit to countries",
}


class Grant(Record):
    """Whether something may be done, and the clause that says so."""

    grant: Literal["allowed", "limited", "forbidden", "unmentioned", "unknown"] = "unknown"
    """``limited`` is allowed with limits, which are among the duties."""
    clause: str | None = None
    """The number of the clause; None where it was not looked up."""


class Duty(Record):
    """Something that is passed on to whoever makes a model from another."""

    text: str | None = None
    """The words to show, how a name begins, the limit, or whose restrictions."""
    clause: str | None = None
    """The number of the clause; None where it was not looked up."""


def _as_duty(value: object) -> object:
    return {"clause": value} if value is None or isinstance(value, str) else value


_Duty = Annotated[Duty, BeforeValidator(_as_duty)]


class LicenseTerms(Record):
    """What a license asks of whoever makes a model from one that is under it.

    Examples
    --------
    >>> terms = license_terms()["llama3.1"]
    >>> terms.commercial.grant, terms.duties["name"].text, terms.duties["name"].clause
    ('limited', 'Llama', '1.b.i')
    """

    id: str
    """The word of the Hugging Face Hub, where it has one."""
    name: str
    spdx: str | None = None
    """The identifier in the SPDX license list."""
    words: tuple[str, ...] = ()
    """Other names, in lower case."""
    services: tuple[str, ...] = ()
    """Organizations whose closed models are under these terms of service."""
    link: str | None = None
    commercial: Grant = Grant()
    modification: Grant = Grant()
    redistribution: Grant = Grant()
    training: Grant = Grant()
    """Whether outputs may train other models."""
    duties: Mapping[DutyWord, _Duty] = Field(default_factory=dict)
    by_outputs: tuple[DutyWord, ...] = ()
    """What a model takes over that learned from outputs."""
    replaced_by: tuple[str, ...] = ()
    """Licenses that a derivative may carry instead."""
    note: str | None = None

    @property
    def restricts(self) -> bool:
        """Whether it asks more than attribution."""
        return self.commercial.grant not in ("allowed", "unknown") or bool(
            self.duties.keys() & {"same-license", *_CARRIED}
        )


@cache
def license_terms() -> Mapping[str, LicenseTerms]:
    """The terms of all licenses in the table, by id.

    Returns
    -------
    mapping of str to LicenseTerms
        In the order of the table: from the most permissive kind to terms of service.

    Examples
    --------
    >>> license_terms()["cc-by-nc-4.0"].commercial
    Grant(grant='forbidden', clause='1(i), 2(a)(1)')
    """
    data: Any = read_yaml(data_folder() / "licenses.yaml").data
    return {row["id"]: LicenseTerms.model_validate(row) for row in data["licenses"]}


@cache
def _by_word() -> dict[str, LicenseTerms]:
    found: dict[str, LicenseTerms] = {}
    for terms in license_terms().values():
        for word in (terms.id, terms.name, terms.spdx, *terms.words):
            if word:
                found.setdefault(" ".join(word.lower().split()), terms)
    return found


def terms_of(license: License) -> LicenseTerms | None:
    """The terms of a license; None where the table does not have it.

    Parameters
    ----------
    license : License
        As a model has it; found by its SPDX identifier, the word of the Hub, or one of its names, whatever their case.

    Returns
    -------
    LicenseTerms or None

    Examples
    --------
    >>> from modeltree import License
    >>> terms_of(License(name="Apache License, Version 2.0")).id, terms_of(License(name="my own"))
    ('apache-2.0', None)
    """
    known = _by_word()
    for word in (license.spdx, license.name, hub_license(license)):
        if word and (terms := known.get(" ".join(word.lower().split()))):
            return terms
    named = license_named(license.name)
    return known.get(named["spdx"].lower()) if isinstance(named, dict) else None


def carries(first: LicenseTerms, second: LicenseTerms | None, duty: DutyWord) -> bool:
    """Whether the second license asks for what the first does: the same license, or limits in the same words."""
    if second is None:
        return False
    if duty == "noncommercial":
        return second.commercial.grant == "forbidden"
    if second.id == first.id or second.id in first.replaced_by:
        return True
    asked, held = first.duties.get(duty), second.duties.get(duty)
    return duty != "same-license" and held is not None and held.text == (asked and asked.text)


@cache
def lost_terms(given: str, declared: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What one license asks that another does not, and what cannot be said.

    Parameters
    ----------
    given, declared : str
        Ids of licenses in the table: of a model, and of one that is made from it.

    Returns
    -------
    lost, undecided : tuple of str
        Terms of the first that the second does not carry, and those of which the table does not know enough.

    Raises
    ------
    KeyError
        When the table has no license of an id.

    Examples
    --------
    >>> lost_terms("llama2", "apache-2.0")[0]
    ('commercial use', 'this same license', 'restrictions of use', 'a limit to users or revenue')
    >>> lost_terms("apache-2.0", "llama2")
    ((), ())
    """
    first, second = license_terms()[given], license_terms()[declared]
    lost, undecided = [], []
    if first.modification.grant == "forbidden":  # whatever it declares, it should not be there
        lost.append("modification")
    if second.id != first.id and second.id not in first.replaced_by:
        for name in _GRANTS:
            before, after = getattr(first, name).grant, getattr(second, name).grant
            if before in ("allowed", "unmentioned") or after == "forbidden" or name in lost:
                continue
            if "unknown" in (before, after):
                undecided.append(name)
            elif _RANKS[after] < _RANKS[before]:
                lost.append(name)
        lost += [
            duty for duty in ("same-license", *_CARRIED) if duty in first.duties and not carries(first, second, duty)
        ]
    return tuple(_WORDS[name] for name in lost), tuple(_WORDS[name] for name in undecided)

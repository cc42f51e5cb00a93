"""What a lineage has and a format cannot hold, said once for each sort of record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from modeltree.findings import Finding
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, Model, Organization, Record

__all__ = ["losses"]


def losses(
    lineage: Lineage,
    format: str,
    *,
    models: Collection[str] = (),
    derivations: Collection[str] = (),
    about: Collection[str] = (),
    organizations: bool = False,
) -> tuple[Finding, ...]:
    r"""The findings of kind ``not-carried`` for a lineage that is written in a format.

    Parameters
    ----------
    lineage : Lineage
        What is written.
    format : str
        What to call the format.
    models, derivations, about : collection of str
        The fields of `Model`, `Derivation` and `About` that the format holds.
    organizations : bool
        Whether it holds what is known of organizations, and not only their ids.

    Examples
    --------
    >>> lineage = Lineage([Model(id="llama", name="LLaMA", released="2023-02")])
    >>> print(*losses(lineage, "Newick", models=["id", "name"]), sep="\n")
    Newick has no place for 'released' of models; left out for 1 model, the first is 'llama'
    """
    edges = [(f"{step.parent} -> {step.child}", step) for step in lineage.derivations]
    found = [
        *_missing(format, "model", Model, [(model.id, model) for model in lineage.models], models),
        *_missing(format, "derivation", Derivation, edges, {*derivations, "parent", "child"}),
        *_missing(format, "lineage", About, [(lineage.about.title or "the lineage", lineage.about)], about),
    ]
    known = [
        record for record in lineage.organizations.values() if record != Organization(id=record.id, name=record.id)
    ]
    if known and not organizations:
        thing = "names and more of organizations"
        found.append(_finding(format, thing, "organization", len(known), known[0].id))
    return tuple(found)


def _missing(
    format: str, what: str, kind: type[Record], records: Iterable[tuple[str, Record]], kept: Collection[str]
) -> Iterator[Finding]:
    listed = list(records)
    names, owners = [], dict[str, None]()
    for name, field in kind.model_fields.items():
        if name in kept:
            continue
        default = field.get_default()
        if having := [owner for owner, record in listed if field.is_required() or getattr(record, name) != default]:
            names.append(repr(name))
            owners |= dict.fromkeys(having)
    if names:
        first = next(owner for owner, _ in listed if owner in owners)
        yield _finding(format, f"{', '.join(names)} of {what}s", what, len(owners), first)


def _finding(format: str, thing: str, what: str, count: int, first: str) -> Finding:
    return Finding(
        "not-carried",
        f"{format} has no place for {thing}",
        done=f"left out for {count} {what}{'s' * (count != 1)}, the first is {first!r}",
    )

"""What a page says of each model, as plain data: short keys, and nothing where nothing is known."""

from __future__ import annotations

from typing import Any

from modeltree.lineage import Lineage
from modeltree.records import Correction, Derivation, Model, Relation

__all__ = ["card_data"]


def card_data(lineage: Lineage) -> dict[str, Any]:
    """All that a page knows of a lineage, of plain lists, dictionaries, strings and numbers.

    Models, organizations, families and relations go by their places in the lists here.

    - ``models``: in date order, each a dictionary: ``i`` id, ``n`` name, ``a`` other names, ``k`` kind unless it is a
      model, ``d`` date, ``o`` organizations, ``w`` openness, ``c`` access, ``l`` license, ``s`` sizes, ``t`` training
      data, ``m`` domain, ``r`` architecture, ``f`` families, the primary one first, ``u`` links as kind and address,
      ``e`` references, ``x`` note, ``p`` corrections as field, what was printed, source, reason and references.
    - ``steps``: each derivation as parent, child, relation, and where there are any, references and a note.
    - ``organizations``: each a name, and where there is one, an address.
    - ``families``: the places of the models that they are called by, the largest family first, if of two or more.
    - ``relations``: each a word, and whether weights pass on by it.
    """
    places = {model.id: place for place, model in enumerate(lineage.models)}
    makers = {id: place for place, id in enumerate(lineage.organizations)}
    families = [family for family in lineage.families() if family.size > 1]
    # The primary one first.
    belongs = {id: [number] for number, family in enumerate(families) for id in family.primary}
    for number, family in enumerate(families):
        for id in family.members:
            if number not in belongs.setdefault(id, []):
                belongs[id].append(number)
    relations = list(Relation)
    return {
        "models": [_model(model, makers, belongs.get(model.id, [])) for model in lineage.models],
        "steps": [_step(step, places, relations) for step in lineage.derivations],
        "organizations": [_trimmed([record.name, record.url]) for record in lineage.organizations.values()],
        "families": [places[str(family.key)] for family in families],
        "relations": [[str(relation), relation.passes_weights] for relation in relations],
    }


def _model(model: Model, makers: dict[str, int], families: list[int]) -> dict[str, Any]:
    license = model.license
    known = {
        "i": model.id,
        "n": model.name,
        "a": list(model.aliases),
        "k": None if model.kind == "model" else str(model.kind),
        "d": str(model.released) if model.released else None,
        "o": [makers[id] for id in model.organizations],
        "w": model.openness and str(model.openness),
        "c": model.access and str(model.access),
        "l": license and _trimmed([license.name, license.spdx if license.spdx != license.name else None]),
        "s": [str(size) for size in model.sizes],
        "t": model.training_data,
        "m": model.domain and str(model.domain),
        "r": model.architecture and str(model.architecture),
        "f": families,
        "u": [[kind, address] for kind, address in model.links if address],
        "e": list(map(str, model.references)),
        "x": model.note,
        "p": [_correction(correction) for correction in model.corrections],
    }
    return {key: value for key, value in known.items() if value not in (None, [])}


def _correction(correction: Correction) -> list[Any]:
    return _trimmed([
        correction.field, correction.printed, correction.source, correction.reason,
        list(map(str, correction.references)),
    ])  # fmt: skip


def _step(step: Derivation, places: dict[str, int], relations: list[Relation]) -> list[Any]:
    return _trimmed([
        places[step.parent], places[step.child], relations.index(step.relation), list(map(str, step.references)),
        step.note,
    ])  # fmt: skip


def _trimmed(row: list[Any]) -> list[Any]:
    """A row without what is empty at its end."""
    while row and row[-1] in (None, []):
        row.pop()
    return row

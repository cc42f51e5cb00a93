"""The description of a model: what is known of it, as lines of text and as what a page says of it.

What the record itself knows, `modeltree.records.model_facts` says, for both and for notebooks.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from modeltree._util.languages import ENGLISH, Words
from modeltree._util.text import printable
from modeltree.analysis.licenses import ModelLicense, licenses
from modeltree.figures.family_tree import RELATION_WORDS
from modeltree.lineage import Lineage
from modeltree.records import Correction, Derivation, Model, Relation, model_facts

# The facts that a page writes out as they are; of all others it has its own way.
_ROWS = ("license", "sizes", "training data", "domain", "architecture")


def model_text(lineage: Lineage, name: str, width: int = 100) -> str:
    """All that is known of one model, by its id, name or an alias; long texts are wrapped after so many columns."""
    model = lineage[name]
    return fields_text(f"{model.name} ({model.id})", list(_fields(lineage, model)), width)


def fields_text(title: str, fields: Sequence[tuple[str, str]], width: int) -> str:
    """A title, and labels with texts in lines that are wrapped after so many columns; a label is not repeated."""
    margin = max(len(label) for label, _ in fields) + 4
    lines = [printable(title)]
    last = ""
    for label, value in fields:
        first = f"  {label if label != last else ''}".ljust(margin)
        lines += textwrap.wrap(
            printable(value),
            max(width, margin + 20),
            initial_indent=first,
            subsequent_indent=" " * margin,
            break_long_words=False,
            break_on_hyphens=False,
        )
        last = label
    return "\n".join(lines)


def _fields(lineage: Lineage, model: Model) -> Iterator[tuple[str, str]]:
    """Labels and texts, line by line; what is not known is left out."""
    for label, texts in model_facts(model, lineage.organizations):
        yield from ((label, text) for text in texts)
        if label == "kind" and model.released is None:
            yield "released", "-"
    for parent in lineage.parents(model.id):
        yield "derived from", _edge_text(lineage, lineage.derivation(parent, model.id), parent)
    for child in lineage.children(model.id):
        yield "led to", _edge_text(lineage, lineage.derivation(model.id, child), child)
    yield from ((kind, address) for kind, address in model.links if address)
    for reference in model.references:
        yield "reference", reference
    for correction in model.corrections:
        vouched = _bracketed(correction.references)
        printed = f"{correction.source} prints {correction.printed!r} as {correction.field}"
        yield "correction", f"{printed}: {correction.reason}{vouched}"


def _edge_text(lineage: Lineage, edge: Derivation, other: str) -> str:
    note = f": {edge.note}" if edge.note else ""
    return f"{lineage[other].name} ({other}) by {edge.relation}{note}{_bracketed(edge.references)}"


def _bracketed(references: Sequence[str]) -> str:
    return f" [{', '.join(references)}]" if references else ""


def page_data(lineage: Lineage, words: Words = ENGLISH) -> dict[str, object]:
    """All that a page knows of a lineage, of plain lists, dictionaries, strings and numbers.

    Models, organizations, families and relations go by their indexes in the lists here.

    - ``models``: in date order, each a dictionary: ``i`` id, ``n`` name, ``a`` other names, ``k`` kind unless it is a
      model, ``d`` date, ``o`` organizations, ``w`` openness, ``c`` access, ``m`` domain, ``y`` further facts as label
      and text, ``f`` families, the primary one first, ``u`` links as kind and address, ``e`` references, ``x`` note,
      ``p`` corrections as field, what was printed, source, reason and references, ``l`` whether all licenses that reach
      it allow commercial use, and these: name, ancestor, what passes on, and 1 if its own does not carry it on, else 0.
    - ``steps``: each derivation as parent, child, relation, and where there are any, references and a note.
    - ``organizations``: each a name, and where there is one, an address.
    - ``families``: the indexes of the models that they are called by, the largest family first, if of two or more.
    - ``relations``: each a word, what passes on by it, and its name; what is unspecified goes with ideas.
    """
    indexes = {model.id: index for index, model in enumerate(lineage.models)}
    organizations = {id: index for index, id in enumerate(lineage.organizations)}
    families = [family for family in lineage.families() if family.size > 1]
    # The primary one first.
    belongs = {id: [number] for number, family in enumerate(families) for id in family.primary}
    for number, family in enumerate(families):
        for id in frozenset(family.members).difference(family.primary):
            belongs.setdefault(id, []).append(number)
    relations = list(Relation)
    report = licenses(lineage)
    return {
        "models": [
            _model(model, organizations, belongs.get(model.id, []), report[model.id], indexes)
            for model in lineage.models
        ],
        "steps": [_edge(edge, indexes, relations) for edge in lineage.derivations],
        "organizations": [_trimmed([printable(record.name), record.url]) for record in lineage.organizations.values()],
        "families": [indexes[str(family.key)] for family in families],
        "relations": [
            [str(relation), relation.passes or "ideas", words(RELATION_WORDS[relation])] for relation in relations
        ],
    }


def _along(record: ModelLicense, indexes: Mapping[str, int]) -> list[object] | None:
    """Whether all the licenses that reach a model allow commercial use, and each with its origin."""
    rows = [
        [printable(terms.name), indexes[terms.origin], terms.passes, int(bool(terms.lost))]
        for terms in record.inherited
        if terms.origin in indexes
    ]
    return [record.commercial, rows] if rows else None


def _model(
    model: Model, organizations: dict[str, int], families: list[int], record: ModelLicense, indexes: dict[str, int]
) -> dict[str, object]:
    known = {
        "i": model.id,
        "n": printable(model.name),
        "a": list(map(printable, model.aliases)),
        "k": None if model.kind == "model" else str(model.kind),
        "d": str(model.released) if model.released else None,
        "o": [organizations[id] for id in model.organizations],
        "w": model.openness and str(model.openness),
        "c": model.access and str(model.access),
        "m": model.domain and str(model.domain),
        "y": [[label, printable(", ".join(texts))] for label, texts in model_facts(model) if label in _ROWS],
        "l": _along(record, indexes),
        "f": families,
        "u": [[kind, address] for kind, address in model.links if address],
        "e": list(map(str, model.references)),
        "x": model.note and printable(model.note),
        "p": [_correction(correction) for correction in model.corrections],
    }
    return {key: value for key, value in known.items() if value not in (None, [])}


def _correction(correction: Correction) -> list[object]:
    return _trimmed([
        correction.field, printable(correction.printed), correction.source, printable(correction.reason),
        list(map(str, correction.references)),
    ])  # fmt: skip


def _edge(edge: Derivation, indexes: dict[str, int], relations: list[Relation]) -> list[object]:
    return _trimmed([
        indexes[edge.parent], indexes[edge.child], relations.index(edge.relation), list(map(str, edge.references)),
        edge.note and printable(edge.note),
    ])  # fmt: skip


def _trimmed(row: list[object]) -> list[object]:
    """A row without what is empty at its end."""
    while row and row[-1] in (None, []):
        row.pop()
    return row

"""The native catalogue as a document: what its files may hold, and the JSON Schema that says so to editors."""

from __future__ import annotations

from pydantic import ConfigDict

from modeltree.records import About, Derivation, Id, Model, Organization, Record, Reference, Relation, Text

__all__ = ["CatalogDocument", "CatalogModel", "Parentage", "catalog_schema"]


class Parentage(Record):
    """One parent of the model that it stands under, and how the model was made from it."""

    parent: Id
    """The id of the model that it was made from."""
    relation: Relation
    """How."""
    references: tuple[Reference, ...] = ()
    """What vouches for it."""
    note: Text | None = None
    """Anything else worth knowing."""

    def under(self, child: str) -> Derivation:
        """The derivation of a child from this parent."""
        return Derivation(
            parent=self.parent, child=child, relation=self.relation, references=self.references, note=self.note
        )


class CatalogModel(Model):
    """One model, or one product that runs on models, and what it was made from."""

    derived_from: tuple[Parentage, ...] = ()
    """The models that it was made from, and how; each parent once."""


class CatalogDocument(Record):
    """One file of a catalogue: models with what they were made from, and who made them."""

    model_config = ConfigDict(title="modeltree catalogue")

    about: About | None = None
    """What the catalogue as a whole is; in one file of a folder."""
    organizations: tuple[Organization, ...] = ()
    """Who made the models. Where there are none, any id is taken."""
    models: tuple[CatalogModel, ...] = ()
    """The models."""
    extends: Text | tuple[Text, ...] = ()
    """Catalogues whose models and organizations are part of this one: shipped data sets, as ``survey``, or paths."""


def catalog_schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a catalogue file, made from the records.

    Examples
    --------
    >>> sorted(catalog_schema()["properties"])
    ['about', 'extends', 'models', 'organizations']
    """
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **CatalogDocument.model_json_schema()}

"""Model cards of the Hugging Face Hub: the front matter of ``README.md`` files, read and written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from modeltree.findings import Finding, Position, SourceError
from modeltree.formats.cards.front_matter import FrontMatter, read_front_matter
from modeltree.formats.cards.parents import Descending, texts_of
from modeltree.formats.cards.places import CARD, ID_KEY, CardFolder, card_folders, hub_address
from modeltree.formats.cards.writing import model_card_text, write_model_cards
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.folders import model_id
from modeltree.formats.repair.licenses import OTHER, license_of
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy
from modeltree.records import Relation

__all__ = ["license_in", "model_card_text", "read_model_cards", "write_model_cards"]

_DATES = ("release_date", "date", "created_at")
_KEYS = {"license": ("license_name", "license"), "references": ("license_link",), "id": (ID_KEY,)}


def read_model_cards(
    path: str | os.PathLike[str],
    *,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
    datasets: bool = False,
) -> Reading:
    """Read model cards: a ``README.md``, a folder of models, or a cache of the Hugging Face Hub.

    A model is a folder with a ``README.md``; one without a card counts where there is a file in it that says of
    which models it was made, and it is not within the folder of another model. Its id is the part of the path that
    names it, ``org/name`` or ``name`` (see `modeltree.formats.repair.folders.model_id`), or ``modeltree_id`` in the
    card; a file by another name than ``README.md`` is the model of that name. Of a repository in a cache, the snapshot
    that ``refs/main`` names is read, else the last by name.

    From the card are read

    - ``base_model``, a text or a list of ids or addresses on the Hub, and ``base_model_relation``;
    - ``tags`` of the form ``base_model:RELATION:ID``, for parents that differ in relation, or where there is no
      ``base_model``;
    - ``new_version``: the model that it names is a ``successor`` of this one;
    - ``license``, with ``license_name`` and ``license_link`` for one that the Hub has no word for;
    - ``release_date``, else ``date``, else ``created_at``, as the date of release. ``last_modified`` says nothing of
      that;
    - the organization, from the id.

    Where no relation is said, it is worked out as the Hub does, with a finding of kind ``"inferred-relation"`` that
    has the rule: the configuration, library or tag of an adapter, then several base models (a merge), then a GGUF
    file or a word for quantization, then a tag of merges, else ``finetune``. Of these the Hub documents the second
    and the words; the others are what it shows.
    The name in ``model-index`` is not read: training tools write the name of a folder there, which many models share.

    Beside the card, ``adapter_config.json``, ``mergekit_config.yml`` and the headers of GGUF and safetensors files
    are read for parents. Where they list others than the card, all are kept.

    Parameters
    ----------
    path : str or path
        The file or folder.
    policy : Policy, optional
        What is done about what is wrong.
    aliases : mapping of str to str, optional
        For names as the cards have them, the id of the model that is meant.
    datasets : bool
        Whether the ``datasets`` of cards are read too: as records of kind ``dataset`` with ids ``datasets/ID``, from
        which the models derive by ``data``.

    Returns
    -------
    Reading
        The lineage, and what is wrong or worth knowing. A card in a folder whose front matter cannot be read is a
        model without fields.

    Raises
    ------
    SourceError
        When the front matter of a single file cannot be read, when there is no model in a folder, or when the
        policy refuses something.
    OSError
        When there is no such file or folder, or it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from modeltree import datasets
    >>> from modeltree.formats.cards import read_model_cards, write_model_cards
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     findings = write_model_cards(datasets.load("survey-table1"), folder)
    ...     lineage, _ = read_model_cards(folder)
    >>> lineage.parents("vicuna")
    ('llama',)
    """
    root = Path(path)
    claims = Claims()
    cards = card_folders(root, claims) if root.is_dir() else [_single(root, claims)]
    if not cards:
        raise SourceError(
            [*claims.findings, Finding("no-files", f"the folder {root} has no model card ({CARD}) in it")]
        )
    ids = [_id(card) for card in cards]
    known = {*ids, *(aliases or {})}
    numbers: dict[str, int] = {}
    for id, card in zip(ids, cards, strict=True):
        claims.findings += card.front.problems
        number = claims.add(id, partial(_place, card.front), _fields(id, card, claims))
        Descending(claims, number, id, card.front, card.files, known).tell()
        if datasets:
            _add_datasets(number, card, numbers, claims)
    return repaired(claims, policy, aliases)


def _single(path: Path, claims: Claims) -> CardFolder:
    """The model of a file; what lies beside it was not asked for."""
    front = read_front_matter(path)
    if not front.whole:
        raise SourceError(front.problems)
    is_card = path.name.lower() == CARD.lower()
    if not front.present:
        message = "the file has no front matter"
        if not is_card:
            raise SourceError([Finding("syntax", message, "begin it with a line '---'", position=Position(path, 1))])
        claims.report("ignored", f"{message}: nothing is read from it", where=Position(path, 1))
    return CardFolder(model_id(path if is_card else path.with_suffix("") / path.name, path), front, [])


def _id(card: CardFolder) -> str:
    written = card.front.fields.get(ID_KEY)
    return written.strip() if isinstance(written, str) and written.strip() else card.id


# Fields


def _fields(id: str, card: CardFolder, claims: Claims) -> dict[str, Any]:
    """The fields of a model, as its card has them."""
    front = card.front
    maker, slash, name = id.rpartition("/")
    terms = next((text for text, _ in texts_of(front, "license_link", claims)[:1] if text.startswith("http")), None)
    return {
        "name": name or None,
        "organizations": [maker] if slash and maker and "/" not in maker else None,
        "license": license_in(card.front, claims),
        "released": next((front.fields[key] for key in _DATES if front.fields.get(key)), None),
        "links": {"weights": link} if (link := hub_address(id)) else None,
        "references": [terms] if terms else None,
    }


def license_in(front: FrontMatter, claims: Claims) -> dict[str, str] | str | None:
    """The license that a card names; several are one text."""
    words = [word for word, _ in texts_of(front, "license", claims)]
    names = [name for name, _ in texts_of(front, "license_name", claims)]
    if len(words) < 2:
        return license_of(words[0] if words else OTHER if names else "", ", ".join(names))
    several = [license_of(word) or word for word in words]
    return ", ".join(license if isinstance(license, str) else license["name"] for license in several)


def _place(front: FrontMatter, at: tuple[str | int, ...] = ()) -> Position:
    """Where a field of a model stands in its card."""
    field = str(at[0]) if at else ""
    keys = _DATES if field == "released" else _KEYS.get(field, ())
    key = next((key for key in keys if front.fields.get(key)), None)
    return front.position((key,) if key else ())


def _add_datasets(child: int, card: CardFolder, numbers: dict[str, int], claims: Claims) -> None:
    for name, where in texts_of(card.front, "datasets", claims):
        id = f"datasets/{name}"
        if id not in numbers:
            maker, slash, last = name.rpartition("/")
            fields = {"kind": "dataset", "name": last, "organizations": [maker] if slash else None}
            numbers[id] = claims.add(id, where, fields)
        claims.derive(child, id, Relation.DATA, where)

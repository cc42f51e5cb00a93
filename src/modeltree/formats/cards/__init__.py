"""Model cards of the Hugging Face Hub: the front matter of ``README.md`` files, read and written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from modeltree.findings import Finding, Position, SourceError
from modeltree.formats.cards.card_files import CARD, CardFolder, card_folders, is_card_of_folder
from modeltree.formats.cards.parents import CardDerivations
from modeltree.formats.cards.writing import model_card_text, write_model_cards
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.folders import checked_prefix, model_id
from modeltree.formats.repair.front_matter import ID_KEY, FrontMatter, read_front_matter
from modeltree.formats.repair.models import reader
from modeltree.records import Relation
from modeltree.values.addresses import hub_url, repository_in_cache
from modeltree.values.hub_words import DATASETS, DATES, joined_license

__all__ = ["card_fields", "model_card_text", "read_model_cards", "write_model_cards"]

_KEYS = {"license": ("license_name", "license"), "references": ("license_link",), "id": (ID_KEY,)}


@reader
def read_model_cards(
    path: str | os.PathLike[str],
    *,
    aliases: Mapping[str, str] | None = None,
    datasets: bool = True,
    prefix: str | None = None,
    files: Sequence[Path] | None = None,
) -> Claims:
    """Read model cards: a ``README.md``, a folder of models, or a cache of the Hugging Face Hub.

    A model is a folder with a ``README.md``. A folder without one is a model where a file in it names the models that
    it was made from, and where it is not within the folder of another model; but an adapter within one is a model,
    whose id is that of the other with the path to it, as ``acme/multi/french``. An only adapter of the base that the
    card around it names is the model of that card. Folders of checkpoints, as ``checkpoint-500``, are parts of the
    model around them. The id is ``modeltree_id`` in the card, else ``org/name`` or ``name`` from the path (see
    `modeltree.formats.repair.folders.model_id`); a path to its folder, as ``../base`` in the card of another, is the
    model there. ``modelcard.md`` is as good as ``README.md``, and a file of another
    name is the model of that name, also in a folder that has no card of its own.
    Of a cached repository the snapshot in ``refs/main`` is read, else the last by name.

    These keys of a card are read:

    - ``base_model``, a text or a list of ids or addresses on the Hub, and ``base_model_relation``;
    - ``tags`` of the form ``base_model:RELATION:ID``, for parents that differ in relation, or without ``base_model``;
    - ``new_version``, a ``successor`` of this model, unless the weights of one pass on to the other;
    - ``datasets``, from which the model derives by ``data``;
    - ``license``, with ``license_name`` and ``license_link`` for a license that the Hub has no word for;
    - ``release_date``, else ``date``, else ``created_at``, as the date of release.

    A key that is another but for its spelling, as ``licence`` or ``base-model``, is read as that, with a finding; a
    fault in the YAML costs the key that it stands under, and no more.

    The organization comes from the id, and a link to weights only from a cache of the Hub. The name in ``model-index``
    is not read, for training tools write the name of a folder there, nor is ``last_modified``.

    Where a card has no relation, it is inferred as the Hub does, with a finding of kind ``"inferred-relation"`` that
    names the rule: the configuration, library or tag of an adapter, then several base models (a merge), then a GGUF
    file or a word for quantization, then a tag of merges, else ``finetune``. The Hub documents the second rule and the
    words; the other rules are what it shows.

    Parents are also read from ``adapter_config.json``, ``mergekit_config.yml`` and the headers of GGUF and safetensors
    files beside the card. Where these list other parents than the card, all are kept.

    With ``datasets=False`` the data sets of cards are not read; `prefix` stands before ids that are made of paths;
    `files` are those of a folder that are read, by default all. A card in a folder whose front matter cannot be read is
    a model without fields.

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
    start = checked_prefix(prefix)
    cards = card_folders(root, claims, start, files) if root.is_dir() else [_single(root, claims, start)]
    if not cards:
        raise SourceError(
            [*claims.findings, Finding("no-files", f"the folder {root} has no model card ({CARD}) in it")]
        )
    ids = [_id(card) for card in cards]
    known = {*ids, *(aliases or {})}
    folders = {
        Path(os.path.normpath(card.front.path.parent.absolute())): id
        for id, card in zip(ids, cards, strict=True)
        if card.front.path.suffix.lower() != ".md" or is_card_of_folder(card.front.path)
    }
    for id, card in zip(ids, cards, strict=True):
        front = card.front
        claims.findings += front.problems
        released = next((front.fields[key] for key in DATES if front.fields.get(key)), None)
        # Only what was fetched from the Hub is known to be there.
        links = {"weights": link} if repository_in_cache(str(front.path)) and (link := hub_url(id)) else None
        fields = card_fields(id, front, claims) | {"released": released, "links": links}
        child = claims.add(id, partial(_position, front), fields)
        CardDerivations(claims, child, id, front, card.files, known, folders).add()
        if datasets:
            _add_datasets(child, front, claims)
    return claims


def _single(path: Path, claims: Claims, prefix: str) -> CardFolder:
    """The model of a file; what lies beside it was not asked for."""
    front = read_front_matter(path)
    if not front.whole:
        raise SourceError(front.problems)
    is_card = is_card_of_folder(path)
    if not front.present:
        message = "the file has no front matter"
        if not is_card:
            raise SourceError([Finding("syntax", message, "begin it with a line '---'", position=Position(path, 1))])
        claims.report("ignored", f"{message}: nothing is read from it", where=Position(path, 1))
    return CardFolder(model_id(path if is_card else path.with_suffix("") / path.name, path, prefix), front, [])


def _id(card: CardFolder) -> str:
    written = card.front.fields.get(ID_KEY)
    return written.strip() if isinstance(written, str) and written.strip() else card.id


def card_fields(id: str, front: FrontMatter, claims: Claims) -> dict[str, object]:
    """The fields of a model that its id and its card tell, without dates and links; several licenses are one."""
    organization, slash, name = id.rpartition("/")
    terms = next((text for text, _ in front.texts("license_link", claims)[:1] if text.startswith("http")), None)
    words = [word for word, _ in front.texts("license", claims)]
    names = ", ".join(name for name, _ in front.texts("license_name", claims))
    return {
        "name": name or None,
        "organizations": [organization] if slash and organization and "/" not in organization else None,
        "license": joined_license(words, names),
        "references": [terms] if terms else None,
    }


def _position(front: FrontMatter, at: tuple[str | int, ...] = ()) -> Position:
    """The position of a field of a model in its card."""
    field = str(at[0]) if at else ""
    keys = DATES if field == "released" else _KEYS.get(field, ())
    key = next((key for key in keys if front.fields.get(key)), None)
    return front.position((key,) if key else ())


def _add_datasets(child: int, front: FrontMatter, claims: Claims) -> None:
    for name, where in front.texts("datasets", claims):
        organization, slash, last = name.rpartition("/")
        fields = {"kind": "dataset", "name": last, "organizations": [organization] if slash else None}
        claims.add_once(f"{DATASETS}{name}", where, fields)
        claims.derive(child, f"{DATASETS}{name}", Relation.DATA, where)

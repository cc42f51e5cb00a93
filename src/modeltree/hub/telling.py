"""From what a Hub says about models to records, by the rules by which model cards are read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from modeltree.findings import Position, shown
from modeltree.formats.cards import license_in
from modeltree.formats.cards.front_matter import FrontMatter
from modeltree.formats.cards.parents import Descending, texts_of
from modeltree.formats.parsing.yamltree import At
from modeltree.formats.repair.claims import Claims

__all__ = ["named_by", "place", "tell"]

Raw = Mapping[str, Any]

# What the Hub says of every repository that was made before it kept dates.
_FIRST_DATE = "2022-03-02T23:29:0"
_BASE = "base_model"
_ADDRESS = re.compile(r"^\s*https?://(www\.)?(huggingface\.co|hf\.co)/|/?\s*$")


class _Card(FrontMatter):
    """The front matter of a model card as a Hub gives it, without the file."""

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        return Position(self.path)


def place(id: str) -> Position:
    """Where a model stands: there is no file, so its id is the place."""
    return Position(Path(id))


def named_by(raw: Raw) -> tuple[list[str], list[str]]:
    """The models that a model says that it was made from, and those that it says are newer versions of it.

    Examples
    --------
    >>> named_by({"id": "me/mine", "tags": ["base_model:gpt2", "base_model:quantized:gpt2"]})
    (['gpt2'], [])
    """
    claims = Claims()
    _descend(claims, raw, {}, ())
    parents = [step.parent for step in claims.derivations if isinstance(step.child, int)]
    newer = [step.child for step in claims.derivations if isinstance(step.child, str)]
    return list(dict.fromkeys(parents)), list(dict.fromkeys(newer))


def tell(claims: Claims, models: Mapping[str, Raw], renamed: Mapping[str, str], address: str) -> None:
    """Add to the claims models and what they were made from.

    Parameters
    ----------
    claims : Claims
        What is told.
    models : mapping of str to mapping
        What the Hub says about each model, by id.
    renamed : mapping of str to str
        For ids that models had, those that they have.
    address : str
        Where the Hub is.
    """
    older: dict[str, list[str]] = {}
    for old, new in renamed.items():
        older.setdefault(new, []).append(old)
        message, done = f"{shown(old)} is {shown(new)} now", "the old id is kept as an alias"
        claims.report("renamed", message, where=place(new), ids=(new,), done=done)
    undated = []
    for id, raw in models.items():
        number = _descend(claims, raw, renamed, models.keys())
        fields = claims.models[number].fields
        fields["links"] = {"weights": f"{address}/{id}"}
        if id in older:
            fields["aliases"] = older[id]
        if str(fields.get("released")).startswith(_FIRST_DATE):
            undated.append(id)
            del fields["released"]
        if raw.get("disabled") is True:
            claims.report("gone", f"{shown(id)} is disabled", where=place(id), ids=(id,), done="its record is kept")
    if undated:
        those = "1 model is" if len(undated) == 1 else f"{len(undated)} models are"
        message = f"{those} from before March 2022, when the Hub began to keep dates: {shown(undated[0])}"
        message += ", …" if len(undated) > 1 else ""
        claims.report("ignored", message, ids=tuple(undated), done="the date that the Hub says is left out")


def _descend(claims: Claims, raw: Raw, renamed: Mapping[str, str], known: Collection[str]) -> int:
    """Add to the claims one model and what it was made from; the number of the model."""
    id = raw["id"]
    card = _card(raw, renamed)
    maker, slash, name = id.rpartition("/")
    link = next((text for text, _ in texts_of(card, "license_link", claims) if text.startswith("http")), None)
    fields = {
        "name": name,
        "released": raw.get("createdAt"),
        "organizations": [maker] if slash else None,
        "access": "gated" if raw.get("gated") else None,
        "license": license_in(card, claims),
        "references": [link] if link else None,
    }
    number = claims.add(id, place(id), fields)
    Descending(claims, number, id, card, [], known).tell()
    return number


def _card(raw: Raw, renamed: Mapping[str, str]) -> FrontMatter:
    """The card of a model, with the Hub's own tags, and with the ids that models have now."""
    said = raw.get("cardData")
    fields = dict(said) if isinstance(said, dict) else {}
    tags = [*_texts(raw.get("tags")), *_texts(fields.get("tags"))]
    fields["tags"] = list(dict.fromkeys(_retagged(tag, renamed) for tag in tags))
    for name in ("library_name", "pipeline_tag"):
        fields[name] = next(_texts([raw.get(name), fields.get(name)]), None)
    licenses = [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    fields["license"] = fields.get("license") or licenses
    if isinstance(fields.get(_BASE), str | list):
        bases = fields[_BASE] if isinstance(fields[_BASE], list) else [fields[_BASE]]
        fields[_BASE] = [renamed.get(_ADDRESS.sub("", base), base) if isinstance(base, str) else base for base in bases]
    return _Card(Path(raw["id"]), fields)


def _retagged(tag: str, renamed: Mapping[str, str]) -> str:
    if not tag.startswith(f"{_BASE}:"):
        return tag
    before, colon, name = tag.rpartition(":")
    return before + colon + renamed.get(name, name)


def _texts(value: Any) -> Iterator[str]:
    yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))

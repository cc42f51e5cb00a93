"""Going from model to model on a Hub, and what it says of them as claims, by the rules for model cards."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeGuard

from modeltree._util.text import counted
from modeltree.findings import At, Finding, Position, shown
from modeltree.formats.cards import card_fields
from modeltree.formats.cards.parents import CardDerivations
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.front_matter import FrontMatter
from modeltree.hub.client import Hub
from modeltree.values.addresses import parse_hub_address
from modeltree.values.hub_words import is_undated, row_tags, texts_in

Raw = Mapping[str, Any]

_BASE = "base_model"


@dataclass
class CrawlResult:
    """What a crawl found."""

    models: dict[str, Raw] = field(default_factory=dict)
    """What the Hub says about each model, by id, in the order in which they were found."""
    renamed: dict[str, str] = field(default_factory=dict)  # for an id that was asked for, the id that the model has now
    refused: dict[str, Finding] = field(default_factory=dict)  # for an id that was asked for, why there is no model
    unvisited: dict[str, None] = field(default_factory=dict)  # the ids that are known and were not asked for
    unread: list[str] = field(default_factory=list)
    """The lists that were not asked for, or not read to their end, for the limit."""
    findings: list[Finding] = field(default_factory=list)  # what else is worth knowing


class Crawl:
    """A walk over a Hub, of at most so many models; what it finds is in `result`."""

    # After each request `report` is called with how many were answered, and how many are known to be needed.

    def __init__(self, hub: Hub, limit: int | None, report: Callable[[int, int], object]) -> None:
        self.result = CrawlResult()
        self._hub, self._limit, self._report = hub, limit, report
        self._answered = 0

    def models(self, ids: Iterable[str]) -> list[str]:
        """Ask for models; the ids of those that there are."""
        asked = list(ids)
        seen = [self._visit(id, len(asked) - number) for number, id in enumerate(asked, start=1)]
        return list(dict.fromkeys(id for id in seen if id is not None))

    def author(self, author: str) -> list[str]:
        """Ask for all models of an author."""
        listed = list(self._listed(f"the models of {shown(author)}", self._hub.query(author=author), 0))
        if not listed and not self._is_full():
            message = f"the Hub lists no models of {shown(author)}"
            self.result.findings.append(Finding("gone", message, "look at the spelling"))
        return listed

    def ascend(self, start: Iterable[str], depth: int | None) -> None:
        """Ask for what models were made from, and so on for some steps."""
        level = list(start)
        reached = set(level)
        for step in count(1):
            named = dict.fromkeys(
                parent for id in level for parent in parents_and_successors(self.result.models[id])[0]
            )
            new = [
                parent for parent in named if is_id(parent) and self.result.renamed.get(parent, parent) not in reached
            ]
            if not new or (depth is not None and step > depth):
                return
            level = [id for id in self.models(new) if id not in reached]
            reached.update(level)

    def descend(self, start: Iterable[str], depth: int | None) -> None:
        """Ask for what was made from models, and so on for some steps."""
        level = list(start)
        reached = set(level)
        for step in count(1):
            if not level or (depth is not None and step > depth):
                return
            below: list[str] = []
            for number, parent in enumerate(level, start=1):
                goes_on = depth is None or step < depth
                left = len(level) - number + (len(below) if goes_on else 0)
                new = dict.fromkeys(child for child in self._children(parent, left) if child not in reached)
                reached.update(new)
                below += new
            level = below

    def finish(self) -> CrawlResult:
        """What was found, and which models are named in it and were not asked for."""
        result = self.result
        for raw in result.models.values():
            for id in chain.from_iterable(parents_and_successors(raw)):
                if is_id(id) and result.renamed.get(id, id) not in result.refused:
                    result.unvisited[id] = None
        for id in [id for id in result.unvisited if result.renamed.get(id, id) in result.models]:
            del result.unvisited[id]
        return result

    def _children(self, parent: str, left: int) -> Iterator[str]:
        """The models that say that they were made from one, by any of its names."""
        if self.result.models[parent].get("childrenModelCount") == 0:
            return
        for name in [parent, *(old for old, new in self.result.renamed.items() if new == parent)]:
            yield from self._listed(
                f"the children of {shown(name)}", self._hub.query(filter=f"base_model:{name}"), left
            )

    def _visit(self, id: str, left: int) -> str | None:
        """Ask for one model; the id that it has, or None where there is none."""
        result = self.result
        here = result.renamed.get(id, id)
        if here in result.models:
            return here
        if id in result.refused or id in result.unvisited:
            return None
        if not is_id(id):
            self._refuse(id, "bad-value", "it is no id of a Hub", "write it as 'openai-community/gpt2'")
            return None
        if self._is_full():
            result.unvisited[id] = None
            return None
        answer = self._hub.model(id)
        self._count(left)
        raw = answer.get("model")
        if not isinstance(raw, dict) or not is_id(raw.get("id")):
            unread = "refused" not in answer or "unread" in answer
            why = answer.get("refused", "the answer has no id")
            self._refuse(id, "unreadable" if unread else "gone", why)
            return None
        actual_id: str = raw["id"]
        if actual_id != id:
            result.renamed[id] = actual_id
        result.models.setdefault(actual_id, raw)
        return actual_id

    def _refuse(self, id: str, kind: str, why: str, hint: str | None = None) -> None:
        """Note why there is no model."""
        self.result.refused[id] = Finding(kind, f"{shown(id)}: {why}", hint, (id,), position=position_of(id))

    def _listed(self, what: str, query: str | None, left: int) -> Iterator[str]:
        """The models of a list, page by page, as far as the limit allows."""
        result = self.result
        pages = 0
        listed: set[str] = set()
        nameless = 0
        while query:
            if self._is_full():
                result.unread.append(what)
                return
            answer = self._hub.page(query)
            pages += 1
            self._count(left)
            before = len(listed)
            for raw in answer["models"]:
                id = raw.get("id") if isinstance(raw, dict) else None
                if not is_id(id):
                    nameless += 1
                elif id not in listed:
                    listed.add(id)
                    if self._keep(id, raw):
                        yield id
            query = answer["next"]
            if query and len(listed) == before:
                message = f"the list of {what} goes in circles: page {pages} has nothing new, and names another"
                result.findings.append(Finding("not-visited", message, done="it is read to there"))
                break
        if nameless:
            message = f"{nameless} entries in the list of {what} have no id"
            result.findings.append(Finding("missing-key", message, done="they are left out"))

    def _keep(self, id: str, raw: Raw) -> bool:
        """Keep a model of a list, unless there are too many."""
        if id not in self.result.models and self._is_full():
            self.result.unvisited[id] = None
            return False
        self.result.models.setdefault(id, raw)
        return True

    def _is_full(self) -> bool:
        return self._limit is not None and len(self.result.models) >= self._limit

    def _count(self, left: int) -> None:
        self._answered += 1
        self._report(self._answered, self._answered + left)


def is_id(id: object) -> TypeGuard[str]:
    """Whether something can be the id of a model on a Hub."""
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(id)
    except ValueError:
        return False
    return isinstance(id, str)


# What a Hub says, as claims


class _Card(FrontMatter):
    """The front matter of a model card as a Hub gives it, without the file."""

    def position(self, at: At = (), *, of_key: bool = False) -> Position:
        return Position(self.path)


def position_of(id: str) -> Position:
    """The position of a model: there is no file, so its id is the path."""
    return Position(Path(id))


def parents_and_successors(raw: Raw) -> tuple[list[str], list[str]]:
    """The models that a model says that it was made from, and those that it says are newer versions of it."""
    claims = Claims()
    _add_model(claims, raw, {}, ())
    parents = [edge.parent for edge in claims.derivations if isinstance(edge.child, int)]
    newer = [edge.child for edge in claims.derivations if isinstance(edge.child, str)]
    return list(dict.fromkeys(parents)), list(dict.fromkeys(newer))


def add_models(claims: Claims, models: Mapping[str, Raw], renamed: Mapping[str, str], address: str) -> None:
    """Add to the claims models of the Hub at an address, by id, and what they were made from, by their new ids."""
    older: dict[str, list[str]] = {}
    for old, new in renamed.items():
        older.setdefault(new, []).append(old)
        message, done = f"{shown(old)} is {shown(new)} now", "the old id is kept as an alias"
        claims.report("renamed", message, where=position_of(new), ids=(new,), done=done)
    undated = []
    for id, raw in models.items():
        fields = claims.models[_add_model(claims, raw, renamed, models.keys())].fields
        fields["links"] = {"weights": f"{address}/{id}"}
        if id in older:
            fields["aliases"] = older[id]
        if is_undated(fields.get("released")):
            undated.append(id)
            del fields["released"]
        if raw.get("disabled") is True:
            claims.report(
                "gone", f"{shown(id)} is disabled", where=position_of(id), ids=(id,), done="its record is kept"
            )
    if undated:
        those = f"{counted(len(undated), 'model')} {'is' if len(undated) == 1 else 'are'}"
        message = f"{those} from before March 2022, when the Hub began to keep dates: {shown(undated[0])}"
        message += ", …" if len(undated) > 1 else ""
        claims.report("ignored", message, ids=tuple(undated), done="the date that the Hub says is left out")


def _add_model(claims: Claims, raw: Raw, renamed: Mapping[str, str], known: Collection[str]) -> int:
    """Add to the claims one model and what it was made from; the index of the model."""
    id = raw["id"]
    card = _card(raw, renamed)
    released, access = raw.get("createdAt"), "gated" if raw.get("gated") else None
    fields = card_fields(id, card, claims) | {"released": released, "access": access}
    index = claims.add(id, position_of(id), fields)
    CardDerivations(claims, index, id, card, [], known).add()
    return index


def _card(raw: Raw, renamed: Mapping[str, str]) -> FrontMatter:
    """The card of a model, with the Hub's own tags, and with the ids that models have now."""
    card = raw.get("cardData")
    fields = dict(card) if isinstance(card, dict) else {}
    tags = row_tags(raw, fields)
    fields["tags"] = list(dict.fromkeys(_retagged(tag, renamed) for tag in tags))
    for name in ("library_name", "pipeline_tag"):
        fields[name] = next(texts_in([raw.get(name), fields.get(name)]), None)
    licenses = [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    fields["license"] = fields.get("license") or licenses
    if isinstance(fields.get(_BASE), str | list):
        bases = fields[_BASE] if isinstance(fields[_BASE], list) else [fields[_BASE]]
        fields[_BASE] = [renamed.get(_id_of(base), base) if isinstance(base, str) else base for base in bases]
    return _Card(Path(raw["id"]), fields)


def _id_of(base: str) -> str:
    """The id that a base model is given by, as itself or as the address of its page."""
    hub = parse_hub_address(base.strip())
    return hub.id if hub and not hub.page else base.strip().removesuffix("/")


def _retagged(tag: str, renamed: Mapping[str, str]) -> str:
    if not tag.startswith(f"{_BASE}:"):
        return tag
    before, colon, name = tag.rpartition(":")
    return before + colon + renamed.get(name, name)

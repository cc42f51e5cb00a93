"""The Hugging Face Hub as a source: models by id, by author or by family, with what they were made from.

`crawl` asks a Hub through `huggingface_hub`, the extra ``hub``. Importing this module asks nothing.

Examples
--------
>>> import modeltree
>>> lineage, findings = modeltree.hub.crawl("mistralai/Mistral-7B-v0.1", downwards=2)  # doctest: +SKIP
>>> modeltree.hub.crawl()
Traceback (most recent call last):
    ...
ValueError: nothing is asked for: name models, an author or a family
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from modeltree._util.arguments import checked
from modeltree._util.progress import Progress, progress_reporter
from modeltree._util.text import counted, enumerated
from modeltree.findings import At, Finding, Position, optional, shown
from modeltree.formats.cards import card_fields
from modeltree.formats.cards.parents import CardDerivations
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.model_files import FrontMatter
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy
from modeltree.hub.client import Answers, Hub, HubError
from modeltree.values.addresses import parse_hub_address
from modeltree.values.hub_words import BASE_TAG, LICENSE_TAG, is_undated, row_tags, texts_in

__all__ = ["HubError", "crawl"]

_ADDRESS = re.compile(r"https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_MOST_SECONDS = 10_000_000  # for longer no system can wait
_ACCOUNT = re.compile(r"[A-Za-z0-9._-]{1,96}")


@checked
def crawl(
    ids: str | Iterable[str] = (),
    *,
    author: str | None = None,
    family: str | None = None,
    upwards: int | None = None,
    downwards: int | None = 0,
    limit: int | None = 1000,
    state: str | os.PathLike[str] | None = None,
    endpoint: str | None = None,
    token: str | bool | None = None,
    timeout: float = 30.0,
    patience: float = 600.0,
    progress: bool | Progress | None = None,
    policy: Policy | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Reading:
    """Read the lineage of models from the Hugging Face Hub.

    One thing is asked at a time, and nothing twice. A model is dated by the day on which its repository was made,
    which may be later than the model; where the Hub only says that it is from before March 2022, it has no date.
    The organization is the account, and the license is what the model card says.

    Parameters
    ----------
    ids : str or iterable of str
        Models to begin with, as ``"meta-llama/Llama-2-7b-hf"``.
    author : str, optional
        A user or organization: all models of theirs are begun with.
    family : str, optional
        A model to begin with, and all that descends from it, whatever `downwards` says.
    upwards : int, optional
        How many steps to go from the models begun with to what they were made from; by default as far as it goes.
    downwards : int, optional
        How many steps to go from the models begun with to what was made from them; None as far as it goes. A request
        is needed for each model that may have children.
    limit : int, optional
        The most models; those most downloaded come first. None for no limit. What is known and not visited for it is
        a finding.
    state : path-like, optional
        A file to keep the answers in, one a line. When a crawl was interrupted, or its limit is raised, the same call
        goes on from there. A file that belongs to another question, or that another crawl is writing to, is refused.
    endpoint : str, optional
        The address of the Hub; by default that of `huggingface_hub`, which ``HF_ENDPOINT`` sets.
    token : str or bool, optional
        As in `huggingface_hub`: by default the token that is saved, if there is one; False for none. It is not kept
        in the state, but what it lets one see is.
    timeout : float
        How long to wait for the next part of an answer, in seconds; the whole may take ten times as long.
    patience : float
        How long to wait, in seconds and for one answer, where the Hub is busy or asks to wait.
    progress : bool or callable, optional
        A bar on standard error, by default if that is a terminal; or a function, called with what is counted,
        the number of requests answered, and of those that are known to be needed.
    policy : Policy, optional
        What is done about what is wrong with the data.
    aliases : mapping of str to str, optional
        For ids as models name them, the id that is meant.

    Returns
    -------
    Reading
        The lineage, and everything found: models that are gone or renamed, parents that were not asked for.

    Raises
    ------
    HubError
        When the Hub cannot be reached, refuses the token, or is busy for longer than patience lasts.
    SourceError
        When the file of the state is not one, or of another question; or when the policy refuses something.
    ValueError
        When nothing is asked for, or a number or address cannot be.
    MissingExtraError
        When `huggingface_hub` is not installed.

    Examples
    --------
    >>> import modeltree
    >>> lineage, findings = modeltree.hub.crawl(
    ...     family="openai-community/gpt2", limit=200, state="gpt2.jsonl"
    ... )  # doctest: +SKIP
    >>> lineage.children("openai-community/gpt2", "quantized")  # doctest: +SKIP
    """
    begin = [ids] if isinstance(ids, str) else list(ids)
    _check(begin, author, family, {"upwards": upwards, "downwards": downwards, "limit": limit}, timeout, patience)
    address = _address(endpoint)
    question = {"ids": begin, "author": author, "family": family, "upwards": upwards, "downwards": downwards}
    with Answers(state, {"endpoint": address, **question}) as answers, progress_reporter(progress) as report:
        hub = Hub(answers, address, token, timeout, patience)
        crawling = Crawl(hub, limit, partial(report, "answers of the Hub"))
        start = crawling.models(begin)
        if author is not None:
            start += crawling.author(author)
        root = crawling.models([family]) if family is not None else []
        crawling.ascend(dict.fromkeys([*start, *root]), upwards)
        crawling.descend(dict.fromkeys(start), downwards)
        crawling.descend(root, None)
        result = crawling.finish()
    claims = Claims(about={"title": "Models of the Hugging Face Hub"})
    add_models(claims, result.models, result.renamed, address)
    claims.findings += [*result.refused.values(), *result.findings, *_left(result, limit)]
    return repaired(claims, policy, aliases)


def _check(
    ids: list[str],
    author: str | None,
    family: str | None,
    numbers: Mapping[str, int | None],
    timeout: float,
    patience: float,
) -> None:
    """Refuse what nobody can have meant."""
    if not (ids or author or family):
        raise ValueError("nothing is asked for: name models, an author or a family")
    for name in (*ids, author, family):
        if not isinstance(name, str | None):
            raise TypeError(f"{shown(name)} is no id: an id is a text, as 'openai-community/gpt2'")
    if author is not None and not _ACCOUNT.fullmatch(author):
        # Without one the Hub lists all that it has.
        raise ValueError(f"{shown(author)} is no user or organization: write it as 'openai-community'")
    for name, number in numbers.items():
        least = 1 if name == "limit" else 0
        if number is not None and number < least:
            raise ValueError(f"{name}={number} cannot be: {least} is the least, and None for as far as it goes")
    for name, seconds in {"timeout": timeout, "patience": patience}.items():
        if not 0 < seconds <= _MOST_SECONDS:
            raise ValueError(f"{name}={seconds} cannot be: write a number of seconds, {_MOST_SECONDS:,} at most")


def _address(endpoint: str | None) -> str:
    """The address of the Hub that is asked."""
    constants = optional("huggingface_hub.constants", "the Hub is asked through huggingface_hub", "hub")
    address = (endpoint or constants.ENDPOINT).rstrip("/")
    try:
        fits = _ADDRESS.fullmatch(address) is not None and urlsplit(address).port != 0
    except ValueError:  # such as a port that is none
        fits = False
    if not fits:
        raise ValueError(f"{shown(address)} is no address of a Hub: write https://…")
    return address


def _left(result: CrawlResult, limit: int | None) -> Iterator[Finding]:
    """What is known to be there and was not visited."""
    full = limit is not None and len(result.models) >= limit
    if result.unread:
        lists = f"{counted(len(result.unread), 'list')} {'is' if len(result.unread) == 1 else 'are'}"
        message = f"the limit of {limit} models is reached: {lists} not read to the end: {enumerated(result.unread)}"
        yield Finding("not-visited", message, "raise the limit; with the same state it goes on from there")
    if result.unvisited:
        models = f"{counted(len(result.unvisited), 'model')} {'is' if len(result.unvisited) == 1 else 'are'}"
        message = f"{models} known and not asked for: {enumerated([shown(id) for id in result.unvisited])}"
        hint = f"the limit of {limit} models is reached: raise it" if full else "go further, or begin with them too"
        yield Finding("not-visited", message, hint, tuple(result.unvisited))


# The walk

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
            yield from self._listed(f"the children of {shown(name)}", self._hub.query(filter=f"{BASE_TAG}{name}"), left)

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
    words = [tag.removeprefix(LICENSE_TAG) for tag in tags if tag.startswith(LICENSE_TAG)]
    fields["license"] = fields.get("license") or words
    if isinstance(fields.get(_BASE), str | list):
        bases = fields[_BASE] if isinstance(fields[_BASE], list) else [fields[_BASE]]
        fields[_BASE] = [renamed.get(_id_of(base), base) if isinstance(base, str) else base for base in bases]
    return _Card(Path(raw["id"]), fields)


def _id_of(base: str) -> str:
    """The id that a base model is given by, as itself or as the address of its page."""
    hub = parse_hub_address(base.strip())
    return hub.id if hub and not hub.page else base.strip().removesuffix("/")


def _retagged(tag: str, renamed: Mapping[str, str]) -> str:
    if not tag.startswith(BASE_TAG):
        return tag
    before, colon, name = tag.rpartition(":")
    return before + colon + renamed.get(name, name)

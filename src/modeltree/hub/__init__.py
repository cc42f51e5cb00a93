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
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from urllib.parse import urlsplit

from modeltree._util.arguments import checked
from modeltree._util.progress import Progress, progress_reporter
from modeltree._util.text import counted, enumerated
from modeltree.findings import Finding, optional, shown
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy
from modeltree.hub.client import Answers, Hub, HubError
from modeltree.hub.traversal import Crawl, CrawlResult, add_models

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

"""Asking a Hub: one request at a time, with waiting where it asks for that, and nothing asked twice.

The requests go through the session and the token of `huggingface_hub`, with what it is set to by its environment
variables, but not through its functions for models: those wait as long as they are told to, begin a list anew where
one page fails, follow a list that never ends, and trust what they get.

The answers may be kept in a file, which has one JSON value a line. The first line has the version and the question,
each other one a request and its answer. A line is written in one piece when the answer is there, so that a crawl can be
stopped at any time: a line that was not finished is cut off when the crawl goes on. A token is never written.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, Self
from urllib.parse import quote, urlencode, urlsplit

from modeltree._util.files import lock
from modeltree._util.text import counted
from modeltree.findings import ModelTreeError, Position, SourceError, shown
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.jsontree import parse_json

TRIES = 6
"""How often a request is made at most."""

# A page of a list; the Hub gives 1000 at most.
_PAGE = 500
# What is asked of a model, and what more only of one that is asked for by itself.
_WANTED = ("cardData", "createdAt", "disabled", "gated", "library_name", "pipeline_tag", "private", "tags")
_ALONE = ("childrenModelCount",)
# What is kept of its card: the rest can be long, as the results of evaluations are.
_OF_CARD = frozenset(
    {
        "base_model", "base_model_relation", "datasets", "language", "library_name", "license", "license_link",
        "license_name", "model_name", "new_version", "pipeline_tag", "quantized_by", "tags",
    }
)  # fmt: skip
# For each second that a part of an answer may take, so many are for all of it.
_SECONDS_OF_PARTS = 10
_LONGEST_WAIT = 1e9
_LONGEST_TEXT = 2000
_MOST_ITEMS = 10_000
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
# The status of what is sent from one address to the next and never arrives.
_CIRCLE = 310
_RESET = re.compile(r";\s*t\s*=\s*([0-9]{1,9})\b")


class HubError(ModelTreeError, OSError):
    """A Hub that cannot be reached, refuses to answer, or answers with what no Hub says."""


@dataclass(frozen=True, slots=True)
class _Response:
    """What came back; the status is 0 where nothing did."""

    status: int
    headers: Mapping[str, str]
    data: object = None
    after: str | None = None
    trouble: str | None = None  # what is wrong with it
    passing: bool = False  # whether it may be right the next time


@dataclass
class Hub:
    """A Hub, and what it has answered so far."""

    answers: Answers
    address: str
    token: str | bool | None = None
    """As in `huggingface_hub`: None is the one that is saved, if there is one, and False none."""
    timeout: float = 30.0
    """How long to wait for the next part of an answer, in seconds; the whole may take ten times as long."""
    patience: float = 600.0  # how long to wait before a request is made again, in seconds and in all

    def __post_init__(self) -> None:
        self._sends_token = False
        self._heard = False

    def model(self, id: str) -> Answer:
        """What the Hub says about one model: ``{"model": …}``, or ``{"refused": why}``."""
        fields = [("expand", field) for field in (*_WANTED, *_ALONE)]
        request = f"/api/models/{quote(id)}?{urlencode(fields)}"
        if (known := self.answers.get(request)) is not None:
            return known
        response = self._asked(request)
        if refusal := self._refusal(response):
            answer: Answer = {"refused": refusal}
        elif response.status in (200, _CIRCLE) and (response.trouble or not isinstance(response.data, dict)):
            # Not kept: it may be right another day.
            return {"refused": response.trouble or "the answer is no model", "unread": True}
        elif response.trouble:
            raise self._error(response)
        else:
            answer = {"model": _short(response.data)}
        self.answers.keep(request, answer)
        return answer

    def page(self, query: str) -> Answer:
        """One page of a list: ``{"models": […], "next": query}``, the last with None."""
        request = f"/api/models?{query}"
        if (known := self.answers.get(request)) is not None:
            return known
        response = self._asked(request)
        models = response.data
        if not response.trouble and not isinstance(models, list):
            response = replace(response, trouble="the answer is no list of models")
        if response.trouble or not isinstance(models, list):
            raise self._error(response)
        answer = {"models": [_short(item) for item in models], "next": response.after}
        self.answers.keep(request, answer)
        return answer

    def query(self, **conditions: str) -> str:
        """The first page of the list of the models that meet some conditions, those most downloaded first."""
        fields = [("expand", field) for field in _WANTED]
        return urlencode([*conditions.items(), ("sort", "downloads"), ("limit", str(_PAGE)), *fields])

    def _asked(self, request: str) -> _Response:
        """The answer to a request, made again while the Hub is busy and patience lasts."""
        waited = 0.0
        for attempt in range(TRIES):
            response = self._sent(request)
            # What has never answered is not waited for: nobody is there, or this computer has no network.
            if not response.passing or not (response.status or self._heard):
                return response
            pause = max(2.0**attempt, wait_of(response.headers))
            if waited + pause > self.patience:
                trouble = f"{response.trouble}, and asks to wait {pause:,.0f} s, with a patience of {self.patience:g} s"
                return replace(response, trouble=trouble)
            if attempt < TRIES - 1:
                time.sleep(pause)
                waited += pause
        return replace(response, trouble=f"{response.trouble}, {TRIES} times")

    def _sent(self, request: str) -> _Response:
        """What comes back for one request; nothing of it is an exception."""
        from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
        from huggingface_hub.utils import get_session

        headers = self._headers()
        # Which HTTP client is below, and so what it raises, changes with the versions of huggingface_hub.
        failures: tuple[type[Exception], ...] = (OSError, ValueError, *HfHubHTTPError.__bases__)
        seconds = _SECONDS_OF_PARTS * self.timeout
        deadline = time.monotonic() + seconds

        def exchange() -> _Response:
            with get_session().stream(
                "GET", self.address + request, headers=headers, timeout=self.timeout, follow_redirects=True
            ) as response:
                self._heard = True
                content = _read(response.iter_bytes(), deadline)
                link = response.links.get("next", {}).get("url")
                # Only what stands behind the question mark: a token is for one address, and mirrors name another.
                after = None if link is None else urlsplit(link).query
                return _understood(response.status_code, response.headers, content, after)

        try:
            return _within(seconds, exchange)
        except OfflineModeIsEnabled:
            trouble = "it may not be asked: HF_HUB_OFFLINE is set"
            return _Response(0, {}, trouble=trouble)
        except failures as error:
            reason = " ".join(str(error).split()) or type(error).__name__
            circle = "redirect" in reason.lower()
            return _Response(_CIRCLE if circle else 0, {}, trouble=f"no answer: {reason}", passing=not circle)

    def _headers(self) -> dict[str, str]:
        """The headers of a request: no more than who asks; what else is installed is nobody's business."""
        import huggingface_hub
        from huggingface_hub.utils import get_token_to_send

        import modeltree

        agent = f"modeltree/{modeltree.__version__}; hf_hub/{huggingface_hub.__version__}"
        try:
            token = get_token_to_send(self.token)
        except OSError as error:
            raise HubError(f"no token: {error}") from None
        if token and not (token.isascii() and token.isprintable()):
            raise HubError("no token has such characters: it has letters, digits and '_'")
        self._sends_token = token is not None
        return {"user-agent": agent} | ({"authorization": f"Bearer {token}"} if token else {})

    def _refusal(self, response: _Response) -> str | None:
        """Why there is no answer about a model, where that is for good and for this model only."""
        code, message = (response.headers.get(f"x-error-{name}", "") for name in ("code", "message"))
        match response.status:
            case 404 | 410 | 451:
                return f"the Hub has no such model ({response.status})"
            # A Hub that knows who asks says 404: with a token it is the token that is wrong.
            case 401 if not self._sends_token and "credentials" not in message.lower():
                return "there is no such model, or it is private (401)"
            case 403 if code == "GatedRepo":
                return "it is gated (403)"
            case 403 if "disabled" in message.lower():
                return "it is disabled (403)"
            case 403:
                return "it is not for everyone (403)"
            case 400:
                return f"the Hub does not take its id (400{': ' if message else ''}{message[:100]})"
        return None

    def _error(self, response: _Response) -> HubError:
        trouble = response.trouble
        if response.status == 401:
            trouble = f"{trouble}: the token is wrong" if self._sends_token else f"{trouble}: it wants a token"
        return HubError(f"the Hub at {self.address}: {trouble}; {self.answers.advice}")


def _within(seconds: float, call: Callable[[], _Response]) -> _Response:
    """What a call returns, or a TimeoutError: a server can send a header so slowly that its parts are never late."""
    outcome: Future[_Response] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    try:
        return outcome.result(min(seconds, threading.TIMEOUT_MAX))
    except TimeoutError as error:
        raise error if outcome.done() else TimeoutError("the answer comes too slowly") from None


def _read(chunks: Iterator[bytes], deadline: float) -> bytes | None:
    """All of an answer, or None where it is too large."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > limits.HEADER_BYTES:
            return None
        if time.monotonic() > deadline:
            raise TimeoutError("the answer comes too slowly")
    return bytes(content)


def _understood(status: int, headers: Mapping[str, str], content: bytes | None, after: str | None) -> _Response:
    """What an answer means."""
    if status in _BUSY:
        words = {429: "too many requests (429)"}
        return _Response(status, headers, trouble=words.get(status, f"the server fails ({status})"), passing=True)
    if status != 200:
        return _Response(status, headers, trouble=f"the answer has the status {status}")
    if content is None:
        return _Response(status, headers, trouble=f"the answer is larger than {limits.HEADER_BYTES // 2**20} MiB")
    if "html" in headers.get("content-type", "").lower():
        # Such as the page on which one logs in to a network.
        return _Response(0, headers, trouble="the answer is a web page, so this is no Hub")
    if after == "":
        return _Response(status, headers, trouble="the link to the next page leads nowhere")
    tree = parse_json(content, Path("answer"))
    if tree.problems:
        problem = tree.problems[0]
        return _Response(status, headers, trouble=f"the answer is broken: {problem.message}", passing=True)
    return _Response(status, headers, tree.data, after)


def _short(item: object) -> object:
    """What is kept of what a Hub says about a model."""
    if not isinstance(item, dict):
        return None
    kept = {name: item[name] for name in ("id", *_WANTED, *_ALONE) if item.get(name) is not None}
    card = kept.get("cardData")
    if isinstance(card, dict):
        kept["cardData"] = {name: value for name, value in card.items() if name in _OF_CARD}
    return _bounded(kept)


def _bounded(value: object) -> object:
    """What a Hub says with no text and no list in it longer than any that has a meaning."""
    if isinstance(value, str):
        return value.strip()[:_LONGEST_TEXT]
    if isinstance(value, list):
        return [_bounded(item) for item in value[:_MOST_ITEMS]]
    if isinstance(value, dict):
        return {name: _bounded(item) for name, item in value.items()}
    return value


def wait_of(headers: Mapping[str, str], now: datetime.datetime | None = None) -> float:
    """How long a server asks to wait, in seconds; 0 where it does not."""
    after = headers.get("retry-after", "").strip()
    if re.fullmatch("[0-9]{1,19}", after):
        return min(float(after), _LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(after)
        until = until if until.tzinfo else until.replace(tzinfo=datetime.UTC)
        return max(0.0, (until - (now or datetime.datetime.now(datetime.UTC))).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):  # what the parser of dates raises for odd texts
        reset = _RESET.search(headers.get("ratelimit", ""))
        return float(reset[1]) if reset else 0.0


# Answers

Answer = dict[str, Any]
"""What a Hub says: about a model (``model``, or ``refused`` with the reason), or a page (``models`` and ``next``)."""

_VERSION = 1
_MARK = "modeltree.hub.crawl"


class Answers:
    """The answers to one question, in a file or in memory, for a ``with`` statement; no other file is taken."""

    def __init__(self, path: str | os.PathLike[str] | None, question: Mapping[str, object]) -> None:
        self.path = None if path is None else Path(path)
        self._question = {name: value for name, value in question.items() if value not in (None, [])}
        self._known: dict[str, Answer] = {}
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        if self.path is not None:
            if self.path.exists() and not self.path.is_file() and not self.path.is_dir():
                self._refuse(0, "the file is a pipe or a device", "name another file")
            with ExitStack() as on_failure:
                # Without a buffer: a line is with the system as soon as it is written, even if this process is killed.
                file = on_failure.enter_context(self.path.open("ab", buffering=0))
                if not _lock(file):
                    self._refuse(0, "another crawl is writing to this state", "wait for it, or name another file")
                whole = self._read(self.path)
                file.truncate(whole)
                self._file = file
                if not whole:
                    self._write(self._header)
                on_failure.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, request: str) -> Answer | None:
        """The answer to a request, or None where it was not asked."""
        return self._known.get(request)

    def keep(self, request: str, answer: Answer) -> None:
        """Keep an answer."""
        if self._file is not None:
            self._write(_line({"request": request, "answer": answer}))
        self._known[request] = answer

    def _write(self, line: bytes) -> None:
        """Write all of a line or raise: a disk that is getting full takes a part of it."""
        assert self._file is not None
        rest = memoryview(line)
        while rest:
            rest = rest[self._file.write(rest) :]

    @property
    def advice(self) -> str:
        """What is kept, and how to go on, for the message of an error."""
        if self.path is None:
            return "nothing is kept: a crawl with a state (state=, --state) goes on where it stopped"
        return f"{counted(len(self), 'answer')} kept in {str(self.path)!r}: the same call goes on from there"

    @property
    def _header(self) -> bytes:
        return _line({"format": _MARK, "version": _VERSION, "question": self._question})

    def _read(self, path: Path) -> int:
        """Read the lines of a file that are whole; their length in bytes."""
        try:
            file = path.open("rb")
        except FileNotFoundError:
            return 0
        whole = 0
        with file:
            for number, line in enumerate(iter(partial(file.readline, limits.YAML_BYTES), b""), start=1):
                if not line.endswith(b"\n"):
                    # Not finished when the process ended. A first line is ours only if it is how ours begins.
                    if number == 1 and not self._header.startswith(line):
                        self._refuse(1, "the file is no state of a crawl", "name another file")
                    break
                self._take(number, line)
                whole += len(line)
        return whole

    def _take(self, number: int, line: bytes) -> None:
        data = parse_json(line, Path()).data
        if number == 1:
            self._check(data)
            return
        match data:
            case {"request": str(request), "answer": dict(answer)} if _is_answer(answer):
                self._known[request] = answer
            case _:
                message = f"no request with its answer: {shown(line[:80])}"
                self._refuse(number, message, "remove the line: it is asked anew")

    def _check(self, header: object) -> None:
        if not isinstance(header, dict) or header.get("format") != _MARK:
            self._refuse(1, "the file is no state of a crawl", "name another file")
        if header.get("version") != _VERSION:
            version = shown(header.get("version"))
            self._refuse(1, f"the state is of version {version}, not {_VERSION}", "begin anew with another file")
        earlier = header.get("question")
        if not isinstance(earlier, dict):
            earlier = {}
        differing = [name for name in {**self._question, **earlier} if self._question.get(name) != earlier.get(name)]
        if differing:
            then, now = ({name: question.get(name) for name in differing} for question in (earlier, self._question))
            message = f"the state is of another question: {_question_text(then)}, and not {_question_text(now)}"
            self._refuse(1, message, "ask the same, or name another file")

    def _refuse(self, number: int, message: str, hint: str) -> NoReturn:
        raise SourceError.of("bad-value", message, hint, position=Position(self.path or Path(), number))


def _is_answer(answer: Answer) -> bool:
    after = answer.get("next")
    page = isinstance(answer.get("models"), list) and (after is None or isinstance(after, str))
    return page or isinstance(answer.get("model"), dict) or isinstance(answer.get("refused"), str)


def _lock(file: BinaryIO) -> bool:
    """Whether no other crawl has the file; it is ours until it is closed."""
    with suppress(OSError):  # some file systems know no locks
        return lock(file.fileno())
    return True


def _line(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _question_text(question: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={shown(value)}" for name, value in question.items())

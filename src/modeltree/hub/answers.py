"""The answers of a Hub so far, in a file if there is one: what stands there is never asked again.

The file has one JSON value a line. The first line has the version and the question, each other one a request and its
answer. A line is written in one piece when the answer is there, so that a crawl can be stopped at any time: a line
that was not finished is cut off when the crawl goes on. A token is never written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, Self

from modeltree._util.files import lock
from modeltree._util.text import counted
from modeltree.findings import Position, SourceError, shown
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.jsontree import parse_json

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

"""The crawler against a Hub on this computer that misbehaves in every way that a server can.

    python benchmarks/assault/crawler.py --count 1000

Each crawl must end in time, with a lineage or a `ModelTreeError`, and its token must not reach another host.
"""

from __future__ import annotations

import gzip
import json
import random
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

from tally import Tally, hostile_name, options

import modeltree
from modeltree import ModelTreeError

TOKEN = "hf_secretsecretsecret"  # noqa: S105 (it opens nothing)
BOMB = gzip.compress(b"[" * 100 + b" " * 40_000_000)
TIMEOUT, PATIENCE = 0.5, 0.5
SLOWEST = 10 * TIMEOUT * 8 + PATIENCE + 5
"""By when a crawl must have ended: some requests, each ten times the timeout, and a machine that is busy."""


class Server:
    """Sockets on one loopback address; what is asked is noted, and each request answered by a function."""

    def __init__(self, host: str, answer: Callable[[str], Iterator[bytes]]) -> None:
        self.answer, self.asked = answer, []  # type: tuple[Callable[[str], Iterator[bytes]], list[str]]
        self.socket = socket.create_server((host, 0))
        self.address = f"http://{host}:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self) -> None:
        """Answer whoever comes."""
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Answer one request, for ten seconds at most."""
        until = time.monotonic() + 10
        try:
            with connection:
                connection.settimeout(5)
                request = connection.recv(65536).decode("latin-1")
                self.asked.append(request)
                for piece in self.answer(request):
                    connection.sendall(piece)
                    if time.monotonic() > until:
                        break
        except OSError:  # the crawler has hung up
            pass


def said(body: bytes, status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    """An answer as it should be, but for what is given."""
    size = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\nConnection: close\r\n"
    return head.encode() + headers.encode("utf-8", "surrogatepass") + b"\r\n" + body


def slowly(content: bytes) -> Iterator[bytes]:
    """A byte at a time."""
    for place in range(len(content)):
        time.sleep(0.1)
        yield content[place : place + 1]


def forever(piece: bytes) -> Iterator[bytes]:
    """The same again and again; whoever sends it stops after some seconds."""
    while True:
        yield piece


def value(chance: random.Random, depth: int = 0) -> Any:
    """Any JSON, with what the Hub has in it."""
    names = ("base_model", "base_model_relation", "license", "new_version", "license_name", "tags", "datasets", "id")
    match chance.randrange(9 if depth < 4 else 6):
        case 0:
            return chance.choice((None, True, 0, -1, 10**400, 1.5, ""))
        case 1 | 2:
            return hostile_name(chance)
        case 3:
            return chance.choice(
                ("a/b", "base_model:merge:x/y", "base_model:a/b", "license:mit", "2023-01-01T00:00:00.000Z")
            )
        case 4:
            return chance.choice((" ", "a", "models--a--", "[", "/")) * chance.choice((10, 10_000)) + "x"
        case 5:
            return "\ud800"
        case 6:
            return [value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
        case _:
            return {chance.choice(names): value(chance, depth + 1) for _ in range(chance.randint(0, 4))}


def record(chance: random.Random) -> dict[str, Any]:
    """A model with some fields that are none."""
    true = {
        "id": "a/b", "cardData": {"base_model": "a/c"}, "createdAt": "2023-01-01T00:00:00.000Z", "tags": ["base_model:a/c"],
        "gated": False, "childrenModelCount": 2,
    }  # fmt: skip
    return {name: value(chance) if chance.random() < 0.4 else right for name, right in true.items()}


def misbehaved(chance: random.Random, other: str) -> tuple[str, Iterator[bytes]]:
    """One way to answer, and its name."""
    good = json.dumps([record(chance), record(chance)] if chance.random() < 0.5 else record(chance)).encode()
    ways: dict[str, Callable[[], Iterator[bytes]]] = {
        "wild values": lambda: iter([said(good)]),
        "slow bytes": lambda: slowly(said(good)),
        "slow body": lambda: (piece for part in ([said(b"", length=99)], slowly(b" " * 99)) for piece in part),
        "huge header": lambda: iter([said(good, headers=f"X-A: {'a' * 200_000}\r\n")]),
        "many headers": lambda: iter([said(good, headers="X-A: a\r\n" * 20_000)]),
        "endless header": lambda: forever(b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 1000),
        "endless body": lambda: (piece for part in ([said(b"", length=10**12)], forever(b" " * 65536)) for piece in part),
        "redirect to another host": lambda: iter([said(b"", "302 Found", f"Location: {other}/api/models/a/b\r\n")]),
        "redirect in a circle": lambda: iter([said(b"", "307 Temporary", "Location: /api/models/a/b\r\n")]),
        "redirect nowhere": lambda: iter([said(b"", "301 Moved", f"Location: {hostile_name(chance)}\r\n".replace("\n", " ") + "\r\n")]),
        "redirect to a file": lambda: iter([said(b"", "302 Found", "Location: file:///etc/passwd\r\n")]),
        "next page elsewhere": lambda: iter([said(good, headers=f'Link: <{other}/api/models?x=1>; rel="next"\r\n')]),
        "next page again": lambda: iter([said(good, headers='Link: </api/models?x=1>; rel="next"\r\n')]),
        "too short": lambda: iter([said(good, length=len(good) + 10)]),
        "too long": lambda: iter([said(good, length=max(0, len(good) - 10))]),
        "length of nonsense": lambda: iter([said(good).replace(b"Content-Length: ", b"Content-Length: x-")]),
        "two lengths": lambda: iter([said(good, headers="Content-Length: 3\r\n")]),
        "broken chunks": lambda: iter([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n"]),
        "no HTTP": lambda: iter([chance.randbytes(2000)]),
        "nothing": lambda: iter([]),
        "silence": lambda: (b"" for _ in range(3) if not time.sleep(1)),
        "broken JSON": lambda: iter([said(good[: len(good) // 2])]),
        "deep JSON": lambda: iter([said(b"[" * 1_000_000)]),
        "no UTF-8": lambda: iter([said(b'{"id": "\xff\xfe"}')]),
        "gzip bomb": lambda: iter([said(BOMB, headers="Content-Encoding: gzip\r\n")]),
        "no gzip": lambda: iter([said(good, headers="Content-Encoding: gzip\r\n")]),
        "many encodings": lambda: iter([said(good, headers="Content-Encoding: " + "gzip, " * 500 + "br\r\n")]),
        "absurd Retry-After": lambda: iter([said(b"", "429 Busy", f"Retry-After: {chance.choice(RETRY)}\r\n")]),
        "failing": lambda: iter([said(b"", f"{chance.choice((400, 401, 403, 404, 500, 503, 599, 999, 100, 204))} x")]),
        "web page": lambda: iter([said(b"<html>").replace(b"application/json", b"text/html")]),
    }  # fmt: skip
    name = chance.choice(sorted(ways))
    return name, ways[name]()


RETRY = (
    "9" * 13,
    "9" * 5000,
    "-1",
    "1e9",
    "Wed, 21 Oct 9999 07:28:00 GMT",
    "x",
    "\t",
    "0",
    "1.5",
    "inf",
    "Fri, 99 Foo 0000",
)


def main() -> int:
    """Crawl again and again."""
    tally = Tally("crawler", options(__doc__, count=1000, seconds=1500))
    chance = tally.random
    way = ["", 0.0]

    def answer(_: str) -> Iterator[bytes]:
        # Now and then it behaves, so that a crawl gets further.
        if chance.random() < 0.3:
            records = [{"id": f"a/{letter}", "tags": ["base_model:a/b"], "childrenModelCount": 1} for letter in "bcd"]
            return iter([said(json.dumps(records if "?filter" in _ or "author=" in _ else records[0]).encode())])
        name, pieces = misbehaved(chance, other.address)
        way[0] = f"{way[0]}; {name}"
        return pieces

    other = Server("127.0.0.2", lambda _: iter([said(b'{"id": "a/b"}')]))
    hub = Server("127.0.0.1", answer)
    for turn in count():
        if not tally:
            break
        way[0] = ""
        question: dict[str, Any] = chance.choice(({"ids": ["a/b"]}, {"author": "a"}, {"family": "a/b", "limit": 5}))
        with tempfile.TemporaryDirectory() as folder:
            state = Path(folder, "state") if turn % 2 else None
            start = time.monotonic()

            def crawl(state: Path | None = state, question: dict[str, Any] = question) -> Any:
                return modeltree.hub.crawl(
                    **question,
                    endpoint=hub.address,
                    token=TOKEN,
                    timeout=TIMEOUT,
                    patience=PATIENCE,
                    state=state,
                    progress=False,
                )

            tally.attempt("crawl", crawl, (ModelTreeError,), way[0])
            took = time.monotonic() - start
            tally.check(took < SLOWEST + 10 * TIMEOUT * len(hub.asked), "in time", (took, way[0]))
            tally.check(not any(TOKEN in each for each in other.asked), "token stays", other.asked)
            tally.check(
                any(TOKEN in each for each in hub.asked) or not hub.asked, "token sent to the Hub", hub.asked[:1]
            )
            if state and state.exists():
                tally.check(TOKEN not in state.read_text(errors="replace"), "token not kept", "state")
                tally.attempt("crawl again", crawl, (ModelTreeError,), way[0])
            hub.asked.clear()
    tally.counts["(requests to another host)"] += len(other.asked)
    return tally.report()


if __name__ == "__main__":
    raise SystemExit(main())

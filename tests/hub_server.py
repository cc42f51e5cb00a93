"""A made-up Hub on this computer: it speaks as much of the Hub's language as a crawl needs, and can misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

RELATIONS = ("finetune", "adapter", "quantized", "merge")
ONLY_ALONE = {"baseModels", "childrenModelCount", "usedStorage"}


@dataclass
class Reply:
    """What the server says instead of the truth."""

    status: int = 200
    body: bytes = b"[]"
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


def model(id: str, *parents: str, relation: str | None = "finetune", **more: Any) -> dict[str, Any]:
    """A model as the Hub has it, tagged with what it was made from; parents may be written ``relation:id``."""
    tags = ["transformers"]
    bases = []
    for parent in parents:
        word, colon, base = parent.partition(":")
        word, base = (word, base) if colon else (relation, parent)
        bases.append(base)
        tags += [f"base_model:{base}"] + ([f"base_model:{word}:{base}"] if word else [])
    card = {"base_model": bases[0] if len(bases) == 1 else bases} if bases else {}
    license = more.pop("license", "mit")
    if license:
        card["license"] = license
        tags.append(f"license:{license}")
    return {
        "id": id,
        "author": id.partition("/")[0],
        "cardData": card | more.pop("card", {}),
        "createdAt": more.pop("created", "2023-05-01T10:00:00.000Z"),
        "downloads": more.pop("downloads", 0),
        "gated": False,
        "library_name": "transformers",
        "private": False,
        "tags": tags,
        **more,
    }


class MadeUpHub:
    """The server, its models, and a record of what it was asked.

    Parameters
    ----------
    models : iterable of dict
        As `model` makes them.
    """

    def __init__(self, models: Iterable[dict[str, Any]] = ()) -> None:
        self.reset(models)
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet for head and body, or the system waits for more

            def do_GET(self) -> None:
                hub.answer(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def reset(self, models: Iterable[dict[str, Any]]) -> None:
        """Begin anew with other models."""
        self.models = {record["id"]: record for record in models}
        self.renamed: dict[str, str] = {}
        self.private: set[str] = set()
        self.token: str | None = None
        self.page = 3
        self.requests: list[str] = []
        self.agents: set[str] = set()
        self.tokens: list[str | None] = []
        self.instead: Callable[[str, int], Reply | None] = lambda _request, _number: None

    def children(self, parent: str) -> list[str]:
        """The models that are tagged with a parent."""
        return [id for id, record in self.models.items() if f"base_model:{parent}" in record["tags"]]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        self.requests.append(handler.path)
        self.agents.add(handler.headers.get("user-agent", ""))
        self.tokens.append(handler.headers.get("authorization"))
        reply = self.instead(handler.path, len(self.requests)) or self._truth(handler)
        if reply.hang_up:
            handler.close_connection = True
            return
        handler.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)

    def _truth(self, handler: BaseHTTPRequestHandler) -> Reply:
        address = urlsplit(handler.path)
        query = parse_qs(address.query)
        token = (handler.headers.get("authorization") or "").removeprefix("Bearer ")
        if token and token != self.token:
            return _refused(401, "Invalid credentials in Authorization header")
        if address.path == "/api/models":
            return self._listing(query)
        return self._single(unquote(address.path).removeprefix("/api/models/"), address.query, token)

    def _single(self, id: str, query: str, token: str) -> Reply:
        if id in self.renamed:
            return Reply(307, b"{}", {"Location": f"/api/models/{self.renamed[id]}?{query}"})
        if id not in self.models or (id in self.private and not token):
            # The Hub does not tell strangers what there is.
            return _refused(404, "Repository not found", "RepoNotFound") if token else _refused(401, "Invalid username")
        record = self.models[id] | {"childrenModelCount": len(self.children(id))}
        return _json(_expanded(record, parse_qs(query)["expand"]))

    def _listing(self, query: dict[str, list[str]]) -> Reply:
        fields = query.get("expand", [])
        if ONLY_ALONE & set(fields):
            return _refused(400, "expand: invalid option")
        records = [record for id, record in self.models.items() if id not in self.private]
        for tag in query.get("filter", []):
            records = [record for record in records if tag in record["tags"]]
        for author in query.get("author", []):
            records = [record for record in records if record["author"] == author]
        if query.get("sort") == ["downloads"]:
            records.sort(key=lambda record: -record["downloads"])
        size = min(int(query.get("limit", ["1000"])[0]), self.page)
        start = int(query.get("cursor", ["0"])[0])
        reply = _json([_expanded(record, fields) for record in records[start : start + size]])
        if start + size < len(records):
            after = urlencode({**query, "cursor": [str(start + size)]}, doseq=True)
            # Mirrors do not rewrite the address.
            reply.headers["Link"] = f'<https://hub.invalid/api/models?{after}>; rel="next"'
        return reply


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is one of the things that are tried."""


def _expanded(record: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name == "id" or name in fields}


def _json(value: Any) -> Reply:
    return Reply(200, json.dumps(value).encode())


def _refused(status: int, message: str, code: str = "") -> Reply:
    headers = {"X-Error-Message": message} | ({"X-Error-Code": code} if code else {})
    return Reply(status, json.dumps({"error": message}).encode(), headers)


def little_hub() -> list[dict[str, Any]]:
    """Some 60 models: two bases, their families, merges, a cycle, parents that are gone, and single models."""
    models = [
        model("lab/base-7b", downloads=900, license="apache-2.0"),
        model("lab/base-13b", downloads=800, card={"license": "other", "license_name": "lab-license"}),
        model("solo", downloads=5, created="2022-03-02T23:29:04.000Z"),
        model("lab/secret", downloads=3),
        model("lab/guarded", downloads=4, gated="manual"),
        model("club/tuned-secret", "lab/secret"),
    ]
    for number in range(12):
        base = "lab/base-7b" if number % 2 else "lab/base-13b"
        models.append(model(f"club/tune-{number}", base, downloads=100 - number))
        models.append(
            model(f"maker-{number % 3}/tune-{number}-gguf", f"quantized:club/tune-{number}", downloads=number)
        )
        if number % 3 == 0:
            models.append(model(f"club/lora-{number}", f"adapter:club/tune-{number}"))
    for number in range(5):
        pair = (f"merge:club/tune-{number}", f"merge:club/tune-{number + 1}")
        models.append(model(f"mixer/merge-{number}", *pair))
        models.append(model(f"mixer/merge-{number}-tuned", f"mixer/merge-{number}"))
        models.append(model(f"mixer/merge-{number}-awq", f"quantized:mixer/merge-{number}-tuned"))
    models += [
        model("ring/one", "ring/three"),
        model("ring/two", "ring/one"),
        model("ring/three", "ring/two"),
        model("ring/self", "ring/self"),
        model("late/orphan", "ghost/gone"),
        model("late/twin", "ghost/gone", "merge:lab/base-7b", relation="merge"),
        model("late/local", "/root/checkpoints/step-100"),
        model("late/unsaid", "lab/base-7b", relation=None),
        model("late/odd", "distilled-from-the-heart:lab/base-7b"),
        model("late/free", license=None),
    ]
    return models

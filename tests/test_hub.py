"""The Hub: what is asked and how often, what is found, and that a crawl can stop anywhere and go on."""

from __future__ import annotations

import datetime
import errno
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import networkx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import modeltree
from hub_server import MadeUpHub, Reply, little_hub, model
from modeltree import Policy, Reading, SourceError
from modeltree.findings import MissingExtraError, ModelTreeError
from modeltree.formats.parsing import limits
from modeltree.hub import HubError, client, crawl
from modeltree.hub.client import Answers, wait_of
from strategies import examples

huggingface_hub = pytest.importorskip("huggingface_hub")
constants = pytest.importorskip("huggingface_hub.constants")


@pytest.fixture(scope="module")
def server() -> Iterator[MadeUpHub]:
    with pytest.MonkeyPatch.context() as patch, MadeUpHub() as hub:
        patch.setenv("NO_PROXY", "127.0.0.1")
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        huggingface_hub.close_session()
        yield hub
        huggingface_hub.close_session()


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited; nobody does."""
    naps: list[float] = []
    monkeypatch.setattr(client.time, "sleep", naps.append)
    return naps


@pytest.fixture
def hub(server: MadeUpHub, naps: list[float]) -> MadeUpHub:
    server.reset(little_hub())
    return server


def ask(hub: MadeUpHub, ids: Any = (), **options: Any) -> Reading:
    return crawl(ids, **{"endpoint": hub.endpoint, "token": False, "progress": False} | options)


def messages(reading: Reading, kind: str) -> list[str]:
    return [str(finding) for finding in reading.findings if finding.kind == kind]


def parents_in(hub: MadeUpHub) -> networkx.DiGraph[str]:
    """What the server's models are tagged with, parent to child."""
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(hub.models)
    for id, record in hub.models.items():
        graph.add_edges_from(
            (tag.split(":")[1], id) for tag in record["tags"] if tag.count(":") == 1 and tag.startswith("base_model:")
        )
    return graph


# What is found


def test_a_crawl_of_everything_is_the_whole_hub(hub: MadeUpHub) -> None:
    reading = ask(hub, list(hub.models))
    graph = parents_in(hub)
    graph.remove_edges_from([("ring/self", "ring/self"), ("ring/two", "ring/three")])
    graph.remove_edge("/root/checkpoints/step-100", "late/local")
    graph.remove_node("/root/checkpoints/step-100")
    assert set(reading.lineage) == set(graph)
    assert {(step.parent, step.child) for step in reading.lineage.derivations} == set(graph.edges)
    assert len(hub.models) == 59
    # One request for each model, and one for the parent that is gone.
    assert len(hub.requests) == len(set(hub.requests)) == 60
    assert [finding.kind for finding in reading.findings if finding.severity == "error"] == ["self-loop", "cycle"]


def test_what_the_hub_says_of_a_model(hub: MadeUpHub) -> None:
    lineage, _ = ask(hub, ["lab/guarded", "lab/base-13b", "mixer/merge-1-awq"])
    guarded, base = lineage["lab/guarded"], lineage["lab/base-13b"]
    assert (str(guarded.released), guarded.organizations, guarded.name) == ("2023-05-01", ("lab",), "guarded")
    assert guarded.access == "gated"
    assert guarded.license is not None
    assert guarded.license.spdx == "MIT"
    assert guarded.links.weights == f"{hub.endpoint}/lab/guarded"
    assert base.license is not None
    assert (base.license.name, base.license.spdx) == ("lab-license", None)
    assert lineage.derivation("mixer/merge-1-tuned", "mixer/merge-1-awq").relation == "quantized"
    assert lineage.derivation("club/tune-1", "mixer/merge-1").relation == "merge"


def test_a_license_that_only_the_tags_have(hub: MadeUpHub) -> None:
    hub.reset([model("a/b", license=None, tags=["license:apache-2.0"])])
    license = ask(hub, "a/b").lineage["a/b"].license
    assert license is not None
    assert license.spdx == "Apache-2.0"


def test_the_date_that_the_hub_gives_to_all_that_is_old_is_none(hub: MadeUpHub) -> None:
    reading = ask(hub, "solo")
    assert reading.lineage["solo"].released is None
    assert messages(reading, "ignored") == [
        "1 model is from before March 2022, when the Hub began to keep dates: 'solo'; "
        "the date that the Hub says is left out"
    ]


def test_several_licenses_are_one(hub: MadeUpHub) -> None:
    hub.reset([model("a/b", license=None, card={"license": ["mit", "apache-2.0"]})])
    license = ask(hub, "a/b").lineage["a/b"].license
    assert license is not None
    assert license.name == "MIT, Apache 2.0"


def test_an_id_that_is_given_twice_is_asked_for_once(hub: MadeUpHub) -> None:
    reading = ask(hub, ["solo", "solo", "no/body", "no/body"])
    assert list(reading.lineage) == ["solo"]
    assert len(hub.requests) == 2
    assert len(messages(reading, "gone")) == 1


def test_by_author(hub: MadeUpHub) -> None:
    reading = ask(hub, author="mixer", upwards=0)
    mixed = {id for id in hub.models if id.startswith("mixer/")}
    assert {id for id in reading.lineage if id.startswith("mixer/")} == mixed
    # The pages, and no model by itself.
    assert len(hub.requests) == len(mixed) / hub.page
    assert not messages(ask(hub, author="mixer"), "not-visited")
    assert set(ask(hub, author="mixer").lineage) == mixed.union(
        *(networkx.ancestors(parents_in(hub), id) for id in mixed)
    )


def test_an_author_without_models(hub: MadeUpHub) -> None:
    reading = ask(hub, author="nobody")
    assert len(reading.lineage) == 0
    assert messages(reading, "gone") == ["the Hub lists no models of 'nobody'; look at the spelling"]


def test_by_family(hub: MadeUpHub) -> None:
    reading = ask(hub, family="lab/base-7b")
    descendants = networkx.descendants(parents_in(hub), "lab/base-7b")
    assert set(reading.lineage.descendants("lab/base-7b")) == descendants
    others = set(reading.lineage) - descendants - {"lab/base-7b"}
    (unvisited,) = [finding for finding in reading.findings if finding.kind == "not-visited"]
    assert set(unvisited.ids) == others == {"ghost/gone", "club/tune-0", "club/tune-2", "club/tune-4"}
    assert len(hub.requests) == len(set(hub.requests))


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_the_steps_up_and_down_are_those_of_networkx(hub: MadeUpHub, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 9))
    ids = [f"m/{number}" for number in range(size)]
    # Cycles and self-loops among them: a Hub has both.
    edges = data.draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=14))
    hub.reset(model(id, *sorted(parent for parent, child in edges if child == id)) for id in ids)
    start = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True))
    depths = st.none() | st.integers(0, 3)
    up, down = data.draw(depths), data.draw(depths)
    graph = parents_in(hub)
    reached = {
        id
        for begin in start
        for way, depth in ((graph.reverse(), up), (graph, down))
        for id in networkx.single_source_shortest_path_length(way, begin, cutoff=depth)
    }
    reading = ask(hub, start, upwards=up, downwards=down)
    kept = {id for id in reading.lineage if reading.lineage[id].note is None}
    assert kept == reached
    named = {parent for parent, child in edges if child in reached} - reached
    assert {id for finding in reading.findings if finding.kind == "not-visited" for id in finding.ids} == named
    assert len(hub.requests) == len(set(hub.requests))


def test_models_without_children_are_not_asked_for_them(hub: MadeUpHub) -> None:
    ask(hub, ["late/free", "lab/guarded"], downwards=None)
    assert len(hub.requests) == 2


def test_the_limit_keeps_the_most_downloaded_and_says_what_is_left(hub: MadeUpHub) -> None:
    reading = ask(hub, family="lab/base-7b", limit=4)
    assert sorted(id for id in reading.lineage if reading.lineage[id].note is None) == [
        "club/tune-1",
        "club/tune-3",
        "club/tune-5",
        "lab/base-7b",
    ]
    assert messages(reading, "not-visited") == [
        "the limit of 4 models is reached: 4 lists are not read to the end: the children of 'lab/base-7b', "
        "the children of 'club/tune-1', the children of 'club/tune-3' and 1 more; "
        "raise the limit; with the same state it goes on from there"
    ]
    assert len(hub.requests) == 2
    assert (
        "limit of 1 models is reached: raise it" in messages(ask(hub, ["solo", "late/free"], limit=1), "not-visited")[0]
    )


def test_a_limit_within_a_page(hub: MadeUpHub) -> None:
    hub.reset([model("a/base"), *(model(f"a/{number}", "a/base", downloads=number) for number in range(3))])
    reading = ask(hub, family="a/base", limit=3)
    assert set(reading.lineage) == {"a/base", "a/1", "a/2"}
    assert [finding.ids for finding in reading.findings if finding.kind == "not-visited"] == [(), ("a/0",)]
    assert "1 model is known and not asked for: 'a/0'; the limit of 3 models" in messages(reading, "not-visited")[1]


def test_renamed_models(hub: MadeUpHub) -> None:
    hub.renamed = {"old/base": "lab/base-7b", "older/base": "old/base"}
    hub.models["late/follower"] = model("late/follower", "old/base", "older/base")
    reading = ask(hub, ["late/follower", "older/base"])
    assert set(reading.lineage) == {"late/follower", "lab/base-7b"}
    assert reading.lineage["old/base"].id == reading.lineage["older/base"].id == "lab/base-7b"
    assert len(reading.lineage.derivations) == 1
    assert messages(reading, "renamed") == [
        "lab/base-7b: 'older/base' is 'lab/base-7b' now; the old id is kept as an alias",
        "lab/base-7b: 'old/base' is 'lab/base-7b' now; the old id is kept as an alias",
    ]
    assert not messages(reading, "missing-parent")


@pytest.mark.parametrize("written", ["old/base", "new/base", "https://huggingface.co/old/base"])
@pytest.mark.parametrize("tagged", ["old/base", "new/base"])
def test_two_names_of_one_parent_are_one_derivation(hub: MadeUpHub, written: str, tagged: str) -> None:
    hub.reset([model("new/base"), model("a/child", tagged, card={"base_model": written})])
    hub.renamed = {"old/base": "new/base"}
    reading = ask(hub, ["old/base", "a/child"])
    assert [(step.parent, step.child) for step in reading.lineage.derivations] == [("new/base", "a/child")]
    assert len(reading.lineage) == 2
    assert reading.lineage.derivations[0].relation == "finetune"
    assert {finding.kind for finding in reading.findings} == {"renamed"}


def test_a_renamed_model_as_a_revision_and_as_a_newer_version(hub: MadeUpHub) -> None:
    card = {"base_model": "old/base@v2", "new_version": "old/next"}
    hub.reset([model("new/base"), model("new/next"), model("a/child", card=card)])
    hub.renamed = {"old/base": "new/base", "old/next": "new/next"}
    reading = ask(hub, ["a/child", "old/next"])
    assert {(step.parent, step.child, str(step.relation)) for step in reading.lineage.derivations} == {
        ("new/base", "a/child", "finetune"),
        ("a/child", "new/next", "successor"),
    }
    assert not messages(reading, "not-visited")
    assert messages(ask(hub, "a/child"), "not-visited")[0].startswith("1 model is known and not asked for: 'old/next'")


def test_the_children_of_a_renamed_model_go_by_both_its_names(hub: MadeUpHub) -> None:
    hub.reset([model("new/base"), model("a/first", "new/base"), model("a/second", "old/base")])
    hub.renamed = {"old/base": "new/base"}
    assert set(ask(hub, family="old/base").lineage.children("new/base")) == {"a/first", "a/second"}


def test_models_that_are_gone_private_gated_or_none(hub: MadeUpHub) -> None:
    hub.private = {"lab/secret"}
    strange = {"a/gated": Reply(403, b"{}", {"X-Error-Code": "GatedRepo"}), "a/closed": Reply(403, b"{}")}
    strange |= {"a/off": Reply(403, b"{}", {"X-Error-Message": "Access to this resource is disabled."})}
    strange |= {"a/lost": Reply(404, b"<html>", {"Content-Type": "text/html"}), "a/bad": Reply(400, b"no")}
    strange |= {"a/round": Reply(307, b"", {"Location": "/api/models/a/round"})}
    strange |= {"a/list": Reply(200, b"[1]"), "a/nameless": Reply(200, b"{}"), "a/broken": Reply(200, b'{"id": ')}
    hub.instead = lambda request, _: next((reply for id, reply in strange.items() if f"/{id}" in request), None)
    wrong = ["", "not an id", "a/b/c", "../../etc/passwd"]
    reading = ask(hub, [*strange, *wrong, "club/tuned-secret"])
    assert set(reading.lineage) == {"club/tuned-secret", "lab/secret"}
    said = {
        finding.ids[0]: (finding.kind, str(finding).split(": ", 2)[-1]) for finding in reading.findings if finding.ids
    }
    assert len(reading.findings) == len(strange) + len(wrong) + 2
    assert said["lab/secret"] == ("gone", "there is no such model, or it is private (401)")
    assert said["a/gated"] == ("gone", "it is gated (403)")
    assert said["a/closed"] == ("gone", "it is not for everyone (403)")
    assert said["a/off"] == ("gone", "it is disabled (403)")
    assert said["a/lost"] == ("gone", "the Hub has no such model (404)")
    assert said["a/bad"] == ("gone", "the Hub does not take its id (400)")
    assert {said[id][0] for id in ("a/round", "a/list", "a/nameless", "a/broken")} == {"unreadable"}
    assert {said[id][0] for id in wrong} == {"bad-value"}
    assert not [request for request in hub.requests if "passwd" in request]


def test_disabled_models_keep_their_record(hub: MadeUpHub) -> None:
    hub.models["a/off"] = model("a/off", disabled=True)
    assert messages(ask(hub, "a/off"), "gone") == ["a/off: 'a/off' is disabled; its record is kept"]


def test_a_policy_and_aliases_are_followed(hub: MadeUpHub) -> None:
    with pytest.raises(SourceError, match="ghost/gone"):
        ask(hub, "late/orphan", policy=Policy(missing_parent="refuse"))
    lineage = ask(hub, ["late/orphan", "solo"], aliases={"ghost/gone": "solo"}).lineage
    assert lineage.parents("late/orphan") == ("solo",)


# Going on


def everything(hub: MadeUpHub, state: Path, **options: Any) -> Reading:
    return ask(hub, ["late/twin"], author="ring", family="lab/base-13b", downwards=1, state=state, **options)


def test_what_the_state_has_is_not_asked_again(hub: MadeUpHub, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    first = everything(hub, state)
    asked, content = list(hub.requests), state.read_bytes()
    assert len(asked) == len(set(asked)) == content.count(b"\n") - 1
    hub.instead = lambda *_: Reply(500)
    assert everything(hub, state) == first
    assert hub.requests == asked
    assert state.read_bytes() == content


def test_an_interrupted_crawl_goes_on_where_it_stopped(hub: MadeUpHub, tmp_path: Path) -> None:
    whole = everything(hub, tmp_path / "whole.jsonl")
    asked = list(hub.requests)
    for stop in range(1, len(asked), 4):
        hub.requests.clear()
        state = tmp_path / f"{stop}.jsonl"

        def interrupt(_what: str, done: int, _known: int | None, stop: int = stop) -> None:
            if done == stop:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            everything(hub, state, progress=interrupt)
        assert len(hub.requests) == stop
        assert everything(hub, state) == whole
        assert hub.requests == asked
        assert state.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_line_that_was_not_finished_is_written_anew(hub: MadeUpHub, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    whole = everything(hub, state)
    asked, content = list(hub.requests), state.read_bytes()
    header = content.index(b"\n") + 1
    for cut in [0, 1, header - 1, header, header + 1, len(content) // 2, len(content) - 2, len(content) - 1]:
        state.write_bytes(content[:cut])
        hub.requests.clear()
        assert everything(hub, state) == whole
        answered = max(0, content[:cut].count(b"\n") - 1)
        assert hub.requests == asked[answered:]
        assert state.read_bytes() == content


def test_raising_the_limit_asks_only_for_the_rest(hub: MadeUpHub, tmp_path: Path) -> None:
    whole = ask(hub, family="lab/base-7b", limit=None)
    hub.requests.clear()
    for limit in (1, 5, 20, None):
        reading = ask(hub, family="lab/base-7b", limit=limit, state=tmp_path / "state.jsonl")
    assert reading == whole
    assert len(hub.requests) == len(set(hub.requests))


def test_a_state_of_another_question_is_refused(hub: MadeUpHub, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    ask(hub, "solo", state=state)
    content = state.read_bytes()
    with pytest.raises(SourceError) as caught:
        ask(hub, "solo", state=state, downwards=2)
    assert str(caught.value) == (
        f"{state}:1: the state is of another question: downwards=0, and not downwards=2; "
        "ask the same, or name another file"
    )
    with pytest.raises(SourceError, match=r"author=None, ids=\['solo'\], and not author='lab', ids=None"):
        ask(hub, author="lab", state=state)
    assert state.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"my notes", "1: the file is no state of a crawl"),
        (b"my notes\n", "1: the file is no state of a crawl"),
        (b"[]\n", "1: the file is no state of a crawl"),
        (b"\x00" * 1000, "1: the file is no state of a crawl"),
        (b'{"format": "modeltree.hub.crawl", "version": 99}\n', "1: the state is of version 99, not 1"),
        (b'{"format": "modeltree.hub.crawl", "version": 1, "question": 3}\n', "1: the state is of another question"),
    ],
)
def test_a_file_that_is_no_state_is_left_as_it_is(hub: MadeUpHub, tmp_path: Path, content: bytes, said: str) -> None:
    state = tmp_path / "notes.txt"
    state.write_bytes(content)
    with pytest.raises(SourceError) as caught:
        ask(hub, "solo", state=state)
    assert f"{state}:{said}" in str(caught.value)
    assert state.read_bytes() == content
    assert hub.requests == []


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{}\n",
        b'{"request": 1, "answer": {"model": {}}}\n',
        b'{"request": "x", "answer": []}\n',
        b'{"request": "x", "answer": {"models": [], "next": 5}}\n',
        b'{"request": "x", "answer": {"model": NaN}}\n',
    ],
)
def test_a_damaged_line_is_named(hub: MadeUpHub, tmp_path: Path, line: bytes) -> None:
    state = tmp_path / "state.jsonl"
    ask(hub, ["solo", "late/free"], state=state)
    header, first, *rest = state.read_bytes().splitlines(keepends=True)
    state.write_bytes(b"".join([header, first, line, *rest]))
    with pytest.raises(SourceError, match=r":3: no request with its answer: .*; remove the line"):
        ask(hub, ["solo", "late/free"], state=state)


def test_the_token_is_sent_and_not_kept(hub: MadeUpHub, tmp_path: Path) -> None:
    hub.token, hub.private = "hf_word", {"lab/secret"}
    state = tmp_path / "state.jsonl"
    reading = ask(hub, "club/tuned-secret", token="hf_word", state=state)
    assert reading.lineage.parents("club/tuned-secret") == ("lab/secret",)
    assert not messages(reading, "gone")
    assert set(hub.tokens) == {"Bearer hf_word"}
    assert b"hf_word" not in state.read_bytes()


def test_a_folder_that_is_not_there(hub: MadeUpHub, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ask(hub, "solo", state=tmp_path / "none" / "state.jsonl")


# Waiting


def busy(times: int, reply: Reply) -> Callable[[str, int], Reply | None]:
    return lambda _, number: reply if number <= times else None


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "45"}, [45, 45]),
        ({"RateLimit": '"api";r=0;t=77'}, [77, 77]),
        ({"Retry-After": "soon"}, [1, 2]),
        ({"Retry-After": "-5"}, [1, 2]),
        ({"Retry-After": "9" * 4000}, [1, 2]),
        ({"Retry-After": "Mon, 01 Jan 1990 00:00:00 GMT"}, [1, 2]),
        ({}, [1, 2]),
    ],
)
def test_it_waits_as_long_as_it_is_told(
    hub: MadeUpHub, naps: list[float], headers: dict[str, str], expected: list[float]
) -> None:
    hub.instead = busy(2, Reply(429, b"slow down", headers))
    assert len(ask(hub, "solo").lineage) == 1
    assert naps == expected


def test_it_waits_until_a_date(hub: MadeUpHub, naps: list[float]) -> None:
    hub.instead = busy(1, Reply(503, b"", {"Retry-After": in_seconds(100)}))
    ask(hub, "solo")
    assert naps == [pytest.approx(100, abs=5)]
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    assert wait_of({"retry-after": "Thu, 01 Jan 2026 00:01:00 -0000"}, now) == 60


def test_a_limit_in_the_middle_of_a_list_begins_no_list_anew(hub: MadeUpHub, naps: list[float]) -> None:
    seen: set[str] = set()

    def every_first_time(request: str, _: int) -> Reply | None:
        if request in seen:
            return None
        seen.add(request)
        return Reply(429, b"", {"Retry-After": "3"})

    whole = ask(hub, author="mixer")
    hub.requests.clear()
    hub.instead = every_first_time
    assert ask(hub, author="mixer") == whole
    assert all(hub.requests.count(request) == 2 for request in seen)
    assert naps == [3] * len(seen)


def test_patience_ends(hub: MadeUpHub, naps: list[float], tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"
    hub.instead = lambda _, number: Reply(429, b"", {"Retry-After": "3600"}) if number > 1 else None
    with pytest.raises(HubError) as caught:
        ask(hub, ["solo", "late/free"], state=state)
    assert str(caught.value) == (
        f"the Hub at {hub.endpoint}: too many requests (429), and asks to wait 3,600 s, with a patience of 600 s; "
        f"1 answer kept in {str(state)!r}: the same call goes on from there"
    )
    assert naps == []
    hub.instead = lambda *_: None
    hub.requests.clear()
    assert len(ask(hub, ["solo", "late/free"], state=state).lineage) == 2
    assert len(hub.requests) == 1


def test_a_server_that_always_fails(hub: MadeUpHub, naps: list[float]) -> None:
    hub.instead = lambda *_: Reply(502, b"<html>", {"Content-Type": "text/html"})
    with pytest.raises(HubError, match=r"the server fails \(502\), 6 times; nothing is kept: a crawl with a state"):
        ask(hub, "solo")
    assert naps == [1, 2, 4, 8, 16]
    assert len(hub.requests) == 6


def test_a_connection_that_breaks_is_made_again(hub: MadeUpHub, naps: list[float]) -> None:
    hub.instead = lambda _, number: Reply(hang_up=True) if number == 2 else None
    assert len(ask(hub, ["solo", "late/free"]).lineage) == 2
    assert naps == [1]


# Who is no Hub


def test_nobody_there(naps: list[float]) -> None:
    with pytest.raises(HubError, match="the Hub at http://127.0.0.1:9: no answer: .*refused"):
        crawl("solo", endpoint="http://127.0.0.1:9", token=False)
    with pytest.raises(OSError, match=r"no-such-hub\.invalid: no answer"):
        crawl("solo", endpoint="https://no-such-hub.invalid", token=False)
    assert naps == []


def test_a_slow_server(hub: MadeUpHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.time, "monotonic", iter(range(0, 10**6, 1000)).__next__)
    with pytest.raises(HubError, match=r"no answer: the answer comes too slowly, 6 times"):
        ask(hub, "solo")


def test_a_header_that_comes_too_slowly(hub: MadeUpHub, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = threading.Event()

    def slow(*_: object) -> Reply:
        sent.wait(60)
        return Reply(404)

    hub.instead = slow
    monkeypatch.setattr(client, "TRIES", 1)
    monkeypatch.setattr(client, "_SECONDS_OF_PARTS", 0.05)
    try:
        with pytest.raises(HubError, match="no answer: the answer comes too slowly"):
            ask(hub, "solo", timeout=20)
    finally:
        sent.set()


def test_waits_of_any_length() -> None:
    assert [wait_of({"retry-after": "9" * digits}) for digits in (9, 13, 19, 20, 4000)] == [999_999_999, 1e9, 1e9, 0, 0]


def test_long_texts_and_lists_are_cut(hub: MadeUpHub, tmp_path: Path) -> None:
    hub.reset([model("a/b", f"{' ' * 100_000}x", card={"tags": ["y" * 100_000] * 10 + ["z"] * 20_000})])
    lineage, findings = ask(hub, "a/b", state=tmp_path / "state.jsonl")
    assert list(lineage) == ["a/b", "x"]
    assert (tmp_path / "state.jsonl").stat().st_size < 100_000
    assert all(len(str(finding)) < 5000 for finding in findings)


def test_two_crawls_do_not_write_one_state(hub: MadeUpHub, tmp_path: Path) -> None:
    state = tmp_path / "state.jsonl"

    def second(*_: object) -> None:
        with pytest.raises(SourceError, match="another crawl is writing to this state"):
            ask(hub, "solo", state=state)

    ask(hub, "solo", state=state, progress=second)
    ask(hub, "solo", state=state)
    assert state.read_bytes().count(b"modeltree.hub.crawl") == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names as POSIX has them")
def test_a_state_is_no_pipe(hub: MadeUpHub, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="a pipe or a device"):
        ask(hub, "solo", state=tmp_path / "pipe")


class _FullDisk(io.BytesIO):
    """Takes some bytes at a time, and in all no more than there is room for."""

    room = 200

    def write(self, data: Any) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "no room")
        taken = super().write(data[: min(self.room, 50)])
        self.room -= taken
        return taken


def test_a_disk_that_gets_full_is_told() -> None:
    disk = _FullDisk()
    answers = Answers(None, {})
    answers._file = disk
    answers.keep("a", {"refused": "x" * 100})
    with pytest.raises(OSError, match="no room"):
        answers.keep("b", {"refused": "x" * 100})
    assert answers.get("b") is None
    assert disk.getvalue().startswith(b'{"request":"a","answer":{"refused":"' + b"x" * 100 + b'"}}\n')


def test_offline_mode(hub: MadeUpHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading = ask(hub, "solo", state=tmp_path / "state.jsonl")
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    # What the state has needs no network.
    assert ask(hub, "solo", state=tmp_path / "state.jsonl") == reading
    with pytest.raises(HubError, match="HF_HUB_OFFLINE is set"):
        ask(hub, "solo")
    assert hub.requests == []


def test_a_wrong_token(hub: MadeUpHub) -> None:
    for options in ({"ids": "solo"}, {"author": "lab"}):
        with pytest.raises(HubError, match=r"status 401: the token is wrong"):
            ask(hub, token="hf_wrong", **options)
    hub.instead = lambda *_: Reply(401, b"{}")
    with pytest.raises(HubError, match=r"status 401: it wants a token"):
        ask(hub, author="lab")


def test_no_token_where_one_is_asked_for(hub: MadeUpHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.utils._headers.get_token", lambda: None)
    with pytest.raises(HubError, match="no token: Token is required"):
        ask(hub, "solo", token=True)
    assert len(ask(hub, "solo", token=None).lineage) == 1
    assert set(hub.tokens) == {None}


def test_a_token_that_no_header_can_hold(hub: MadeUpHub) -> None:
    for token in ("hf_ä", "hf_a\nhost: b"):
        with pytest.raises(HubError, match="no token"):
            ask(hub, "solo", token=token)
    assert hub.requests == []


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(200, b"<html>log in", {"Content-Type": "text/html"}), "the answer is a web page, so this is no Hub"),
        (Reply(200, b"{"), "the answer is broken: no JSON: .*, 6 times"),
        (Reply(200, b""), "the answer is broken: the file is empty"),
        (Reply(200, b"\xff\xfe"), "the answer is broken: not UTF-8"),
        (Reply(200, b"[" * 10000), "the answer is broken: nested more than 100 deep"),
        (Reply(200, b"{}"), "the answer is no list of models"),
        (Reply(404, b"{}"), "the answer has the status 404"),
        (Reply(204, b""), "the answer has the status 204"),
        (Reply(200, b"[]", {"Link": '</api/models>; rel="next"'}), "the link to the next page leads nowhere"),
    ],
)
def test_answers_that_no_hub_gives(hub: MadeUpHub, reply: Reply, said: str) -> None:
    hub.instead = lambda *_: reply
    with pytest.raises(HubError, match=said):
        ask(hub, author="lab")


def test_answers_that_are_too_large(hub: MadeUpHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HEADER_BYTES", 2**20)
    hub.instead = lambda *_: Reply(200, b" " * 2**21)
    with pytest.raises(HubError, match="the answer is larger than 1 MiB"):
        ask(hub, author="lab")
    assert "larger than 1 MiB" in messages(ask(hub, "solo"), "unreadable")[0]


def test_lists_that_go_in_circles(hub: MadeUpHub) -> None:
    body = json.dumps([model("a/one"), model("a/two")]).encode()
    same = Reply(200, body, {"Link": '<https://hub.invalid/api/models?cursor=again>; rel="next"'})
    hub.instead = lambda *_: same
    reading = ask(hub, author="a")
    assert set(reading.lineage) == {"a/one", "a/two"}
    assert "goes in circles: page 2 has nothing new, and names another" in messages(reading, "not-visited")[0]
    # Each page with another address, and the same models.
    hub.requests.clear()
    hub.instead = lambda _, number: Reply(200, body, {"Link": f'<?cursor={number}>; rel="next"'})
    assert set(ask(hub, author="a").lineage) == {"a/one", "a/two"}
    assert len(hub.requests) == 2


def test_words_that_are_none(hub: MadeUpHub) -> None:
    card = {"base_model_relation": "merge", "base_model": ["a/one", "a/two"], "pipeline_tag": "any-to-any"}
    odd = model("a/odd", card=card, pipeline_tag=["any-to-any"], library_name={"x": 1}, tags=[5, None, "peft"])
    hub.reset([odd, model("a/one"), model("a/two")])
    assert ask(hub, "a/odd").lineage.parents("a/odd") == ("a/one", "a/two")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    "cardData",
    "createdAt",
    "disabled",
    "gated",
    "library_name",
    "tags",
    "id",
    "childrenModelCount",
    "pipeline_tag",
]
CARD = ["base_model", "base_model_relation", "license", "license_name", "license_link", "new_version", "tags"]


@settings(max_examples=examples(80), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    record=st.dictionaries(st.sampled_from(NAMES), json_values),
    card=st.dictionaries(st.sampled_from(CARD), json_values),
    cursor=st.text(max_size=5),
)
def test_whatever_a_server_says_is_a_finding_or_a_clear_error(
    hub: MadeUpHub, record: dict[str, Any], card: dict[str, Any], cursor: str
) -> None:
    odd = {"id": "a/odd", "cardData": card} | record
    link = {"Link": f"<?{cursor.encode('ascii', 'replace').decode()}>; rel=next"} if cursor.isprintable() else {}

    def reply(request: str, number: int) -> Reply | None:
        value = odd if "/a/" in request else [odd, model(f"a/{number}"), record, None]
        return Reply(200, json.dumps(value).encode(), link if number < 5 else {})

    hub.instead = reply
    try:
        reading = ask(hub, "a/odd", author="a", downwards=1, limit=6)
    except ModelTreeError as error:
        assert str(error)  # noqa: PT017
    else:
        assert isinstance(reading, Reading)


# How it is asked


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "nothing is asked for"),
        ({"ids": []}, "nothing is asked for"),
        ({"ids": "solo", "author": ""}, "'' is no user or organization: write it as 'openai-community'"),
        ({"author": "lab&x=1"}, "'lab&x=1' is no user or organization"),
        ({"ids": "solo", "limit": 0}, "limit=0 cannot be: 1 is the least"),
        ({"ids": "solo", "upwards": -1}, "upwards=-1 cannot be: 0 is the least"),
        ({"ids": "solo", "patience": -1.0}, "patience=-1.0 cannot be"),
        ({"ids": "solo", "timeout": float("nan")}, "timeout=nan cannot be"),
        ({"ids": "solo", "timeout": 1e29}, r"timeout=1e\+29 cannot be: write a number of seconds, 10,000,000 at most"),
        ({"ids": "solo", "endpoint": "huggingface.co"}, "'huggingface.co' is no address of a Hub: write https://…"),
        ({"ids": "solo", "endpoint": "http://h:99999"}, "'http://h:99999' is no address"),
        ({"ids": "solo", "endpoint": "file:///etc/passwd"}, "no address of a Hub"),
    ],
)
def test_what_cannot_be_asked(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        crawl(**options)


def test_ids_and_addresses_are_texts() -> None:
    with pytest.raises(TypeError, match="3 is no id"):
        crawl([3])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="endpoint cannot be -1"):
        crawl("solo", endpoint=-1)  # type: ignore[arg-type]


def test_progress_is_told(hub: MadeUpHub) -> None:
    told: list[tuple[int, int]] = []
    ask(hub, ["solo"], family="lab/base-13b", progress=lambda what, done, known: told.append((done, known)))
    assert [done for done, _ in told] == list(range(1, len(hub.requests) + 1))
    assert all(done <= known for done, known in told)
    assert told[-1][0] == told[-1][1]


def test_a_bar_is_drawn_when_asked_for(hub: MadeUpHub, capsys: pytest.CaptureFixture[str]) -> None:
    ask(hub, "solo", progress=None)
    assert capsys.readouterr() == ("", "")
    ask(hub, "solo", progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "answers of the Hub [########################] 100%" in err


def test_it_says_who_asks_and_nothing_else(hub: MadeUpHub) -> None:
    ask(hub, "solo", downwards=1)
    assert hub.agents == {f"modeltree/{modeltree.__version__}; hf_hub/{huggingface_hub.__version__}"}
    assert all(request.startswith("/api/models") for request in hub.requests)


def test_without_huggingface_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r'pip install "modeltree-lineage\[hub\]"'):
        crawl("solo")


def test_importing_it_imports_nothing_that_asks() -> None:
    code = (
        "import sys, modeltree.hub; print(sorted({'huggingface_hub', 'tqdm', 'httpx2', 'httpx'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

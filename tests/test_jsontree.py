"""JSON as it is read here: what is wrong with it is found, and every part knows where it stands."""

from __future__ import annotations

import json
import math
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.formats.parsing import jsontree, limits
from modeltree.formats.parsing.jsontree import JsonTree, parse_json, read_json
from work import growth

PATH = Path("a.json")
DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def ways(data: Any, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [at, *(way for key, value in parts for way in ways(value, (*at, key)))]


def value(data: Any, at: tuple[str | int, ...]) -> Any:
    for part in at:
        data = data[part]
    return data


@given(DATA, st.sampled_from([None, 1]), st.booleans())
def test_data_come_back_and_positions_lead_to_them(data: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only)
    tree = parse_json(text.encode("utf-8", "surrogatepass"), PATH)
    assert tree.whole
    assert tree.data == data
    lines = text.split("\n")
    decoder = json.JSONDecoder(strict=False)
    for at in ways(data):
        position = tree.position(at)
        rest = "\n".join([lines[position.line - 1][position.column - 1 :], *lines[position.line :]])
        assert decoder.raw_decode(rest)[0] == value(data, at)
        if at and isinstance(at[-1], str):
            key = tree.position(at, of_key=True)
            assert lines[key.line - 1][key.column - 1 :].startswith(json.dumps(at[-1], ensure_ascii=ascii_only))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    tree = parse_json(content, PATH)
    assert tree.whole or tree.problems


@given(DATA, st.data())
def test_changed_bytes_are_read_or_refused(data: Any, draw: st.DataObject) -> None:
    content = bytearray(json.dumps(data).encode())
    place = draw.draw(st.integers(0, len(content)))
    content[place : place + draw.draw(st.integers(0, 3))] = draw.draw(st.binary(max_size=3))
    tree = parse_json(bytes(content), PATH)
    assert tree.whole or tree.problems
    tree.position(("a", 0))


@pytest.mark.parametrize(
    ("content", "kind", "said"),
    [
        (b"", "syntax", "a.json:1:1: the file is empty"),
        (b'{"a": 1,\n "b" 2}', "syntax", "a.json:2:6: no JSON: expecting ':' delimiter"),
        (b"\xff", "encoding", "a.json:1:1: not UTF-8: byte 0xff; save the file as UTF-8 text"),
        (b'{"a": "\\ud800"}', "encoding", "a.json: half a character: \\ud800"),
        (b"1e999", "bad-value", "a.json: 1e999 is too large a number"),
        (b"9" * 5000, "bad-value", "a.json: a number of 5,000 digits"),
        (b"[" * 200_000, "too-deep", "a.json:1:101: nested more than 100 deep"),
    ],
)
def test_what_is_no_json(content: bytes, kind: str, said: str) -> None:
    tree = parse_json(content, PATH)
    assert not tree.whole
    assert tree.data is None
    assert [problem.kind for problem in tree.problems] == [kind]
    assert str(tree.problems[0]) == said
    assert str(tree.position(("a",))) == "a.json"


def test_what_is_not_a_number_is_nothing() -> None:
    tree = parse_json(b'{"a": NaN, "b": [-Infinity, Infinity], "c": 1}', PATH)
    assert (tree.data, tree.problems) == ({"a": None, "b": [None, None], "c": 1}, ())


def test_a_key_that_stands_twice_is_found_and_the_first_kept() -> None:
    tree = parse_json(b'\xef\xbb\xbf{"a": 1,\n "a": 2, "b": 3}', PATH)
    assert tree.data == {"a": 1, "b": 3}
    assert [problem.kind for problem in tree.problems] == ["duplicate-key"]
    assert str(tree.position(("a",))) == "a.json:1:7"


def test_large_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXT_BYTES", 100)
    path = tmp_path / "large.json"
    path.write_bytes(b" " * 200)
    tree: JsonTree = read_json(path)
    assert [problem.kind for problem in tree.problems] == ["too-large"]


def test_numbers_are_numbers() -> None:
    assert parse_json(b"[1, 1.5, -0, 1e3]", PATH).data == [1, 1.5, 0, 1000.0]
    assert math.isclose(parse_json(b"0.1", PATH).data, 0.1)


def test_more_values_than_memory_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "VALUES", 10)
    assert jsontree.parse_json(b'["a,b,c,[[[{{{", ",,,,,", 1, 2, 3, 4, 5, 6, 7]', Path("x.json")).whole
    tree = jsontree.parse_json(b"[" + b"1," * 10 + b"1]", Path("x.json"))
    assert not tree.whole
    assert str(tree.problems[-1]) == "x.json: the file is too large: more than 10 values; split it into several"


def test_positions_cost_no_more_than_the_text() -> None:
    """Each part of a long list is found without the text being searched again."""

    def prepare(count: int) -> Callable[[], object]:
        rows = ",".join(f'{{"id": "m{number}", "in": [1, {{"x": {number}}}]}}' for number in range(count))
        tree = jsontree.parse_json(f'{{"models": [{rows}], "n": [{rows}]}}'.encode(), Path("x.json"))
        parts = [(table, number, "in", 1, "x") for number in range(count) for table in ("models", "n")]
        return lambda: [tree.position(part) for part in parts]

    assert growth(prepare, 300) < 2.4


@pytest.mark.parametrize("text", ["x" * 1_000_000, r"\n" * 500_000, "\N{LLAMA}" * 250_000])
def test_a_long_text_takes_its_own_memory_and_little_more(text: str) -> None:
    """A regular expression that could go back to each of its characters took 120 bytes for each."""
    content = f'["{text}", {{}}]'.encode()
    tracemalloc.start()
    try:
        tree = parse_json(content, PATH)
        assert tree.position((1,)).line == 1
        assert tracemalloc.get_traced_memory()[1] < 12 * len(content)
    finally:
        tracemalloc.stop()


def test_texts_without_an_end_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """That these took minutes no count of lines can say: each is looked at by a regular expression."""
    monkeypatch.setattr(limits, "VALUES", 10)
    tree = parse_json(b"[0" + b",0" * 20 + rb"\"" * 20_001, PATH)
    assert [problem.kind for problem in tree.problems] == ["too-large"]
    assert sum(1 for _ in jsontree._PUNCTUATION.finditer(r"\"" * 1000)) == 1

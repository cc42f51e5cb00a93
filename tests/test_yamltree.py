"""Reading YAML: strings stay strings, everything has a place, hostile input is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modeltree.formats.parsing import limits, yamltree
from modeltree.formats.parsing.yamltree import YamlTree, parse_yaml, read_yaml
from strategies_records import hard_texts

HERE = Path("x.yaml")


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds for both parsers."""
    if request.param == "python":
        monkeypatch.setattr(yamltree, "_LOADER", yaml.SafeLoader)


def parse(text: str | bytes) -> YamlTree:
    return parse_yaml(text.encode() if isinstance(text, str) else text, HERE)


def problems(text: str | bytes) -> list[str]:
    return [str(problem) for problem in parse(text).problems]


# What is read


@pytest.mark.parametrize(
    "word", ["no", "on", "True", "2023", "2023-03-14", "1.5", "0x1F", "12:30", ".inf", "Null", "="]
)
def test_every_plain_scalar_is_a_string(word: str) -> None:
    assert parse(f"{word}: {word}").data == {word: word}


def test_only_an_empty_plain_scalar_a_tilde_and_null_are_none() -> None:
    assert parse("[~, null, '', \"~\", 'null', Null]").data == [None, None, "", "~", "null", "Null"]
    assert parse("a:\nb: |\n  null\n").data == {"a": None, "b": "null\n"}


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "~"])
def test_nothing_is_none(text: str) -> None:
    tree = parse(text)
    assert (tree.data, tree.problems, tree.whole) == (None, (), True)


def test_a_byte_order_mark_and_any_line_end_are_taken() -> None:
    tree = parse(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert tree.data == {"a": "1", "b": "2"}
    assert str(tree.position(("b",))) == "x.yaml:2:4"
    assert str(parse("a: 1\rb: 2").position(("b",))) == "x.yaml:2:4"


def test_read_yaml_reads_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: [b]", encoding="utf-8")
    assert read_yaml(path).data == {"a": ["b"]}
    assert read_yaml(path).position().path == path
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / "b.yaml")


plain_data = st.recursive(
    st.none() | hard_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(hard_texts, inner, max_size=4),
    max_leaves=12,
)


@given(data=plain_data, style=st.sampled_from([None, False, True]), width=st.sampled_from([20, 80, 1000]))
def test_what_pyyaml_writes_comes_back(data: Any, style: bool | None, width: int) -> None:
    # Its own way of writing U+0085 as it is does not come back, even to itself: escapes do.
    tree = parse(yaml.safe_dump(data, default_flow_style=style, width=width, allow_unicode=False, sort_keys=False))
    assert tree.problems == ()
    assert tree.data == data


# Where it stands


def test_positions_of_keys_and_values() -> None:
    tree = parse("models:\n  - id: a\n    derived_from:\n      - {parent: b, 'relation': c}\n")
    way = ("models", 0, "derived_from", 0, "parent")
    assert str(tree.position(way)) == "x.yaml:4:18"
    assert str(tree.position(way, of_key=True)) == "x.yaml:4:10"
    assert str(tree.position(("models", 0, "derived_from", 0, "relation"), of_key=True)) == "x.yaml:4:21"
    assert str(tree.position(("models", 0))) == "x.yaml:2:5"
    assert str(tree.position(("models",), of_key=True)) == "x.yaml:1:1"
    assert str(tree.position()) == "x.yaml:1:1"


def test_the_position_of_what_is_not_there_is_that_of_what_is_around_it() -> None:
    tree = parse("a:\n  - b: c\n")
    assert str(tree.position(("a", 0, "name"))) == "x.yaml:2:5"
    assert str(tree.position(("a", 0, "b", "deeper"))) == "x.yaml:2:8"
    assert str(tree.position(("a", 7, "b"), of_key=True)) == "x.yaml:2:3"


def test_lines_are_those_that_an_editor_counts() -> None:
    assert str(parse('a: "x\u2028y\u0085z"\nb: c').position(("b",))) == "x.yaml:2:4"
    assert str(parse("a: 👩‍🔬悟道\nb: {ü: 😀, c: d}").position(("b", "c"))) == "x.yaml:2:14"


words = st.text("abcdefg", min_size=1, max_size=3)


@given(data=st.recursive(words, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=15))
def test_at_each_position_stands_what_is_read_from_there(data: Any) -> None:
    text = yaml.safe_dump(data, default_flow_style=None, width=20)
    lines, tree = text.splitlines(), parse(text)

    def check(value: Any, at: tuple[str | int, ...]) -> None:
        place = tree.position(at)
        found = lines[place.line - 1][place.column - 1 :]
        if isinstance(value, str):
            assert found.startswith(value)
        elif not value:
            assert found.startswith(("[]", "{}"))
        else:
            for key, part in value.items() if isinstance(value, dict) else enumerate(value):
                check(part, (*at, key))
                if isinstance(key, str):
                    key_place = tree.position((*at, key), of_key=True)
                    assert lines[key_place.line - 1][key_place.column - 1 :].startswith(f"{key}:")

    check(tree.data, ())


# What is refused


def test_all_equal_keys_are_found() -> None:
    tree = parse("a: 1\nb: {c: 1, c: 2, 'c': [x, x]}\na: 3\n")
    assert tree.data == {"a": "1", "b": {"c": "1"}}
    assert [str(problem) for problem in tree.problems] == [
        "x.yaml:2:11: duplicate key 'c'; line 2 has it already; keep one of them",
        "x.yaml:2:17: duplicate key 'c'; line 2 has it already; keep one of them",
        "x.yaml:3:1: duplicate key 'a'; line 1 has it already; keep one of them",
    ]
    assert [problem.at for problem in tree.problems] == [("b", "c"), ("b", "c"), ("a",)]


def test_anchors_aliases_merge_keys_and_tags_are_not_read() -> None:
    tree = parse("a: &x [1]\nb: *x\n*x : 3\n<<: {d: 4}\ne: !!python/name:os.system [f]\n'<<': g\n!!str h: i")
    assert tree.data == {"a": ["1"], "b": None, "e": ["f"], "<<": "g", "h": "i"}
    assert tree.unread == {("b",), ("e",)}
    assert [str(problem) for problem in tree.problems] == [
        "x.yaml:1:4: anchor '&x': not read here; write the value out wherever it is needed",
        "x.yaml:2:4: alias '*x': not read here; write the value out",
        "x.yaml:3:1: alias '*x': not read here; write the value out",
        "x.yaml:4:1: merge key '<<': not read here; write the keys out",
        "x.yaml:5:4: tag '!!python/name:os.system': not read here; drop it: values need none",
        "x.yaml:7:1: tag '!!str': not read here; drop it: values need none",
    ]


def test_a_key_that_is_no_word_is_not_read() -> None:
    tree = parse("? [a, b]\n: c\nd: e\n? {f: g}\n: h\n")
    assert tree.data == {"d": "e"}
    assert [str(problem) for problem in tree.problems] == [
        "x.yaml:1:3: a key that is a list or mapping; a key is a word",
        "x.yaml:4:3: a key that is a list or mapping; a key is a word",
    ]


@pytest.mark.parametrize(
    ("content", "position", "message"),
    [
        (b"a: [1\nb: 2\n", "x.yaml:2:", "no YAML: "),
        (b"a: b: c", "x.yaml:1:5: ", 'a text with ": " in it needs quotes; else look at the indentation'),
        (b"a: @b", "x.yaml:1:4: ", "a text that begins with @ needs quotes"),
        (b"a: 'b\nc: d\n", "x.yaml:3:1: ", "while scanning a quoted scalar that begins in line 1"),
        (b"a:\n\t- b", "x.yaml:2:1: ", "indent with spaces, not with tabs"),
        (b"a\n--- b", "x.yaml:2:1: ", "a second document begins here; one file is one document: drop '---'"),
        (b"ab\n\xffc", "x.yaml:2:1: ", "not UTF-8: byte 0xff; save the file as UTF-8 text"),
        ("ä: \xe4".encode("utf-16"), "x.yaml:1:1: ", "not UTF-8: byte 0xff"),
        ("ä".encode() + b"\xc3", "x.yaml:1:2: ", "not UTF-8: byte 0xc3"),
        (b"\x89PNG\r\n\x1a\n\0\0", "x.yaml:1:1: ", "not UTF-8: byte 0x89"),
        (b"a: b\nc: \0", "x.yaml:2:4: ", "character U+0000 is not allowed in YAML; a text file has none"),
        ("a: \ufeff".encode(), "x.yaml:1:4: ", 'in double quotes it can be written as "\\uFEFF"'),
        (b'a: "\\UFFFFFFFF"', "x.yaml:1:", "no YAML: "),
        (b"%YAML " + b"9" * 5000 + b".1\n---\na", "x.yaml:1:", "no YAML: "),
        (b"x" * (limits.YAML_BYTES + 1), "x.yaml:1:1: ", "the file is too large: more than 64 MiB; split"),
    ],
    ids=["list", "colon", "at", "quote", "tab", "documents", "latin-1", "utf-16", "cut", "png", "nul", "mark", "escape",
         "version", "large"],
)  # fmt: skip
def test_what_is_no_yaml_is_one_problem(content: bytes, position: str, message: str) -> None:
    tree = parse(content)
    assert (tree.data, tree.whole, len(tree.problems)) == (None, False, 1)
    assert str(tree.problems[0]).startswith(position)
    assert message in str(tree.problems[0])


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "[\n", "? "])
def test_deep_nesting_ends_the_reading(opening: str) -> None:
    tree = parse(opening * 100_000)
    assert not tree.whole
    assert tree.problems[-1].message == f"nested more than {limits.DEPTH} deep"


def test_what_is_as_deep_as_allowed_is_read() -> None:
    assert parse("[" * limits.DEPTH + "]" * limits.DEPTH).problems == ()
    assert problems("[" * (limits.DEPTH + 1) + "]" * (limits.DEPTH + 1)) == ["x.yaml:1:51: nested more than 50 deep"]


def test_reading_ends_after_many_problems() -> None:
    tree = parse("a: b\n" * (limits.PROBLEMS + 100))
    assert not tree.whole
    assert len(tree.problems) == limits.PROBLEMS + 1
    assert str(tree.problems[-1]) == "x.yaml:1001:1: 1000 problems: reading ends here"


def test_long_names_are_shortened() -> None:
    assert all(len(line) < 200 for line in problems(f"&{'x' * 999} a: *{'y' * 999}\n{'z' * 999}: b\n{'z' * 999}: c"))


_PIECES = ["a", "b", ": ", ":", "\n", "  ", "- ", "? ", "[", "]", "{", "}", ", ", "'", '"', "|", ">", "#", "&a ", "*a",
           "!t ", "---\n", "...", "%", "\t", "<<", "~", "\\", "\x85", "\u2028", "\0", "é"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES)).map("".join) | st.text(), st.binary(max_size=3))
def test_anything_is_read_or_refused_with_a_position_in_it(text: str, ending: bytes) -> None:
    content = text.encode("utf-8", "surrogatepass") + ending
    tree = parse(content)
    assert tree.whole or (tree.data is None and tree.problems)
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in tree.problems:
        assert problem.position
        assert 1 <= problem.position.line <= len(lines)
        assert 1 <= problem.position.column <= len(lines[problem.position.line - 1]) + 1

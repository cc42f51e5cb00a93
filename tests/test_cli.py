"""The command line, as a user or a script meets it."""

from __future__ import annotations

import inspect
import itertools
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modeltree
from modeltree import datasets
from modeltree._util.text import json_text
from modeltree.cli import main as cli
from modeltree.cli import options as cli_options
from modeltree.figures.terminal import model_text
from modeltree.lineage import Lineage
from modeltree.records import Correction, Derivation, Domain, Kind, Model, Openness, Organization

MODELTREE = [sys.executable, "-m", "modeltree"]

Run = Callable[..., SimpleNamespace]


@pytest.fixture(scope="module")
def lineage() -> Lineage:
    """A root with two fine-tunes, their merge, a closed successor, and a model of no relation."""
    return Lineage(
        [
            Model(
                id="llama",
                name="LLaMA",
                aliases=("LLaMA 1",),
                released="2023-02-24",
                organizations=("meta",),
                openness="open",
                access="gated",
                license={"name": "LLaMA license", "spdx": "LicenseRef-LLaMA"},
                sizes=("7B", "13B", "65B"),
                training_data="1.4T tokens",
                domain="language",
                architecture="decoder",
                links={"paper": "https://arxiv.org/abs/2302.13971"},
                references=("arxiv:2302.13971",),
                note="The root of many. " * 12,
            ),
            Model(id="alpaca", name="Alpaca", released="2023-03", organizations=("stanford",), openness="open"),
            Model(
                id="vicuna",
                name="Vicuna",
                released="2023-03-30",
                sizes=("7B", "13B"),
                corrections=(
                    Correction(
                        field="released",
                        printed="Vicuna",
                        source="table-1",
                        reason="A date",
                        references=("doi:10.1000/x",),
                    ),
                ),
            ),
            Model(id="merge", name="PanGu-α", released="2024"),
            Model(id="llama-2", name="LLaMA 2", released="2023-07", organizations=("meta", "ms"), openness="closed"),
            Model(id="rwkv", name="RWKV", kind="application", domain="code"),
        ],
        [
            Derivation(parent="llama", child="alpaca", relation="finetune", references=("arxiv:2302.13971",)),
            Derivation(parent="llama", child="vicuna", relation="finetune", note="on shared conversations"),
            Derivation(parent="alpaca", child="merge", relation="merge"),
            Derivation(parent="vicuna", child="merge", relation="merge"),
            Derivation(parent="llama", child="llama-2", relation="successor"),
        ],
        [
            Organization(id="meta", name="Meta AI"),
            Organization(id="ms", name="Microsoft"),
            Organization(id="stanford", name="Stanford"),
        ],
    )


@pytest.fixture(scope="module")
def data(lineage: Lineage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "small.yaml"
    modeltree.save(lineage, path)
    return path


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the small data, unless it says which."""

    def call(*argv: str) -> SimpleNamespace:
        takes_data = argv[0] not in ("check", "convert", "crawl", "formats", "schema") and "--data" not in argv
        code = cli.main([*argv, *(["--data", str(data)] if takes_data else [])])
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, out=out, err=err, lines=out.splitlines())

    return call


def ids(result: SimpleNamespace) -> list[str]:
    """The first column of the table that was printed, without its header."""
    return [line.split()[0] for line in itertools.takewhile(bool, result.lines[1:])]


# Questions


def test_list_is_aligned(run: Run) -> None:
    result = run("list")
    assert (result.code, result.err) == (0, "")
    assert result.lines == [
        "ID       NAME     RELEASED    OPENNESS  SIZES      ORGANIZATIONS",
        "llama    LLaMA    2023-02-24  open      7B to 65B  Meta AI",
        "alpaca   Alpaca   2023-03     open      -          Stanford",
        "vicuna   Vicuna   2023-03-30  -         7B, 13B    -",
        "llama-2  LLaMA 2  2023-07     closed    -          Meta AI, Microsoft",
        "merge    PanGu-α  2024        -         -          -",
        "rwkv     RWKV     -           -         -          -",
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--organization", "Meta AI"], ["llama", "llama-2"]),
        (["--organization", "meta", "--organization", "Stanford"], ["llama", "alpaca", "llama-2"]),
        (["--openness", "closed"], ["llama-2"]),
        (["--domain", "code", "--domain", "scientific"], ["rwkv"]),
        (["--kind", "application"], ["rwkv"]),
        (["--since", "2023-03", "--until", "2023"], ["alpaca", "vicuna", "llama-2"]),
        (["--relations", "merge"], ["alpaca", "vicuna", "merge"]),
        (["--clade", "Alpaca"], ["alpaca", "merge"]),
        (["--clade", "alpaca", "--clade", "llama-2"], ["alpaca", "llama-2", "merge"]),
        (["--clade", "vicuna", "--until", "2023"], ["vicuna"]),
        (["--top", "2"], ["llama", "alpaca"]),
        (["--top", "2", "--openness", "closed"], ["llama-2"]),
    ],
)
def test_filters_keep_what_meets_the_conditions(
    run: Run, data: Path, tmp_path: Path, options: list[str], expected: list[str]
) -> None:
    assert ids(run("list", *options)) == expected
    assert run("convert", str(data), str(tmp_path / "part.yaml"), *options).code == 0
    assert list(modeltree.load(tmp_path / "part.yaml")) == expected
    drawn = [id for id in expected if id != "rwkv"]  # which has no date
    for command in ("evolution", "family-tree"):
        path = tmp_path / f"{command}.json"
        result = run(command, "-o", str(path), *options)
        if not drawn:
            assert (result.code, "there is nothing to draw" in result.err) == (1, True)
            continue
        boxes = json.loads(path.read_text(encoding="utf-8"))["boxes"]
        assert {box["id"] for box in boxes} == set(drawn)
    diagram = tmp_path / "diagram.dot"
    assert run("diagram", "-o", str(diagram), "--cluster", "none", *options).code == 0
    source = diagram.read_text(encoding="utf-8")
    assert [id for id in modeltree.load(data) if f'\n\t"{id}" [' in source or f"\n\t{id} [" in source] == expected


def test_what_a_drawing_counts_itself_is_no_filter(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "growth.svg"
    assert run("growth", "-o", str(path), "--since", "2023-03", "--until", "2023-06").code == 0
    assert "that are not within the time shown (" in path.read_text(encoding="utf-8")
    assert run("growth", "-o", str(path), "--organization", "Meta AI", "--grain", "year").code == 0
    assert "Counted: 2 models" in path.read_text(encoding="utf-8")


def test_products_are_drawn_where_they_are_asked_for(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "products.json"
    assert run("evolution", "--data", "survey", "--kind", "application", "-o", str(path)).code == 0
    boxes = json.loads(path.read_text(encoding="utf-8"))["boxes"]
    survey = datasets.load("survey")
    assert {survey[box["id"]].kind for box in boxes} == {Kind.APPLICATION}


def test_nothing_that_meets_the_conditions_is_not_written(run: Run, data: Path, tmp_path: Path) -> None:
    result = run("convert", str(data), str(tmp_path / "none.yaml"), "--since", "2050")
    assert (result.code, result.out) == (1, "")
    assert result.err == "modeltree convert: error: no model meets all conditions\n"
    assert list(tmp_path.iterdir()) == []


def test_nothing_found_is_said(run: Run) -> None:
    result = run("list", "--domain", "scientific")
    assert (result.code, result.out, result.err) == (0, "", "no model meets all conditions\n")
    assert run("ancestors", "LLaMA").err == "'llama' has no ancestors\n"


def test_ancestors_and_descendants(run: Run) -> None:
    assert ids(run("ancestors", "merge")) == ["llama", "alpaca", "vicuna"]
    assert ids(run("ancestors", "merge", "--max-depth", "1")) == ["alpaca", "vicuna"]
    assert ids(run("descendants", "LLAMA 1")) == ["alpaca", "vicuna", "llama-2", "merge"]
    assert ids(run("descendants", "llama", "--relations", "ideas,merge")) == ["llama-2"]


def test_path_of_descent(run: Run) -> None:
    assert run("path", "LLaMA", "merge").lines == [
        "merge descends from llama",
        "PARENT  RELATION  CHILD   REFERENCES",
        "llama   finetune  alpaca  arxiv:2302.13971",
        "alpaca  merge     merge   -",
    ]
    assert run("path", "alpaca", "llama").lines[0] == "alpaca descends from llama"
    assert run("path", "llama", "llama").out == "llama is one and the same model\n"


def test_path_of_kinship(run: Run) -> None:
    result = run("path", "vicuna", "llama-2")
    assert result.lines[0] == "vicuna and llama-2 descend from llama"
    assert [line.split()[:3] for line in result.lines[2:]] == [
        ["llama", "finetune", "vicuna"],
        ["llama", "successor", "llama-2"],
    ]
    answer = json.loads(run("path", "vicuna", "llama-2", "--json").out)
    assert (answer["first"], answer["second"]) == ("vicuna", "llama-2")
    (way,) = answer["through"]
    assert (way["id"], way["to_first"][0]["relation"], way["to_second"][0]["relation"]) == (
        "llama", "finetune", "successor"
    )  # fmt: skip


def test_path_between_strangers_fails(run: Run) -> None:
    result = run("path", "rwkv", "llama")
    assert (result.code, result.out) == (1, "")
    assert result.err == "modeltree path: error: 'rwkv' and 'llama' are not related\n"
    result = run("path", "rwkv", "llama", "--json")
    assert (result.code, json.loads(result.out)["through"]) == (1, [])
    assert run("path", "vicuna", "llama-2", "--relations", "weights").code == 1


def test_mrca(run: Run) -> None:
    assert ids(run("mrca", "alpaca", "vicuna")) == ["llama"]
    assert ids(run("mrca", "alpaca", "vicuna", "llama-2")) == ["llama"]
    assert [row["id"] for row in json.loads(run("mrca", "merge", "alpaca", "--json").out)] == ["alpaca"]
    result = run("mrca", "rwkv", "llama")
    assert (result.code, result.out) == (1, "")
    assert result.err == "modeltree mrca: error: these models have no common ancestor\n"


def test_families(run: Run) -> None:
    assert run("families").lines == [
        "FAMILY  ROOT   MODELS  DEPTH  FIRST       LAST  ORGANIZATIONS",
        "LLaMA   llama  4       2      2023-02-24  2024  2",
        "",
        "2 families of fewer than 2 models left out",
    ]
    assert len(run("families", "--min-size", "0").lines) == 4
    assert ids(run("families", "--relations", "finetune", "--min-size", "3")) == ["LLaMA"]
    assert run("families", "--by", "organization").lines[1].startswith("no organization")
    assert run("families", "--by", "component", "--relations", "weights,ideas").lines[1].split()[2] == "5"


def test_families_as_json(run: Run) -> None:
    (family,) = json.loads(run("families", "--json").out)
    assert family["key"] == family["root"] == "llama"
    assert family["members"] == ["llama", "alpaca", "vicuna", "merge"]
    assert family["span"] == ["2023-02-24", "2024"]
    assert {entry["span"] is None for entry in json.loads(run("families", "--json", "--min-size", "1").out)} == {
        True, False
    }  # fmt: skip


def test_show(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    result = run("show", "llama", "Vicuna")
    first, second = result.out.split("\n\n")
    assert max(map(len, result.lines)) <= 70
    assert first.splitlines()[:10] == [
        "LLaMA (llama)",
        "  also called    LLaMA 1",
        "  kind           model",
        "  released       2023-02-24",
        "  organization   Meta AI",
        "  openness       open, gated",
        "  license        LLaMA license (LicenseRef-LLaMA)",
        "  sizes          7B, 13B, 65B",
        "  training data  1.4T tokens",
        "  domain         language",
    ]
    assert "  led to         Alpaca (alpaca) by finetune [arxiv:2302.13971]" in first
    assert "  paper          https://arxiv.org/abs/2302.13971" in first
    assert "derived from  LLaMA (llama) by finetune: on shared conversations" in second
    assert "table-1 prints 'Vicuna' as released: A date [doi:10.1000/x]" in " ".join(second.split())


def test_show_as_json(run: Run) -> None:
    (card,) = json.loads(run("show", "vicuna", "--json").out)
    assert card["name"] == "Vicuna"
    assert card["corrections"][0]["printed"] == "Vicuna"
    assert [step["parent"] for step in card["derived_from"]] == ["llama"]
    assert [step["child"] for step in card["led_to"]] == ["merge"]


def test_a_hostile_name_does_nothing_to_the_terminal() -> None:
    name = "\x9b2Jclear \u202eevil\u2028line"
    card = model_text(Lineage([Model(id="x", name=name, note=name)]), "x")
    assert all(letter.isprintable() or letter == "\n" for letter in card)
    assert len(card.splitlines()) == 4


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    )
)
def test_json_for_people_is_that_of_the_standard_library(value: object) -> None:
    assert json_text(value) == json.dumps(value, ensure_ascii=False, indent=2)


def test_rows_as_json(run: Run, lineage: Lineage) -> None:
    assert json.loads(run("list", "--json").out) == lineage.to_records()
    below = ["alpaca", "vicuna", "llama-2", "merge"]  # with parents and children that are none of them
    rows = json.loads(run("descendants", "llama", "--json").out)
    assert rows == [row for row in lineage.to_records() if row["id"] in below]
    assert [row["id"] for row in rows] == below
    assert json.loads(run("ancestors", "llama", "--json").out) == []


# Data


def test_data_is_a_shipped_name_or_a_path(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert ids(run("ancestors", "LLAMA 2-chat", "--data", "survey")) == ["c4", "the-pile", "llama", "llama-2"]
    assert cli.main(["ancestors", "LLAMA 2-chat", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)] == ["c4", "the-pile", "llama", "llama-2"]
    for name in datasets.names():
        assert len(run("list", "--data", name).lines) == len(datasets.load(name)) + 1


@pytest.mark.parametrize("name", ["no-such-data", ""])
def test_unknown_data(run: Run, name: str) -> None:
    result = run("list", "--data", name)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"modeltree list: error: {name!r} is no file or folder, and no data set")
    assert " survey," in result.err


def test_data_of_no_known_format(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.touch()
    result = run("list", "--data", str(path))
    assert (result.code, result.out) == (2, "")
    assert "no known format" in result.err


def test_formats_that_are_only_written_or_only_read_or_no_folders(run: Run, data: Path, tmp_path: Path) -> None:
    (tmp_path / "x.mmd").touch()
    result = run("check", str(tmp_path / "x.mmd"))
    assert result.code == 2
    assert "ends in '.mmd', a Mermaid flowchart, which is written and not read; known are '.yaml'," in result.err
    result = run("convert", str(data), str(tmp_path / "x.gguf"))
    assert result.code == 2
    assert "ends in '.gguf', " in result.err
    assert ", which is read and not written; known are '.yaml'," in result.err
    for name in ("cyclonedx", "csv", "node-link"):
        result = run("check", "--from", name, str(tmp_path / ""))
        assert result.code == 1
        assert "is read from a file" in result.out + result.err, name


def test_check_of_good_data(run: Run, data: Path) -> None:
    assert run("check", str(data)).out == "ok: 6 models, 5 derivations, 3 organizations; 4 notes (see --all)\n"
    assert run("check", "survey").code == 0
    everything = run("check", str(data), "--all").lines
    assert len(everything) == 5
    assert everything[0].endswith("has no license [license-missing]")
    answer = json.loads(run("check", str(data), "--json").out)
    assert answer["ok"]
    [source] = answer["sources"]
    assert (source["path"], source["models"], source["derivations"], source["organizations"]) == (str(data), 6, 5, 3)
    assert {finding["severity"] for finding in source["findings"]} == {"note"}


BAD = """\
models:
  - id: a
    name: A
    released: 2023-13-01
  - id: b
    nam: B
"""


def test_check_lists_all_problems(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    result = run("check", str(path))
    assert result.code == 1
    assert len(result.lines) >= 3
    assert all(line.startswith(f"{path}:") for line in result.lines)
    assert result.lines[0].startswith(f"{path}:4:")
    assert result.lines[0].endswith(" [bad-date]")
    assert ": error: " in result.lines[0]
    assert result.lines[-1] == f"{path}: refused: nothing was read; {len(result.lines) - 1} errors"
    answer = json.loads(run("check", str(path), "--json").out)
    assert not answer["ok"]
    [source] = answer["sources"]
    assert len(source["findings"]) == len(result.lines) - 1
    assert (source["findings"][0]["path"], source["findings"][0]["line"]) == (str(path), 4)


def test_other_commands_refuse_bad_data(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    result = run("evolution", "--data", str(path), "-o", str(tmp_path / "out.svg"))
    assert (result.code, result.out) == (1, "")
    assert f"{path}:4:" in result.err
    assert not (tmp_path / "out.svg").exists()


def test_check_of_what_is_not_there(run: Run, tmp_path: Path) -> None:
    assert run("check", str(tmp_path / "none.yaml")).code == 2


def test_schema(run: Run, tmp_path: Path) -> None:
    schema = json.loads(run("schema").out)
    assert "models" in schema["properties"]
    path = tmp_path / "schema.json"
    assert run("schema", "-o", str(path)).out == f"wrote {path}\n"
    assert json.loads(path.read_text(encoding="utf-8")) == schema


# Wrong usage


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["paint"], "invalid choice: 'paint'"),
        (["pie"], "invalid choice: 'pie'"),
        (["evolution", "-o", "figure.gif"], "'figure.gif' does not end with .svg, .pdf, .png or .json"),
        (["evolution", "-o", "no/such/folder/figure.svg"], "there is no folder 'no/such/folder'"),
        (["evolution", "-o", "."], "'.' is no name of a file"),
        (["page", "-o", "page.svg"], "'page.svg' does not end with .html"),
        (["evolution", "--kind", "car"], "invalid choice: 'car' (choose from"),
        (["evolution", "--relations", "cousin"], "'cousin' is no relation; there are weights, outputs, ideas"),
        (["ancestors"], "required: MODEL"),
        (["ancestors", "llama", "--max-depth", "-1"], "'-1' is no number of 0 or more"),
        (["ancestors", "llama", "--relations", "cousin"], "'cousin' is no relation; there are weights, outputs, ideas"),
        (["ancestors", "vicunna"], "no model goes by 'vicunna'; did you mean 'vicuna'"),
        (["mrca", "llama"], "required: MODEL"),
        (["list", "--since", "2023-13"], "'2023-13' is no date: month 13 is not between 1 and 12"),
        (["list", "--organization", "Metta AI"], "no organization goes by 'Metta AI'; did you mean 'Meta AI'"),
        (["list", "--jso"], "unrecognized arguments: --jso"),
    ],
)
def test_wrong_usage(argv: list[str], message: str, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with_data = [*argv, "--data", str(data)] if len(argv) > 1 else argv
    assert cli.main(with_data) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("modeltree")
    assert err.count("\n") == 1


def test_an_ambiguous_name_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "twins.yaml"
    modeltree.save(Lineage([Model(id="a", name="Twin"), Model(id="b", name="Twin")]), path)
    assert cli.main(["show", "Twin", "--data", str(path)]) == 2
    assert "'Twin' may mean 'a' or 'b': use the id" in capsys.readouterr().err


def test_the_choices_are_those_of_the_records(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "--help"]) == 0
    text = capsys.readouterr().out
    for option, words in (("openness", Openness), ("domain", Domain), ("kind", Kind)):
        assert f"--{option} {{{','.join(words)}}}" in text
    assert all(name in text for name in datasets.names())


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"modeltree {modeltree.__version__}\n"
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    commands = [
        "evolution", "family-tree", "growth", "family-sizes", "diagram", "page", "ancestors", "descendants", "path",
        "mrca", "show", "families", "list", "check", "schema", "convert", "crawl", "formats",
    ]  # fmt: skip
    assert all(f"\n    {command} " in text for command in commands)
    assert "\n    largest-families\n" in text
    assert all(cli.main([command, "--help"]) == 0 for command in commands)


# Files


def test_figure_formats(run: Run, tmp_path: Path) -> None:
    for suffix, start in ((".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")):
        path = tmp_path / f"figure{suffix}"
        result = run("evolution", "-o", str(path))
        assert (result.code, result.out, result.err) == (0, f"wrote {path}\n", "")
        assert path.read_bytes().startswith(start)


def test_figure_goes_to_a_file_named_after_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("evolution").out == "wrote evolution.svg\n"
    assert "</svg>" in (tmp_path / "evolution.svg").read_text(encoding="utf-8")


def test_layout(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "layout.json"
    assert run("evolution", "-o", str(path)).out == f"wrote {path}\n"
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["unit"] == "pt"
    assert [box["id"] for box in written["boxes"]] == ["llama", "alpaca", "vicuna", "llama-2", "merge"]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("suffix", ["svg", "json"])
def test_what_fails_on_the_way_leaves_the_old_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, failure: BaseException
) -> None:
    def fail(descriptor: int) -> None:
        assert len(list(tmp_path.iterdir())) == 2, "by now there is a part of the new file"
        raise failure

    path = tmp_path / f"figure.{suffix}"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", fail)
    result = run("evolution", "-o", str(path))
    if isinstance(failure, OSError):
        assert (result.code, result.err) == (1, "modeltree evolution: error: No space left on device\n")
    else:
        assert (result.code, result.err) == (130, "")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_to_draw(run: Run, tmp_path: Path) -> None:
    empty = tmp_path / "undated.yaml"
    modeltree.save(Lineage([Model(id="a", name="A")]), empty)
    result = run("evolution", "--data", str(empty), "-o", str(tmp_path / "figure.svg"))
    assert (result.code, result.out) == (1, "")
    assert result.err == "modeltree evolution: error: there is nothing to draw: no model has a date\n"
    assert list(tmp_path.iterdir()) == [empty]


def test_a_file_that_must_not_be_written_is_named(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "layout.json"
    path.touch()
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write everywhere
    result = run("evolution", "-o", str(path))
    assert (result.code, result.out) == (1, "")
    assert result.err == f"modeltree evolution: error: {path}: Permission denied\n"


# Processes


def test_module_runs(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["modeltree", "--version"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("modeltree", run_name="__main__")
    result = subprocess.run([*MODELTREE, "list", "--data", str(data)], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("ID")
    wrong = subprocess.run([*MODELTREE, "show", "nobody"], capture_output=True, text=True, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "Traceback" not in wrong.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("argv", [["list"], ["list", "--json"], ["--help"], ["schema"]])
def test_a_broken_pipe_is_quiet(argv: list[str], unbuffered: str) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [*MODELTREE, *argv]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    # argparse itself passes over a help that it cannot write
    assert process.returncode in ((0, 141) if argv == ["--help"] else (141,))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device here that is always full")
def test_a_full_disk_is_one_message() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run([*MODELTREE, "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr == "modeltree list: error: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT of this kind")
def test_control_c_is_quiet(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from modeltree import datasets; from modeltree.cli import main as cli;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # what runs in the background ignores it
        "datasets.load = lambda name: os.kill(os.getpid(), signal.SIGINT);"
        "sys.exit(cli.main(['list']))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (128 + signal.SIGINT, "", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_terminal_can_show_the_names(data: Path, encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    text = subprocess.run([*MODELTREE, "list", "--data", str(data)], capture_output=True, env=environment, check=True)
    assert ("PanGu-α" if encoding == "utf-8" else r"PanGu-\u03b1") in text.stdout.decode(encoding)
    command = [*MODELTREE, "list", "--json", "--data", str(data)]
    answer = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert "PanGu-α" in [row["name"] for row in json.loads(answer.stdout.decode("utf-8"))]


def imported_by(code: str) -> set[str]:
    """What a fresh interpreter imports to run a line, beside what it has begun with."""
    before = "import __future__, sys; before = set(sys.modules)"
    lines = f"{before}; {code}; print(*(set(sys.modules) - before), file=sys.stderr)"
    result = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    return set(result.stderr.split())


def test_little_is_imported_for_help() -> None:
    """Which is what makes it come at once: argparse, what it needs itself, and our words."""
    needed = imported_by("import argparse; argparse.ArgumentParser().print_help()")
    ours = {"modeltree", *(f"modeltree.cli{name}" for name in ("", ".main", ".options"))}
    assert imported_by("from modeltree.cli import main as cli; cli.main(['--help'])") - needed <= {*ours, "functools"}


def test_nothing_is_imported_with_the_package() -> None:
    """But what its names are: pathlib, typing and the rest come with the first name that is asked for."""
    assert imported_by("import modeltree") == {"modeltree"}


# Data of other formats


CARD = """\
---
base_model: org/base
base_model_relation: adapter
license: mit
---
"""


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    folder = tmp_path / "cards" / "me" / "mine"
    folder.mkdir(parents=True)
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    return tmp_path / "cards"


def test_check_of_other_formats(run: Run, cards: Path) -> None:
    result = run("check", str(cards))
    at = cards / "me" / "mine" / "README.md"
    assert result.code == 0
    assert result.lines == [
        f"{at}:2:13: warning: missing parent 'org/base' of 'me/mine'; a placeholder is kept [missing-parent]",
        f"{cards}: 2 models, 1 derivation, 1 organization; 1 warning, 1 note (see --all)",
    ]
    assert run("check", str(cards), "--strict").code == 1
    refused = run("check", str(cards), "--policy", "missing-parent=refuse", "--json")
    assert refused.code == 1
    answer = json.loads(refused.out)
    assert not answer["ok"]
    assert [finding["kind"] for finding in answer["sources"][0]["findings"]] == ["missing-parent"]


def test_check_of_several(run: Run, cards: Path, data: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(BAD, encoding="utf-8")
    result = run("check", str(data), str(tmp_path / "bad.yaml"), str(cards))
    assert result.code == 1
    sources = json.loads(run("check", str(data), str(cards), "--json").out)["sources"]
    assert [source["path"] for source in sources] == [str(data), str(cards)]


def test_an_alias_table_at_the_shell(run: Run, cards: Path, tmp_path: Path) -> None:
    table = tmp_path / "aliases.yaml"
    table.write_text("org/base: me/mine\n", encoding="utf-8")
    assert "[self-loop]" in run("check", str(cards), "--aliases", str(table)).out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--policy", "cycle"], "write KIND=ACTION"),
        (["--policy", "cycle=ignore"], "'ignore' is no action for cycle; there are break, refuse"),
        (["--from", "yaml"], "'yaml' is no format"),
    ],
)
def test_wrong_words_for_reading(run: Run, cards: Path, more: list[str], said: str) -> None:
    result = run("check", str(cards), *more)
    assert result.code == 2
    assert said in result.err


def test_convert(run: Run, cards: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.yaml"
    result = run("convert", str(cards), str(output))
    assert (result.code, result.out, result.err) == (0, f"wrote {output}; read with 1 warning\n", "")
    assert run("convert", str(cards), str(output), "--strict").code == 1
    assert run("check", str(output)).code == 0
    assert run("descendants", "org/base", "--data", str(output), "--json").code == 0
    again = tmp_path / "again.graphml"
    assert run("convert", str(output), str(again)).code == 0
    assert modeltree.load(again) == modeltree.load(output)


def test_convert_to_what_there_is_not(run: Run, cards: Path, tmp_path: Path) -> None:
    assert run("convert", str(cards), str(tmp_path / "out.xyz")).code == 2
    assert "is no format" in run("convert", str(cards), str(tmp_path / "out.json"), "--to", "jsn").err
    result = run("convert", str(cards), str(tmp_path / "out.gguf"), "--to", "gguf")
    assert result.code == 2
    assert "a GGUF file is not written" in result.err


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["check", "{cards}", "--from", "mermaid"], "a Mermaid flowchart is not read"),
        (["convert", "{cards}", "{tmp}/x.yaml", "--from", "newick"], "a tree in Newick's notation is not read"),
        (["crawl", "-o", "{tmp}/x.yaml"], "nothing is asked for: name models, or --author or --family"),
        (["crawl", "a/b", "-o", "{tmp}/none/x.yaml"], "there is no folder"),
        (["convert", "{cards}", "{tmp}/none/x.csv"], "there is no folder"),
        (["convert", "{cards}", "{tmp}", "--to", "csv"], "is a folder; a table as CSV is a file"),
        (["convert", "{cards}", "{tmp}/x.csv", "--spanning"], "--spanning is for trees in Newick's notation"),
        (["check", "survey", "--policy", "cycle=break"], "taken as it stands: --policy and --aliases do nothing"),
    ],
)
def test_wrong_usage_of_data_commands(run: Run, cards: Path, tmp_path: Path, words: list[str], complaint: str) -> None:
    result = run(*(word.format(cards=cards, tmp=tmp_path) for word in words))
    assert result.code == 2
    assert complaint in result.err
    assert list(tmp_path.glob("x.*")) == []


def test_a_crawl_that_finds_nothing_leaves_the_file_alone(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "x.yaml"
    output.write_text("models: []\n")
    result = run("crawl", "a b", "-o", str(output))
    assert result.code == 1
    assert result.err.endswith("nothing was read, and nothing is written\n")
    assert output.read_text() == "models: []\n"


def test_trees_of_several_parents_at_the_shell(run: Run, tmp_path: Path) -> None:
    output = tmp_path / "x.nwk"
    refused = run("convert", "survey", str(output))
    assert refused.code == 1
    assert "--spanning at the shell" in refused.err
    assert len(refused.err.splitlines()) == 22
    assert refused.err.endswith(" more\n")
    assert run("convert", "survey", str(output), "--spanning").code == 0
    assert output.read_text().endswith(";\n")


def test_what_is_refused_says_so(run: Run, cards: Path) -> None:
    result = run("check", str(cards), "--policy", "missing-parent=refuse")
    assert result.code == 1
    assert "; it is refused [missing-parent]" in result.lines[0]
    assert result.lines[-1].startswith(f"{cards}: refused: nothing was read; ")


def test_ones_own_folder(run: Run, cards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run("convert", str(cards), "~/x.yaml").code == 0
    assert (tmp_path / "x.yaml").exists()
    assert run("check", "~/x.yaml").code == 0
    assert run("list", "--data", "~/x.yaml").code == 0


def test_no_families_is_explained(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("parent,child\na,b\n")
    result = run("families", "--data", str(path))
    assert "no models are related by these relations; --relations says which others to go by" in result.err


def test_other_commands_read_other_formats(run: Run, cards: Path) -> None:
    result = run("ancestors", "me/mine", "--data", str(cards))
    assert result.code == 0
    assert "org/base" in result.out
    assert result.err == f"modeltree: {cards}: found 1 errors or warnings; see: modeltree check {cards}\n"


def test_formats_are_listed(run: Run) -> None:
    lines = run("formats").lines
    assert lines[0].split() == ["FORMAT", "WHAT", "IT", "IS", "READ", "WRITTEN", "ENDINGS"]
    assert any(line.startswith("gguf ") and line.endswith(".gguf") for line in lines)


# What only Python's drawings take, and why.
NOT_AT_THE_SHELL = {
    "changes": "a value that `modeltree.diff` returns; the command diff prints it",
    "relations": "a condition on models, --relations, which all commands have",
    "height": "of a frame in a notebook",
}


@pytest.mark.parametrize("name", cli_options.SUFFIXES)
def test_drawings_take_the_same_options_at_the_shell(name: str) -> None:
    drawing = getattr(modeltree, name.replace("-", "_"))
    taken = set(inspect.signature(drawing).parameters) - {"lineage"}
    parsed = cli._parser([name]).parse_args([name])
    assert set(parsed.options) <= taken
    assert taken - set(parsed.options) <= set(NOT_AT_THE_SHELL), "the shell has them, or there is a reason why not"


def test_an_evolution_figure_at_the_shell_has_all_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    assert cli.main(["evolution", "--data", "survey-table1", "-o", str(before)]) == 0
    options = [
        "--color-by", "family", "--palette", "LLaMA=#5b8def", "--highlight", "alpaca", "--highlight", "vicuna",
        "--like", str(before),
    ]  # fmt: skip
    assert cli.main(["evolution", "--data", "survey-table1", *options, "-o", str(after)]) == 0
    places = [
        [(box["id"], box["x"], box["y"]) for box in json.loads(path.read_text())["boxes"]] for path in (before, after)
    ]
    assert places[0] == places[1]
    capsys.readouterr()
    for words, message in (
        (["--palette", "LLaMA"], "'LLaMA' is no GROUP=COLOR: write it as 'LLaMA=#5b8def'"),
        (["--palette", "LLaMA=blue", "--color-by", "family"], "'blue' is no color"),
        (["--like", str(tmp_path)], "is no layout" if os.name == "nt" else "Is a directory"),
    ):
        assert cli.main(["evolution", "--data", "survey-table1", *words, "-o", str(after)]) == 2
        assert message in capsys.readouterr().err
    other = tmp_path / "other.json"
    other.write_text('{"unit": "pt"}')
    assert cli.main(["evolution", "--like", str(other)]) == 2
    assert "is no layout: save a figure as .json" in capsys.readouterr().err

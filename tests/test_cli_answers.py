"""The commands that answer: in text, JSON and Markdown, with the exit codes that scripts go by."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

import modeltree
from modeltree import Lineage, Model, PartialDate
from modeltree.cli.main import main
from modeltree.figures.terminal import model_table
from work import steps


@pytest.fixture
def editions(tmp_path: Path) -> tuple[str, str]:
    """Two editions of a table."""
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text("id,parent,license\nbase,,mit\nchat,base,mit\n")
    new.write_text("id,parent,license\nbase,,mit\nchat,base,gpl\nmore,chat,mit\n")
    return str(old), str(new)


def test_diff_says_by_its_exit_code_whether_anything_differs(
    editions: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", *editions]) == 1
    assert "relicensed (1)" in capsys.readouterr().out
    assert main(["diff", editions[0], editions[0]]) == 0
    assert capsys.readouterr().out == "Nothing differs.\n"
    assert main(["diff", "--from", "2023-03", "--to", "2023-03"]) == 0


def test_diff_in_json_and_markdown(
    editions: tuple[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["diff", *editions, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [model["id"] for model in found["models_added"]] == ["more"]
    assert found["changes"][0]["field"] == "license"
    output = tmp_path / "changes.md"
    assert main(["diff", *editions, "--markdown", "-o", str(output)]) == 1
    assert output.read_text().startswith(f"# From {editions[0]} to {editions[1]}".replace("_", "\\_"))


@pytest.mark.parametrize("words", [[], ["survey"], ["--to", "2023"], ["a", "b", "--from", "2023"], ["a", "b", "c"]])
def test_diff_compares_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *words]) == 2
    assert "name two lineages" in capsys.readouterr().err


def test_impact(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["impact", "BLOOM", "--relations", "weights", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["id"] for each in found["affected"]] == ["bloomz", "bloomz-7b1-mt", "bloomz-mt", "belle"]
    assert main(["impact", "BLOOM", "LLaMA", "--markdown"]) == 0
    assert capsys.readouterr().out.startswith("# Impact of bloom, llama\n")
    assert main(["impact"]) == main(["impact", "BLOOM", "--missing"]) == 2
    assert main(["impact", "no such model"]) == 2


def test_impact_of_missing_parents(editions: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(editions[0])
    path.write_text("id,parent\nchat,lost/base\n")
    assert main(["impact", "--missing", "--data", str(path), "--json"]) == 0
    assert [each["id"] for each in json.loads(capsys.readouterr().out)["parents"]] == ["lost/base"]


def test_union_writes_what_it_joins(
    editions: tuple[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    output = tmp_path / "union.yaml"
    assert main(["union", *editions, "-o", str(output)]) == 0
    assert "with other license" in " ".join(capsys.readouterr().out.split())
    assert modeltree.load(output)["chat"].license == modeltree.License(name="mit", spdx="MIT")
    assert main(["union", *editions, "-o", str(output), "--policy", "duplicate-id=last", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in found["findings"]] == ["duplicate-id"]
    assert modeltree.load(output)["chat"].license == modeltree.License(name="gpl")
    assert main(["union", *editions, "-o", str(output), "--markdown"]) == 0
    assert "| error | duplicate-id |" in capsys.readouterr().out
    table = tmp_path / "aliases.yaml"
    table.write_text("chat: nothing\n")
    assert main(["union", *editions, "-o", str(output), "--aliases", str(table)]) == 0
    assert main(["union", *editions, "-o", str(output), "--policy", "duplicate-id=refuse"]) == 1
    assert main(["union", *editions, "-o", str(tmp_path / "x.none")]) == 2


def test_a_table_of_many_models_is_made_by_columns() -> None:
    models = [Model(id=f"m{number}", name=f"M{number}", sizes=["7B"], released="2023") for number in range(400)]
    small, large = Lineage(models[:200]), Lineage(models)
    model_table(small, numpy.arange(200))
    work = steps(lambda: model_table(large, numpy.arange(400))) - steps(lambda: model_table(small, numpy.arange(200)))
    assert work < 200 * 50  # by records, 76 lines of Python for each
    assert PartialDate.of_number(20230314) is PartialDate.of_number(20230314)

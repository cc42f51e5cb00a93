"""Corrections: what published sources print beside what the records hold, as records, text, JSON and Markdown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modeltree import Lineage, Model, datasets
from modeltree.analysis.corrections import corrections, corrections_markdown
from modeltree.cli.main import main

SURVEY = datasets.load("survey")
PAGE = Path(__file__).parent.parent / "docs" / "corrections.md"


def test_each_correction_is_a_row_by_source_then_by_date() -> None:
    rows = corrections(SURVEY)
    assert len(rows) == sum(len(model.corrections) for model in SURVEY.models) > 80
    assert [row.source for row in rows] == sorted(row.source for row in rows)
    order = {id: index for index, id in enumerate(SURVEY.ids)}
    figure = corrections(SURVEY, "survey-figure2")
    assert [order[row.model] for row in figure] == sorted(order[row.model] for row in figure)
    assert {row.source for row in figure} == {"survey-figure2"}


def test_what_is_right_is_what_the_record_holds() -> None:
    rows = {(row.source, row.model, row.field): row for row in corrections(SURVEY)}
    row = rows["survey-table1", "belle", "derived_from"]
    assert row.printed == "Pythia"
    assert row.right.startswith("BLOOMZ-7B1-MT (finetune)")
    assert rows["survey-table1", "vicuna", "sizes"].right == "7B, 13B, 33B"
    assert rows["survey-figure2", "falcon", "released"].right == str(SURVEY["falcon"].released)
    for row in rows.values():
        assert row.right != row.printed, row
        assert row.references, row


@pytest.mark.parametrize("name", ["survey-table1", "survey-figure2"])
def test_what_was_printed_is_what_the_published_set_holds(name: str) -> None:
    """The dates and names that are corrected are those of the set as published."""
    published = datasets.load(name)
    checked = 0
    for row in corrections(SURVEY, name):
        if row.field == "released" and row.model in published and published[row.model].released:
            assert row.printed == str(published[row.model].released), row
            checked += 1
        elif row.field == "name":
            assert row.printed in (published[row.model].name, *published[row.model].aliases), row
            checked += 1
    assert checked


def test_an_unknown_source_names_those_there_are() -> None:
    with pytest.raises(ValueError, match="no correction is of the source 'table 1'; there are survey-figure2, "):
        corrections(SURVEY, "table 1")
    bare = Lineage([Model(id="a", name="A")])
    assert corrections(bare) == ()
    with pytest.raises(ValueError, match="there are no corrections"):
        corrections(bare, "x")


def test_markdown_has_no_markup_of_the_data() -> None:
    correction = {
        "field": "name", "printed": "a | b\n<i>", "source": "s", "reason": "*r*", "references": ["arxiv:2302.13971"],
    }  # fmt: skip
    lineage = Lineage([Model(id="a", name="A", corrections=[correction])])
    last = corrections_markdown(corrections(lineage), "T").strip().split("\n")[-1]
    assert last == r"| A | name | a \| b \<i\> | A | \*r\* | [1](https://arxiv.org/abs/2302.13971) |"


def test_the_page_of_the_docs_is_what_the_command_prints(tmp_path: Path) -> None:
    assert main(["corrections", "--markdown", "-o", str(tmp_path / "x.md")]) == 0
    current = (tmp_path / "x.md").read_text(encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == current, "run: modeltree corrections --markdown -o docs/corrections.md"


def test_at_the_shell(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corrections", "--source", "survey-table1"]) == 0
    first, *lines = capsys.readouterr().out.splitlines()
    assert first.split() == ["SOURCE", "MODEL", "FIELD", "PRINTED", "RIGHT"]
    assert len(lines) == len(corrections(SURVEY, "survey-table1"))
    assert main(["corrections", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in rows] == [row.model for row in corrections(SURVEY)]
    assert main(["corrections", "--source", "x"]) == 2
    assert "there are survey-figure2" in capsys.readouterr().err

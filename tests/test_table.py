"""The table of models: what is in it, in three languages, and that our own readers take it back."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import modeltree
from modeltree import Derivation, Lineage, Model
from modeltree.cli.main import main

HOSTILE = r"""A|B & C_d % $1 #2 {x} ~^ \ <b> "q" *s* [l](u) `c`"""


@pytest.mark.parametrize("suffix", [".md", ".tex", ".html"])
def test_the_surveys_table_comes_out_and_is_read_back(tmp_path: Path, suffix: str) -> None:
    survey = modeltree.datasets.load("survey-table1")
    path = tmp_path / f"table{suffix}"
    modeltree.table(survey, relations=None).save(path)
    lineage = modeltree.read(path).lineage
    assert sorted(model.name for model in lineage.models) == sorted(model.name for model in survey.models)
    for model in survey.models:
        again = lineage[model.name]
        assert (again.released, again.sizes, again.training_data) == (model.released, model.sizes, model.training_data)

    def pairs(of: Lineage) -> set[tuple[str, str]]:
        return {(of[edge.parent].name, of[edge.child].name) for edge in of.derivations}

    assert pairs(lineage) == pairs(survey)


def hostile_lineage() -> Lineage:
    models = [Model(id="a", name=HOSTILE), Model(id="b", name="B", links={"code": "https://x.org/a_b?c=1&d=%20#e"})]
    return Lineage(models, [Derivation(parent="a", child="b", relation="finetune")])


def test_hostile_names_stay_text_in_html() -> None:
    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.tags: list[str] = []
            self.texts: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.append(tag)

        def handle_data(self, data: str) -> None:
            self.texts.append(data)

    reader = Reader()
    reader.feed(modeltree.table(hostile_lineage(), title="<i>T</i>").html)
    assert {*reader.tags} == {"table", "caption", "thead", "tbody", "tr", "th", "td", "a"}
    assert HOSTILE in reader.texts


@pytest.mark.parametrize("suffix", [".md", ".tex", ".html"])
def test_hostile_names_are_read_back(tmp_path: Path, suffix: str) -> None:
    lineage = Lineage([Model(id="a", name=r"A & C_d % $1 #2 <b> x"), Model(id="b", name="Bee")],
                      [Derivation(parent="a", child="b", relation="finetune")])  # fmt: skip
    path = tmp_path / f"table{suffix}"
    modeltree.table(lineage, title="").save(path)
    assert {model.name for model in modeltree.read(path).lineage.models} == {r"A & C_d % $1 #2 <b> x", "Bee"}


def test_parts_are_families_largest_first_and_those_without_kin_last() -> None:
    lines = modeltree.table(modeltree.datasets.load("survey"), fields=["base"]).markdown.splitlines()
    heads = [line for line in lines if line.startswith("| **")]
    assert heads[0] == "| **LLaMA** | |"
    assert heads[-1] == "| **Models without kin** | |"


def test_columns_without_a_value_are_left_out() -> None:
    assert "License" not in modeltree.table(hostile_lineage(), fields=["base", "license"]).markdown


@pytest.mark.parametrize("fields", [["bass"], ["base", "base"]])
def test_wrong_fields_are_refused(fields: list[str]) -> None:
    with pytest.raises(ValueError, match="the field 'bas"):
        modeltree.table(hostile_lineage(), fields=fields)  # type: ignore[arg-type]


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "models.tex"
    assert main(["table", "--clade", "llama", "--fields", "base,sizes", "-o", str(path)]) == 0
    assert r"\begin{longtable}{@{}lll@{}}" in path.read_text(encoding="utf-8")
    assert main(["table", "--fields", "nothing", "-o", str(path)]) == 2


def test_a_table_is_written_without_matplotlib(tmp_path: Path) -> None:
    script = f"""
import sys, modeltree
drawing = modeltree.table(modeltree.datasets.load("survey"))
for suffix in ("md", "html", "tex"):
    drawing.save(f"{tmp_path}/table.{{suffix}}")
print("matplotlib" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"

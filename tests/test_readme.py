"""The README and the pages that go on from it: answers, catalogues, commands and figures are those of today."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import modeltree
from modeltree.findings import KINDS
from modeltree.formats.registry import FORMATS
from modeltree.formats.repair.policy import Policy

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
QUESTIONS = ROOT / "docs" / "howto_questions.md"
DATA = ROOT / "docs" / "howto_data.md"
PAGES = [README, QUESTIONS, DATA]


def in_console(pattern: str) -> list[Any]:
    """What matches in the README and the pages that go on from it."""
    return [found for page in PAGES for found in re.findall(pattern, page.read_text(encoding="utf-8"), re.MULTILINE)]


@pytest.mark.parametrize(("page", "least"), [(README, 7), (QUESTIONS, 10)], ids=["README", "questions"])
def test_the_tour_gives_what_it_says(page: Path, least: int) -> None:
    result = doctest.testfile(str(page), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert result.attempted >= least
    assert result.failed == 0


@pytest.mark.parametrize("page", [README, DATA], ids=["README", "data"])
def test_the_catalogue_in_it_loads(page: Path, tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "mine.yaml"
    path.write_text(block, encoding="utf-8")
    assert modeltree.load(path).ancestors("Vicuna") == ("llama",)


@pytest.mark.parametrize("page", [README, DATA], ids=["README", "data"])
def test_the_spreadsheet_in_it_is_that_catalogue(page: Path, tmp_path: Path) -> None:
    (block,) = re.findall(r"```(?:csv|text)\n(id,.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "mine.csv"
    path.write_text(block, encoding="utf-8")
    reading = modeltree.read(path)
    assert {finding.kind for finding in reading.findings} <= {"license-missing"}
    (catalogue,) = re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "mine.yaml").write_text(catalogue, encoding="utf-8")
    assert reading.lineage.models == modeltree.load(tmp_path / "mine.yaml").models
    assert reading.lineage.parents("vicuna") == ("llama",)


@pytest.mark.parametrize("name", ["evolution", "evolution-family", "evolution-family-dark"])
def test_its_figure_shows_what_is_drawn_today(name: str) -> None:
    svg = (ROOT / "docs" / f"{name}.svg").read_text(encoding="utf-8")
    shown = re.findall(r'id="label-([^"]+)"', svg)
    layout = modeltree.evolution(modeltree.datasets.load("survey")).layout
    assert sorted(shown) == sorted(box.id for box in layout.boxes)
    alternative = re.search(r"\[!\[([^\]]*)\]\(docs/evolution\.svg\)", README.read_text(encoding="utf-8"))
    assert alternative is not None
    assert f"{len(layout.boxes)} " in alternative.group(1)


def test_every_command_in_it_exists() -> None:
    from modeltree.cli.main import main

    commands = set(in_console(r"^(?:\$ )?modeltree ([a-z-]+)"))
    assert {"check", "evolution", "schema", "descendants", "path", "mrca", "families", "show"} <= commands
    for command in commands:
        assert main([command, "--help"]) == 0, command


def test_what_it_says_that_commands_print_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    from modeltree.cli.main import main

    shown = in_console(r"^\$ modeltree (.*)\n((?:(?![$`]).+\n)+)")
    printed = [(command, text) for command, text in shown if "cards/" not in command]  # those are the reader's own
    assert printed
    for command, text in printed:
        assert main(shlex.split(command, comments=True)) == 0
        assert capsys.readouterr().out == text


def test_the_answers_in_the_docs_are_those_of_today(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from modeltree.cli.main import main

    page = ROOT / "docs" / "analysis.md"
    result = doctest.testfile(
        str(page), module_relative=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    assert result.attempted >= 15
    assert result.failed == 0
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```console\n\$ modeltree (.*)\n((?:.*\n)*?)```", page.read_text(encoding="utf-8"))
    assert {shlex.split(command)[0] for command, _ in blocks} == {"impact", "diff", "union"}
    for command, text in blocks:
        code = main(shlex.split(command.replace("/tmp/union.yaml", str(tmp_path / "union.yaml"))))
        assert code == (1 if command.startswith("diff") else 0)
        assert capsys.readouterr().out.replace(str(tmp_path), "/tmp") == text
        if "--markdown" not in command:
            assert max(map(len, text.splitlines())) <= 100


def test_the_tables_of_formats_and_findings_are_those_of_the_code() -> None:
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    for kind, (severity, meaning) in KINDS.items():
        actions = Policy.choices().get(kind, ())
        listed = ", ".join([f"**{actions[0]}**", *actions[1:]]) if actions else ""
        assert f"| `{kind}` | {severity} | {meaning} | {listed} |" in text, "see findings.KINDS and Policy"
    assert len(re.findall(r"^\| `[a-z-]+` \| (?:error|warning|note) \|", text, re.MULTILINE)) == len(KINDS)
    for format in FORMATS:
        read, written = ("yes" if use else "" for use in (format.reads, format.writes))
        endings = " ".join(f"`{suffix}`" for suffix in format.suffixes)
        assert f"| `{format.name}` | {format.title} | {read} | {written} | {endings} |" in text, "see formats.registry"

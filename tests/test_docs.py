"""The pages of the site have what they must, and formats and drawings of other packages work as they say."""

from __future__ import annotations

import ast
import contextlib
import doctest
import inspect
import io
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import modeltree
from modeltree.cli.commands import COMMANDS
from modeltree.cli.main import _parser
from modeltree.cli.main import main as cli_main
from modeltree.formats import registry
from modeltree.formats.parsing import limits

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"
PLUGIN = EXAMPLES / "plugin"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(DOCS.glob("*.md"))}
PAGES["README"] = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.compile(r"^```(?:python|\{code-cell\})\n(?::.*\n)*(?!>>>)((?:(?!```).*\n)*?)```$", re.MULTILINE)


def test_every_public_name_is_in_the_reference() -> None:
    listed = set(re.findall(r"^   ([A-Za-z_.]+)$", (DOCS / "reference.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(modeltree.__all__) - {"__version__"} <= listed


def test_each_public_name_and_method_has_an_example() -> None:
    public = {name: getattr(modeltree, name) for name in set(modeltree.__all__) - {"__version__"}}
    members = {
        f"{name}.{member}": getattr(owner, member)
        for name, owner in public.items()
        if isinstance(owner, type) and name in {"Lineage", "Family"}
        for member in vars(owner)
        if not member.startswith("_") and member not in getattr(owner, "__dataclass_fields__", ())
    }
    assert len(members) > 40
    assert [name for name, one in (public | members).items() if ">>>" not in (inspect.getdoc(one) or "")] == []


def test_the_page_of_the_command_line_has_each_command() -> None:
    tree = ast.parse((DOCS / "conf.py").read_text(encoding="utf-8"))
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "command_line")
    scope: dict[str, Any] = {"contextlib": contextlib, "io": io, "main": cli_main}
    exec(compile(ast.Module([function], []), "conf.py", "exec"), scope)
    page = scope["command_line"]()
    assert sorted(re.findall(r"^## (\S+)$", page, re.MULTILINE)) == sorted(COMMANDS)


def test_every_relation_is_explained() -> None:
    page = (DOCS / "derivations.md").read_text(encoding="utf-8")
    assert {relation.value for relation in modeltree.Relation} <= set(re.findall(r"`([a-z-]+)`", page))


def test_every_page_is_in_a_table_of_contents() -> None:
    pages = {path.stem for path in DOCS.glob("*.md")} - {"index"}
    listed = {
        line.strip()
        for path in DOCS.glob("*.md")
        for block in re.findall(r"```\{toctree\}(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
        for line in block.splitlines()
    }
    assert pages <= listed


def test_the_gallery_has_a_script_for_each_picture() -> None:
    scripts = sorted((ROOT / "examples" / "gallery").glob("*.py"))
    assert len(scripts) >= 30
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        assert re.match(r'"""\n(.+)\n=+\n\n.+\.\n"""\n', text), path.name


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if ">>> " in page])
def test_the_answers_of_a_page_are_those_of_today(name: str) -> None:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    blocks = re.findall(r"^```(?:pycon|python)\n(>>>(?:.*\n)*?)```$", PAGES[name], re.MULTILINE)
    assert PAGES[name].count(">>> ") == "".join(blocks).count(">>> ")
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, name, name, 0)
    said = io.StringIO()
    assert doctest.DocTestRunner(optionflags=flags).run(test, out=said.write).failed == 0, said.getvalue()


@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if CODE.search(page)])
def test_the_code_of_a_page_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With stand-ins for what the reader has: a cache, recipes, a table of models, the network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELTREE_EXAMPLES", str(EXAMPLES))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    shutil.copytree(EXAMPLES / "cards", tmp_path / ".cache" / "huggingface" / "hub")
    catalogues = re.findall(r"^```yaml\n((?:.*\n)*?)```$", PAGES[name], re.MULTILINE)
    Path("mine.yaml").write_text("".join(catalogues), encoding="utf-8")
    survey = modeltree.datasets.load("survey")
    Path("recipes").mkdir()
    modeltree.save(survey, "recipes/lineage.yaml")
    modeltree.save(survey, "hub.parquet")
    monkeypatch.setattr(modeltree.hub, "crawl", lambda *models, **options: modeltree.read("mine.yaml"))
    scope: dict[str, Any] = {"modeltree": modeltree, "frame": [{"repo": "a", "base": ""}, {"repo": "b", "base": "a"}]}
    for block in CODE.findall(PAGES[name]):
        exec(compile(block, name, "exec"), scope)


@pytest.mark.parametrize(
    "name", [name for name, page in PAGES.items() if re.search(r"^(\$ )?modeltree ", page, re.MULTILINE)]
)
def test_each_command_of_a_page_is_one(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for line in re.findall(r"^(?:\$ )?(modeltree .*)$", PAGES[name], re.MULTILINE):
        for command in re.split(r"&&|[>|]", line):
            program, *arguments = shlex.split(command, comments=True)
            if program == "modeltree":
                assert _parser(arguments).parse_args(arguments).command == arguments[0]


@pytest.mark.parametrize(
    "command", re.findall(r"`modeltree (check [^`]+)`", " ".join((ROOT / "CONTRIBUTING.md").read_text("utf-8").split()))
)
def test_the_data_of_the_project_pass_the_checks_that_contributors_are_told(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert cli_main(command.split()) == 0


def test_the_spreadsheet_of_the_tutorial_has_what_it_says() -> None:
    reading = modeltree.read(EXAMPLES / "spreadsheet.csv")
    assert len(reading.lineage) == 60
    assert {finding.severity for finding in reading.findings} == {modeltree.Severity.NOTE}
    assert modeltree.evolution(reading.lineage, title="", page=(3.4, None), font_size=7).layout.faults() == ()


@pytest.fixture
def plugin(monkeypatch: pytest.MonkeyPatch) -> registry.Format:
    """The format of the example package, registered as a script would."""
    monkeypatch.setattr(registry, "_registered", [])
    monkeypatch.setattr(sys, "path", [str(PLUGIN), *sys.path])
    import modeltree_pedigree

    registry.register_format(modeltree_pedigree.PEDIGREE)
    format: registry.Format = modeltree_pedigree.PEDIGREE
    return format


def test_a_format_of_another_package_is_read_written_and_listed(plugin: registry.Format, tmp_path: Path) -> None:
    from modeltree.figures.terminal import format_table

    path = tmp_path / "lineage.pedigree"
    path.write_text("LLaMA\nAlpaca = LLaMA\nVicuna = LLaMA + ShareGPT\n", encoding="utf-8")
    lineage, findings = modeltree.read(path)
    assert lineage.parents("Vicuna") == ("LLaMA", "ShareGPT")
    (missing,) = (finding for finding in findings if finding.kind == "missing-parent")
    assert missing.position is not None
    assert (missing.position.path, missing.position.line) == (path, 3)
    lost = modeltree.save(lineage, tmp_path / "again.pedigree")
    assert {finding.kind for finding in lost} == {"not-carried"}
    assert modeltree.read(tmp_path / "again.pedigree").lineage.parents("Vicuna") == ("LLaMA", "ShareGPT")
    assert "a pedigree" in format_table()
    assert modeltree.read(path, format="pedigree").lineage == lineage


def test_a_format_is_registered_once_and_hides_no_other(plugin: registry.Format) -> None:
    with pytest.raises(ValueError, match="there is a format 'pedigree'"):
        registry.register_format(plugin)
    with pytest.raises(ValueError, match="there is a format 'csv'"):
        registry.register_format(registry.Format("csv", "mine", "mine"))


def test_a_drawing_that_no_package_has_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from modeltree.cli.main import main

    assert main(["draw", "nothing", "-o", str(tmp_path / "x.svg")]) == 2
    assert "no package that is installed draws 'nothing'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_drawing_of_another_package(plugin: registry.Format, tmp_path: Path) -> None:
    from modeltree_pedigree import punchcard

    drawing = punchcard(modeltree.datasets.load("survey"))
    drawing.save(tmp_path / "card.png", dpi=40)
    assert (tmp_path / "card.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in drawing._repr_html_() or "data:image/svg" in drawing._repr_html_()


def test_the_limits_are_those_of_the_code() -> None:
    """Each with its number, in the order of the module."""
    units = {"MiB": 2**20, "GiB": 2**30}
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| ([0-9,]+)(?: (\w+))? \|", (DOCS / "limits.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    numbers = {name: int(number.replace(",", "")) * units.get(unit, 1) for name, number, unit in rows}
    assert list(numbers.items()) == [
        (name, value) for name, value in vars(limits).items() if name.isupper() and name != "MEGABYTE"
    ]

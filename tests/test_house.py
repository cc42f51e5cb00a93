"""The rules of the house: style, types, floors and circles. What the tools say is the failure message."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import sysconfig
from collections.abc import Collection
from pathlib import Path

import networkx
import pytest

import modeltree

ROOT = Path(__file__).parents[1]
PYTHON = [sys.executable, "-m"]
LINT_IMPORTS = [str(Path(sysconfig.get_path("scripts")) / "lint-imports")]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param([*PYTHON, "ruff", "check", "--output-format=concise", "."], id="lint"),
        pytest.param([*PYTHON, "ruff", "format", "--check", "."], id="format"),
        pytest.param([*PYTHON, "mypy"], id="types"),
        pytest.param([*LINT_IMPORTS], id="floors"),
    ],
)
def test_clean(command: list[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        pytest.fail(result.stdout + result.stderr, pytrace=False)


# Names


def test_files_and_classes_have_names_of_their_own() -> None:
    files: dict[str, list[str]] = {}
    classes: dict[str, list[str]] = {}
    for path in sorted((ROOT / "src" / "modeltree").rglob("*.py")):
        if not path.name.startswith("__"):
            files.setdefault(path.name, []).append(str(path))
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                classes.setdefault(node.name, []).append(str(path))
    assert [places for places in (files | classes).values() if len(places) > 1] == []


# Circles


def imports_of(path: Path, modules: Collection[str]) -> set[str]:
    """The modules of the package that a file names in any import, lazy and type-only ones included."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                named.add(inner if inner in modules else str(node.module))
    return named & set(modules)


def circles_of(source: Path) -> list[list[str]]:
    """Groups of modules each of which leads to all others of its group."""
    parts = {path: path.relative_to(source).with_suffix("").parts for path in source.rglob("*.py")}
    modules = {".".join(name[:-1] if name[-1] == "__init__" else name): path for path, name in parts.items()}
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for module, path in modules.items():
        graph.add_edges_from((module, other) for other in imports_of(path, modules.keys()) if other != module)
    return sorted(sorted(group) for group in networkx.strongly_connected_components(graph) if len(group) > 1)


# Rooms that are still being rebuilt may have circles within.


def test_no_files_import_each_other_in_a_circle() -> None:
    assert circles_of(ROOT / "src") == []


def test_a_circle_is_found(tmp_path: Path) -> None:
    (tmp_path / "house" / "room").mkdir(parents=True)
    (tmp_path / "house" / "__init__.py").write_text("")
    (tmp_path / "house" / "room" / "__init__.py").write_text("from house import low\n")
    (tmp_path / "house" / "low.py").write_text("def late():\n    from house.high import thing\n")
    (tmp_path / "house" / "high.py").write_text("if TYPE_CHECKING:\n    import house.room\n")
    (tmp_path / "house" / "free.py").write_text("import house.high\n")
    assert circles_of(tmp_path) == [["house.high", "house.low", "house.room"]]


# Public names


def test_the_public_names_are_few_and_are_where_the_table_says() -> None:
    stub = ast.parse((ROOT / "src" / "modeltree" / "__init__.pyi").read_text(encoding="utf-8"))
    table = {}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom):
            (alias,) = node.names
            assert alias.name == alias.asname, "so that type checkers take it for public"
            table[alias.name] = str(node.module)
    assert len(table) <= 40
    assert dir(modeltree) == sorted(modeltree.__all__) == sorted([*table, "__version__"])
    for name, home in table.items():
        module = importlib.import_module(home)
        shown = getattr(modeltree, name)
        assert shown is (importlib.import_module(f"modeltree.{name}") if home == "modeltree" else getattr(module, name))
        assert home == "modeltree" or name in module.__all__, f"{home} does not export {name}"
    with pytest.raises(AttributeError, match="module 'modeltree' has no attribute 'evolution_figure'"):
        _ = modeltree.evolution_figure

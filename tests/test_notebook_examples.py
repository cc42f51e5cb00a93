"""The notebooks among the examples run in a real kernel, and answer as they did when they were written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "examples").glob("*.ipynb"))
# Sizes of figures may change with the layout.
SIZES = re.compile(r"\b[0-9]+(\.[0-9]+)?( × |x)[0-9]+(\.[0-9]+)?\b")


def answers(notebook: nbformat.NotebookNode) -> list[list[tuple[str, list[str], str]]]:
    """Of each cell with code, what sort of things it shows, and their texts."""
    return [[answer(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def answer(output: Any) -> tuple[str, list[str], str]:
    data = output.get("data", {})
    return output.output_type, sorted(data), SIZES.sub("…", output.get("text") or data.get("text/plain", ""))


def test_there_is_a_notebook_for_each_use() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["ancestry", "explore", "figures"]


@pytest.mark.filterwarnings("ignore")  # those of the kernel's own machinery
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_answers_as_it_did(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    kept = answers(notebook)
    assert all(kept)
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
    assert answers(notebook) == kept
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_says_nothing_of_who_wrote_it(path: Path) -> None:
    assert path.stat().st_size < 700_000
    notebook = nbformat.read(path, as_version=4)
    assert {cell.cell_type for cell in notebook.cells} == {"markdown", "code"}
    assert [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"] == list(
        range(1, sum(cell.cell_type == "code" for cell in notebook.cells) + 1)
    )
    kinds = {output[0] for cell in answers(notebook) for output in cell}
    assert kinds <= {"stream", "execute_result", "display_data"}
    names = {output.get("name") for cell in notebook.cells for output in cell.get("outputs", ())}
    assert names <= {None, "stdout"}
    assert not re.search(r"/(home|root|tmp|Users|work)/", path.read_text(encoding="utf-8"))

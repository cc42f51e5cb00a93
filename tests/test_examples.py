"""The example scripts run as a reader would run them."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import modeltree

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(script: str, *arguments: str) -> str:
    finished = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    assert finished.stderr == ""
    return finished.stdout


def test_evolution_figure(tmp_path: Path) -> None:
    assert run("evolution_figure.py", str(tmp_path)) == "wrote evolution.svg\nwrote llama.pdf\n"
    assert "Vicuna</text>" in (tmp_path / "evolution.svg").read_text(encoding="utf-8")
    assert (tmp_path / "llama.pdf").read_bytes().startswith(b"%PDF")


def test_llama_diagram(tmp_path: Path) -> None:
    assert run("llama_diagram.py", str(tmp_path)) == "wrote llama.svg\n"
    assert ">Vicuna</text>" in (tmp_path / "llama.svg").read_text(encoding="utf-8")


def test_ancestry() -> None:
    printed = run("ancestry.py")
    assert "Vicuna -> StableVicuna: finetune, https://" in printed
    assert "It is related to Koala through LLaMA." in printed
    assert "Closed models among its ancestors: code-davinci-002, GPT-3.5, text-davinci-003, ChatGPT." in printed


def test_gallery(tmp_path: Path) -> None:
    printed = run("gallery.py", str(tmp_path), "--only", "journal", "--dpi", "40")
    assert printed == "wrote page-journal-column.png\nwrote page-journal-width.png\n"
    assert all((tmp_path / line.split()[1]).read_bytes().startswith(b"\x89PNG") for line in printed.splitlines())


def test_every_variant_of_the_gallery_can_be_laid_out() -> None:
    gallery = runpy.run_path(str(EXAMPLES / "gallery.py"))
    variants = dict(gallery["variants"](Path("icons")))
    assert len(variants) > 30
    lineage = modeltree.datasets.load("survey")
    for name in ("one-row", "rows-that-fall", "grain-quarter", "time-linear", "highlight-family-color"):
        assert modeltree.evolution(lineage, **variants[name]).layout.faults() == (), name
    for name in ("tree-folded-deep", "tree-ideas", "tree-type-8-points"):
        options = {word: value for word, value in variants[name].items() if word != "recipe"}
        assert modeltree.family_tree(lineage, **options).layout.faults() == (), name

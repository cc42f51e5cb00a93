"""The example scripts run as a reader would run them."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import modeltree

EXAMPLES = Path(__file__).parent.parent / "examples"


def run(script: str, *arguments: str) -> str:
    finished = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *arguments], capture_output=True, text=True, check=True, timeout=120
    )
    assert finished.stderr == ""
    return finished.stdout


def test_the_figures_of_the_atlas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = modeltree.datasets.load("survey")
    monkeypatch.setattr(modeltree.datasets, "load", lambda name: survey)
    runpy.run_path(str(EXAMPLES / "atlas_figures.py"))["main"](tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "atlas-evolution.svg",
        "atlas-families.svg",
        "atlas-growth.svg",
    ]


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


def test_model_types_are_read_from_pages_and_the_package(tmp_path: Path) -> None:
    docs, package = tmp_path / "repository" / "docs" / "source" / "en" / "model_doc", tmp_path / "package"
    pages = {
        "openai-gpt": "*This model was released on 2018-06-11*\n```\n# load\n```\n# GPT\n[[autodoc]] OpenAIGPTConfig",
        "glm4": "*This model was released on 2024-06-18*\n# GLM-4-0414\nhttps://huggingface.co/papers/2406.12793\n",
        "llama2": "*This model was released on 2023-07-18*\n# Llama 2\nhttps://arxiv.org/abs/2307.09288\n",
        "auto": "# Auto Classes\n",
    }
    types = {
        "openai": "class OpenAIGPTConfig(PreTrainedConfig):\n",
        "kimi_k25": '@auto_docstring(checkpoint="moonshotai/Kimi-K2.5")\nclass Kimi_K25Config(PreTrainedConfig):\n',
        "draft": '@auto_docstring(checkpoint="org/Not_yet_released")\nclass DraftConfig(PreTrainedConfig):\n',
    }
    docs.mkdir(parents=True)
    for name, text in pages.items():
        (docs / f"{name}.md").write_text(text, encoding="utf-8")
    for name, text in types.items():
        (package / "models" / name).mkdir(parents=True)
        (package / "models" / name / f"configuration_{name}.py").write_text(text, encoding="utf-8")
    assert run("read_model_docs.py", str(tmp_path / "repository"), str(package), str(tmp_path / "types.yaml")) == ""
    models = {model.id: model for model in modeltree.load(tmp_path / "types.yaml").models}
    assert {id: (model.name, str(model.released)) for id, model in models.items()} == {
        "glm4": ("GLM-4-0414", "None"),
        "kimi_k25": ("Kimi_K25", "None"),
        "llama2": ("Llama 2", "2023-07-18"),
        "openai": ("GPT", "2018-06-11"),
    }
    pages_of = "https://huggingface.co/docs/transformers/model_doc"
    assert [str(each) for each in models["llama2"].references] == ["arxiv:2307.09288", f"{pages_of}/llama2"]
    assert [str(each) for each in models["kimi_k25"].references] == ["https://huggingface.co/moonshotai/Kimi-K2.5"]

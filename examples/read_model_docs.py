"""Read names, dates and references of the model types of transformers from its documentation and its package.

    git clone --depth 1 https://github.com/huggingface/transformers
    pip download --no-deps transformers && unzip transformers-*.whl 'transformers/models/*' -d wheel
    python examples/read_model_docs.py transformers wheel/transformers examples/atlas/transformers.yaml

The first folder is the repository, whose pages in ``docs/source/en/model_doc`` have a title, the line "This model was
released on …", links to papers, and the configurations they describe; by these a page belongs to a model type. The
second is the package, which may be newer: a type without a page has the checkpoint that its configuration names. What
is written is a catalogue with one model for each model type, by its id.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from modeltree import Lineage, Model, save
from modeltree.records import About, Links

RELEASED = re.compile(r"^\*This model was (?:released|published in HF papers) on (\d{4}-\d\d-\d\d)", re.MULTILINE)
PAPER = re.compile(r"https://(?:huggingface\.co/papers|arxiv\.org/(?:abs|pdf))/(\d\d)(\d\d)(\.\d{4,5})")
TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
DESCRIBED = re.compile(r"\[\[autodoc\]\] (\w+)Config\b")
DEFINED = re.compile(r"^class (\w+)Config\(", re.MULTILINE)
CHECKPOINT = re.compile(r'''checkpoint="([\w.-]+/[\w.-]+)"''')
DOCS = "https://huggingface.co/docs/transformers/model_doc/"

# Pages of classes that wrap any model.
NO_MODELS = {"auto", "encoder_decoder", "speech_encoder_decoder", "timm_wrapper", "vision_encoder_decoder"} | {
    "vision_text_dual_encoder",
}
# Pages whose date is that of a paper on something else: an earlier model, a method or a benchmark.
ANOTHERS_DATE = {"bert_japanese", "colqwen2", "glm4", "jetmoe", "llava_next_video", "modernbert_decoder"} | {
    *("moonshine_streaming", "ovis2", "phimoe", "qwen2_moe", "qwen3_omni_moe", "qwen3_vl_moe", "t5v1.1", "vaultgemma"),
    *("roberta_prelayernorm", "wav2vec2_conformer"),
}
# Checkpoints that configurations name and that were never there.
NO_CHECKPOINTS = re.compile("Not_yet_released|granite4_vision_text")


def configurations(package: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each file that defines configurations, with the stems of their names; its folder is the model type."""
    for path in sorted((package / "models").glob("*/configuration_*.py")):
        yield path, DEFINED.findall(path.read_text("utf-8"))


def paper(text: str, released: str) -> str | None:
    """The first paper that a page links to, if the date of the page is that paper's to within a month."""
    if not (first := PAPER.search(text)):
        return None
    month = 12 * int(released[2:4]) + int(released[5:7])
    return "".join(first.groups()) if abs(12 * int(first[1]) + int(first[2]) - month) <= 1 else None


def of_page(key: str, path: Path) -> Model:
    """The facts of one page of the documentation."""
    text = path.read_text("utf-8")
    title = TITLE.search(CODE.sub("", text))
    date = RELEASED.search(text) if key not in ANOTHERS_DATE else None
    released = date[1] if date else None
    arxiv = paper(text, released) if released else None
    return Model(
        id=key,
        name=title[1].strip("`[] ") if title else key,
        released=released,
        links=Links(paper=f"https://arxiv.org/abs/{arxiv}" if arxiv else None),
        references=[f"arxiv:{arxiv}"] * bool(arxiv) + [DOCS + path.stem],
    )


def of_package(path: Path, stems: list[str]) -> Model | None:
    """A model type that has no page: its name as its classes have it, and the checkpoint it is made for."""
    key = path.parent.name
    named = CHECKPOINT.search(path.read_text("utf-8"))
    if not (named and stems) or NO_CHECKPOINTS.search(named[1]):
        return None
    names = [stem for stem in stems if stem.replace("_", "").lower() == key.replace("_", "")]
    url = f"https://huggingface.co/{named[1]}"
    return Model(id=key, name=names[0] if names else named[1].split("/")[1], links=Links(weights=url), references=[url])


def read(repository: Path, package: Path) -> Lineage:
    """All model types of the package, and the pages of the documentation that share a type with another."""
    types = {
        stem: path.parent.name
        for folder in (repository / "src" / "transformers", package)
        for path, stems in configurations(folder)
        for stem in stems
    }
    pages = {
        key: path
        for path in sorted((repository / "docs" / "source" / "en" / "model_doc").glob("*.md"))
        if (key := path.stem.replace("-", "_")) not in NO_MODELS
    }
    models: dict[str, Model] = {}
    for page, path in pages.items():
        described = {types[stem] for stem in DESCRIBED.findall(path.read_text("utf-8")) if stem in types}
        # The page of a type describes its configuration, whatever it is called; others describe none, or several.
        key = min(described) if len(described) == 1 and not described & pages.keys() else page
        models[key] = of_page(key, path)
    for path, stems in configurations(package):
        if path.parent.name not in models and (model := of_package(path, stems)):
            models[model.id] = model
    return Lineage(sorted(models.values(), key=lambda model: model.id), about=ABOUT)


ABOUT = About(
    title="Model types of transformers",
    description="Names, dates and references of model types, from the documentation and the package (Apache-2.0).",
    references=["https://huggingface.co/docs/transformers", "https://pypi.org/project/transformers/"],
)


def main() -> None:
    """Write the catalogue."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path, help="a clone of the repository")
    parser.add_argument("package", type=Path, help="the package, with the folder models")
    parser.add_argument("output", type=Path, help="the catalogue to write")
    arguments = parser.parse_args()
    save(read(arguments.repository, arguments.package), arguments.output)


if __name__ == "__main__":
    main()

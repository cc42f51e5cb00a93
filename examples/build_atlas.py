"""Build the data set ``atlas``: many public tables, and what people add by hand, as one cited genealogy.

Run it from the repository, with a folder of sources::

    python examples/build_atlas.py SOURCES -o data/atlas

Each table becomes a lineage with one reference for each row. Names of one model become one id by the table of aliases
(``examples/atlas/aliases.yaml``); `modeltree.union` joins the lineages, those that are trusted most first; what the
others say differently is kept as corrections. What stands in ``examples/atlas/curated`` overrides everything. A source
that is not in the folder is left out.
"""

from __future__ import annotations

import argparse
import ast
import csv
import html
import json
import re
import tomllib
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

import modeltree
from modeltree import Derivation, Lineage, Model, Organization, PartialDate, Policy, Reference, Relation
from modeltree.formats.catalog import COMPACT, catalog_files, compact_text
from modeltree.formats.repair.record_findings import PLACEHOLDER
from modeltree.records import About, Correction
from modeltree.values.hub_words import license_named, license_of

HERE = Path(__file__).parent / "atlas"
DATE = "2026-11"
FIRST = PartialDate(2017, 6)

_SIZE = re.compile(r"-\d+(?:\.\d+)?[mbt](?:-a\d+(?:\.\d+)?b)?$")
_JOINT = re.compile(r"(?<=[^\W\d_])-(?=\d)")
_SPACE = re.compile(r"[\s_\-()\[\],]+")
_SPACES = re.compile(r"\s+")


def key(name: str) -> str:
    """What two spellings of a name share: case, spaces, hyphens and brackets do not count, all else does."""
    return _SPACE.sub("-", name.casefold()).strip("-")


def squeezed(word: str) -> str:
    """A key in which a number may follow a word with and without a hyphen, as in Llama-2 and Llama2."""
    return _JOINT.sub("", word)


# Rows: what each source says, before names become ids


@dataclass
class Parent:
    """One parent that a row names."""

    name: str
    relation: Relation
    note: str | None = None
    instead: bool = False
    """Whether the others of the row are not its parents where this one is a record."""


@dataclass
class Row:
    """One model as one source has it."""

    name: str
    reference: str
    id: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    parents: list[Parent] = field(default_factory=list)
    country: str | None = None


@dataclass(frozen=True)
class Source:
    """A source: what it is called, under which license, and how it is read."""

    id: str
    title: str
    license: str
    url: str
    file: str
    read: Callable[[Path, Source], Iterable[Row]]

    def at(self, key: str) -> str:
        """The address of a row: that of the table, and the key of the row."""
        return f"{self.url}#{quote(_SPACES.sub(' ', key.strip()), safe=':/+.-_~=')}"

    @property
    def note(self) -> str:
        """What a record from it says of where it is from."""
        return f"From {self.title} ({self.license})."


def epoch(path: Path, source: Source) -> Iterator[Row]:
    """The rows of a table of Epoch AI, with their base models and training data."""
    lineage = modeltree.read(path, format="epoch", policy=Policy(missing_parent="placeholder")).lineage
    with path.open(newline="") as file:
        written = {row["Model"].strip(): row for row in csv.DictReader(file)}
    first: dict[str, PartialDate] = {}
    for model in lineage.models:
        if model.released and (paper := _ARXIV.search(written.get(model.name, {}).get("Link", ""))):
            first[paper[0]] = min(model.released, first.get(paper[0], model.released))
    bases: dict[str, list[Parent]] = defaultdict(list)
    several = {id for id, count in Counter(edge.child for edge in lineage.derivations).items() if count > 1}
    for edge in lineage.derivations:
        # What has several bases is put together from them, as an image encoder and a language model are.
        relation = Relation.COMPONENT if edge.child in several else edge.relation
        note = None if edge.child in several else "The table does not tell fine-tuning from further training."
        bases[edge.child].append(Parent(lineage[edge.parent].name, relation, note))
    for model in lineage.models:
        if model.name not in written:
            continue  # a placeholder of a parent
        row, parents = written[model.name], bases[model.id]
        parents += [Parent(data, Relation.DATA) for data in _outside_brackets(row.get("Training dataset", ""))]
        countries = {
            each
            for name in ("Country (of organization)", "Country (from Organization)")
            for each in row.get(name, "").split(",")
            if each
        }
        organizations = [lineage.organizations[id].name for id in model.organizations]
        one = countries.pop() if len(countries) == 1 and len(organizations) == 1 else None
        fields = {**_fields(model), "organizations": organizations}
        paper = _ARXIV.search(row["Link"])
        if paper and model.released == first.get(paper[0]):
            fields |= _before_print(paper, model.released, source)
        yield Row(model.name, source.at(f"Model={model.name}"), None, fields, parents, one)


_ARXIV = re.compile(r"arxiv\.org/(?:abs|pdf|html)/((\d\d)(\d\d)\.\d{4,5})")


def _before_print(paper: re.Match[str], released: PartialDate, source: Source) -> dict[str, Any]:
    """The month of a paper on arXiv, where a row has the day of a conference, a journal or a revision.

    It holds for the first row of a paper alone: a model that came later may name the paper of the one before it.
    """
    month = PartialDate(2000 + int(paper[2]), int(paper[3]))
    if (released.lower - month.upper).days <= 31:
        return {}
    correction = {
        "field": "released",
        "printed": str(released),
        "source": source.id,
        "reason": f"Its paper was on arXiv in {month}.",
        "references": [f"arxiv:{paper[1]}"],
    }
    return {"released": str(month), "corrections": [correction]}


# How a model was served or asked, which HELM writes behind its name.
_SETTING = re.compile(
    r" on Amazon Bedrock\.?$| \((?:Bedrock|thinking disabled|(?:high|low) reasoning effort|DSPy [^)]*)\)$|"
    r", (?:high reasoning effort|low reasoning effort|extended thinking|BLOCK_NONE safety)(?=\)$)|"
    r"(?: FP8(?: Throughput)?|-FP8)$"
)


def helm(path: Path, source: Source) -> Iterator[Row]:
    """The models that HELM knows."""
    access = {"open": ("open", None), "closed": ("closed", "unreleased"), "limited": ("closed", "api-only")}
    for record in yaml.load(path.read_text(), Loader=yaml.CSafeLoader)["models"]:
        if record["name"].startswith("simple/") or " + " in record["display_name"]:
            continue  # no model, or a chain of several
        openness, way = access.get(record.get("access"), (None, None))
        count = record.get("num_parameters")
        addresses = re.findall(r"\((https?://[^\s()]+)\)", record.get("description") or "")
        tags = record.get("tags") or ()
        domain = (
            "multimodal" if any("VISION" in tag or "IMAGE" in tag or "AUDIO" in tag for tag in tags) else "language"
        )
        fields = {
            "released": record.get("release_date"),
            "organizations": [record["creator_organization_name"]],
            "openness": openness,
            "access": way,
            "sizes": [int(count)] if isinstance(count, int | float) and count > 1000 else None,
            "domain": "code" if any("CODE_MODEL" in tag for tag in tags) else domain,
            "references": [each for each in map(_reference, addresses) if each][:2],
        }
        yield Row(_SETTING.sub("", record["display_name"]), source.at(f"name={record['name']}"), None, fields)


def modelforest(path: Path, source: Source) -> Iterator[Row]:
    """The models of ModelForest; derivations of which its authors are less than sure are left out."""
    relations = {
        "base": Relation.SUCCESSOR,
        "finetune": Relation.FINETUNE,
        "distillation": Relation.DISTILLATION,
        "architecture": Relation.ARCHITECTURE,
        "multimodal-extension": Relation.COMPONENT,
    }
    files = {file.name: json.loads(file.read_text()) for file in sorted(path.glob("*.json"))}
    names = {model["id"]: model["name"] for content in files.values() for model in content["models"]}
    edges: dict[str, list[dict[str, str]]] = defaultdict(list)
    for content in files.values():
        for edge in content["relationships"]:
            edges[edge["child"]].append(edge)
    for file, content in files.items():
        for record in content["models"]:
            parents = [
                Parent(names[edge["parent"]], relations[edge["type"]])
                for edge in edges[record["id"]]
                if edge["confidence"] == "high" and edge["type"] in relations and edge["parent"] in names
            ]
            links = [record.get(name) for name in ("paperUrl", "blogUrl", "huggingfaceUrl")]
            fields = {
                "released": record.get("releaseDate"),
                "organizations": [record["company"]],
                "openness": {"open-weight": "open", "open-source": "open", "proprietary": "closed"}.get(
                    record.get("licenseType", "")
                ),
                "license": record.get("license"),
                "references": [each for each in map(_reference, filter(None, links)) if each],
            }
            yield Row(record["name"], f"{source.url}/{file}#{record['id']}", None, fields, parents)


def models_dev(path: Path, source: Source) -> Iterator[Row]:
    """The models of models.dev."""
    for file in sorted(path.rglob("*.toml")):
        record = tomllib.loads(file.read_text())
        weights = [each.get("url") for each in record.get("weights", ()) if each.get("url")]
        fields = {
            "released": record.get("release_date"),
            "organizations": [file.parent.name],
            "openness": "open" if record.get("open_weights") else "closed",
            "license": record.get("license"),
            "references": [each for each in map(_reference, weights) if each][:1],
        }
        name = record["name"]
        if name.endswith("(latest)"):
            continue  # the address of a service, whose model changes
        yield Row(name, f"{source.url}/{file.relative_to(path).as_posix()}", None, fields)


def openness_tool(path: Path, source: Source) -> Iterator[Row]:
    """The models of the Model Openness Tool, with the license of their weights."""
    for file in sorted(path.glob("*.yml")):
        content = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
        record = content.get("release") or {}
        named = record.get("license") or {}
        parts = {part.get("name"): part.get("license") for part in record.get("components") or ()}
        license = parts.get("Model parameters (Final)") or (named.get("distribution") or {}).get("name")
        weights = record.get("huggingface")
        fields = {
            "organizations": [record["producer"].strip()] if record.get("producer") else None,
            "license": license,
            "references": [each for each in [_reference(weights or "")] if each],
            "domain": {"language": "language", "code": "code", "multimodal": "multimodal"}.get(
                record.get("type") or ""
            ),
        }
        origin = (record.get("origin") or "").strip()
        parents = []
        tuned = re.search(r"-(Instruct|it|Chat)\b", record["name"])
        if tuned and origin and key(origin) != key(record["name"]):
            parents = [Parent(origin, Relation.FINETUNE)]
        yield Row(record["name"].strip("- "), f"{source.url}/{quote(file.name)}", None, fields, parents)


def opening_up(path: Path, source: Source) -> Iterator[Row]:
    """The chat models whose openness was judged, with the base model of each."""
    for file in sorted(path.glob("*.yaml")):
        try:
            record = next(iter(yaml.load_all(file.read_text(), Loader=yaml.CSafeLoader)))
        except yaml.YAMLError:
            continue
        project, owner = record["project"], record["org"]
        if not project.get("name"):
            continue
        bases = re.split(r"\s*[&,]\s*", project.get("llmbase") or "")
        if key(project["name"]) in map(key, bases):
            bases = []  # these are the variants of the project
        data = re.split(r"\s*[&,]\s*", re.sub(r"\(.*?\)", "", project.get("rlbase") or ""))
        parents = [Parent(base, Relation.FINETUNE) for base in bases if base]
        parents += [Parent(each.strip(), Relation.DATA) for each in data if each.strip()]
        fields = {"organizations": [owner["name"]] if owner.get("name") else None}
        yield Row(project["name"], f"{source.url}/{quote(file.name)}", None, fields, parents)


def timeline(path: Path, source: Source) -> Iterator[Row]:
    """A timeline of language models; what it says of descent is who was there before, and is not read."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        month = f"{int(row['year']):04d}-{int(row['month']):02d}" if row["month"] else row["year"]
        links = [each for each in [_reference(row["link"])] if each]
        name = row["title"].partition(":")[0].strip('" ')
        yield Row(name, source.at(row["id"]), None, {"released": month, "references": links})


def open_llms(path: Path, source: Source) -> Iterator[Row]:
    """Open models with their license."""
    lineage = modeltree.read(path).lineage
    for model in lineage.models:
        fields = {**_fields(model), "organizations": None, "openness": "open"}
        yield Row(model.name, source.at(model.name), None, fields)


_VARIANTS = re.compile(r"\s*<br>.*", re.DOTALL)
_FOOTNOTE = re.compile(r"\[\^\d+\]")
# The base that the column of the training data names: "GRPO training on A with", "Continual pre-training of A (RL) on",
# "a corpus added to A", "A fine-tuned on". What is no record is left to the column of base models.
_TRAINED = re.compile(
    r"(?P<tuned>(?!additionally|further)\S+) fine-?tuned on(?: |$)|(?:(?P<more>.+) added to |"
    r"(?P<how>(?:[\w-]+ )??(?:instruction[- ]tuned|post-trained|(?:(?:continual )?pre-?)?train(?:ed|ing)|"
    r"fine-?tuned|distillation|enhancement|upcycling))(?: on| of| for)? )"
    r"(?P<name>.+?)(?= \(| using | on | with | as |$)",
    re.IGNORECASE,
)
_POST_TRAINED = re.compile(r"(?:instruction[- ]tun|fine-?tun|SFT|reasoning process)", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]]*)\]\(([^()\s]+(?:\([^()]*\)[^()\s]*)?)\)")


def japanese(path: Path, source: Source) -> Iterator[Row]:
    """The tables of Japanese models; those of models built on others name their base."""
    heading = section = ""
    header: list[str] = []
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            heading, header = line.strip("# "), []
            section = heading if line.startswith(("# ", "## ", "### ")) else f"{section} / {heading}"
            if line.startswith("## ") and "Benchmark" in heading:
                return
        elif line.startswith("|") and not header:
            header = [cell.strip() for cell in line.strip().strip("|").split("|")]
        elif line.startswith("|") and not line.startswith("|:"):
            cells = [cell.strip() for cell in line.strip()[1:].rstrip("|").split("|")]
            yield from _japanese_row(dict(zip(header, cells, strict=False)), section, source)


def _japanese_row(cells: Mapping[str, str], section: str, source: Source) -> Iterator[Row]:
    name = _plain(_VARIANTS.sub("", _LINK.sub(r"\1", _FOOTNOTE.sub("", cells.get("", "")))))
    year = _plain(cells.get("Release Year", ""))
    if not name:
        return
    addresses = [address for _, address in _LINK.findall(cells.get("", ""))]
    license = _plain(_FOOTNOTE.sub("", cells.get("License / Terms of Use") or cells.get("License") or ""))
    if "merged" in section.casefold():
        relation, names = Relation.MERGE, re.split(r",\s*|<br>", cells.get(_ORIGINALS, ""))
    else:
        trained = _plain(cells.get("Training Data", ""))
        continued = "continual pre-training on" in section and not _POST_TRAINED.match(trained)
        relation = Relation.CONTINUED_PRETRAINING if continued else Relation.FINETUNE
        relation = Relation.ADAPTER if "lora" in name.casefold() else relation
        names = re.split(r"<br>(?!\s*\()", cells.get("Base Model", ""))
    parents = []
    for each in names:
        text = _plain(_FOOTNOTE.sub("", each.replace("<br>", " ")))
        if text:
            parents.append(Parent(text, relation))
    if not parents and cells.get("Architecture"):
        design, _, parts = _plain(_FOOTNOTE.sub("", re.sub(r"<br>.*", "", cells["Architecture"]))).partition("(")
        parts = parts if "+" in parts else design if "+" in design else ""
        if "+" not in design:
            parents = [Parent(each.strip(), Relation.ARCHITECTURE) for each in re.split(r"\s*[/,]\s*", design) if each]
        # What is put together of parts has their weights: "LLaVA (Llama 2 + SigLIP)".
        names = [each.strip(" )").rpartition("/")[2] for each in parts.split("+") if each.strip(" )")]
        parents += [Parent(each, Relation.COMPONENT) for each in names]
    if trained := _TRAINED.match(_plain(cells.get("Training Data", "").partition("<br>")[0])):
        how = (trained["how"] or "").casefold()
        continued = trained["more"] or re.search(r"^additionally trained|pre-?train|upcycling", how)
        relation = Relation.CONTINUED_PRETRAINING if continued else Relation.FINETUNE
        parents.insert(0, Parent(trained["name"] or trained["tuned"], relation, instead=True))
    developer = _plain(cells.get("Developer", ""))
    makers = [] if "Individual" in developer else re.split(r",(?!\s*(?:Ltd|Limited))\s*|<br>", developer)
    fields = {
        "released": year if re.fullmatch(r"20\d\d", year) else None,
        "organizations": [maker for maker in makers if maker] or None,
        "license": license,
        "openness": "open" if any("huggingface.co" in each for each in addresses) else None,
        "references": [each for each in map(_reference, addresses) if each][:2],
        "domain": "multimodal" if "Vision" in section or "Image" in section or "Speech" in section else "language",
    }
    yield Row(name, source.at(f"row={name}"), None, fields, parents)


_ORIGINALS = "Original Models (Japanese LLMs in bold)"


def _plain(cell: str) -> str:
    text = html.unescape(_LINK.sub(r"\1", cell).replace("**", "").replace("<br>", " ")).replace("\u2011", "-")
    return _SPACES.sub(" ", text).strip()


# The model types of transformers: whose code inherits from whose


def transformers(path: Path, source: Source) -> Iterator[Row]:
    """The model types of transformers, and whose classes inherit from those of which other types.

    What a type is called, and when its model was released, stands in ``transformers.yaml`` beside the alias table.
    """
    file = HERE / "transformers.yaml"
    described = {model.id: model for model in modeltree.load(file).models} if file.is_file() else {}
    with zipfile.ZipFile(path) as wheel:
        version = path.name.split("-")[1]
        modular = {name.split("/")[-2]: name for name in wheel.namelist() if re.search(r"/modular_\w+\.py$", name)}
        for type in sorted({*modular, *described}):
            parents, reference = [], f"{source.url}/tree/v{version}/src/transformers/models/{type}"
            if type in modular:
                reference = f"{source.url}/blob/v{version}/src/{modular[type]}"
                for parent, count in sorted(inherited(wheel.read(modular[type]).decode(), type).items()):
                    note = f"Of its classes {count} inherit{'s' * (count == 1)} from {parent}."
                    parents.append(Parent(parent, Relation.ARCHITECTURE, note))
            model = described.get(type)
            fields = _fields(model) if model else {}
            yield Row(model.name if model else type, reference, type, fields, parents)


_REPEATED = re.compile(r"(?!.*(?:Conv|Moe|MLP|Mlp|Pad|Norm|Fusion|Vision)).*(?:Layer|Block)$")


def inherited(code: str, own: str) -> dict[str, int]:
    """How many classes of a modular file inherit from the modeling code of which other model types.

    Small parts and image encoders are taken from anywhere. Whose architecture it is, the block tells that the network
    repeats, with another class, or two thirds of the classes, when they are several.
    """
    tree = ast.parse(code)
    origin: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 2 and node.module:
            kind, _, module = node.module.partition(".")
            if kind != own and module.startswith(("modeling_", "modular_")):
                origin |= {each.asname or each.name: kind for each in node.names}
    counts: Counter[str] = Counter()
    repeated = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in origin]
            counts.update({origin[base] for base in bases})
            repeated |= {origin[base] for base in bases if _REPEATED.match(base)}
    least = max(3, counts.total() * 2 / 3)
    return {parent: count for parent, count in counts.items() if count >= (2 if parent in repeated else least)}


def _outside_brackets(text: str) -> list[str]:
    """The parts of a text that commas outside brackets separate."""
    parts = re.findall(r"(?:[^,(]|\([^()]*\)|\()+", text)
    return [part.strip() for part in parts if part.strip()]


# What tables write where there is no license.
_NO_LICENSES = {"", "?", "？", "-", "n/a", "undisclosed", "unlicensed", "proprietary", "license-not-specified"} | {
    "component-not-include",
    "component-not-included",
    "component-component-not-included",
    "unknown",
}

# What tables call a license that has another name, or a word of the Hub.
_LICENSES = {
    "bigscience rail license v1.0": "bigscience-bloom-rail-1.0",
    "creativeml openrail-m license": "creativeml-openrail-m",
    "deepseek": "DeepSeek License",
    "llama 2 license": "llama2",
    "meta llama 3 community license": "llama3",
    "mistral-research": "Mistral Research License",
    "modified mit": "Modified MIT License",
    "plamo community license": "PLaMo Community License",
    "tongyi qianwen license": "Tongyi Qianwen License",
    "tongyi qianwen license agreement": "Tongyi Qianwen License",
}


def _license(text: str) -> dict[str, str] | str:
    """A license by the words of the Hub or of SPDX, where they have it."""
    text = _LICENSES.get(text.strip().casefold(), text)
    known = license_of(text)
    return license_named(text) if known in (None, text) else known or text


def _fields(model: Model) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_defaults=True, exclude={"id", "name", "aliases", "links"})


def _reference(address: str) -> str | None:
    address = address.strip().rstrip(".,;")
    arxiv = re.fullmatch(r"https?://(?:www\.)?arxiv\.org/(?:abs|pdf|html)/(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?", address)
    if arxiv:
        return f"arxiv:{arxiv[1]}"
    return address if re.fullmatch(r'https?://[^\s<>"]+', address) else None


GITHUB = "https://github.com"
SOURCES = (
    Source(
        "epoch-notable",
        "Epoch AI, notable models",
        "CC-BY-4.0",
        "https://epoch.ai/data/notable_ai_models.csv",
        "epoch_notable_2026-07.csv",
        epoch,
    ),
    Source(
        "epoch-large",
        "Epoch AI, large-scale models",
        "CC-BY-4.0",
        "https://epoch.ai/data/large_scale_ai_models.csv",
        "epoch_large_2025-10.csv",
        epoch,
    ),
    Source(
        "epoch-all",
        "Epoch AI, all models",
        "CC-BY-4.0",
        "https://epoch.ai/data/all_ai_models.csv",
        "epoch_all_2025-04.csv",
        epoch,
    ),
    Source(
        "modelforest",
        "ModelForest",
        "MIT",
        f"{GITHUB}/MrUnreal/ModelForest/blob/main/data/curated",
        "modelforest",
        modelforest,
    ),
    Source(
        "helm",
        "HELM",
        "Apache-2.0",
        f"{GITHUB}/stanford-crfm/helm/blob/main/src/helm/config/model_metadata.yaml",
        "helm_model_metadata.yaml",
        helm,
    ),
    Source("models.dev", "models.dev", "MIT", f"{GITHUB}/sst/models.dev/blob/dev/models", "models.dev", models_dev),
    Source(
        "model-openness-tool",
        "Model Openness Tool",
        "MIT",
        f"{GITHUB}/lfai/model_openness_tool/blob/main/models",
        "openness",
        openness_tool,
    ),
    Source(
        "opening-up-chatgpt",
        "Opening up ChatGPT",
        "CC-BY-4.0",
        f"{GITHUB}/opening-up-chatgpt/opening-up-chatgpt.github.io/blob/main/projects",
        "opening-up-chatgpt",
        opening_up,
    ),
    Source(
        "awesome-japanese-llm",
        "awesome-japanese-llm",
        "Apache-2.0",
        f"{GITHUB}/llm-jp/awesome-japanese-llm/blob/main/en/README.md",
        "awesome_japanese_llm_en.md",
        japanese,
    ),
    Source(
        "open-llms",
        "Open LLMs",
        "Apache-2.0",
        f"{GITHUB}/eugeneyan/open-llms/blob/main/README.md",
        "open_llms.md",
        open_llms,
    ),
    Source(
        "llm-timeline",
        "LLM Timeline",
        "Apache-2.0",
        f"{GITHUB}/Michaelgathara/llm-timeline/blob/main/src/data/timelineData.ts",
        "llm_timeline.csv",
        timeline,
    ),
    Source(
        "transformers",
        "Transformers",
        "Apache-2.0",
        f"{GITHUB}/huggingface/transformers",
        "transformers-*.whl",
        transformers,
    ),
)
"""The tables, those first that are trusted most."""


# Names: which rows are the same model


@dataclass
class Names:
    """What models of the atlas are called, and by which id."""

    by_source: dict[str, dict[str, str | None]]
    ids: dict[str, str] = field(default_factory=dict)
    loose: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    trusted: set[str] = field(default_factory=set)
    makers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dates: dict[str, PartialDate] = field(default_factory=dict)

    def add(self, model: Model, *, trusted: bool = False) -> None:
        """Remember what a model is called."""
        for name in (model.id, model.name, *model.aliases):
            self.call(name, model.id)
        self.note(model.id, model.organizations, model.released)
        if trusted:
            self.trusted.add(model.id)

    def note(self, id: str, makers: Iterable[str], released: PartialDate | None) -> None:
        """Remember who made a model, and when."""
        self.makers[id].update(makers)
        if released:
            self.dates[id] = min(released, self.dates.get(id, released))

    def find(self, name: str, source: str = "") -> str | None:
        """The id of the model that a source calls by a name; one size of a series goes by the series."""
        word = key(name)
        stated = self.by_source.get(source, {})
        if word in stated:
            return stated[word]
        if word in self.ids:
            return self.ids[word]
        if len(self.loose[squeezed(word)]) == 1:
            return next(iter(self.loose[squeezed(word)]))
        series = self.find(_SIZE.sub("", word), source) if _SIZE.search(word) else None
        return series if series in self.trusted else None

    def call(self, name: str, id: str) -> None:
        """Let a model go by a name, unless another does."""
        word = key(name)
        if self.ids.setdefault(word, id) == id:
            self.loose[squeezed(word)].add(id)


@dataclass
class Report:
    """What was found on the way, by kind."""

    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, kind: str, line: str) -> None:
        """Keep a line of a kind."""
        self.lines[kind].append(line)

    def text(self, most: int | None = None) -> str:
        """All kinds with their counts and lines."""
        parts = []
        for kind, lines in self.lines.items():
            parts.append(f"{kind}: {len(lines)}")
            parts += [f"  {line}" for line in lines[:most]]
        return "\n".join(parts) + "\n"


# The catalogues by hand: what stands in them overrides the tables


@dataclass
class Layer:
    """What one source says, in ids of the atlas."""

    id: str
    models: dict[str, Model] = field(default_factory=dict)
    edges: dict[tuple[str, str], Derivation] = field(default_factory=dict)

    def lineage(self, names: Mapping[str, str]) -> Lineage:
        """The layer as a lineage; parents that others describe are in it by name alone."""
        others = dict.fromkeys(id for pair in self.edges for id in pair if id not in self.models)
        stubs = [Model(id=id, name=names[id]) for id in others]
        return Lineage([*self.models.values(), *stubs], self.edges.values(), about=About())


HAND = "Collected by hand (BSD-3-Clause)."
"""What a record by hand says of where it is from."""


def catalogue(path: Path, id: str) -> tuple[Layer, list[Organization]]:
    """A catalogue whose parents may stand in another; its placeholders are left out."""
    lineage = modeltree.read(path, policy=Policy(missing_parent="placeholder")).lineage
    models = {
        model.id: model.model_copy(update={"note": _joined(model.note, HAND)})
        for model in lineage.models
        if model.note != PLACEHOLDER
    }
    edges = {
        (edge.parent, edge.child): edge.model_copy(update={"note": _joined(edge.note, HAND)})
        for edge in lineage.derivations
    }
    return Layer(id, models, edges), list(lineage.organizations.values())


def _joined(*notes: str | None) -> str:
    return " ".join(filter(None, notes))


# Joining


class Organizations:
    """Organizations by the words for them."""

    def __init__(self, records: Iterable[Organization] = ()) -> None:
        self.records: dict[str, Organization] = {}
        self.words: dict[str, str] = {}
        for record in records:
            self.add(record)

    def add(self, record: Organization) -> None:
        """Add what is known of an organization; the first that says so stays."""
        self.records.setdefault(record.id, record)
        for word in (record.id, record.name, *record.aliases):
            self.words.setdefault(key(word), record.id)

    def find(self, name: str, country: str | None = None) -> str:
        """The id of an organization, which is listed when it was not; a name may have another behind it."""
        parts = re.fullmatch(r"(.+?) (?:/ (.+)|\(([^()]+)\))", name.strip())
        words = [name, *(part for part in (parts.groups() if parts else ()) if part)]
        id = next((self.words[key(word)] for word in words if key(word) in self.words), None)
        if id is None:
            id = re.sub("-+", "-", key(name).replace("/", "-"))
            self.add(Organization(id=id, name=name.strip()))
        record = self.records[id]
        if country and record.country is None:
            self.records[id] = record.model_copy(update={"country": country})
        return id


class Atlas:
    """The atlas while it is built: what each source says, and what was found."""

    def __init__(self, folder: Path, hand: Path) -> None:
        table = yaml.safe_load((hand / "aliases.yaml").read_text()) if (hand / "aliases.yaml").is_file() else {}
        by_source: dict[str, dict[str, str | None]] = defaultdict(dict)
        everywhere: dict[str, list[str]] = {}
        for id, words in table.items():
            for word in words:
                source, _, name = word.partition(":")
                if source in {each.id for each in SOURCES}:
                    by_source[source][key(name)] = None if id == LEFT_OUT else id
                else:
                    everywhere.setdefault(id, []).append(word)
        self.report = Report()
        self.names = Names(by_source)
        self.organizations = Organizations()
        self.layers: list[Layer] = []
        self.printed: dict[str, str] = {}
        self.taken: set[str] = set()
        self.kinds: dict[str, str] = {}
        self.domains: dict[str, str] = {}
        self.rows: list[tuple[Source, Row, str]] = []
        self.wrong: set[tuple[str, str]] = set()
        self._add_by_hand(hand)
        for id, words in everywhere.items():
            for word in (id, *words):
                self.names.call(word, id)
        for source in SOURCES:
            for path in sorted(folder.glob(source.file)):
                self._add_source(source, path)
        for layer in self.layers:
            if layer.id in {source.id for source in SOURCES}:
                self._derive(layer)

    def _add_by_hand(self, hand: Path) -> None:
        if (hand / "organizations.yaml").is_file():
            for record in modeltree.read(hand / "organizations.yaml").lineage.organizations.values():
                self.organizations.add(record)
        catalogues = []
        if list((hand / "curated").glob("*.yaml")):
            catalogues.append(catalogue(hand / "curated", "curated"))
        catalogues.append(catalogue(modeltree.datasets.path("survey"), "survey"))
        for layer, organizations in catalogues:
            for record in organizations:
                self.organizations.add(record)
            self.layers.append(layer)
        for layer in self.layers:
            for model in layer.models.values():
                makers = tuple(dict.fromkeys(self.organizations.find(each) for each in model.organizations))
                layer.models[model.id] = model.model_copy(update={"organizations": makers})
                self.names.add(layer.models[model.id], trusted=True)
                if model.id not in self.printed:
                    self.printed[model.id] = model.name
                    self.taken |= {model.name, *model.aliases}
                self.kinds.setdefault(model.id, str(model.kind))
                if model.domain:
                    self.domains.setdefault(model.id, str(model.domain))
                for each in model.corrections:
                    if each.field == "derived_from":
                        self.wrong.add((model.id, key(each.printed)))

    # Rows

    def _add_source(self, source: Source, path: Path) -> None:
        layer = Layer(source.id)
        self.layers.append(layer)
        for row in source.read(path, source):
            country = COUNTRIES.get(row.country or "")
            makers = [self.organizations.find(each, country) for each in row.fields.get("organizations") or ()]
            released = _date(row.fields.get("released"))
            id = self._id(source, row, makers, released)
            if id is None:
                continue
            if row.id:
                self.names.by_source[source.id][key(row.id)] = id
            self.rows.append((source, row, id))
            fields = {name: value for name, value in row.fields.items() if value}
            fields["organizations"] = list(dict.fromkeys(makers))
            fields["references"] = list(dict.fromkeys([*fields.get("references", ()), row.reference]))
            fields["note"] = source.note
            if isinstance(license := fields.pop("license", None), str) and key(license) not in _NO_LICENSES:
                fields["license"] = _license(license.removesuffix(" (?)"))
            elif license and not isinstance(license, str):
                fields["license"] = license
            if fields.get("domain"):
                self.domains.setdefault(id, fields["domain"])
            self._keep(layer, Model.model_validate({**fields, "id": id, "name": self.printed[id]}), source)
            self.names.note(id, makers, released)

    def _id(self, source: Source, row: Row, makers: Sequence[str], released: PartialDate | None) -> str | None:
        """The id of a row, new or not; None for what is older than the atlas, or is left out by the alias table."""
        stated = self.names.by_source[source.id]
        for word in (key(row.id or ""), key(row.name)):
            if word in stated:
                id = stated[word]
                if id is not None and id not in self.printed and released is None:
                    self.report.add(NO_DATE, f"{source.id}: {row.name!r}")
                    return None
                if id is not None:
                    self._print(id, row.name)
                return id
        id = self.names.find(row.name, source.id) or (self.names.find(row.id, source.id) if row.id else None)
        if id is not None:
            known = self.names.makers[id]
            days = _days_between(released, self.names.dates.get(id))
            what = f"{source.id}: {row.name!r}, {', '.join(makers) or 'of no maker'}, {released}"
            other = f"{id}, {', '.join(sorted(known))}, {self.names.dates.get(id)}"
            if days > 2 * FAR and squeezed(key(row.name)) not in map(squeezed, self.names.ids):
                self.report.add("size of a series, and much later", f"{what}, is not {other}")
                id = None
            elif known.isdisjoint(makers) and (
                days > (FAR if makers else 2 * FAR)
                or (makers and known and released and self._differs_in_case(row.name, id))
            ):
                id = f"{key(row.name)}-{makers[0] if makers else released.year if released else source.id}"
                self.report.add("one name, several models", f"{what}, is not {other}, but {id}")
                self._print(id, row.name)
            elif makers and known and known.isdisjoint(makers):
                self.report.add("one name, several makers", f"{what}, is taken for {other}")
        if id is None:
            if released is None or released < FIRST:
                self.report.add(NO_DATE, f"{source.id}: {row.name!r}")
                return None
            id = key(row.name).replace("/", "-")
        if id not in self.printed:
            self._print(id, row.name)
            self.names.call(row.name, id)
        elif key(self.printed[id]) != key(row.name) and key(row.name) != id:
            self.report.add("read as", f"{source.id}: {row.name!r} is {id} ({self.printed[id]})")
        return id

    def _differs_in_case(self, name: str, id: str) -> bool:
        """Whether a name is that of a model but for its capitals, as GOAT is Goat, and CALM is CaLM."""
        return name.casefold() == self.printed[id].casefold() and name != self.printed[id]

    def _print(self, id: str, name: str) -> None:
        """Call a model by a name, unless it has one; of two of one name the second says its id, too."""
        if id not in self.printed:
            self.printed[id] = name if name not in self.taken else f"{name} ({id})"
            self.taken.add(self.printed[id])

    def _keep(self, layer: Layer, model: Model, source: Source) -> None:
        """Keep a row; a further one of the same model adds its size, an earlier date and its references."""
        known = layer.models.get(model.id)
        if known is None:
            layer.models[model.id] = model
            return
        dates = [each.released for each in (known, model) if each.released]
        update = {
            "released": min(dates, default=None),
            "sizes": tuple(sorted({*known.sizes, *model.sizes})),
            "references": tuple(dict.fromkeys([*known.references, *model.references])),
            "organizations": tuple(dict.fromkeys([*known.organizations, *model.organizations])),
        }
        layer.models[model.id] = known.model_copy(update=update)

    # Derivations

    def _derive(self, layer: Layer) -> None:
        for source, row, child in self.rows:
            if source.id != layer.id:
                continue
            for parent in row.parents:
                id = self._parent(source, parent)
                what = f"{source.id}: {row.name!r} from {parent.name!r}"
                if parent.instead and (id in (None, child) or self.kinds.get(id or "") == "dataset"):
                    continue
                if fault := self._no_parent(id, child, parent):
                    self.report.add(fault, what)
                    continue
                assert id is not None
                relation, note = self._relation(source, parent, id, child)
                edge = Derivation(
                    parent=id,
                    child=child,
                    relation=relation,
                    references=(Reference(row.reference),),
                    note=_joined(note, source.note),
                )
                layer.edges.setdefault((id, child), edge)
                if parent.instead:
                    break

    def _no_parent(self, id: str | None, child: str, parent: Parent) -> str | None:
        """Why a model is not taken for the parent that a row names."""
        is_data = parent.relation == Relation.DATA
        if id is None:
            return "training data that is no record" if is_data else "parent that is no record"
        if id == child:
            return "parent that is the same record"
        if is_data != (self.kinds.get(id) == "dataset"):
            return "model and data set confused"
        corrected = (child, key(parent.name)) in self.wrong or (child, key(id)) in self.wrong
        return "derivation corrected by hand" if corrected else None

    def _relation(self, source: Source, parent: Parent, id: str, child: str) -> tuple[Relation, str | None]:
        """How a model was made from another, and a note on that."""
        domains = self.domains.get(id), self.domains.get(child)
        if source.read is epoch and parent.relation == Relation.FINETUNE and domains == ("language", "multimodal"):
            return Relation.COMPONENT, "A base in language is taken for a component of what has more kinds of input."
        return parent.relation, parent.note

    def _parent(self, source: Source, parent: Parent) -> str | None:
        bare = re.sub(r" \([\d.]+[bBmM](?:-A\d+B)?\)$", "", parent.name)
        id = self.names.find(parent.name, source.id) or self.names.find(bare, source.id)
        if parent.relation == Relation.DATA and self.kinds.get(id or "") != "dataset":
            word = self.names.find(f"{parent.name} dataset", source.id)
            return word or id
        return id

    def settle(self) -> None:
        """Drop what contradicts dates, what another source says of the same pair, and what closes a cycle."""
        dates: dict[str, PartialDate] = {}
        for model in (model for layer in self.layers for model in layer.models.values() if model.released):
            dates.setdefault(model.id, model.released)
        described = {id for layer in self.layers for id in layer.models}
        kept: dict[tuple[str, str], Derivation] = {}
        children: dict[str, set[str]] = defaultdict(set)
        predecessor: dict[str, str] = {}
        for layer in self.layers:
            own_dates = None if layer.id in BY_HAND else dates
            for pair, edge in list(layer.edges.items()):
                if pair in kept and kept[pair].relation == edge.relation:
                    continue  # both sources are references of it
                fault = _fault(edge, kept.get(pair), described, own_dates, children)
                if edge.relation == Relation.SUCCESSOR and not fault:
                    # A table that says "base" of all that came before calls sizes successors, and skips generations.
                    if own_dates and own_dates[edge.parent] == own_dates[edge.child]:
                        fault = "predecessor of the same day"
                    elif predecessor.setdefault(edge.child, layer.id) != layer.id:
                        fault = "further predecessor"
                if fault:
                    self.report.add(fault, f"{layer.id}: {edge.child} from {edge.parent} ({edge.relation})")
                    del layer.edges[pair]
                else:
                    kept[pair] = edge
                    children[edge.parent].add(edge.child)


def _fault(
    edge: Derivation,
    other: Derivation | None,
    described: set[str],
    dates: Mapping[str, PartialDate] | None,
    children: Mapping[str, set[str]],
) -> str | None:
    """Why a derivation is not kept; dates are given where they are to be looked at."""
    parent, child = edge.parent, edge.child
    if parent not in described or child not in described:
        return "derivation of a model that is not in the atlas"
    if other:
        return f"other relation than {other.relation}, which is kept"
    if dates is not None and (parent not in dates or child not in dates):
        return "derivation without dates"
    if dates is not None and dates[parent].lower > dates[child].upper:
        return "parent is newer"
    return "cycle" if _reaches(children, child, parent) else None


COUNTRIES = {
    "Argentina": "AR", "Armenia": "AM", "Australia": "AU", "Austria": "AT", "Belgium": "BE", "Brazil": "BR",
    "Canada": "CA", "Chile": "CL", "China": "CN", "Colombia": "CO", "Croatia": "HR", "Czechia": "CZ", "Denmark": "DK",
    "Finland": "FI", "France": "FR", "Germany": "DE", "Greece": "GR", "Hong Kong": "HK", "Hungary": "HU",
    "Iceland": "IS", "India": "IN", "Indonesia": "ID", "Iran (Islamic Republic of)": "IR", "Ireland": "IE",
    "Israel": "IL", "Italy": "IT", "Japan": "JP", "Korea (Republic of)": "KR", "Lebanon": "LB", "Lithuania": "LT",
    "Luxembourg": "LU", "Macao": "MO", "Malaysia": "MY", "Mexico": "MX", "Netherlands": "NL", "New Zealand": "NZ",
    "Norway": "NO", "Poland": "PL", "Portugal": "PT", "Qatar": "QA", "Romania": "RO", "Russia": "RU",
    "Saudi Arabia": "SA", "Singapore": "SG", "Slovenia": "SI", "South Africa": "ZA", "Spain": "ES", "Sweden": "SE",
    "Switzerland": "CH", "Taiwan": "TW", "Thailand": "TH", "Turkey": "TR", "Ukraine": "UA",
    "United Arab Emirates": "AE", "United Kingdom of Great Britain and Northern Ireland": "GB",
    "United States of America": "US", "Vietnam": "VN",
}  # fmt: skip
"""The countries of organizations, as Epoch AI calls them."""
BY_HAND = ("curated", "survey")
FAR = 200
"""So many days apart, models of one name and other makers are two; twice as many, if one is of no maker."""
NO_DATE = "left out: no date, or before 2017-06"
LEFT_OUT = "left-out"
"""The key of the alias table under which rows stand that are no models."""


def _reaches(graph: Mapping[str, set[str]], start: str, end: str) -> bool:
    """Whether a path leads from one model to another."""
    waiting, done = [start], {start}
    while waiting:
        for child in graph.get(waiting.pop(), ()):
            if child == end:
                return True
            if child not in done:
                done.add(child)
                waiting.append(child)
    return start == end


def _days_between(one: PartialDate | None, other: PartialDate | None) -> int:
    """How many days at least lie between two dates; 0 where one is not known."""
    if not one or not other:
        return 0
    return max(0, (one.lower - other.upper).days, (other.lower - one.upper).days)


def _date(text: object) -> PartialDate | None:
    try:
        return PartialDate.parse(text) if text else None
    except modeltree.ModelTreeError:
        return None


# One lineage of all


FIELDS = ("released", "openness", "access", "license", "domain", "organizations", "sizes")
"""The fields of which a record keeps what other sources say."""


def united(atlas: Atlas) -> tuple[Lineage, list[modeltree.Finding]]:
    """The layers as one lineage, with what they say differently as corrections."""
    lineages = [layer.lineage(atlas.printed) for layer in atlas.layers]
    names = [layer.id for layer in atlas.layers]
    lineage, findings = modeltree.union(*lineages, names=names, policy=Policy(duplicate_id="first"))
    rows: dict[str, list[tuple[Source, Model]]] = defaultdict(list)
    sources = {source.id: source for source in SOURCES}
    for layer in atlas.layers:
        if layer.id in sources:
            for model in layer.models.values():
                rows[model.id].append((sources[layer.id], model))
    models = [_corrected(model, rows[model.id], atlas) for model in lineage.models]
    used = {id for model in models for id in model.organizations}
    organizations = sorted((atlas.organizations.records[id] for id in used), key=lambda record: record.id)
    return Lineage(models, lineage.derivations, organizations, about=_about(models, lineage.derivations)), list(
        findings
    )


def _corrected(model: Model, rows: Sequence[tuple[Source, Model]], atlas: Atlas) -> Model:
    """A record with what other sources say of it as corrections."""
    corrections = [
        each for each in model.corrections if each.field != "released" or each.printed != str(model.released)
    ]
    told = {(each.field, each.source) for each in model.corrections}
    for source, row in rows:
        for name in FIELDS:
            kept, said = getattr(model, name), getattr(row, name)
            if not kept or not said or (name, source.id) in told or _agree(kept, said, name, model.id == key(row.name)):
                continue
            atlas.report.add(f"other {name}", f"{source.id}: {model.id}: {_text(said)}, and not {_text(kept)}")
            correction = Correction(
                field=name,
                printed=_text(said),
                source=source.id,
                reason=f"The record keeps {_text(kept)}, as a source before this one has it.",
                references=row.references[-1:],
            )
            corrections.append(correction)
    return model.model_copy(update={"corrections": tuple(corrections)})


def _agree(kept: Any, said: Any, name: str, exact: bool) -> bool:
    """Whether two values can both be true."""
    if kept == said:
        return True
    if name == "released":
        return kept.lower <= said.lower <= kept.upper or said.lower <= kept.lower <= said.upper
    if name == "license":
        return kept.spdx == said.spdx if kept.spdx and said.spdx else kept.name.casefold() == said.name.casefold()
    if name == "domain":
        return said == "language"  # the word of a table that has none for code and science
    if name in ("organizations", "sizes"):
        return set(said) <= set(kept) or set(kept) <= set(said)
    return False


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value.name if isinstance(value, modeltree.License) else str(value)


def _about(models: Sequence[Model], edges: Sequence[Derivation]) -> About:
    passing = Counter(str(edge.relation.passes or "unspecified") for edge in edges)
    kinds = Counter(str(model.kind) for model in models)
    sources = "; ".join(f"{source.title} ({source.license})" for source in SOURCES)
    description = (
        f"{kinds['model']} models, {kinds['dataset']} data sets and {kinds['application']} products with "
        f"{len(edges)} derivations: {passing['weights']} pass weights on, {passing['outputs']} outputs, "
        f"{passing['ideas']} ideas, and of {passing['unspecified']} the source does not say what. "
        f"Joined by examples/build_atlas.py from what people wrote down for modeltree (BSD-3-Clause), "
        f"among it the data set survey, and from these tables: {sources}. "
        "Each record and each derivation names the row that it is from."
        f"{_checked(HERE / 'sample.yaml')}"
    )
    addresses = dict.fromkeys(source.url for source in SOURCES)
    return About(
        title="An atlas of AI models",
        description=description,
        date=PartialDate.parse(DATE),
        license=" AND ".join(sorted({"BSD-3-Clause", *(source.license for source in SOURCES)})),
        references=tuple(addresses),
    )


def _checked(file: Path) -> str:
    """How many derivations of a sample of the build before this one were right, which a person judged."""
    if not file.is_file():
        return ""
    verdicts = Counter(row["verdict"] for row in yaml.safe_load(file.read_text())["sample"])
    return (
        f" Of {verdicts.total()} derivations of the build before this one, drawn by chance and checked by hand, "
        f"{verdicts['right']} were right; the kinds of faults were then mended."
    )


HEAD = """# yaml-language-server: $schema=../catalog.schema.json
# Made by examples/build_atlas.py from tables and from examples/atlas: what is to be mended is mended there.

"""


def files_of(lineage: Lineage) -> dict[str, str]:
    """The files of the data set: the models by year, each with its derivations, and what they share."""
    files = {
        model.id: f"models-{model.released.year if model.released else 'undated'}.yaml" for model in lineage.models
    }
    return {name: HEAD + text for name, text in catalog_files(lineage, files).items()}


def main() -> None:
    """Build the atlas from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path, help="the folder with the sources")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the folder to write")
    parser.add_argument("--report", type=Path, help="the file to write all findings to")
    arguments = parser.parse_args()
    atlas = Atlas(arguments.sources, HERE)
    atlas.settle()
    lineage, findings = united(atlas)
    for finding in findings:
        atlas.report.add(f"union: {finding.kind}", str(finding))
    arguments.output.mkdir(parents=True, exist_ok=True)
    for old in arguments.output.glob("*.yaml"):
        old.unlink()
    for name, text in files_of(lineage).items():
        (arguments.output / name).write_text(text)
    (arguments.output / COMPACT).write_text(compact_text(modeltree.load(arguments.output)))
    if arguments.report:
        arguments.report.write_text(atlas.report.text())
    print(lineage.about.description)
    print(atlas.report.text(most=0))


if __name__ == "__main__":
    main()

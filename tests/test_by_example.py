"""Small functions, each by the examples that tell what it does, and the whole text that each graph format has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

from graph_texts import cytoscape_text, dot_text, graphml_text, mermaid_text, node_link_text
from modeltree import datasets
from modeltree._util.arguments import checked
from modeltree._util.text import alternatives, counted, enumerated, json_text, printable, table
from modeltree.findings import Position
from modeltree.formats.cards import is_card_of_folder, is_declaring, model_card_text
from modeltree.formats.catalog import catalog_schema, catalog_text
from modeltree.formats.graphs.bills import cyclonedx_text, spdx_text
from modeltree.formats.graphs.text_graphs import newick_text
from modeltree.formats.graphs.xml_graphs import gexf_text
from modeltree.formats.parsing.yamltree import parse_fields
from modeltree.formats.printed.latex import latex_cell
from modeltree.formats.printed.markdown import markdown_cell
from modeltree.formats.repair.claims import slug
from modeltree.formats.repair.model_files import front_matter_of, model_folder
from modeltree.formats.tables.frames import table_of_frame, table_of_rows
from modeltree.formats.tables.requests import choose_columns
from modeltree.formats.tables.table_columns import field_values, join_texts, plain_column, split_texts
from modeltree.formats.tables.text_files import escaped
from modeltree.formats.tables.writing import beside, jsonl_text
from modeltree.formats.weights import brief
from modeltree.lineage import Lineage
from modeltree.records import Derivation, License, Model, Relation
from modeltree.values.addresses import (
    HubAddress,
    PackageUrl,
    arxiv_reference,
    hub_repository,
    hub_url,
    is_local_path,
    is_web_address,
    link_field,
    link_labeled,
    paper_number,
    parse_hub_address,
    parse_package_url,
    repository_in_cache,
)
from modeltree.values.fields import (
    fields_of_attributes,
    known_name,
    known_value,
    may_tell,
    plain_value,
    read_fields,
    relation_in,
)
from modeltree.values.hub_words import (
    ModelReference,
    hub_license,
    inferred_relation,
    is_undated,
    license_named,
    license_of,
    reference_of,
    row_license,
    row_tags,
    tagged_base,
)
from modeltree.values.names import (
    NamedParent,
    PrintedName,
    are_hub_ids,
    is_legal_form,
    mirrored,
    organizations_of,
    parse_parents,
    possible_parents,
    printed_name,
    without_footnotes,
    without_markup,
)
from modeltree.values.quantities import (
    Parsed,
    day_of,
    leading_size,
    parse_count,
    parse_date,
    parse_size,
    parse_sizes,
    unit_of,
    with_unit,
)
from modeltree.values.words import (
    architecture_of,
    field_called,
    field_of_header,
    folded_header,
    header_row,
    header_variants,
    is_missing,
    is_of_other_things,
    is_root,
    openness_of,
    quiet_key,
    relation_of,
    spelling_key,
)

NOT_A_NUMBER = float("nan")
HUB = "https://huggingface.co"
PLAIN: list[tuple[Callable[..., Any], str, Any]] = [
    (parse_package_url, "acme/chat", None),
    (parse_hub_address, f"{HUB}/a/B-v0.1/tree/main", HubAddress("a/B-v0.1", "main", "/tree/main", False)),
    (parse_hub_address, "hf.co/datasets/tatsu-lab/alpaca", HubAddress("tatsu-lab/alpaca", None, "", True)),
    (parse_hub_address, f"{HUB}/docs/peft", None),
    (hub_repository, f"{HUB}/mistralai/Mistral-7B-v0.1/tree/main", "mistralai/Mistral-7B-v0.1"),
    (hub_repository, f"{HUB}/mistralai", None),
    (hub_url, "meta-llama/Llama-2-7b", f"{HUB}/meta-llama/Llama-2-7b"),
    (hub_url, "llama", None),
    (is_local_path, "/root/llama", True),
    (is_local_path, "./out", True),
    (is_local_path, "C:\\models", True),
    (is_local_path, "meta-llama/Llama-2-7b", False),
    (is_local_path, "gpt2", False),
    (is_local_path, "out/checkpoints/step-100", True),
    (is_local_path, "model.gguf", True),
    (repository_in_cache, "/hub/models--meta-llama--Llama-2-7b/snapshots/01c7f73", "meta-llama/Llama-2-7b"),
    (is_web_address, "https://openai.com", True),
    (is_web_address, "openai", False),
    (arxiv_reference, "https://arxiv.org/pdf/2303.17564.pdf#section.2", "arxiv:2303.17564"),
    (arxiv_reference, "https://openai.com", None),
    (paper_number, "arXiv: 2302.13971 [cs.CL]", "arxiv:2302.13971"),
    (paper_number, "Touvron et al.", None),
    (link_field, "https://github.com/openai/whisper", "code"),
    (link_field, f"{HUB}/gpt2", "weights"),
    (link_field, "https://openai.com/research/gpt-4", "website"),
    (link_field, f"{HUB}/papers/2302.13971", "website"),
    (link_labeled, "GitHub", "code"),
    (link_labeled, "LLaMA", None),
    (license_of, "apache-2.0", {"name": "Apache 2.0", "spdx": "Apache-2.0"}),
    (license_of, "llama3.1", "Llama 3.1 Community License"),
    (license_of, "unknown", None),
    (license_named, "Apache 2.0", {"name": "Apache 2.0", "spdx": "Apache-2.0"}),
    (license_named, "Llama 2", "Llama 2"),
    (reference_of, f"{HUB}/acme/base/tree/v2", ModelReference("acme/base", "v2", True)),
    (reference_of, "acme/base", None),
    (tagged_base, "base_model:finetune:acme/base", ("finetune", "acme/base")),
    (tagged_base, "base_model:acme/base", ("", "acme/base")),
    (tagged_base, "gguf", None),
    (is_undated, "2022-03-02T23:29:04.000Z", True),
    (is_undated, "2022-03-02T10:00:00.000Z", False),
    (printed_name, "---> Dolly", PrintedName("Dolly", 1, True)),
    (printed_name, "└─ Gamma", PrintedName("Gamma", 1, True)),
    (printed_name, "│  └─ Delta", PrintedName("Delta", 2, True)),
    (printed_name, "Beta[71]", PrintedName("Beta", 0, True)),
    (printed_name, "Alpha\n7B", PrintedName("Alpha 7B")),
    (printed_name, "Command R+", PrintedName("Command R+")),
    (without_markup, "**[LLaMA](https://arxiv.org/abs/2302.13971)**", ("LLaMA", "https://arxiv.org/abs/2302.13971")),
    (without_markup, "Alpha<br>7B", ("Alpha 7B", None)),
    (without_markup, "Q*", ("Q*", None)),
    (without_markup, f'=HYPERLINK("{HUB}/gpt2"; "GPT-2")', ("GPT-2", f"{HUB}/gpt2")),
    (without_footnotes, "MIT[4]", "MIT"),
    (without_footnotes, "Apache 2.0[a][b]", "Apache 2.0"),
    (without_footnotes, "C[plus]", "C[plus]"),
    (without_footnotes, "Alpha*", "Alpha"),
    (without_footnotes, "Q*", "Q*"),
    (organizations_of, "UC Berkeley, CMU / Stanford", ["UC Berkeley", "CMU", "Stanford"]),
    (organizations_of, "Johnson & Sons, Inc.", ["Johnson & Sons, Inc."]),
    (organizations_of, "Rinna (Tokyo, Japan), NII", ["Rinna (Tokyo, Japan)", "NII"]),
    (is_legal_form, "Inc.", True),
    (is_legal_form, "GmbH", True),
    (is_legal_form, "Stanford", False),
    (mirrored, "unsloth/llama-3-8b-bnb-4bit", "unsloth/llama-3-8b"),
    (are_hub_ids, "acme/base, beta/base", True),
    (are_hub_ids, "acme/base and beta/base", True),
    (are_hub_ids, "out/checkpoints/step-100", False),
    (are_hub_ids, "acme/base", False),
    (parse_date, "04/05/2023", Parsed("04/05/2023", "'04/05/2023' may be 2023-04-05 or 2023-05-04")),
    (day_of, "2023-07-18T17:20:01.000Z", "2023-07-18"),
    (day_of, "2023", "2023"),
    (unit_of, "Params (B)", "B"),
    (unit_of, "#Params [in millions]", "M"),
    (unit_of, "Size", None),
    (unit_of, "params_b", "B"),
    (unit_of, "参数量（B）", "B"),
    (unit_of, "num_params_billions", "B"),
    (parse_size, "7", Parsed("", "'7' has no unit")),
    (leading_size, "7B parameters", ("7B", True)),
    (leading_size, "13B parameters (dense), 40 layers", ("13B", False)),
    (leading_size, "12 images", (None, False)),
    (parse_count, "1.75e+11", 175000000000),
    (parse_count, "249000000.00000003", 249000000),
    (parse_count, "7B", "7B"),
    (relation_of, "Fine-Tuned", Relation.FINETUNE),
    (relation_of, "knowledge distillation", Relation.DISTILLATION),
    (relation_of, "fork", None),
    (relation_of, "SFT + RLHF", Relation.FINETUNE),
    (relation_of, "SFT + merge", None),
    *((is_missing, text, True) for text in ("", "–", "N/A", "None", "NaN", "???")),
    (is_missing, "none of these", False),
    (is_root, "Base Model", True),
    (is_root, "from scratch", True),
    (is_root, "LLaMA", False),
    (openness_of, "✅", {"openness": "open"}),
    (openness_of, "API only", {"openness": "closed", "access": "api-only"}),
    (openness_of, "partly", {}),
    (architecture_of, "enc-dec", "encoder-decoder"),
    (architecture_of, "Decoder-only", "decoder"),
    (architecture_of, "Mamba", None),
    (folded_header, "Open?", "open"),
    (folded_header, "# Params (B)", "params b"),
    (folded_header, "Modèle\nde base", "modèle de base"),
    (header_variants, "Params (B)", ("params b", "params")),
    (header_variants, "releaseDate", ("releasedate", "release date")),
    (field_of_header, "First release date", "released"),
    (field_of_header, "Model\nCreator", "organizations"),
    (field_of_header, "Weights License", "license"),
    (field_of_header, "基座模型", "parents"),
    (field_of_header, "Lizenz", "license"),
    (field_of_header, "公開日", "released"),
    (field_of_header, "Params (B)", "sizes"),
    (field_of_header, "model_id", "id"),
    (field_of_header, "MMLU", None),
    (is_of_other_things, "Benchmarks", True),
    (is_of_other_things, "Benchmarks of models", False),
    (is_of_other_things, "2023", False),
    (slug, "Llama 2 (70b)", "Llama-2-70b"),
    (slug, "Command R+", "Command-R+"),
    (slug, "Q(x)", "Q(x)"),
    (brief, "weighted\n sum", "weighted sum"),
    (brief, "x" * 1000, "x" * 199 + "…"),
    (printable, "a\tb\ufeffc\x1b[31m", "a b\ufffdc\ufffd[31m"),
    (is_declaring, "adapter_config.json", True),
    (is_declaring, "mergekit_config.yml", True),
    (is_declaring, "config.json", False),
    (is_declaring, "model-00001-of-00030.safetensors", True),
    (is_declaring, "model-00002-of-00030.safetensors", False),
]


@pytest.mark.parametrize(("function", "text", "expected"), PLAIN)
def test_a_text_is_read(function: Callable[[str], Any], text: str, expected: object) -> None:
    assert function(text) == expected


@pytest.mark.parametrize(
    ("value", "plain", "known", "name"),
    [
        (numpy.int64(7), 7, 7, 7),
        (2023.0, 2023, 2023, 2023),
        (NOT_A_NUMBER, None, None, None),
        (numpy.array(["a"]), ["a"], ["a"], ["a"]),
        (numpy.datetime64("2023-02-01"), "2023-02-01", "2023-02-01", "2023-02-01"),
        (numpy.datetime64("NaT"), None, None, None),
        (" b ", "b", "b", "b"),
        ("N/A", "N/A", None, None),
        ("nan", "nan", None, None),
        ("-", "-", None, "-"),
        ("none of it", "none of it", "none of it", "none of it"),
        (["Acme", "nan"], ["Acme", "nan"], ["Acme", None], ["Acme", "nan"]),
    ],
)
def test_a_value_is_plain(value: object, plain: object, known: object, name: object) -> None:
    assert (plain_value(value), known_value(value), known_name(value)) == (plain, known, name)


def test_values_of_the_hub() -> None:
    url = PackageUrl("acme", "chat", "4f3a", True)
    assert parse_package_url("pkg:huggingface/acme/chat@4f3a?repository_url=https://hf.co") == url
    assert link_field("https://doi.org/10.1000/1", papers=True) == "paper"
    assert license_of("other", "flux-1-dev") == "flux-1-dev"
    assert hub_license(License(name="Apache License, Version 2.0", spdx="Apache-2.0")) == "apache-2.0"
    assert hub_license(License(name="Gemma Terms of Use")) == "gemma"
    assert hub_license(License(name="MIT")) == "other"
    row = {"tags": ["pytorch"], "baseModels": {"relation": "merge", "models": [{"id": "a/b"}]}}
    assert row_tags(row, {}) == ["pytorch", "base_model:merge:a/b"]
    assert inferred_relation({"transformers", "gptq"}, 1) == ("quantized", "its library or a tag is 'gptq'")
    assert row_license(["license:mit"], {}) == {"name": "MIT", "spdx": "MIT"}


def test_parents_in_a_text() -> None:
    def names(text: str, *known: str) -> list[str]:
        return [parent.name for parent in parse_parents(text, known.__contains__)[0]]

    assert parse_parents("Replicate of LLaMA", {"LLaMA"}.__contains__)[0] == [NamedParent("LLaMA", "replication")]
    assert names("LLaMA/meta-llama/Llama-2, T5+", "LLaMA") == ["LLaMA/meta-llama/Llama-2", "T5+"]
    assert names("LLaMA-7B + T5", "LLaMA", "T5") == ["LLaMA", "T5"]
    some = sorted(possible_parents("fine-tuned from LLaMA-7B + T5"))[:3]
    assert some == ["LLaMA", "LLaMA-7B", "LLaMA-7B + T5"]


def test_dates_and_sizes() -> None:
    dates = {"Mar 2023": "2023-03", "2023.3": "2023-03", "14/03/2023": "2023-03-14", "Q2 2023": "2023-04"}
    dates |= {"45000": "2023-03-15", "1679875200": "2023-03-27"}
    assert {text: parse_date(text).value for text in dates} == dates
    assert parse_date("04/05/2023", "day-first").value == "2023-05-04"
    assert with_unit("7 - 70", "B") == "7B - 70B"
    assert with_unit("7B, 13", "B") == "7B, 13B"
    assert with_unit("7e9", "B") == "7e9"
    assert with_unit("7", None) == "7"
    several = {"7B, 13B/65B": ["7B", "13B", "65B"], "7/13B": ["7B", "13B"], "1.6T (MoE)": ["1.6T"]}
    assert {text: [size.value for size in parse_sizes(text)] for text in several} == several
    assert [size.value for size in parse_sizes("7 - 70", "B")] == ["7B", "70B"]
    single = {"1.5 billion": "1.5B", "70亿": "7000000000", "up to 1.5B": "1.5B", "8x7B": "56B"}
    assert {text: parse_size(text).value for text in single} == single
    assert parse_size("7", "B").value == "7B"


def test_words_and_headers() -> None:
    assert spelling_key("Open-Source") == spelling_key("open source")
    assert quiet_key("LLaMA 2") == quiet_key("Llama-2")
    assert quiet_key("Command R") != quiet_key("Command R+")
    assert field_called("organization", ["id", "organizations"]) == "organizations"
    assert field_called("parents", ["parent"]) == "parent"
    assert field_called("maker", ["organizations"]) is None
    assert header_row([["Table 1. Models", ""], ["Model", "Base"], ["B", "A"]]) == 1
    assert header_row([["id"], ["a", "b"]]) == 0
    assert header_row([["Table 1. Models", "2023", ""], ["Model", "Base", "License"], ["B", "A", "MIT"]]) == 1


def test_fields() -> None:
    written = {"released": "Mar 2023", "sizes": "7/13B", "license": "N/A", "openness": "✓"}
    assert read_fields(written)[0] == {"released": "2023-03", "sizes": ["7B", "13B"], "openness": "open"}
    attributes = {"Release date": "Mar 2023", "Params (B)": 7, "size": 3.5, "x": 1}
    named = {"released": "Mar 2023", "sizes": "7B", "size": 3.5, "x": 1}
    known = {"Release date": "released", "Params (B)": "sizes"}
    assert fields_of_attributes(attributes, {"released", "sizes"}) == (named, known)
    assert relation_in({"type": "LoRA", "weight": 1}, {"relation"}) == {"relation": "LoRA", "weight": 1}
    assert relation_in({"type": "curved"}, {"relation"}) == {"type": "curved"}
    telling = {("Ahnherr", "Alpha"): True, ("Jahr der Taufe", 2023): True, ("x", 1.5): False, ("color", "#fff"): False}
    assert {pair: may_tell(*pair) for pair in telling} == telling


def test_texts() -> None:
    assert counted(1, "model") == "1 model"
    assert counted(1200, "model") == "1,200 models"
    assert counted(2, "family", "families") == "2 families"
    assert enumerated(["a", "b"]) == "a, b"
    assert enumerated(["a", "b", "c", "d"]) == "a, b, c and 1 more"
    assert alternatives(["base", "component", None]) == "'base', 'component' or None"
    value = {"id": "llama", "sizes": [7, 13], "aliases": []}
    assert json_text(value) == json.dumps(value, indent=2)
    rows = [["vicuna", "gpt-3.5 → text-davinci-003 → chatgpt"]]
    assert table(["id", "through"], rows, 30).split("\n") == ["ID      THROUGH", "vicuna  gpt-3.5 → text-davinc…"]


def test_arguments_of_other_types_are_refused() -> None:
    @checked
    def tall(height: int, title: str | None = None) -> int:
        return height

    assert tall(1) == 1
    with pytest.raises(TypeError, match=r"^height cannot be 1.5: it is int$"):
        tall(1.5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^title cannot be b'': it is str \| None$"):
        tall(1, title=b"")  # type: ignore[arg-type]


def test_files_and_cells() -> None:
    assert [is_card_of_folder(Path(name)) for name in ("a/README.md", "a/modelcard.md", "a/chat.md")] == [1, 1, 0]
    for checkpoint in ("checkpoint-500", "checkpoints/last-checkpoint"):
        assert model_folder(Path("ours/acme/chat", checkpoint), Path("ours")) == Path("ours/acme/chat")
    assert front_matter_of(b"---\nlicence: mit\n---\n# Ours", Path("README.md")).fields == {"license": "mit"}
    tree = parse_fields(b"license: mit\ntitle: a: b\nbase_model: acme/base\n", Path("README.md"))
    assert tree.data == {"license": "mit", "base_model": "acme/base"}
    assert [finding.done for finding in tree.problems] == ["the key is left out"]
    here = Position(Path("a"), 1)
    cell = markdown_cell("**LLaMA**<br>[[paper](https://arxiv.org/abs/2302.13971)]", here)
    assert (cell.text, cell.links) == ("LLaMA", (("paper", "https://arxiv.org/abs/2302.13971"),))
    cell = latex_cell(r"\textbf{LLaMA}~2 ($\sim$7B) \href{https://example.org}{code}", here)
    assert (cell.text, cell.links) == ("LLaMA 2 (~7B)", (("code", "https://example.org"),))


ONE = Lineage([Model(id="llama", name="LLaMA", released="2023-02")])
TWO = Lineage(
    [Model(id="llama-2", name="LLaMA #2", released="2023-02"), Model(id="vicuna", name='"Vicuna"')],
    [Derivation(parent="llama-2", child="vicuna", relation="finetune")],
)


def test_a_catalogue_and_a_card() -> None:
    assert catalog_text(ONE) == "models:\n  - id: llama\n    name: LLaMA\n    released: 2023-02\n"
    assert sorted(catalog_schema()["properties"]) == ["about", "extends", "models", "organizations"]  # type: ignore[call-overload]
    card = "---\nbase_model: llama\nbase_model_relation: finetune\n---\n\n# Vicuna\n"
    assert model_card_text(datasets.load("survey-table1"), "Vicuna") == card


def test_bills_of_materials() -> None:
    properties = [{"name": "modeltree:id", "value": "llama"}, {"name": "modeltree:released", "value": "2023-02"}]
    component = {"type": "machine-learning-model", "bom-ref": "llama", "name": "LLaMA", "properties": properties}
    assert json.loads(cyclonedx_text(ONE))["components"] == [component]
    types = [element["type"] for element in json.loads(spdx_text(ONE))["@graph"]]
    assert types == ["CreationInfo", "SoftwareAgent", "SpdxDocument", "ai_AIPackage"]


NODE_LINK = """{
  "directed": true,
  "multigraph": false,
  "graph": {},
  "nodes": [
    {
      "name": "LLaMA",
      "released": "2023-02",
      "id": "llama"
    }
  ],
  "edges": []
}
"""
CYTOSCAPE = """{
  "format_version": "1.0",
  "generated_by": "modeltree",
  "target_cytoscapejs_version": "~2.1",
  "data": {},
  "elements": {
    "nodes": [
      {
        "data": {
          "id": "llama",
          "name": "LLaMA",
          "released": "2023-02"
        }
      }
    ],
    "edges": []
  }
}
"""
GRAPHML = """
  <key id="d1" for="node" attr.name="released" attr.type="string" />
  <key id="d0" for="node" attr.name="name" attr.type="string" />
  <graph edgedefault="directed">
    <node id="llama">
      <data key="d0">LLaMA</data>
      <data key="d1">2023-02</data>
    </node>
  </graph>
</graphml>
"""
GEXF = """
  <meta>
    <creator>modeltree</creator>
  </meta>
  <graph mode="dynamic" timeformat="date" defaultedgetype="directed" idtype="string">
    <attributes mode="static" class="node">
      <attribute id="released" title="released" type="string" />
    </attributes>
    <nodes>
      <node id="llama" label="LLaMA" start="2023-02-01">
        <attvalues>
          <attvalue for="released" value="2023-02" />
        </attvalues>
      </node>
    </nodes>
    <edges />
  </graph>
</gexf>"""
MERMAID = r"""flowchart LR
    m_llama_2["LLaMA #35;2"]
    m_vicuna["#34;Vicuna#34;"]
    m_llama_2 -->|"finetune"| m_vicuna
"""
DOT = r"""digraph {
    "llama-2" [label="LLaMA #2", released="2023-02"];
    "vicuna" [label="\"Vicuna\""];
    "llama-2" -> "vicuna" [relation="finetune"];
}
"""


def test_graphs() -> None:
    assert node_link_text(ONE) == NODE_LINK
    assert cytoscape_text(ONE) == CYTOSCAPE
    assert graphml_text(ONE).endswith(f'/1.0/graphml.xsd">{GRAPHML}')
    assert gexf_text(ONE).rstrip().endswith(f' version="1.2">{GEXF}')
    assert mermaid_text(TWO) == MERMAID
    assert dot_text(TWO) == DOT


def test_newick() -> None:
    clade = datasets.load("survey-table1").clade("GLM")
    assert newick_text(clade) == "(chatglm,chatglm2)glm;\n"
    assert newick_text(clade, lengths=True) == "(chatglm:1.9986,chatglm2:2.2505)glm;\n"


def test_values_of_tables() -> None:
    assert [join_texts(["7B", "13B"]), join_texts(["a; b", "c"])] == ["7B; 13B", '["a; b", "c"]']
    texts = ["7B; 13B", '["a", "b"]', "['a', 'b']", "[x]; y"]
    assert [*map(split_texts, texts)] == [["7B", "13B"], ["a", "b"], ["a", "b"], ["[x]", "y"]]
    values = {"id": [7, "b"], "aliases": ["x; y", ""], "note": ["", None]}
    assert field_values(values, "; ") == {"id": ["7", "b"], "aliases": [["x", "y"], None]}
    given = [numpy.int64(7), NOT_A_NUMBER, numpy.array(["a"]), " b ", 2023.0]
    assert plain_column(given) == [7, None, ["a"], "b", 2023]
    safe = {"id": ["a", "b"], "name": ["'=1+1", "'=x"], "escaped": ["name", None]}
    assert escaped({"id": ["a", "b"], "name": ["=1+1", "'=x"]}) == safe


def test_columns_of_tables() -> None:
    choice = choose_columns(["modelId", "Name", "base", "downloads"], {"base": "parent"})
    assert choice.columns == {"parent": "base", "name": "Name", "id": "modelId"}
    assert choice.inferred == {"id"}
    assert table_of_rows([{"id": "a"}, {"id": "b", "parent": "a"}]).take(["parent"]) == {"parent": [None, "a"]}
    table = table_of_frame(pandas.DataFrame({"id": ["a", "b"], "released": [2023, None]}))
    assert (table.names, str(table.position(1, "id"))) == (("id", "released"), "<DataFrame>:2")


def test_texts_of_tables() -> None:
    assert beside("models.csv", "edges").name == "models.edges.csv"
    line = '{"id": "llama", "name": "LLaMA", "released": "2023-02"}\n'
    assert jsonl_text(Lineage([Model(id="llama", name="LLaMA", released="2023-02")])) == line

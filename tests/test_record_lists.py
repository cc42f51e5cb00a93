"""Lists of records wherever they stand: JSON, YAML, TOML, workbooks, rows of the Hub; and columns that are named."""

from __future__ import annotations

import csv
import datetime
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree.cli.main import main
from modeltree.findings import SourceError
from modeltree.formats.detection import format_of
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.models import repaired
from modeltree.hub import add_models, parents_and_successors
from modeltree.records import Relation
from strategies import examples
from work import growth

ROWS: list[dict[str, Any]] = [
    {"id": "acme/base", "name": "Base", "released": "2023-02-24"},
    {"id": "beta/chat", "name": "Chat", "released": "2023-03-30", "parents": ["acme/base"], "relation": "finetune"},
]
STEPS = [("acme/base", "beta/chat", Relation.FINETUNE)]


def steps(lineage: modeltree.Lineage) -> list[tuple[str, str, Relation]]:
    return [(edge.parent, edge.child, edge.relation) for edge in lineage.derivations]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# Lists in JSON, YAML and TOML

YAML_ROWS = """\
- id: acme/base
  name: Base
  released: 2023-02-24
- id: beta/chat
  name: Chat
  released: 2023-03-30
  parents: [acme/base]
  relation: finetune
"""
TOML_ROWS = """\
title = "Ours"

[[entries]]
id = "acme/base"
name = "Base"
released = 2023-02-24

[[entries]]
id = "beta/chat"
name = "Chat"
released = "2023-03-30"
parents = ["acme/base"]
relation = "finetune"
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", json.dumps(ROWS)),
        ("a.json", json.dumps({"title": "Ours", "entries": ROWS})),
        ("a.json", json.dumps({"data": {"items": ROWS}}, indent=2)),
        ("a.json", "\n".join(map(json.dumps, ROWS))),
        ("a.yaml", YAML_ROWS),
        ("a.yml", "---\n# Ours\ntitle: Ours\n\nentries:\n" + YAML_ROWS),
        ("a.yaml", "entries:\n  " + YAML_ROWS.replace("\n", "\n  ")),
        ("a.yaml", "entries: # of ours\n# all\n" + YAML_ROWS),
        ("a.toml", TOML_ROWS),
    ],
)
def test_a_list_of_records_under_any_key(tmp_path: Path, name: str, text: str) -> None:
    path = written(tmp_path / name, text)
    lineage, findings = modeltree.read(path)
    assert steps(lineage) == STEPS
    assert str(lineage["acme/base"].released) == "2023-02-24"
    assert {finding.kind for finding in findings} <= {"license-missing"}
    assert modeltree.read_table(path, format="jsonl" if text.count("\n{") else None).lineage == lineage
    assert modeltree.read_table(ROWS).lineage == lineage


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("a.json", '[\n {"id": "a"},\n {"id": "b", "released": "soon"}]', "3:26"),
        ("a.yaml", "items:\n- id: a\n- id: b\n  released: soon\n", "4:13"),
        ("a.toml", '[[m]]\nid = "a"\n[[ m ]]\nid = "b"\nreleased = "soon"\n', "5:12"),
        ("a.toml", '[[x.m]]\nid = "a"\n[["x".m]]\nid = "b"\n"released"="soon"\n[y]\nreleased = 1', "5:12"),
        ("a.toml", 'm = [\n {id = "a{"}, # {\n {id = "b", released = "soon"},\n]\n', "3:24"),
        ("a.toml", '[x]\nm = [{id = "a"}, {released = "soon", id = "b"}]\n', "2:30"),
    ],
)
def test_what_is_wrong_has_its_position(tmp_path: Path, name: str, text: str, where: str) -> None:
    findings = modeltree.read(written(tmp_path / name, text)).findings
    [finding] = [finding for finding in findings if finding.kind == "bad-date"]
    assert str(finding.position) == f"{tmp_path / name}:{where}"


def test_of_several_lists_that_of_models_is_read_and_one_of_derivations_with_it(tmp_path: Path) -> None:
    edges = [{"parent": "acme/base", "child": "beta/chat", "relation": "finetune"}]
    rows = [{"id": row["id"]} for row in ROWS]
    text = json.dumps({"people": [{"role": "x"}] * 9, "derivations": edges, "entries": rows})
    reading = modeltree.read(written(tmp_path / "a.json", text))
    assert steps(reading.lineage) == STEPS
    assert [f.message for f in reading.findings if f.kind == "ignored"] == ["a list of records with 'role' is not read"]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.json", "[]", "no-table"),
        ("a.json", '[{"x": 1}]', "missing-key"),
        ("a.json", '[{"id": "a"}, ]', "syntax"),
        ("a.toml", "a = [", "syntax"),
        ("a.toml", "a = " + "[" * 5000, "too-deep"),
        ("a.toml", "a = 1", "no-table"),
        ("a.toml", "a = " + "9" * 5000, "syntax"),
        ("a.yaml", "entries:\n- a: [\n", "syntax"),
    ],
)
def test_lists_that_are_none(tmp_path: Path, name: str, text: str, kind: str) -> None:
    with pytest.raises(SourceError) as refused:
        modeltree.read(written(tmp_path / name, text))
    assert [finding.kind for finding in refused.value.problems] == [kind]


def test_an_item_that_is_no_record_is_left_out_and_reported(tmp_path: Path) -> None:
    reading = modeltree.read(written(tmp_path / "a.json", '[{"id": "a"}, "b", null]'))
    assert [model.id for model in reading.lineage.models] == ["a"]
    assert [str(f.position)[-6:] for f in reading.findings if f.kind == "wrong-type"] == ["n:1:15", "n:1:20"]


@pytest.mark.parametrize(
    ("name", "text", "format"),
    [
        ("a.json", '[{"id": "a"}]', "records"),
        ("a.json", '[{"data": {"id": "a"}, "group": "nodes"}]', "cytoscape"),
        ("a.json", '{"nodes": [{"id": "a"}], "links": []}', "node-link"),
        ("a.json", '{"name": "a", "children": [{"name": "b"}]}', "node-link"),
        ("a.json", '{"adjacency": [[{"id": "b"}]], "x": [{"id": "a"}]}', "node-link"),
        ("a.json", '{"x": [{"base_model_name_or_path": "a"}]}', "peft"),
        ("a.json", '{"id": "a"}\n{"id": "b"}\n', "jsonl"),
        ("a.yaml", "models:\n- model: a\n", "mergekit"),
        ("a.yaml", "slices:\n- sources:\n  - model: a\n", "mergekit"),
        ("a.yaml", "models:\n- id: a\n", "catalog"),
        ("a.yaml", "extends: survey\nentries:\n- id: a\n", "catalog"),
        ("a.yaml", "x: y\n", "catalog"),
        ("a.yaml", "x:\n- y\n", "catalog"),
        ("a.yaml", "list:\n- model: a\n  base: b\n", "records"),
        ("a.yaml", "- model: a\n  base: b\n", "records"),
        ("a.yaml", "- {id: a}\n- {id: b}\n", "records"),
    ],
)
def test_what_a_file_is(tmp_path: Path, name: str, text: str, format: str) -> None:
    assert format_of(written(tmp_path / name, text)).name == format


@pytest.mark.parametrize("part", ["{", "- ", "a:\n", "\n", "- a: b\n", "#\n", "---\n"])
def test_sniffing_takes_work_in_proportion(tmp_path: Path, part: str) -> None:
    def prepare(count: int) -> Callable[[], object]:
        path = written(tmp_path / "a.yaml", part * count)
        return lambda: format_of(path)

    assert growth(prepare, 2000) < 2.5


# Workbooks


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook(tmp_path: Path) -> None:
    rows = [
        ["Our models"],
        [],
        ["Model", "Released", "Base", "How", None, "Sizes"],
        ["Base", datetime.date(2023, 2, 24), None, None, "x", "7B"],
        [None],
        [
            "Chat",
            datetime.datetime(2023, 3, 30, 12),  # noqa: DTZ001  # as workbooks have them
            "Base",
            "fine-tuned",
            None,
            7_000_000_000,
        ],
        ["Old", 2019, None, None, None, None],
    ]
    path = workbook(tmp_path / "a.xlsx", About=[["made by us"]], Models=rows)
    columns = {"How": "relation", "Model": "name"}
    lineage, findings = modeltree.read(path, columns=columns)
    assert steps(lineage) == [("Base", "Chat", Relation.FINETUNE)]
    assert [str(model.released) for model in lineage.models] == ["2019", "2023-02-24", "2023-03-30"]
    assert str(lineage["Chat"].sizes[0]) == "7B"
    said = [str(finding) for finding in findings if finding.kind in ("faulty-markup", "ignored")]
    assert said == [
        f"{path}:1: a list of records with 'made by us' is not read",
        f"{path}:1: what stands above the header is no part of the table; the header is below it",
        f"{path}:3: columns without a name: 5; name them; they are left out",
    ]
    with pytest.warns(modeltree.findings.FindingsWarning, match="columns without a name"):
        assert modeltree.load(path, columns=columns) == lineage
    bad = workbook(tmp_path / "b.xlsx", Models=[["id", "released"], ["a", "soon"]])
    assert [str(f.position) for f in modeltree.read(bad).findings if f.kind == "bad-date"] == [f"{bad}:2:2"]


def test_a_workbook_with_a_sheet_of_derivations(tmp_path: Path) -> None:
    edges = [["parent", "child", "relation"], ["acme/base", "beta/chat", "finetune"]]
    path = workbook(tmp_path / "a.xlsx", Edges=edges, Models=[["id"], ["acme/base"], ["beta/chat"]])
    assert steps(modeltree.read(path).lineage) == STEPS


LISTS = {
    "2022": [["Model", "License", "Sizes"], ["Base", "MIT", "7B"]],
    "Chat models": [["Name", "Base model", "Released"], ["Chat", "Base", "soon"], ["Tiny", "Chat", "2023-05"]],
    "Benchmarks": [["Name", "Released", "License"], ["GLUE", "2018", "MIT"]],
    "People": [["Name", "Role"], ["Ada", "author"]],
}


def as_records(rows: list[list[str]]) -> list[dict[str, str]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("ending", ["xlsx", "json", "yaml", "toml"])
def test_several_lists_of_models_are_one(tmp_path: Path, ending: str) -> None:
    path, lists = tmp_path / f"a.{ending}", {title: as_records(rows) for title, rows in LISTS.items()}
    if ending == "xlsx":
        workbook(path, **LISTS)
    elif ending == "toml":
        records = [(title, record) for title, rows in lists.items() for record in rows]
        lines = [
            [f'[["{title}"]]', *(f'"{key}" = "{value}"' for key, value in record.items())] for title, record in records
        ]
        written(path, "\n".join(line for record in lines for line in record))
    else:
        written(path, json.dumps(lists, indent=1) if ending == "json" else yaml.safe_dump(lists, sort_keys=False))
    lineage, findings = modeltree.read(path)
    assert {(step.parent, step.child) for step in lineage.derivations} == {("Base", "Chat"), ("Chat", "Tiny")}
    assert set(lineage.ids) == {"Base", "Chat", "Tiny"}
    assert (str(lineage["Base"].license), str(lineage["Base"].sizes[0])) == (
        str(modeltree.License(name="MIT", spdx="MIT")),
        "7B",
    )
    said = {finding.message for finding in findings}
    assert {
        "a list of records with 'Name', 'Role' is not read",
        "a list of records with 'Name', 'Released', 'License' is not read",
    } <= said
    [bad] = [finding for finding in findings if finding.kind == "bad-date"]
    lines = written(tmp_path / "x", "").read_text() if ending == "xlsx" else path.read_text(encoding="utf-8")
    line = next((number for number, text in enumerate(lines.split("\n"), start=1) if "soon" in text), 2)
    assert bad.position is not None
    assert bad.position.line == line


def test_lists_that_call_the_same_by_other_words_are_one(tmp_path: Path) -> None:
    lists = {
        "a": [{"id": "x/base", "name": "Base", "License": "MIT"}],
        "b": [{"Name": "Chat", "Base model": "x/base"}],
        "c": [{"Model": "Tiny", "parents": ["Chat"]}],
    }
    lineage = modeltree.read(written(tmp_path / "a.json", json.dumps(lists))).lineage
    assert {(step.parent, step.child) for step in lineage.derivations} == {("x/base", "Chat"), ("Chat", "Tiny")}


def test_several_lists_of_derivations_are_one(tmp_path: Path) -> None:
    pairs = {"first": [{"parent": "a", "child": "b"}], "second": [{"source": "b", "target": "c"}]}
    lineage = modeltree.read(written(tmp_path / "a.json", json.dumps(pairs))).lineage
    assert [(step.parent, step.child) for step in lineage.derivations] == [("a", "b"), ("b", "c")]
    models = [{"id": id} for id in "abc"]
    assert modeltree.read_table(models, tmp_path / "a.json").lineage.derivations == lineage.derivations


def test_merged_cells_links_and_formulas_of_a_workbook(tmp_path: Path) -> None:
    rows = [
        ["Models of 2023", None, None, None, None],
        ["Organization", "Model", "Base model", "Paper", "Sizes"],
        ["Meta", "LLaMA", None, "arXiv", "7B"],
        [None, "Llama 2", None, None, '=CONCAT("7", "B")'],
        ["Stanford", "Alpaca", "=B3", None, None],
        [None, "Koala", "LLaMA", None, None],
    ]
    path = workbook(tmp_path / "a.xlsx", S=rows)
    book = openpyxl.load_workbook(path)
    sheet = book["S"]
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:A4")
    sheet["B3"].hyperlink = "https://huggingface.co/meta/llama?a=1&b=2"
    sheet["D3"].hyperlink = "https://arxiv.org/abs/2302.13971"
    sheet["E5"].hyperlink = "https://example.org"
    book.save(path)
    lineage, findings = modeltree.read(path)
    owners = {model.name: model.organizations for model in lineage.models}
    assert owners == {"LLaMA": ("Meta",), "Llama 2": ("Meta",), "Alpaca": ("Stanford",), "Koala": ()}
    assert lineage["LLaMA"].links.model_dump(exclude_none=True) == {
        "weights": "https://huggingface.co/meta/llama?a=1&b=2",
        "paper": "https://arxiv.org/abs/2302.13971",
    }
    [unsaved] = [finding for finding in findings if finding.kind == "bad-value"]
    assert str(unsaved).startswith(f"{path}:4:5: formulas without a saved value: 2;")


def test_cells_merged_over_all_rows_of_excel_cost_nothing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["Organization", "Model"], ["Meta", "LLaMA"], [None, "OPT"]])
    content = {}
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet1.xml"
    ranges = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % row for row in range(2, 3000))
    content[part] = content[part].replace(b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    assert {model.organizations for model in modeltree.read(path).lineage.models} == {("Meta",)}


def test_names_that_are_links_or_have_emphasis(tmp_path: Path) -> None:
    text = """Model,Base,Paper,License,Organization,Date
[LLaMA](https://huggingface.co/meta/llama),,[arXiv](https://arxiv.org/abs/2302.13971),MIT[4],[Meta](https://meta.com),2023-02
**Alpaca**<sup>2</sup>,[LLaMA](https://meta.com),,,,[2023-03](https://stanford.edu)
"<a href=""https://lmsys.org"">Vicuna<br>13B</a>","[LLaMA](https://meta.com), [Alpaca](https://stanford.edu)",,,,
"=HYPERLINK(""https://github.com/x/koala"";""Koala"")",`Alpaca`,,[MIT](https://mit.edu),,
"""
    lineage = modeltree.read(written(tmp_path / "a.csv", text.replace("<br>", " "))).lineage
    assert {model.name for model in lineage.models} == {"LLaMA", "Alpaca", "Vicuna 13B", "Koala"}
    assert {(step.parent, step.child) for step in lineage.derivations} == {
        ("LLaMA", "Alpaca"), ("LLaMA", "Vicuna-13B"), ("Alpaca", "Vicuna-13B"), ("Alpaca", "Koala"),
    }  # fmt: skip
    llama, koala = lineage["LLaMA"], lineage["Koala"]
    assert (llama.organizations, llama.license, koala.license) == (("Meta",), koala.license, llama.license)
    assert llama.links.model_dump(exclude_none=True) == {
        "weights": "https://huggingface.co/meta/llama",
        "paper": "https://arxiv.org/abs/2302.13971",
    }
    assert koala.links.code == "https://github.com/x/koala"
    assert str(lineage["Alpaca"].released) == "2023-03"


def test_marks_anywhere_in_a_printed_table_are_none_of_its_values(tmp_path: Path) -> None:
    lineage = modeltree.read(written(tmp_path / "a.csv", "Model,License,Organization\nA,MIT[4],Meta[2]\n")).lineage
    assert (lineage["A"].organizations, lineage["A"].license) == (("Meta",), modeltree.License(name="MIT", spdx="MIT"))


def test_names_like_links_beside_ids_stay_as_they_are(tmp_path: Path) -> None:
    lineage = modeltree.Lineage([modeltree.Model(id="a", name="[A](https://a.org)", license="[MIT](https://mit.edu)")])
    modeltree.save(lineage, tmp_path / "a.csv")
    assert modeltree.load(tmp_path / "a.csv") == lineage


def test_workbooks_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def problem(path: Path) -> str:
        with pytest.raises(SourceError) as refused:
            modeltree.read(path)
        [finding] = refused.value.problems
        return f"{finding.kind}: {finding.message}"

    good = workbook(tmp_path / "a.xlsx", Models=[["id", "name"], ["a", "A"]] * 50)
    assert problem(workbook(tmp_path / "empty.xlsx", Models=[])) == "no-table: the workbook has no cells"
    assert problem(written(tmp_path / "no.xlsx", "id\na\n")).startswith("syntax: no Excel workbook")
    content = good.read_bytes()
    for length in (100, len(content) // 2, len(content) - 30):
        (tmp_path / "cut.xlsx").write_bytes(content[:length])
        assert problem(tmp_path / "cut.xlsx").startswith("syntax: no Excel workbook")
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    assert problem(tmp_path / "other.xlsx").startswith("syntax: no Excel workbook")
    with zipfile.ZipFile(good) as archive, zipfile.ZipFile(tmp_path / "entities.xlsx", "w") as changed:
        for part in archive.namelist():
            text = archive.read(part)
            head = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' if part.endswith("sheet1.xml") else b""
            changed.writestr(part, head + text)
    assert "declares a document type" in problem(tmp_path / "entities.xlsx")
    monkeypatch.setattr(limits, "WORKBOOK_CELLS", 50)
    assert problem(good) == "too-large: more than 50 cells"
    monkeypatch.setattr(limits, "WORKBOOK_UNPACKED", 500)
    assert problem(good).startswith("too-large: more than 0 MiB when unpacked")
    monkeypatch.setattr(limits, "YAML_BYTES", 500)
    assert problem(good).startswith("too-large: the file is too large")


# Records of the Hub

HUB: list[dict[str, Any]] = [
    {"id": "acme/base", "author": "acme", "tags": ["license:mit"], "createdAt": "2024-01-05T10:00:00.000Z"},
    {
        "id": "beta/chat", "author": "beta", "createdAt": "2024-02-01T10:00:00.000Z", "gated": "auto", "downloads": 7,
        "tags": ["base_model:acme/base", "base_model:finetune:acme/base", "license:apache-2.0"],
        "cardData": {"base_model": "acme/base", "license": "apache-2.0"},
        "baseModels": {"relation": "finetune", "models": [{"_id": "65f0", "id": "acme/base"}]},
    },
]  # fmt: skip
FORMS: dict[str, Callable[[Path, list[dict[str, Any]]], Any]] = {
    "array": lambda path, rows: written(path / "a.json", json.dumps(rows)),
    "lines": lambda path, rows: written(path / "a.jsonl", "\n".join(map(json.dumps, rows))),
    "list": lambda path, rows: rows,
    "pandas": lambda path, rows: pandas.DataFrame(rows),
    "polars": lambda path, rows: polars.DataFrame(rows),
    "arrow": lambda path, rows: pa.Table.from_pylist(rows, schema=schema_of(rows)),
    "parquet": lambda path, rows: in_parquet(path / "a.parquet", rows),
    "csv": lambda path, rows: in_csv(path / "a.csv", rows),
}


def schema_of(rows: list[dict[str, Any]]) -> pa.Schema:
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.schema([(name, pa.array([row.get(name) for row in rows]).type) for name in names])


def in_parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    pa.parquet.write_table(pa.Table.from_pylist(rows, schema=schema_of(rows)), path)
    return path


def in_csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    """As pandas writes them: nested values in the notation of Python."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def read(source: Any, **options: Any) -> Reading:
    return modeltree.read(source, **options) if isinstance(source, Path) else modeltree.read_table(source, **options)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kept", ["tags", "cardData", "baseModels", "all"])
@pytest.mark.parametrize("id", ["id", "modelId"])
def test_rows_of_the_hub_in_any_form(tmp_path: Path, form: str, kept: str, id: str) -> None:
    left_out = {"tags", "cardData", "baseModels"} - {kept} if kept != "all" else set()
    rows = [{id if name == "id" else name: value for name, value in row.items() if name not in left_out} for row in HUB]
    lineage, findings = read(FORMS[form](tmp_path, rows))
    assert steps(lineage) == STEPS
    chat = lineage["beta/chat"]
    assert (str(chat.released), chat.organizations, chat.access) == ("2024-02-01", ("beta",), "gated")
    assert (chat.name, chat.links.weights) == ("chat", "https://huggingface.co/beta/chat")
    assert kept == "baseModels" or (chat.license and chat.license.spdx == "Apache-2.0")
    assert not [finding for finding in findings if finding.severity != "note"]
    assert [f.message for f in findings if f.kind == "ignored"] == ["nothing is read from column 'downloads'"]
    assert any(f.kind == "inferred-relation" for f in findings) == (kept == "cardData")


RELATIONS = [
    ({"tags": ["peft"], "cardData": {"base_model": "acme/base"}}, [("acme/base", "adapter")]),
    ({"library_name": "peft", "cardData": {"base_model": ["acme/base"]}}, [("acme/base", "adapter")]),
    ({"cardData": {"base_model": ["acme/base", "acme/b"]}}, [("acme/base", "merge"), ("acme/b", "merge")]),
    ({"cardData": {"base_model": "acme/base", "base_model_relation": "quantized"}}, [("acme/base", "quantized")]),
    ({"cardData": {"base_model": "https://huggingface.co/acme/base"}}, [("acme/base", "finetune")]),
    ({"cardData": {"base_model": "none"}}, []),
    ({"cardData": {"base_model": None}, "tags": ["base_model:merge:a/b", "base_model:a/b"]}, [("a/b", "merge")]),
    ({"baseModels": {"relation": "merge", "models": [{"id": "a"}, {"id": "b"}]}}, [("a", "merge"), ("b", "merge")]),
    ({"baseModels": [{"relation": "merge", "id": "a/b"}], "cardData": {}}, [("a/b", "merge")]),
    ({"cardData": {"quantized_by": "me", "base_model": "a/b"}}, [("a/b", "quantized")]),
    ({"cardData": {"license": "mit"}}, []),
]  # fmt: skip


@pytest.mark.parametrize(("row", "parents"), RELATIONS)
def test_a_row_says_the_same_as_the_hub_does(row: dict[str, Any], parents: list[tuple[str, str]]) -> None:
    """Rows in a table and answers of the API are understood alike."""
    rows = [{"id": "acme/base", "createdAt": "2022-03-02T23:29:04.000Z"}, {"id": "me/mine", **row}]
    by_table = modeltree.read_table([*rows, {"id": "x", "tags": ["base_model:a/b"]}]).lineage
    assert [(e.parent, str(e.relation)) for e in by_table.derivations if e.child == "me/mine"] == sorted(parents)
    claims = Claims()
    add_models(claims, {each["id"]: each for each in rows}, {}, "https://huggingface.co")
    by_api = repaired(claims).lineage
    assert [(e.parent, str(e.relation)) for e in by_api.derivations] == sorted(parents)
    for id in ("acme/base", "me/mine"):
        assert by_table[id] == by_api[id]
    assert parents_and_successors(rows[1])[0] == [name for name, _ in parents]


@pytest.mark.parametrize("form", ["list", "pandas", "polars", "arrow", "jsonl", "parquet", "dictionary"])
@pytest.mark.parametrize("kind", [{}, {"kind": "model"}])
def test_data_sets_in_rows_of_the_hub(tmp_path: Path, form: str, kind: dict[str, str]) -> None:
    rows = [
        {"id": "a/b", "tags": ["dataset:x/y", "base_model:c/d", "dataset:datasets/c"], **kind},
        {"id": "c/d", "tags": ["dataset:x/y", "dataset: ", "dataset:None", "dataset:z"], **kind},
        {"id": "datasets/z", "tags": ["dataset:x/y"], **kind},
    ]
    source: Any = rows
    if form == "jsonl":
        source = written(tmp_path / "x.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))
    elif form == "parquet":
        source = in_parquet(tmp_path / "x.parquet", rows)
    elif form != "list":
        table = pa.Table.from_pylist(rows)
        coded = table.set_column(0, "id", table.column("id").dictionary_encode())
        source = {"pandas": table.to_pandas, "polars": lambda: polars.from_arrow(table)}.get(
            form, lambda: coded if form == "dictionary" else table
        )()
    lineage, findings = modeltree.read_table(source)
    assert "duplicate-id" not in {finding.kind for finding in findings}, "a data set with a row of its own has it"
    assert {(edge.parent, edge.child) for edge in lineage.derivations if edge.relation == Relation.DATA} == {
        ("datasets/x/y", "a/b"), ("datasets/datasets/c", "a/b"),
        ("datasets/x/y", "c/d"), ("datasets/z", "c/d"), ("datasets/x/y", "datasets/z"),
    }  # fmt: skip
    assert {model.id for model in lineage.models if model.kind == "dataset"} == {"datasets/x/y", "datasets/datasets/c"}
    data = lineage["datasets/x/y"]
    assert (data.name, data.organizations, data.links.weights) == ("y", ("x",), None)


def test_data_sets_of_the_hub_are_as_model_cards_make_them(tmp_path: Path) -> None:
    card = "---\nbase_model: c/d\ndatasets: [x/y, z]\n---\n"
    (tmp_path / "a" / "b").mkdir(parents=True)
    written(tmp_path / "a" / "b" / "README.md", card)
    by_cards = modeltree.read(tmp_path).lineage
    by_table = modeltree.read_table(
        [{"id": "a/b", "cardData": {"base_model": "c/d", "datasets": ["x/y", "z"]}}]
    ).lineage
    assert by_table.derivations == by_cards.derivations
    for id in ("datasets/x/y", "datasets/z"):
        assert by_table[id] == by_cards[id]


@pytest.mark.parametrize("between", [", ", ";", "\n", " "])
def test_tags_of_the_hub_may_be_one_text(between: str) -> None:
    tags = between.join(["gguf", "base_model:acme/base", "base_model:quantized:acme/base", "license:mit"])
    lineage = modeltree.read_table([{"id": "acme/base"}, {"id": "me/mine", "tags": tags}]).lineage
    assert [(edge.parent, edge.child, str(edge.relation)) for edge in lineage.derivations] == [
        ("acme/base", "me/mine", "quantized")
    ]
    assert len(lineage) == 2


def test_more_of_rows_of_the_hub() -> None:
    rows = [
        {"id": "a/one", "cardData": {"new_version": "a/two"}, "createdAt": "2022-03-02T23:29:04.000Z"},
        {"id": "a/two", "cardData": {"base_model": "b/c@v2", "new_version": "a/three"}, "base_model": "d/e"},
        {"id": None, "cardData": {"base_model": "b/c"}},
        {"id": "a/four", "cardData": "{'base_model': ['a/one']}"},
        {"id": "a/five", "cardData": '{"base_model": "a/one"}'},
        {"id": "a/six", "cardData": "{'base_model': open('x')}"},
    ]
    lineage, findings = modeltree.read_table(rows)
    assert {(e.parent, e.child, str(e.relation), e.note) for e in lineage.derivations} == {
        ("a/one", "a/two", "successor", None),
        ("b/c", "a/two", "merge", "revision: v2"),
        ("d/e", "a/two", "merge", None),
        ("a/one", "a/four", "finetune", None),
        ("a/one", "a/five", "finetune", None),
    }
    assert lineage["a/one"].released is None
    said = [str(finding) for finding in findings if finding.kind == "ignored"]
    assert said == [
        "<list>: 1 models are from before March 2022, when the Hub began to keep dates; "
        "the date that the Hub says is left out",
        "<list>: new_version of 'a/two' is not in the table; it is left out",
    ]  # fmt: skip
    mapped = modeltree.read_table(rows, columns={"base_model": "parent"}).lineage
    assert [(e.parent, e.child) for e in mapped.derivations] == [("d/e", "a/two")]


def test_other_tables_are_no_tables_of_the_hub() -> None:
    for row in (
        {"tags": ["a", "b"]},
        {"tags": None},
        {"cardData": "x"},
        {"baseModels": ["a"]},
        {"tags": "license:mit"},
    ):
        lineage, findings = modeltree.read_table([{"id": "a"}, {"id": "b", **row}])
        assert not [finding for finding in findings if finding.kind == "read-as"]
        assert len(lineage.derivations) == ("baseModels" in row)


@settings(deadline=None, max_examples=examples(50))
@given(st.data())
def test_rows_and_columns_say_the_same_of_the_hub(data: st.DataObject) -> None:
    """Many rows are read by columns, few one by one."""
    ids = [f"a/{letter}" for letter in "bcdefgh"]
    texts = st.sampled_from([*ids, "none", "", "https://hf.co/a/b"])
    optional = {"base_model": texts | st.lists(texts), "license": texts, "new_version": texts}
    cards = st.fixed_dictionaries({}, optional=optional)
    bases = [f"base_model:{word}{id}" for word in ("", "merge:") for id in ids]
    tags = st.lists(st.sampled_from(["peft", "license:mit", *bases]))
    rows = [{"id": id, "cardData": data.draw(cards), "tags": data.draw(tags)} for id in ids]
    few = modeltree.read_table(rows).lineage
    many = [{"id": f"x/{number}", "cardData": {}, "tags": []} for number in range(2000)]
    lineage = modeltree.read_table(rows + many, notes=False).lineage
    assert set(steps(lineage)) == set(steps(few))


CARD = """---
base_model:
- acme/base
base_model_relation: finetune
licence: apache-2.0
datasets: [x/y]
license_link: https://acme.example/terms
new_version: acme/base2
release_date: 2023-05-01
title: a: b
---
# Chat
--- A model.
"""


@pytest.mark.parametrize(
    ("form", "name", "where"),
    [
        ("array", "card", "a.json:1:186"), ("lines", "readme", "a.jsonl:3"), ("list", "cardText", "<list>:3"),
        ("pandas", "content", "<DataFrame>:3"), ("polars", "model_card", "<DataFrame>:3"),
        ("arrow", "README.md", "<Table>:3"), ("parquet", "hub card (text)", "a.parquet:3"),
        ("csv", "Card", "a.csv:7:13"),
    ],
)  # fmt: skip
def test_the_texts_of_cards_in_a_column_are_read_as_cards_are(tmp_path: Path, form: str, name: str, where: str) -> None:
    """What a card says does not depend on where it stands."""
    cards = {"acme/base": "---\nlicense: mit\n---\n", "acme/base2": "# No front matter", "beta/chat": CARD}
    by_table = read(FORMS[form](tmp_path, [{"id": id, "downloads": 1, name: text} for id, text in cards.items()]))
    for id, text in cards.items():
        (tmp_path / "cards" / id).mkdir(parents=True)
        written(tmp_path / "cards" / id / "README.md", text)
    by_cards = modeltree.read(tmp_path / "cards")
    assert by_table.lineage.derivations == by_cards.lineage.derivations
    assert len(by_table.lineage.derivations) == 3
    for model in by_cards.lineage.models:
        assert by_table.lineage[model.id] == model
    faults = [
        [finding for finding in reading.findings if finding.kind in ("syntax", "unknown-key")]
        for reading in (by_table, by_cards)
    ]
    assert [sorted(finding.message for finding in found) for found in faults] == [
        sorted(finding.message for finding in faults[1])
    ] * 2
    assert len(faults[0]) == 2
    assert {str(finding.position).rpartition("/")[2] for finding in faults[0]} == {where}


def test_what_rows_and_cards_say_is_joined() -> None:
    """What the Hub says stands first, a card fills the gaps; faults that many cards have are told of once."""
    rows = [
        {"id": "a/base", "createdAt": "2024-01-01", "tags": ["license:mit"], "readme": "---\ndate: 2023-01-01\n---\n"},
        {"id": "a/one", "createdAt": None, "readme": "---\ndate: 2023-01-02\nbase-model: a/base\n---\n"},
        {"id": "a/two", "cardData": {"base_model": "a/one"}, "readme": "---\nbase-model: a/base\nlicense: mit\n---\n"},
        {"id": "a/three", "readme": "---\nlicense: mit\n", "release_date": None},
        {"id": "a/four", "readme": None, "content": "---\nbase_model: a/base\n---\n"},
    ]
    lineage, findings = modeltree.read_table(rows)
    assert [(edge.parent, edge.child) for edge in lineage.derivations] == [("a/base", "a/one"), ("a/one", "a/two")]
    assert [str(model.released) for model in map(lineage.__getitem__, ("a/base", "a/one"))] == [
        "2024-01-01",
        "2023-01-02",
    ]
    assert lineage["a/one"].links.weights == "https://huggingface.co/a/one"
    assert [(f.message, f.ids) for f in findings if f.kind in ("unknown-key", "syntax")] == [
        ("unknown key 'base-model', in 2 rows", ("a/one", "a/two")),
        ("the front matter has no end", ("a/three",)),
    ]
    assert "nothing is read from column 'content'" in {finding.message for finding in findings}


def test_the_date_of_release_in_a_column_stands_before_that_of_the_repository() -> None:
    rows = [{"id": "a/b", "released": "2023-01", "createdAt": "2024-05-06", "tags": ["base_model:a/c"]}]
    lineage, _ = modeltree.read_table(rows)
    assert str(lineage["a/b"].released) == "2023-01"


def test_texts_that_are_no_cards_make_no_table_of_the_hub() -> None:
    for text in ("--- x", "-----\nlicense: mit\n---\n", "a\n---\nbase_model: a\n---\n", 7, {"base_model": "a"}):
        lineage, findings = modeltree.read_table([{"id": "a"}, {"id": "b", "card": text}])
        assert not lineage.derivations
        assert not [finding for finding in findings if finding.kind == "read-as"]


def test_work_on_the_texts_of_cards_grows_with_them() -> None:
    def rows(count: int) -> list[dict[str, str]]:
        card = "---\nkey{}: x\nlicence: mit\nbase_model: a/0\n---\n"
        return [{"id": f"a/{row}", "card": card.format(row)} for row in range(count)]

    def prepared(count: int) -> Callable[[], object]:
        table = rows(count)
        return lambda: modeltree.read_table(table)

    assert growth(prepared, 100) < 2.4


# Columns that are named


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "型号,基座\nA,\nB,A\n"),
        ("a.tsv", "型号\t基座\nA\t\nB\tA\n"),
        ("a.jsonl", '{"型号": "A"}\n{"型号": "B", "基座": "A"}\n'),
        ("a.json", '[{"型号": "A"}, {"型号": "B", "基座": "A"}]'),
        ("a.yaml", "models:\n- 型号: A\n- 型号: B\n  基座: A\n"),
        ("a.toml", '[[models]]\n"型号" = "A"\n[[models]]\n"型号" = "B"\n"基座" = "A"\n'),
        ("a.md", "|型号|基座|\n|---|---|\n|A||\n|B|A|\n"),
        ("a.tex", "\\begin{tabular}{ll}\n型号 & 基座 \\\\\nA & \\\\\nB & A \\\\\n\\end{tabular}\n"),
    ],
)
def test_columns_at_the_shell_and_in_python(
    tmp_path: Path, name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / name, text)
    parents = "parents" if name.endswith((".md", ".tex")) else "parent"
    columns, words = {"型号": "name", "基座": parents}, f"型号=name,基座={parents}"
    assert modeltree.load(path, columns=columns).parents("B") == ("A",)
    assert modeltree.read(path, columns=columns).lineage == modeltree.load(path, columns=columns)
    assert main(["check", str(path), "--columns", words]) == 0
    assert main(["check", str(path), "--columns", "型号=name", "--columns", f"基座={parents}"]) == 0
    assert capsys.readouterr().out.count("ok: 2 models, 1 derivation") == 2
    assert main(["ancestors", "B", "--data", str(path), "--columns", words]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[0] == "A"
    output = tmp_path / "out.graphml"
    assert main(["convert", str(path), str(output), "--columns", words]) == 0
    assert modeltree.load(output).parents("B") == ("A",)
    assert main(["tree", "--data", str(path), "--columns", words]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "a.csv", "--columns", "x=name"], "the table has no column 'x'; there is 'id'"),
        (["check", "a.csv", "--columns", "id=nam"], "'nam' is no field; there is 'name'"),
        (["list", "--data", "a.csv", "--columns", "x=name"], "the table has no column 'x'"),
        (["check", "a.csv", "--columns", "id"], "'id' is no NAME=FIELD,…"),
        (["check", "a.csv", "--columns", "=id"], "'=id' is no NAME=FIELD,…"),
        (["check", "a.graphml", "--columns", "id=name"], "is GraphML, which has no columns to name: those have csv,"),
        (["list", "--data", "survey", "--columns", "id=name"], "is a catalogue, which has no columns to name"),
    ],
)
def test_columns_that_there_are_not(
    tmp_path: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "a.csv", "id\na\n")
    written(tmp_path / "a.graphml", "<graphml/>")
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_names_of_columns_may_have_commas_and_equals_signs(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 'id,"base, if any",a=b\nx,,\ny,x,2023\n')
    output = tmp_path / "a.yaml"
    assert main(["convert", str(path), str(output), "--columns", "base, if any=parent,a=b=released"]) == 0
    lineage = modeltree.load(output)
    assert lineage.parents("y") == ("x",)
    assert str(lineage["y"].released) == "2023"


def test_the_format_of_a_table_may_be_said(tmp_path: Path) -> None:
    path = written(tmp_path / "models.txt", "id,parent\na,\nb,a\n")
    assert modeltree.read(path, format="csv").lineage.parents("b") == ("a",)
    assert main(["check", str(path), "--from", "csv"]) == 0
    with pytest.raises(ValueError, match="'xml' is no format of tables; there is csv, jsonl, parquet, records, excel"):
        modeltree.read_table(path, format="xml")


# Templates


def test_templates_are_read_without_a_finding_and_are_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["template"]) == 0
    readings = [modeltree.read(tmp_path / name) for name in ("models.csv", "models.yaml")]
    assert [reading.findings for reading in readings] == [(), ()]
    assert readings[0].lineage == readings[1].lineage
    assert len(readings[0].lineage) == 3
    assert main(["template", "models.yaml", "new.csv"]) == 1
    assert not (tmp_path / "new.csv").exists()
    assert main(["template", "new.txt"]) == 2
    assert main(["template", "new.csv", "new.yaml", "new.YML"]) == 0


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.xlsx"])
@pytest.mark.parametrize(
    ("above", "header", "told"),
    [
        ([["Table 1. Models"], []], 3, True),
        ([["Table 1. Models", "", ""]], 2, True),
        ([["Models"], ["as of May"]], 3, True),
        ([["Models, as of", "2023", ""]], 2, True),
        ([[], ["", "", ""]], 3, False),
    ],
)
def test_a_title_above_the_header(tmp_path: Path, name: str, above: list[list[str]], header: int, told: bool) -> None:
    rows = [*above, ["Model", "Base", "License"], ["Alpha", "", "mit"], ["Beta", "Alpha", "mit"]]
    path = tmp_path / name
    if name == "x.xlsx":
        workbook(path, Models=rows)
    else:
        delimiter = "\t" if name == "x.tsv" else ";"
        path.write_text("".join(f"{delimiter.join(row)}\n" for row in rows))
    lineage, findings = modeltree.read(path)
    assert steps(lineage) == [("Alpha", "Beta", Relation.UNSPECIFIED)]
    said = [finding.position for finding in findings if "above the header" in finding.message]
    assert len(said) == told
    assert {finding.position.line for finding in findings if finding.kind == "inferred-column"} == {header}


def test_a_list_of_one_column_has_no_title(tmp_path: Path) -> None:
    lineage, findings = modeltree.read(written(tmp_path / "x.csv", "name\nLlama\nAlpha, the first\n"))
    assert lineage.ids == ("Alpha", "Llama")
    assert "the record has 2 cells where the header has 1" in str(findings[0])


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx"])
def test_the_numbers_that_pandas_writes_in_front_need_no_name(tmp_path: Path, name: str) -> None:
    def unnamed(numbers: list[int]) -> int:
        rows = [["", "Model"], *([number, f"M{number}"] for number in numbers)]
        path = tmp_path / name
        if name == "x.csv":
            path.write_text("".join(f"{','.join(map(str, row))}\n" for row in rows))
        else:
            workbook(path, Models=[[cell if cell != "" else None for cell in row] for row in rows])
        return sum(
            "no name" in finding.message or "without a name" in finding.message
            for finding in modeltree.read(path).findings
        )

    assert unnamed([0, 1, 2]) == 0
    assert unnamed([1, 2, 3]) == 1


def test_a_name_with_a_mark_is_told_of_once_and_its_column_is_of_names(tmp_path: Path) -> None:
    findings = modeltree.read(written(tmp_path / "x.csv", "Model\nAlpha\n-> Beta*\n")).findings
    assert [finding.message for finding in findings[:2]] == [
        "column 'Model' is taken for 'name'",
        "name '-> Beta*' is read as 'Beta'",
    ]
    assert sum("Beta*" in finding.message for finding in findings) == 1


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.jsonl", "x.parquet"])
@pytest.mark.parametrize("id", ["->a/b", "-->a", "--->x", "↳x", "└─x", "=>~>x", "-->/🦙"])
@pytest.mark.parametrize("derived", [False, True])
def test_ids_that_begin_as_a_drawn_tree_does_stay(tmp_path: Path, name: str, id: str, derived: bool) -> None:
    models = [modeltree.Model(id=id, name="X"), modeltree.Model(id="z", name="Z")]
    lineage = modeltree.Lineage(models, [modeltree.Derivation(parent="z", child=id, relation="merge")] * derived)
    modeltree.save(lineage, tmp_path / name)
    assert modeltree.load(tmp_path / name) == lineage


@pytest.mark.parametrize("text", [".".join("a" * 2000) + " = 1", "[" + " . ".join(['"a"'] * 2000) + "]\nx = 1"])
def test_a_key_of_many_parts_is_refused_before_it_is_read(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match="a key of more than 100 parts") as raised:
        modeltree.read(written(tmp_path / "x.toml", text))
    assert raised.value.problems[0].kind == "too-deep"


def test_points_in_texts_and_remarks_are_no_parts_of_keys(tmp_path: Path) -> None:
    text = f"# {'a.' * 500}\n[[models]]\nid = 'a'\nnote = \"{'b.' * 300}\"\n"
    assert modeltree.load(written(tmp_path / "x.toml", text))["a"].note == "b." * 300


def test_a_huge_cell_is_refused_before_the_workbook_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "x.xlsx", Models=[["id", "note"], ["a", "b" * 5000]])
    assert modeltree.load(path)["a"].note == "b" * 5000
    monkeypatch.setattr("modeltree.formats.parsing.limits.CELL", 1000)
    monkeypatch.setattr("openpyxl.load_workbook", None)
    with pytest.raises(SourceError, match=r"x\.xlsx: a cell of more than") as raised:
        modeltree.read(path)
    assert raised.value.problems[0].kind == "too-large"


def test_a_huge_text_in_parquet_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = in_parquet(tmp_path / "x.parquet", [{"id": "a", "note": "b" * 5000}])
    assert modeltree.load(path)["a"].note == "b" * 5000
    monkeypatch.setattr("modeltree.formats.parsing.limits.PARQUET_CELL", 1000)
    with pytest.raises(SourceError, match="texts of more than") as raised:
        modeltree.read(path)
    assert raised.value.problems[0].kind == "too-large"


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.jsonl", "x.json", "x.parquet", "x.xlsx", "x.md", "x.html"])
def test_licenses_in_tables_have_their_identifiers(tmp_path: Path, name: str) -> None:
    rows = [{"Model": "a", "License": "Apache 2.0"}, {"Model": "b", "License": "Llama 2"}]
    path, lines = tmp_path / name, [["Model", "License"], *([*row.values()] for row in rows)]
    if name == "x.parquet":
        in_parquet(path, rows)
    elif name == "x.xlsx":
        workbook(path, Models=lines)
    elif name == "x.md":
        path.write_text("".join(f"| {' | '.join(line)} |\n" for line in [lines[0], ["--", "--"], *lines[1:]]))
    elif name == "x.html":
        cells = (f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
        path.write_text(f"<table>{''.join(cells)}</table>")
    elif name.startswith("x.js"):
        path.write_text(json.dumps(rows) if name == "x.json" else "".join(f"{json.dumps(row)}\n" for row in rows))
    else:
        delimiter = "\t" if name == "x.tsv" else ","
        path.write_text("".join(f"{delimiter.join(line)}\n" for line in lines))
    lineage = modeltree.read(path).lineage
    assert [model.license for model in lineage.models] == [
        modeltree.License(name="Apache 2.0", spdx="Apache-2.0"),
        modeltree.License(name="Llama 2"),
    ]


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.jsonl", "x.parquet", "x.yaml", "x.json", "x.graphml"])
@pytest.mark.parametrize("license", ["MIT", "Apache 2.0", {"name": "mine", "spdx": "MIT"}, "Llama 2"])
def test_licenses_come_back_as_they_were_saved(tmp_path: Path, name: str, license: Any) -> None:
    lineage = modeltree.Lineage([modeltree.Model(id="a", name="A", license=license), modeltree.Model(id="b", name="B")])
    modeltree.save(lineage, tmp_path / name)
    assert modeltree.read(tmp_path / name).lineage == lineage


def test_folders_of_records_are_one_lineage(tmp_path: Path) -> None:
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta" / "llama.toml").write_text(
        'name = "LLaMA"\nrelease_date = "2023-02-24"\n[[weights]]\nname = "7B"\n[[weights]]\nname = "13B"\n'
    )
    (tmp_path / "vicuna.json").write_text('{"models": [{"name": "Vicuna", "base_model": "LLaMA"}], "count": 1}')
    (tmp_path / "one.json").write_text('{"name": "Alpaca", "base_model": "LLaMA", "tags": [{"x": 1}]}')
    (tmp_path / "package.json").write_text('{"nodes": [], "links": []}')
    lineage, _ = modeltree.read(tmp_path)
    assert sorted(lineage) == ["Alpaca", "LLaMA", "Vicuna"]
    assert str(lineage["LLaMA"].released) == "2023-02-24"
    assert lineage.children("LLaMA") == ("Alpaca", "Vicuna")
    assert modeltree.read(tmp_path, format="records").lineage == lineage


def test_a_file_with_a_name_of_its_own_and_a_list_of_models_is_that_list(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text('{"name": "My list", "date": "2024", "models": [{"id": "a"}, {"id": "b"}]}')
    assert list(modeltree.load(path)) == ["a", "b"]


@pytest.mark.parametrize("word", ["organization", "organizations"])
def test_fields_of_columns_are_named_in_the_singular_or_the_plural(tmp_path: Path, word: str) -> None:
    rows = [{"id": "a", "who": "Meta"}]
    assert modeltree.read_table(rows, columns={"who": word}).lineage["a"].organizations == ("Meta",)
    path = tmp_path / "models.md"
    path.write_text("|Model|Who|\n|---|---|\n|A|Meta|\n")
    assert modeltree.load(path, columns={"Who": word})["A"].organizations == ("Meta",)
    with pytest.raises(ValueError, match="both mapped to 'organizations'"):
        modeltree.read_table([{"id": "a", "who": "x", "by": "y"}], columns={"who": word, "by": "organizations"})

"""Fields by the names that they had: `licence` in a file is read as `license`, with a note, and never lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import modeltree
from modeltree import License, Lineage, Model, Reading
from modeltree.findings import CatalogError, Severity
from modeltree.formats.tables import read_table, write_parquet

MIT = License(name="MIT License", spdx="MIT")
CORRECTION = {"field": "licence", "printed": "GPL", "source": "survey", "reason": "It is MIT."}


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def kinds(reading: Reading) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in reading.findings:
        if "missing" not in finding.kind:
            found.setdefault(finding.kind, []).append(str(finding))
    return found


def graphs(tmp_path: Path, *nodes: dict[str, Any]) -> dict[str, Path]:
    """The same nodes, attributes as texts, in each format of graphs."""
    attributes = dict.fromkeys(name for node in nodes for name in node if name != "id")
    keys = "".join(f'<key id="{name}" for="node" attr.name="{name}" attr.type="string"/>' for name in attributes)
    graphml = "".join(
        f'<node id="{node["id"]}">'
        + "".join(f'<data key="{name}">{value}</data>' for name, value in node.items() if name != "id")
        + "</node>"
        for node in nodes
    )
    declared = "".join(f'<attribute id="{name}" title="{name}" type="string"/>' for name in attributes)
    gexf = "".join(
        f'<node id="{node["id"]}"><attvalues>'
        + "".join(f'<attvalue for="{name}" value="{value}"/>' for name, value in node.items() if name != "id")
        + "</attvalues></node>"
        for node in nodes
    )
    texts = {
        "node-link": ("x.json", json.dumps({"directed": True, "nodes": nodes, "links": []})),
        "cytoscape": ("x.cyjs", json.dumps({"elements": {"nodes": [{"data": node} for node in nodes], "edges": []}})),
        "graphml": (
            "x.graphml",
            f'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{keys}'
            f'<graph edgedefault="directed">{graphml}</graph></graphml>',
        ),
        "gexf": (
            "x.gexf",
            '<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph defaultedgetype="directed">'
            f'<attributes class="node">{declared}</attributes><nodes>{gexf}</nodes></graph></gexf>',
        ),
    }
    return {format: written(tmp_path / name, text) for format, (name, text) in texts.items()}


FORMATS = ["node-link", "cytoscape", "graphml", "gexf"]


@pytest.mark.parametrize("format", FORMATS)
def test_nodes_of_graphs(tmp_path: Path, format: str) -> None:
    node = {"id": "a", "licence": "MIT License", "licence_spdx": "MIT"}
    reading = modeltree.read(graphs(tmp_path, node, {**node, "id": "b"})[format], format=format)
    assert [model.license for model in reading.lineage.models] == [MIT, MIT]
    (first, second) = kinds(reading)["inferred-column"]
    assert "attribute 'licence' of nodes is taken for 'license'" in first
    assert "attribute 'licence_spdx' of nodes is taken for 'license_spdx'" in second
    assert kinds(reading).keys() == {"inferred-column"}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("order", [1, -1])
def test_nodes_with_both_names(tmp_path: Path, format: str, order: int) -> None:
    pairs = [("license", "MIT"), ("licence", "GPL")][::order]
    nodes = [{"id": "a", **dict(pairs)}, {"id": "b", "license": "MIT", "licence": "MIT"}, {"id": "c", "licence": ""}]
    reading = modeltree.read(graphs(tmp_path, *nodes)[format], format=format)
    assert [model.license and model.license.name for model in reading.lineage.models] == ["MIT", "MIT", None]
    (finding,) = (finding for finding in reading.findings if finding.severity == Severity.ERROR)
    assert (finding.kind, finding.ids) == ("duplicate-key", ("a",))
    assert "'licence' of node 'a' is 'GPL', and 'license' is 'MIT'" in str(finding)


def test_corrections_in_graphs(tmp_path: Path) -> None:
    node = {"id": "a", "corrections": json.dumps([CORRECTION])}
    reading = modeltree.read(graphs(tmp_path, node)["node-link"])
    assert [correction.field for correction in reading.lineage["a"].corrections] == ["license"]
    assert kinds(reading).keys() == {"read-as"}


def test_catalogues(tmp_path: Path) -> None:
    path = written(
        tmp_path / "models.yaml",
        "models:\n"
        "  - id: a\n    name: A\n    licence: {name: MIT License, spdx: MIT}\n    corrections:\n"
        "      - {field: licence, printed: GPL, source: survey, reason: It is MIT.}\n"
        "  - id: b\n    name: B\n    licence: MIT\n    license: MIT\n"
        "  - id: c\n    name: C\n    licence:\n    license: MIT\n",
    )
    reading = modeltree.read(path)
    assert [model.license and model.license.name for model in reading.lineage.models] == ["MIT License", "MIT", "MIT"]
    assert reading.lineage["a"].license == MIT
    assert [correction.field for correction in reading.lineage["a"].corrections] == ["license"]
    assert kinds(reading) == {
        "read-as": [
            f"{path}:4:5: the key 'licence' is read as 'license', 3 times, first here",
            f"{path}:6:10: a correction of 'licence' is read as one of 'license'",
        ]
    }
    modeltree.save(reading.lineage, path)
    assert "licence" not in path.read_text().replace("field: license", "")
    assert kinds(modeltree.read(path)) == {}


def test_catalogues_with_both_names(tmp_path: Path) -> None:
    path = written(
        tmp_path / "models.yaml",
        "models:\n  - id: a\n    name: A\n    licence: GPL\n    license: MIT\n"
        "  - id: b\n    name: B\n    licence:\n      spdx: MIT\n",
    )
    with pytest.raises(CatalogError) as caught:
        modeltree.read(path)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{path}:4:14: 'licence' of model 'a' is 'GPL', and 'license' is 'MIT'; keep 'license' and remove 'licence'",
        f"{path}:9:7: license of model 'b' has no 'name'; add 'name: …'",
    ]


COLUMNS: dict[str, list[Any]] = {
    "id": ["a", "b", "c", "d", "e"],
    "licence": ["MIT License", None, "GPL", "MIT", None],
    "licence_spdx": ["MIT", None, None, None, None],
}


def in_file(tmp_path: Path, how: str, columns: dict[str, list[Any]]) -> Any:
    """A table in a file or in memory."""
    frame = pd.DataFrame(columns)
    if how == "csv":
        frame.to_csv(tmp_path / "x.csv", index=False)
    elif how == "jsonl":
        rows = (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))
        lines = [json.dumps({key: value for key, value in row.items() if value is not None}) for row in rows]
        written(tmp_path / "x.jsonl", "\n".join(lines))
    elif how == "parquet":
        frame.to_parquet(tmp_path / "x.parquet")
    return frame if how == "frame" else tmp_path / f"x.{how}"


TABLES = pytest.mark.parametrize("how", ["csv", "jsonl", "parquet", "frame"])


@TABLES
def test_tables(tmp_path: Path, how: str) -> None:
    reading = read_table(in_file(tmp_path, how, COLUMNS))
    assert [model.license and model.license.name for model in reading.lineage.models] == [
        "MIT License", None, "GPL", "MIT", None,
    ]  # fmt: skip
    assert reading.lineage["a"].license == MIT
    (first, second) = kinds(reading)["inferred-column"]
    assert "column 'licence' is taken for 'license'" in first
    assert "column 'licence_spdx' is taken for 'license_spdx'" in second
    assert kinds(reading).keys() == {"inferred-column"}


@TABLES
@pytest.mark.parametrize("order", [1, -1])
def test_tables_with_both_names(tmp_path: Path, how: str, order: int) -> None:
    columns = {**COLUMNS, "license": [None, "Apache", "GPL", "BSD", None]}
    columns = {"id": columns["id"], **{name: columns[name] for name in list(columns)[1:][::order]}}
    reading = read_table(in_file(tmp_path, how, columns))
    assert [model.license and model.license.name for model in reading.lineage.models] == [
        "MIT License", "Apache", "GPL", "BSD", None,
    ]  # fmt: skip
    (finding,) = (finding for finding in reading.findings if finding.severity == Severity.ERROR)
    assert finding.kind == "duplicate-key"
    assert "'licence' is 'MIT', and 'license' is 'BSD'; that of 'license' is kept" in str(finding)
    assert kinds(reading).keys() == {"inferred-column", "duplicate-key"}


def test_many_rows_with_both_names_are_one_finding_more() -> None:
    count = 1203
    columns = {"id": [f"m{row}" for row in range(count)], "license": ["MIT"] * count, "licence": ["GPL"] * count}
    reading = read_table(pd.DataFrame(columns))
    differing = kinds(reading)["duplicate-key"]
    assert len(differing) == 1001
    assert [text for text in differing if "'licence' and 'license' differ in 203 more rows" in text]


def test_corrections_in_tables(tmp_path: Path) -> None:
    lines = [json.dumps({"id": "a", "corrections": [CORRECTION]}), json.dumps({"id": "b"})]
    reading = read_table(written(tmp_path / "x.jsonl", "\n".join(lines)))
    assert [correction.field for correction in reading.lineage["a"].corrections] == ["license"]
    assert [text.split(": ", 1)[1] for text in kinds(reading)["read-as"]] == [
        "a correction of 'licence' is read as one of 'license'"
    ]


def test_a_column_may_still_be_mapped(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", "id,licence,license\na,MIT,GPL\n")
    reading = read_table(path, columns={"licence": "license"})
    assert [str(model.license and model.license.name) for model in reading.lineage.models] == ["MIT"]
    assert kinds(reading).keys() == {"ignored"}


def test_what_is_written_has_the_new_name(tmp_path: Path) -> None:
    write_parquet(Lineage([Model(id="a", name="A", license=MIT)]), tmp_path / "x.parquet")
    assert {"license", "license_spdx"} <= set(pd.read_parquet(tmp_path / "x.parquet").columns)

"""A value reads the same in whatever format it stands."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import networkx
import numpy
import openpyxl
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import Lineage, Policy
from strategies import examples
from value_forms import forms, forms_table

Row = dict[str, str]
ROOT = Path(__file__).parent.parent


def csv(path: Path, rows: list[Row]) -> Lineage:
    frame = pandas.DataFrame(rows)
    frame.to_csv(path / "x.csv", index=False)
    return modeltree.read(path / "x.csv").lineage


def json_lines(path: Path, rows: list[Row]) -> Lineage:
    (path / "x.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return modeltree.read(path / "x.jsonl").lineage


def parquet(path: Path, rows: list[Row]) -> Lineage:
    pandas.DataFrame(rows).to_parquet(path / "x.parquet")
    return modeltree.read(path / "x.parquet").lineage


def frame(path: Path, rows: list[Row]) -> Lineage:
    return modeltree.read_table(pandas.DataFrame(rows)).lineage


def dictionaries(path: Path, rows: list[Row]) -> Lineage:
    return modeltree.read_table([{name: value or None for name, value in row.items()} for row in rows]).lineage


def json_array(path: Path, rows: list[Row]) -> Lineage:
    (path / "y.json").write_text(json.dumps({"entries": rows}), encoding="utf-8")
    return modeltree.read(path / "y.json").lineage


def excel(path: Path, rows: list[Row]) -> Lineage:
    book = openpyxl.Workbook()
    for row in ([*rows[0]], *([*row.values()] for row in rows)):
        book.worksheets[0].append(row)
    book.save(path / "x.xlsx")
    return modeltree.read(path / "x.xlsx").lineage


def markdown(path: Path, rows: list[Row]) -> Lineage:
    cells = [[*rows[0]], ["---"] * len(rows[0]), *([*row.values()] for row in rows)]
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in cells]
    (path / "x.md").write_text("\n".join(f"| {line} |" for line in lines), encoding="utf-8")
    return modeltree.read(path / "x.md").lineage


def html(path: Path, rows: list[Row]) -> Lineage:
    cells = [[*rows[0]], *([*row.values()] for row in rows)]
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells[1:])
    head = "".join(f"<th>{cell}</th>" for cell in cells[0])
    (path / "y.md").write_text(f"<table><tr>{head}</tr>{body}</table>", encoding="utf-8")
    return modeltree.read(path / "y.md").lineage


def latex(path: Path, rows: list[Row]) -> Lineage:
    cells = [[*rows[0]], *([*row.values()] for row in rows)]
    signs = str.maketrans({sign: f"\\{sign}" for sign in "&_#%"} | {"~": "\\textasciitilde{}"})
    lines = [" & ".join(cell.translate(signs) for cell in row) + " \\\\" for row in cells]
    text = "\n".join(["\\begin{tabular}{lll}", lines[0], "\\midrule", *lines[1:], "\\end{tabular}"])
    (path / "x.tex").write_text(text, encoding="utf-8")
    return modeltree.read(path / "x.tex").lineage


def graph_of(rows: list[Row]) -> networkx.DiGraph[str]:
    graph: networkx.DiGraph[str] = networkx.DiGraph()
    for row in rows:
        graph.add_node(row["Model"], **{key: value for key, value in row.items() if key != "Model"})
    return graph


def graphml(path: Path, rows: list[Row]) -> Lineage:
    networkx.write_graphml(graph_of(rows), path / "x.graphml")
    return modeltree.read(path / "x.graphml").lineage


def gexf(path: Path, rows: list[Row]) -> Lineage:
    networkx.write_gexf(graph_of(rows), path / "x.gexf")
    return modeltree.read(path / "x.gexf").lineage


def graph_json(path: Path, rows: list[Row]) -> Lineage:
    (path / "x.json").write_text(json.dumps(networkx.node_link_data(graph_of(rows), edges="links")), encoding="utf-8")
    return modeltree.read(path / "x.json").lineage


def from_networkx(path: Path, rows: list[Row]) -> Lineage:
    return Lineage.from_networkx(graph_of(rows))


def bill(path: Path, rows: list[Row]) -> Lineage:
    components = [
        {
            "type": "machine-learning-model",
            "name": row["Model"],
            "properties": [{"name": name, "value": value} for name, value in row.items() if name != "Model"],
        }
        for row in rows
    ]
    text = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components})
    (path / "x.cdx.json").write_text(text, encoding="utf-8")
    return modeltree.read(path / "x.cdx.json").lineage


Reader = Callable[[Path, list[Row]], Lineage]
TABLES: list[Reader] = [csv, json_lines, json_array, parquet, frame, dictionaries, excel, markdown, html, latex]
WITH_PARENTS: list[Reader] = [*TABLES, graphml, gexf, graph_json, bill]
EVERYWHERE: list[Reader] = [*WITH_PARENTS, from_networkx]
readers = pytest.mark.parametrize("reader", EVERYWHERE, ids=lambda reader: reader.__name__)
with_parents = pytest.mark.parametrize("reader", WITH_PARENTS, ids=lambda reader: reader.__name__)
tables = pytest.mark.parametrize("reader", TABLES, ids=lambda reader: reader.__name__)
files = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(25), deadline=None)


DATES = [(text, date) for what, text, date in forms() if what == "date" and date[0] != "a"]
SEVERAL = ["Alpha/Gamma", "Alpha, Gamma", "Alpha + Gamma", "Alpha / Gamma", "Alpha; Gamma", "Alpha and Gamma"]
RELATED = ["Alpha", "fine-tuned from Alpha", "Alpha-7B", "Alpha 13B", "Finetune of Alpha"]
NOTHING = [float("nan"), None, pandas.NaT, pandas.NA, numpy.datetime64("NaT"), "nan", "N/A"]
DAYS = [numpy.datetime64("2023-02-01"), pandas.Timestamp(2023, 2, 1), "Feb 1, 2023"]
NAMES = ["Alpha", "Command R+", "GPT-4", "T5", "Yi"]
SIGNS = ["/", ", ", "; ", " / ", " + ", " and ", " & "]


def rows_of(column: str, value: str) -> list[Row]:
    return [{"Model": "Alpha", column: "", "License": "MIT"}, {"Model": "Beta", column: value, "License": "MIT"}]


@readers
@pytest.mark.parametrize(
    ("text", "date"), [(text, date) for what, text, date in forms() if what == "date" and date[0] != "a"]
)
def test_a_date_reads_the_same_everywhere(tmp_path: Path, reader: Reader, text: str, date: str) -> None:
    assert str(reader(tmp_path, rows_of("Release date", text))["Beta"].released) == date


@readers
@pytest.mark.parametrize(("text", "sizes"), [(text, sizes) for what, text, sizes in forms() if what == "sizes"])
def test_a_size_reads_the_same_everywhere(tmp_path: Path, reader: Reader, text: str, sizes: str) -> None:
    expected = tuple(modeltree.records.ParameterCount.parse(size) for size in sizes.split(", "))
    assert reader(tmp_path, rows_of("Parameters", text))["Beta"].sizes == expected


@readers
@pytest.mark.parametrize("text", [text for what, text, _ in forms() if what == "any"])
def test_what_is_missing_is_missing_everywhere(tmp_path: Path, reader: Reader, text: str) -> None:
    lineage = reader(tmp_path, rows_of("Release date", text))
    assert lineage["Beta"].released is None
    assert reader(tmp_path, rows_of("Parameters", text))["Beta"].sizes == ()
    assert len(lineage) == 2


@with_parents
@pytest.mark.parametrize(
    ("text", "parents"),
    [
        *[(text, {"Alpha", "Gamma"}) for text in SEVERAL],
        *[(text, {"Alpha"}) for text in RELATED],
        *[(text, set[str]()) for text in ("N/A", "-", "None", "nan", "???")],
    ],
)  # fmt: skip
def test_parents_read_the_same_everywhere(tmp_path: Path, reader: Reader, text: str, parents: set[str]) -> None:
    rows = [{"Model": name, "Base model": base} for name, base in (("Alpha", ""), ("Gamma", ""), ("Beta", text))]
    lineage = reader(tmp_path, rows)
    assert set(lineage.parents("Beta")) == parents
    assert len(lineage) == 3


MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"]


@readers
@files
@given(date=st.dates(datetime.date(2001, 10, 1), datetime.date(2025, 12, 31)), form=st.integers(0, 9))
def test_any_printed_date_reads_the_same_everywhere(tmp_path: Path, reader: Reader, date: Any, form: int) -> None:
    month = [*MONTHS, "December"][date.month - 1]
    day, year = date.day, date.year
    texts = [f"{month} {day}, {year}", f"{month[:3]}. {day}, {year}", f"{day} {month} {year}", f"{year}/{date:%m/%d}"]
    texts += [f"{date:%Y.%m.%d}", f"{date}T12:30:00Z", f"{date:%Y%m%d}", f"{year}年{date.month}月{day}日"]
    texts += [str((date - type(date)(1899, 12, 30)).days), str((date - type(date)(1970, 1, 1)).days * 86400 + 3600)]
    assert str(reader(tmp_path, rows_of("Release date", texts[form]))["Beta"].released) == str(date)


@readers
@files
@given(low=st.integers(1, 99), high=st.integers(100, 900), form=st.integers(0, 7))
def test_any_printed_size_reads_the_same_everywhere(
    tmp_path: Path, reader: Reader, low: int, high: int, form: int
) -> None:
    texts = [
        f"{low}B - {high}B",
        f"{low}/{high}B",
        f"{low}B, {high}B",
        f"{low}B and {high} billion",
        f"{low} - {high}B",
    ]
    texts += [f"{low}B/{high}B", f"{low}–{high}B", f"~{low}B; {high}B (MoE)"]
    sizes = reader(tmp_path, rows_of("Parameters", texts[form]))["Beta"].sizes
    assert sizes == (low * 10**9, high * 10**9)


@with_parents
@files
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True), st.sampled_from(SIGNS))
def test_any_list_of_parents_reads_the_same_everywhere(
    tmp_path: Path, reader: Reader, names: list[str], sign: str
) -> None:
    rows = [{"Model": name, "Base model": ""} for name in NAMES]
    lineage = reader(tmp_path, [*rows, {"Model": "Beta", "Base model": sign.join(names)}])
    assert {lineage[parent].name for parent in lineage.parents("Beta")} == set(names)


@tables
def test_an_arrow_says_what_the_row_above_is(tmp_path: Path, reader: Reader) -> None:
    rows = [{"Model": name, "License": "MIT"} for name in ("Alpha", "---> Beta", "↳ Gamma", "└─ Delta", "Eps")]
    lineage = reader(tmp_path, rows)
    assert {model.name: lineage.parents(model.id) for model in lineage.models} == {
        "Alpha": (), "Beta": ("Alpha",), "Gamma": ("Alpha",), "Delta": ("Alpha",), "Eps": (),
    }  # fmt: skip


@tables
def test_versions_tell_rows_of_one_name_apart(tmp_path: Path, reader: Reader) -> None:
    rows = [
        {"Model": "Moss", "Version": "moss-base", "Backbone": "-"},
        {"Model": "Moss", "Version": "moss-sft", "Backbone": "moss-base"},
    ]
    lineage = reader(tmp_path, rows)
    assert [(model.name, lineage.parents(model.id)) for model in lineage.models] == [
        ("moss-base", ()), ("moss-sft", ("moss-base",)),
    ]  # fmt: skip


@readers
@pytest.mark.parametrize(
    ("header", "text", "field", "value"),
    [
        ("First release date", "Mar 2023", "released", "2023-03"),
        ("発表年月", "2023年3月", "released", "2023-03"),
        ("Erscheinungsjahr", "2023", "released", "2023"),
        ("Model Creator", "Acme", "organizations", "Acme"),
        ("Développé par", "Acme", "organizations", "Acme"),
        ("Open?", "✓", "openness", "open"),
        ("是否开源", "否", "openness", "closed"),
        ("模型参数量", "70亿", "sizes", "7B"),
        ("Params (B)", "6.7", "sizes", "6.7B"),
        ("Remarks", "of note", "note", "of note"),
    ],
)
def test_a_header_is_known_everywhere(
    tmp_path: Path, reader: Reader, header: str, text: str, field: str, value: str
) -> None:
    found = getattr(reader(tmp_path, rows_of(header, text))["Beta"], field)
    assert (", ".join(map(str, found)) if isinstance(found, tuple) else str(found)) == value


@readers
def test_a_header_in_billions(tmp_path: Path, reader: Reader) -> None:
    rows = [{"Model": "Alpha", "Params (B)": "7 - 70"}, {"Model": "Beta", "Params (B)": "6.7"}]
    lineage = reader(tmp_path, rows)
    assert [str(size) for id in ("Alpha", "Beta") for size in lineage[id].sizes] == ["7B", "70B", "6.7B"]


@pytest.mark.parametrize(
    ("value", "date"),
    [
        *[(value, None) for value in NOTHING],
        *[(value, "2023") for value in (numpy.int64(2023), 2023.0, numpy.float64(2023), "2023")],
        *[(value, "2023-02-01") for value in DAYS],
    ],
)  # fmt: skip
def test_values_of_libraries_in_a_graph(value: Any, date: str | None) -> None:
    graph = networkx.DiGraph([("alpha", "beta")])
    graph.nodes["beta"].update(released=value, organizations=None if date else value)
    lineage = Lineage.from_networkx(graph)
    assert (lineage["beta"].released and str(lineage["beta"].released)) == date
    assert lineage["beta"].organizations == ()


def test_what_may_be_two_dates_is_decided_by_a_policy(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Model,Date\nAlpha,3/4/2024\n")
    reading = modeltree.read(tmp_path / "x.csv")
    [finding] = [finding for finding in reading.findings if finding.kind == "ambiguous-date"]
    assert "ambiguous-date=day-first" in str(finding.hint)
    assert reading.lineage["Alpha"].released is None
    for order, date in (("day-first", "2024-04-03"), ("month-first", "2024-03-04")):
        policy = Policy.parse([f"ambiguous-date={order}"])
        assert str(modeltree.read(tmp_path / "x.csv", policy=policy).lineage["Alpha"].released) == date


def test_a_column_that_is_not_read_beside_a_field_that_is_missing_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Model,Ahnherr,License\nAlpha,,MIT\nBeta,Alpha,MIT\n")
    findings = modeltree.read(tmp_path / "x.csv").findings
    assert [str(finding.severity) for finding in findings if "Ahnherr" in finding.message] == ["warning"]


def test_the_table_of_the_documentation_is_that_of_the_code() -> None:
    assert forms_table() in (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")

"""Tables as columns: what is read of plain rows and of dirty ones is what reading row by row gives."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import networkx
import numpy
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modeltree import Policy, Reading
from modeltree.findings import Finding, SourceError
from modeltree.formats import tables
from modeltree.formats.repair import record_findings
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import repaired
from modeltree.formats.tables import read_table, text_files
from modeltree.formats.tables.odd_rows import read_edges, read_nodes, read_organizations
from modeltree.formats.tables.parquet import plain_size, read_footer
from modeltree.formats.tables.requests import ReadOptions, TableSet
from modeltree.formats.tables.table_arrays import reaching_cycles
from modeltree.values.words import is_missing, quiet_key
from strategies import examples

thorough = settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))

HOW = ["arrow", "chunks", "dictionaries", "pandas", "records"]
IDS = ["a", "b", "c", "d", "e", "f", "g", "a-2", "B", "x-y", "org/m", "org/m-2", "é"]
ODD_IDS = [None, "", " a", "x y", "x\ty", "[b]", "c; d", "x y-2", "a\u00a0b", "z" * 301, "gone", "gone-2"]
PARENTS = [
    *IDS,
    *IDS,
    "gone",
    "go ne",
    "gone-bnb-4bit",
    "/root/a",
    "models--org--m/x",
    "other",
    " b ",
    "",
    "Alias",
    "x y",
]
DATES = [
    None,
    "2023",
    "2023-02",
    "2023-03-05",
    "2023-03-06T10:00:00.000Z",
    "2023-02-30",
    "1900",
    "9999",
    "soon",
    "2024-1",
]
WORDS = [None, "finetune", "Fine-Tuned", "merge", "fork", "", "quantized; merge", "unspecified"]
TEXTS = {
    "name": [None, None, "A", "a", "Alias", " x ", "x\ny", "B b", "x y"],
    "license": [None, "mit", "MIT", " mit", "x\x00"],
    "license_spdx": [None, "MIT", "no good"],
    "organizations": [None, "meta", "Meta AI", "Meta-AI", "Meta-AI-2", "meta; google", "meta; meta", "Meta  AI"],
    "openness": [None, "open", "closed", "maybe"],
    "access": [None, "api-only", "open-weights", "gated"],
    "kind": [None, "model", "dataset", "application", "thing"],
    "aliases": [None, None, "Alias", "b", "x y; Alias", "gone", "x-y", "Other", "Meta AI", "gone-2"],
    "sizes": [None, "7B", "7B; 13B", "7B; 7B", "big"],
    "link_paper": [None, "https://example.org/a", "nowhere"],
    "link_code": [None, "https://example.org/b"],
    "note": [None, "n", record_findings.PLACEHOLDER],
    "references": [None, "arxiv:2302.13971", "nothing"],
}  # fmt: skip


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Policies that refuse little."""
    chosen = {
        kind.replace("-", "_"): draw(st.sampled_from([action for action in actions if action != "refuse"]))
        for kind, actions in Policy.choices().items()
    }
    if draw(st.integers(0, 9)) == 0:
        chosen[draw(st.sampled_from(sorted(chosen)))] = "refuse"
    return Policy(**chosen, missing_base=draw(st.booleans()))


@st.composite
def ids(draw: st.DrawFn) -> list[str | None]:
    """Ids, some of them not as ids should be, some more than once."""
    few = draw(st.lists(st.sampled_from(IDS), max_size=10, unique=True))
    return few + draw(st.lists(st.sampled_from([*ODD_IDS, *IDS]), max_size=draw(st.sampled_from([0, 0, 3]))))


@st.composite
def models(draw: st.DrawFn) -> dict[str, list[Any]]:
    """The columns of a table of models."""
    columns: dict[str, list[Any]] = {"id": draw(ids())}
    count = len(columns["id"])

    def column(values: list[Any]) -> list[Any]:
        return draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))

    if draw(st.booleans()):
        columns["released"] = column(DATES if draw(st.booleans()) else DATES[:5])
    for name in draw(st.lists(st.sampled_from(sorted(TEXTS)), max_size=4, unique=True)):
        columns[name] = column(TEXTS[name])
    if draw(st.integers(0, 9)) == 0:
        columns["version"] = column([None, "1", "a 2", "B"])
    if draw(st.integers(0, 9)) == 0:
        columns.setdefault("name", columns["id"])
        del columns["id"]
    shape = draw(st.sampled_from(["", "text", "list", "parent"]))
    if shape == "list":
        several = st.none() | st.lists(st.sampled_from([*PARENTS, None]), max_size=3)
        columns["parents"] = draw(st.lists(several, min_size=count, max_size=count))
        if draw(st.booleans()):
            words = st.none() | st.lists(st.sampled_from(WORDS), max_size=3)
            columns["relation"] = draw(st.lists(words, min_size=count, max_size=count))
    elif shape:
        columns["parents" if shape == "text" else "parent"] = column(
            [None, *PARENTS, "a; b", '["c", "d"]', "b; gone; e"]
        )
    if shape in ("text", "parent") and draw(st.booleans()):
        columns["relation"] = column(WORDS)
    return columns


@st.composite
def derivations(draw: st.DrawFn, names: list[Any]) -> dict[str, list[Any]]:
    """The columns of a table of derivations."""
    known = [name for name in names if name] or ["a"]
    count = draw(st.integers(0, 14))

    def column(values: list[Any]) -> list[Any]:
        return draw(st.lists(st.sampled_from(values), min_size=count, max_size=count))

    columns = {"parent": column([*known * 3, *PARENTS, None, "a; b"]), "child": column([*known * 6, *PARENTS, None])}
    if draw(st.booleans()):
        columns["relation"] = column(WORDS)
    if draw(st.integers(0, 3)) == 0:
        columns["note"] = column([None, "n", "", "x\x00"])
        columns["references"] = column([None, "arxiv:2302.13971", "nothing", "arxiv:2302.13971; doi:10.1093/bib"])
    return columns


def as_frame(columns: dict[str, list[Any]], how: str) -> Any:
    """Columns as a dataframe of one kind or another."""
    if how == "records":
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)] or [
            dict.fromkeys(columns)
        ]
    if how == "pandas":
        return pd.DataFrame({name: pd.Series(column, dtype=object) for name, column in columns.items()})
    listed = ("parents", "relation")
    text, texts = pa.string(), pa.list_(pa.string())
    kinds = {
        name: texts if name in listed and any(isinstance(value, list) for value in column) else text
        for name, column in columns.items()
    }
    table = pa.table({name: pa.array(column, kinds[name]) for name, column in columns.items()})
    if how == "chunks" and len(table) > 2:
        table = pa.concat_tables([table.slice(0, 2), table.slice(2)])
    if how == "dictionaries":
        for place, (name, kind) in enumerate(kinds.items()):
            if kind == text:
                table = table.set_column(place, name, table.column(name).dictionary_encode())
    return table


def by_rows(tables: TableSet, options: ReadOptions) -> Reading:
    """The lineage of some tables by a claim for each row, whatever it says."""
    claims = Claims(findings=list(tables.findings), in_rows=tables.in_rows)
    for table, read in ((tables.nodes, read_nodes), (tables.edges, read_edges)):
        if table is not None:
            read(claims, table, options, range(table.count))
    if tables.nodes is None:
        for edge in list(claims.derivations):
            for name in (edge.parent, str(edge.child)):
                if not is_missing(name):
                    claims.add_once(name, edge.where)
    if tables.organizations is not None:
        read_organizations(claims, tables.organizations, options.separator)
    return repaired(claims, options.policy, options.aliases, notes=options.notes)


def outcome(frames: list[Any], how: str, **options: Any) -> Reading | tuple[Finding, ...]:
    """What reading gives, or what it refuses."""
    with pytest.MonkeyPatch.context() as patch:
        if how == "rows":
            patch.setattr(tables, "_reading", by_rows)
        try:
            return read_table(*frames, **options)
        except SourceError as error:
            return tuple(error.problems)


def same(frames: list[Any], **options: Any) -> Reading | tuple[Finding, ...]:
    """What reading gives, which is the same either way."""
    by_rows, by_columns = (outcome(frames, how, **options) for how in ("rows", "columns"))
    if not isinstance(by_rows, Reading) or not isinstance(by_columns, Reading):
        assert by_columns == by_rows
        return by_rows
    assert by_columns.findings == by_rows.findings
    assert list(by_columns.lineage.models) == list(by_rows.lineage.models)
    assert list(by_columns.lineage.derivations) == list(by_rows.lineage.derivations)
    assert by_columns.lineage == by_rows.lineage
    return by_columns


@thorough
@given(st.data(), models(), policies(), st.sampled_from(HOW), st.booleans())
def test_any_table_is_read_the_same_by_rows_and_by_columns(
    data: st.DataObject, columns: dict[str, list[Any]], policy: Policy, how: str, notes: bool
) -> None:
    frames = [as_frame(columns, how)]
    if data.draw(st.booleans()):
        frames.append(as_frame(data.draw(derivations(columns.get("id", columns.get("name")))), how))
    aliases = data.draw(
        st.dictionaries(
            st.sampled_from([*IDS, "Alias", "gone", "x y"]), st.sampled_from([*IDS, "gone", "x y"]), max_size=2
        )
        if data.draw(st.integers(0, 3)) == 0
        else st.just({})
    )
    relation = data.draw(st.sampled_from([None, "finetune"]))
    same(frames, policy=policy, aliases=aliases, notes=notes, relation=relation)


@thorough
@given(derivations([*IDS, "a b", "a-b"]), policies(), st.sampled_from(HOW))
def test_derivations_alone_are_read_the_same_by_rows_and_by_columns(
    columns: dict[str, list[Any]], policy: Policy, how: str
) -> None:
    same([as_frame(columns, how)], policy=policy)


def reference(ids: list[str], pairs: list[tuple[str, str]]) -> tuple[set[str], set[tuple[str, str]], set[str]]:
    """The models, the derivations and the kinds of findings of ids and pairs, none of which is odd by its spelling."""
    graph = networkx.DiGraph()
    graph.add_nodes_from(ids)
    kinds = {"duplicate-id"} if len(ids) > len(graph) else set()
    kinds |= {
        f"missing-{end}" for pair in pairs for end, id in zip(("parent", "child"), pair, strict=True) if id not in graph
    }
    kinds |= {"self-loop"} if any(parent == child for parent, child in pairs) else set()
    real = [pair for pair in pairs if pair[0] != pair[1]]
    kinds |= {"repeated-derivation"} if len(real) > len(set(real)) else set()
    graph.add_edges_from(real)
    kinds |= set() if networkx.is_directed_acyclic_graph(graph) else {"cycle"}
    return set(graph) | {id for pair in pairs for id in pair}, set(real), kinds


plain_ids = st.integers(0, 30).map("org/m{}".format)


@thorough
@given(st.lists(plain_ids, max_size=30), st.lists(st.tuples(plain_ids, plain_ids), max_size=12), st.booleans())
def test_tables_are_read_as_a_reference_of_ten_lines_reads_them(
    ids: list[str], pairs: list[tuple[str, str]], listed: bool
) -> None:
    ids = ids if listed else [*ids, *(id for pair in pairs for id in pair)]
    frames = [pa.table({"id": pa.array(ids, pa.string())})]
    ends = ([pair[end] for pair in pairs] for end in (0, 1))
    frames.append(pa.table(dict(zip(("parent", "child"), (pa.array(end, pa.string()) for end in ends), strict=True))))
    reading = outcome(frames, "columns", notes=False)
    assert isinstance(reading, Reading)
    lineage, findings = reading
    models, derivations, kinds = reference(ids, pairs)
    assert {finding.kind for finding in findings} == kinds
    assert set(lineage) == models
    read = {(edge.parent, edge.child) for edge in lineage.derivations}
    assert read <= derivations
    assert read == derivations or "cycle" in kinds


X = "x y"


@pytest.mark.parametrize(
    ("columns", "steps"),
    [
        ({"id": ["a", X], "organizations": ["Meta-AI", "Meta AI"]}, {}),
        ({"id": ["a", "b", X, "c"], "organizations": ["Meta AI", "Meta-AI-2", "Meta  AI", "Meta  AI"]}, {}),
        ({"id": ["a", X], "aliases": [None, "a"]}, {}),
        ({"id": ["a", X], "name": ["Alias", None], "aliases": [None, "Alias"]}, {}),
        ({"id": ["a", X], "aliases": ["x-y", None]}, {}),
        ({"id": ["a", "b", "x-y-2"]}, {"parent": [X, "x  y"], "child": ["a", "b"]}),
        ({"id": ["a", X, "x-y", "x-y-2", "x-y-3"]}, {"parent": ["a"], "child": [X]}),
        ({"id": ["a", "b"], "aliases": [None, "Alias"]}, {"parent": ["Alias", "b"], "child": ["a", "a"]}),
        ({"id": ["a", "b"], "aliases": [None, "Alias"]}, {"parent": ["Alias", "a"], "child": ["a", "b"]}),
        ({"id": ["a", "org/m"]}, {"parent": ["models--org--m/x", "a"], "child": ["a", "org/m"]}),
        ({"id": ["a", "b", "z"]}, {"parent": ["z", "a", "b", "b"], "child": ["a", "b", "a", "z"]}),
        ({"id": [X, "a"]}, {"parent": ["x-y", "a"], "child": ["a", "x-y"]}),
        ({"id": []}, {"parent": ["a"], "child": ["a"]}),
        ({"parent": ["a", X, None], "child": ["a", "a", "x-y"]}, {}),
    ],
)
def test_what_a_plain_row_has_to_do_with_one_that_is_not(columns: dict[str, Any], steps: dict[str, Any]) -> None:
    same([as_frame(columns, "arrow"), *([as_frame(steps, "arrow")] if steps else [])])


# Many


def many(count: int) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Models and derivations, some of each kind of dirt among them."""
    ids: list[Any] = [f"org{number % 97}/m{number}" for number in range(count)]
    ids[50], ids[60], ids[70] = ids[49], "a b", None
    days = [f"20{10 + number * 10 // count}-0{1 + number % 9}" for number in range(count)]
    days[80] = "soon"
    parents = [ids[number // 3] for number in range(1, count)]
    children = ids[1:]
    parents[10], parents[20], parents[21] = "gone", ids[21], "/root/x"
    parents[5] = ids[20]  # which is made from it
    models = {"id": ids, "released": days, "organizations": [id and id.split("/")[0] for id in ids]}
    return models, {"parent": parents, "child": children}


@pytest.mark.parametrize("how", HOW)
def test_many_rows_and_what_is_said_once_of_them(how: str) -> None:
    models, steps = many(3000)
    lineage, findings = same([as_frame(models, how), as_frame(steps, how)])  # type: ignore[misc]
    assert len(lineage) == 2999
    kinds = [finding.kind for finding in findings]
    assert {"cycle", "missing-parent", "self-loop", "duplicate-id", "local-path-parent"} <= set(kinds)
    (unsaid,) = [finding for finding in findings if finding.kind == "missing-relation"]
    assert unsaid.message.startswith("nothing says how models were made, of 2,99")
    (license,) = [finding for finding in findings if finding.kind == "license-missing"]
    assert len(license.ids) > record_findings.MOST


def test_models_that_may_be_the_same_are_said_once_where_there_are_many() -> None:
    names = [f"{word}{number}" for number in range(record_findings.MOST + 1) for word in ("m-", "M_")]
    _, findings = same([as_frame({"id": names}, "arrow")])  # type: ignore[misc]
    (alike,) = [finding for finding in findings if finding.kind == "possible-same"]
    assert alike.message == "1,001 times some models may be the same, 2,002 in all"
    assert set(alike.ids) == set(names)


def test_gaps_are_said_once_where_there_are_many() -> None:
    count = record_findings.MOST + 1
    columns = {"id": [f"m{number}" for number in range(count + 1)], "license": [None] * count + ["mit"]}
    _, findings = same([as_frame(columns, "arrow")])  # type: ignore[misc]
    (license,) = [finding for finding in findings if finding.kind == "license-missing"]
    assert license.message == "1,001 models have no license"
    assert license.position is None


def test_values_that_are_no_texts() -> None:
    frame = pd.DataFrame(
        {
            "id": pd.Series([1, "b", 3.5, numpy.int64(7), float("nan")], dtype=object),
            "released": pd.Series([2023, pd.Timestamp("2023-02-03"), pd.NaT, 2023.0, None], dtype=object),
            "sizes": pd.Series([7_000_000, ["7B"], numpy.array(["1B"]), True, None], dtype=object),
            "parents": pd.Series([None, 1, ["b", 7], {"parent": "b", "relation": "merge"}, None], dtype=object),
        }
    )
    reading = same([frame])
    assert isinstance(reading, Reading)
    assert reading.lineage.ancestors("7") == ("1", "b")


def test_views_of_texts(tmp_path: Path) -> None:
    columns = {"id": ["a", "b", "c d"], "parents": [None, "a", "b"], "name": ["A", None, "C"]}
    table = pa.table({name: pa.array(column).cast(pa.string_view()) for name, column in columns.items()})
    sources: list[Any] = [table]
    with contextlib.suppress(pa.ArrowNotImplementedError):  # of older versions
        pq.write_table(table, tmp_path / "m.parquet")
        sources.append(tmp_path / "m.parquet")
    for source in sources:
        reading = same([source])
        assert isinstance(reading, Reading)
        assert [(edge.parent, edge.child) for edge in reading.lineage.derivations] == [("a", "b"), ("b", "c-d")]


def test_tables_that_are_small_need_no_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": "a", "name": "A", "org": "x"}, {"id": "b", "name": "B b", "org": "y", "parents": "a; gone"}]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "m.csv").write_text("id,name,org,parents\na,A,x,\nb,B b,y,a; gone\n")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for source in (rows, tmp_path / "m.jsonl", tmp_path / "m.csv"):
        for notes in (True, False):
            lineage, findings = read_table(source, notes=notes)
            assert [(edge.parent, edge.child) for edge in lineage.derivations] == [("a", "b"), ("gone", "b")]
            assert {"missing-parent", "inferred-column"} <= {finding.kind for finding in findings}


def test_parquet_with_several_groups_of_rows(tmp_path: Path) -> None:
    models, steps = many(3000)
    columns = {**models, "parents": [None, *([parent] if parent else None for parent in steps["parent"])]}
    pq.write_table(as_frame(columns, "arrow"), tmp_path / "m.parquet", row_group_size=700)
    reading = same([tmp_path / "m.parquet"])
    assert isinstance(reading, Reading)
    assert len(reading.lineage.derivations) > 2900


# JSON lines


def lines_of(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch, least: int) -> Any:
    monkeypatch.setattr(text_files, "LEAST_BYTES", least)
    path = tmp_path / "m.jsonl"
    path.write_bytes(text.encode())
    return same([path])


def test_clean_json_lines_are_read_by_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models, steps = many(1200)
    parents = [[], *([parent] if parent else None for parent in steps["parent"])]
    records = [
        {"id": id, "released": day, "downloads": number, "parents": parents[number]}
        for number, (id, day) in enumerate(zip(models["id"], models["released"], strict=True))
    ]
    records[1100]["parents"] = ["é", "b"]
    text = "".join(json.dumps(record, ensure_ascii=number % 2 == 0) + "\n" for number, record in enumerate(records))
    slow = lines_of(tmp_path, text, monkeypatch, 1 << 60)
    monkeypatch.setattr(text_files, "_lines", None)
    quick = lines_of(tmp_path, text, monkeypatch, 0)
    assert quick.findings == slow.findings
    assert quick.lineage == slow.lineage


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "x", "id": "y"}', '{"id": "x", "more": 1}', '{"id": 7}', '{"id": "x"} {}', "", "[]", '{"id": "x"',
        '{"id": "\\ud800"}', '{"id": "x", "n": NaN}', '{"id": "x", "n": 1.5}', '{"id": "x", "n": 1234567890123456789}',
        '{"id": "x", "n": 12345678901234567890123}', '{"id": "x", "d": {"a": 1}}', "{'id': 1}", '{"id": "x",}',
        '  {"id": "x"}', '{"id": "x"}\r', "{}{}", '{"id": ["x"]}',
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 30])
def test_json_lines_with_a_fault_are_read_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, place: int
) -> None:
    lines = [f'{{"id": "m{number}", "n": {number}}}' for number in range(40)]
    monkeypatch.setattr(text_files, "_SAMPLE", 20)
    lines[place : place + 1] = [line, '{"n": null}']
    slow = lines_of(tmp_path, "\n".join(lines), monkeypatch, 1 << 60)
    quick = lines_of(tmp_path, "\n".join(lines), monkeypatch, 0)
    assert quick.findings == slow.findings
    assert quick.lineage == slow.lineage


# Parts


@given(st.lists(st.text("aA-_. é\u2010\nb", max_size=5), max_size=12), st.integers(1, 5))
def test_texts_with_one_quiet_key_have_one_number(texts: list[str], part: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_findings, "_AT_ONCE", part)
        hashes = record_findings._key_hashes(texts).tolist()
    keys = [quiet_key(text) for text in texts]
    assert [hashes.index(number) for number in hashes] == [keys.index(key) for key in keys]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8))))
def test_what_leads_into_a_cycle(pairs: list[tuple[int, int]]) -> None:
    count = 9
    graph = networkx.DiGraph(pairs)
    graph.add_nodes_from(range(count))
    cyclic = {node for part in networkx.strongly_connected_components(graph) for node in part if len(part) > 1}
    cyclic |= {node for node in graph if graph.has_edge(node, node)}
    right = [bool(cyclic & {node, *networkx.descendants(graph, node)}) for node in range(count)]
    edges = numpy.array(sorted(set(pairs)), dtype=numpy.int64).reshape(-1, 2)
    assert reaching_cycles(count, edges[:, 0], edges[:, 1]).tolist() == right


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd", "gzip"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_the_size_of_a_column_of_parquet_is_known_before_it_is_unpacked(
    tmp_path: Path, compression: str, version: str
) -> None:
    texts = [f"m{number}" for number in range(50_000)] * 2 + ["x" * 3000] * 50_000
    path = tmp_path / "m.parquet"
    pq.write_table(pa.table({"id": texts}), path, compression=compression, data_page_version=version)
    content = path.read_bytes()
    (chunk,) = read_footer(content).chunks
    size = plain_size(content, chunk)
    assert size is not None
    assert size >= sum(map(len, texts))
    # One that says that its dictionary ends elsewhere than where its data begin is not believed.
    assert plain_size(content, chunk._replace(data_page=chunk.data_page + 1)) is None
    for place in range(4, 60):  # whatever the pages say, it is a number or none
        damaged = content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :]
        plain_size(damaged, chunk)


@pytest.mark.parametrize("stage", ["read", "check", "repair", "build"])
def test_reading_can_be_interrupted(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def progress(what: str, done: int, of: int | None) -> None:
        told.append(what)
        assert 0 <= done <= (of or done)
        if what == stage:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table(as_frame({"id": ["a"], "parents": ["b"]}, "arrow"), progress=progress)
    assert told[-1] == stage


# CSV


def csv_of(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, bool]:
    """What reading a file of CSV gives, which is the same by Arrow and record by record; and whether Arrow read it."""
    path = tmp_path / "m.csv"
    path.write_bytes(text.encode())
    outcomes = []
    for least in (1 << 60, 0):
        monkeypatch.setattr(text_files, "LEAST_BYTES", least)
        outcomes.append(outcome([path], "rows"))
    assert outcomes[0] == outcomes[1]
    return outcomes[1], text_files._arrow_csv_table(path) is not None


@pytest.mark.parametrize(
    ("text", "quick"),
    [
        ("id,name,parents\na,A,\nb,,a\n", True),
        ("id,name,parents\r\na,A,\r\nb,,a", True),
        ("id;name\na;x,y\nb c;é\n", True),
        ('"id","name"\n"a","say ""A"", then"\n"b",""\n', True),
        ('id,name\na," x"\nb,"c"', True),
        ('id,name\n"a","""x"\nb,""""\n', True),
        ("\ufeffid,released\na,soon\né,2023\nb,bald\n", True),
        ("id\ta b\na\t=1\nb\t007\n", True),
        ('id,name\na,"A\nB"\n', False),
        ('id,name\na,"A"x\n', False),
        ('id,name\na, "A"\n', False),
        ('id,name\na,x"A"\n', False),
        ('id,name\na,"A\n', False),
        ("id,name\na\n", False),
        ("id,name\na,b,c\n", False),
        ("id,name\na,b\n , \n", False),
        ("id,name\n\na,b\n", False),
        ("id\na\n\nb\n", False),
        ("id,name\na\rb,c\n", False),
        ("id,id\na,b\n", False),
        ("id,name,escaped\na,'=1,name\n", False),
        ("id,name\n", False),
    ],
)
def test_csv_is_read_the_same_by_arrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, quick: bool) -> None:
    assert csv_of(tmp_path, text, monkeypatch)[1] == quick


cells = st.sampled_from(["", "a", "b", "é", " c ", '"', '""', '"x"', '"x', 'x"y', '"a""b"', " ", "'", "\t", "2023"])


@thorough
@given(st.data(), st.sampled_from([",", ";", "\t"]), st.sampled_from(["\n", "\r\n", "\n\n", "\r"]))
def test_any_csv_is_read_the_same_by_arrow(tmp_path_factory: Any, data: Any, delimiter: str, end: str) -> None:
    widths = data.draw(st.lists(st.sampled_from([3, 3, 3, 3, 2, 4, 1]), max_size=5))
    rows = [[*["id", "name", "released"]], *([data.draw(cells) for _ in range(width)] for width in widths)]
    text = end.join(delimiter.join(row) for row in rows) + data.draw(st.sampled_from(["", end]))
    with pytest.MonkeyPatch.context() as patch:
        csv_of(tmp_path_factory.mktemp("csv"), text, patch)

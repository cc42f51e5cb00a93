"""Tables in files: CSV, JSON lines, Parquet; written and read back, dirty and hostile."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from modeltree import Derivation, Lineage, Model, Organization, Policy
from modeltree.findings import Finding, SourceError, UnknownFormatError
from modeltree.formats.parsing import limits
from modeltree.formats.tables import read_table, write_csv, write_jsonl, write_parquet
from modeltree.formats.tables.parquet import BYTE_ARRAY, read_footer
from modeltree.formats.tables.table_columns import join_texts, split_texts
from modeltree.records import About
from modeltree.values.words import is_missing
from strategies import examples
from strategies_records import hard_names, lineages

QUIET = {"license-missing", "missing-date", "possible-same", "missing-relation"}
files = settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def said(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    """What is found, without what nobody said."""
    return [(finding.kind, str(finding)) for finding in findings if finding.kind not in QUIET]


def kinds(findings: tuple[Finding, ...]) -> list[str]:
    return [kind for kind, _ in said(findings)]


def pairs(lineage: Lineage) -> list[tuple[str, str, str]]:
    return [(step.parent, step.child, str(step.relation)) for step in lineage.derivations]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


# Round trips


def without_about(lineage: Lineage) -> Lineage:
    return Lineage(lineage.models, lineage.derivations, lineage.organizations.values())


@files
@given(lineages())
def test_parquet_gives_the_same_lineage_back(tmp_path: Path, lineage: Lineage) -> None:
    assert write_parquet(lineage, tmp_path / "x.parquet") == ()
    assert read_table(tmp_path / "x.parquet").lineage == lineage


@files
@given(lineages())
def test_csv_gives_the_same_lineage_back_save_what_it_is_about(tmp_path: Path, lineage: Lineage) -> None:
    findings = write_csv(lineage, tmp_path / "x.csv")
    assert [finding.kind for finding in findings] == ["not-carried"] * (lineage.about != About())
    assert read_table(tmp_path / "x.csv").lineage == without_about(lineage)


@files
@given(lineages())
def test_json_lines_give_the_same_models_and_derivations_back(tmp_path: Path, lineage: Lineage) -> None:
    write_jsonl(lineage, tmp_path / "x.jsonl")
    again = read_table(tmp_path / "x.jsonl").lineage
    assert (again.models, again.derivations) == (lineage.models, lineage.derivations)


starts = st.sampled_from(["=", "+", "-", "@", "'", "'=", "''=", "'-", "＝", "=cmd|' /C calc'!A0", "+1;=2", '"=', ""])
formulas = st.builds(lambda start, name: f"{start}{name}", starts, hard_names).filter(
    lambda text: len(text) < 400 and not is_missing(text)
)
formula_ids = st.lists(st.sampled_from(["-", "'-", "=1+1", "'=1+1", "@a", "+", "a", "''@a"]), unique=True, min_size=2)


@st.composite
def lineages_of_formulas(draw: st.DrawFn) -> Lineage:
    ids = draw(formula_ids)
    aliases = st.lists(formulas, max_size=2)
    models = [
        Model(
            id=id,
            name=draw(formulas),
            note=draw(formulas),
            aliases=tuple({f"{alias} of {id}": None for alias in draw(aliases)}),
            organizations=tuple([id for id in ids if not is_missing(id)][:1]),
        )
        for id in ids
    ]
    return Lineage(models, [Derivation(parent=ids[0], child=ids[1], relation="merge", note=draw(formulas))])


@files
@given(lineages_of_formulas())
def test_no_cell_of_csv_is_a_formula_and_all_come_back(tmp_path: Path, lineage: Lineage) -> None:
    write_csv(lineage, tmp_path / "x.csv")
    for name in ("x.csv", "x.edges.csv"):
        with (tmp_path / name).open(newline="", encoding="utf-8") as file:
            assert not [cell for row in csv.reader(file) for cell in row if cell[:1] in tuple("=+-@\t\r\n＝＋－＠")]
    assert read_table(tmp_path / "x.csv").lineage == lineage


def test_apostrophes_of_others_stay(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "id,name,escaped\na,'=1,\nb,'tis,no\nc,=1,name\n")
    lineage, findings = read_table(path)
    assert [model.name for model in lineage.models] == ["'=1", "'tis", "=1"]
    assert [text for kind, text in said(findings) if "'escaped'" in text] == [
        f"{path}:1:1: nothing is read from 1 column ('escaped'), and no model has a parent or a date or a license; "
        "if one is there, say which with columns={…} or --columns"
    ]


def test_an_apostrophe_is_taken_off_only_where_the_file_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "id,name,escaped\na,'=1,name\nb,'=1,\n")
    lineage, findings = read_table(path)
    assert [model.name for model in lineage.models] == ["=1", "'=1"]
    assert kinds(findings) == []


@given(st.lists(st.text(min_size=1, max_size=8).map(str.strip).filter(bool), min_size=1, max_size=4))
def test_lists_of_texts_come_back(items: list[str]) -> None:
    assert split_texts(join_texts(items)) == items
    assert split_texts(repr(items)) == items or any(not item.isprintable() for item in items)


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_parquet])
def test_the_empty_lineage(tmp_path: Path, write: object) -> None:
    path = tmp_path / f"x.{write.__name__.removeprefix('write_')}"  # type: ignore[attr-defined]
    write(Lineage([]), path)  # type: ignore[operator]
    assert read_table(path).lineage == Lineage([])
    assert kinds(read_table(path).findings) == ["no-table"] * (write is write_jsonl)


def test_writing_says_what_is_not_carried(tmp_path: Path) -> None:
    makers = [Organization(id="m", name="Maker", country="NO")]
    lineage = Lineage([Model(id="a", name="A", organizations=("m",))], [], makers, about=About(title="T"))
    assert [finding.message for finding in write_jsonl(lineage, tmp_path / "x.jsonl")] == [
        "a file of JSON lines has no place for 'title' of lineages",
        "a file of JSON lines has no place for names and more of organizations",
    ]
    write_csv(lineage, tmp_path / "x.csv")
    assert read_table(tmp_path / "x.csv").lineage.organization("Maker").country == "NO"
    # What is beside the file would be read: it is replaced too.
    write_csv(Lineage([Model(id="b", name="B")]), tmp_path / "x.csv")
    assert read_table(tmp_path / "x.csv").lineage == Lineage([Model(id="b", name="B")])


def test_what_is_beside_and_is_no_such_table_is_left_alone(tmp_path: Path) -> None:
    lineage = Lineage([Model(id="b", name="B")])
    for ending, content in ((".csv", b"x,y\n1,2\n"), (".parquet", b"nothing of that sort")):
        other = tmp_path / f"x.edges{ending}"
        other.write_bytes(content)
        write = write_csv if ending == ".csv" else write_parquet
        with pytest.raises(FileExistsError, match="is no table with child and parent, and would be replaced"):
            write(lineage, tmp_path / f"x{ending}")
        assert other.read_bytes() == content
        assert not (tmp_path / f"x{ending}").exists()
    (tmp_path / "x.csv").write_text("id,name\nb,B\n")
    reading = read_table(tmp_path / "x.csv")
    assert reading.lineage == lineage
    assert "ignored" in [finding.kind for finding in reading.findings]


def test_a_file_of_no_lines_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").touch()
    reading = read_table(tmp_path / "x.jsonl")
    assert len(reading.lineage) == 0
    assert [finding.kind for finding in reading.findings] == ["no-table"]


@pytest.mark.parametrize("failure", [PermissionError(13, "no"), KeyboardInterrupt(), MemoryError()])
@pytest.mark.parametrize("before", [None, b"parent,child\n"])
def test_nothing_half_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None, failure: BaseException
) -> None:
    edges = tmp_path / "x.edges.csv"
    if before:
        edges.write_bytes(before)
    replace = Path.replace

    def failing(new: Path, target: Path) -> Path:
        if target.name == "x.csv":
            raise failure
        return replace(new, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(type(failure)):
        write_csv(Lineage([Model(id="b", name="B")]), tmp_path / "x.csv")
    assert (edges.read_bytes() if edges.exists() else None) == before
    assert {path.name for path in tmp_path.iterdir()} <= {"x.edges.csv"}


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_files_of_two_saves_are_refused(tmp_path: Path, ending: str) -> None:
    """As a save leaves them that was killed between two files; also where the older files have no mark."""
    write = write_parquet if ending == "parquet" else write_csv
    first, second = ([Model(id=id, name=id) for id in ids] for ids in ("ab", "ac"))
    one = Lineage(first, [Derivation(parent="a", child="b", relation="merge")])
    two = Lineage(second, [Derivation(parent="a", child="c", relation="merge")])
    path, edges = tmp_path / f"x.{ending}", tmp_path / f"x.edges.{ending}"
    write(one, path)
    before = edges.read_bytes()
    assert read_table(path).lineage == one
    write(two, path)
    assert read_table(path, notes=False) == (two, ())
    edges.write_bytes(before)
    with pytest.raises(SourceError, match=r"x\.\w+ and x\.edges\.\w+ are not of one save") as raised:
        read_table(path)
    assert kinds(raised.value.problems) == ["mixed-save"]
    assert pairs(read_table(path, edges).lineage) == [("a", "b", "merge")]  # whoever names both means both
    write(two, path)
    if ending != "parquet":
        edges.write_text("parent,child\na,c\n")
        with pytest.raises(SourceError, match="and no mark"):
            read_table(path)
        write(one, tmp_path / "y.csv")
        (tmp_path / f"x.organizations.{ending}").write_text("id,name\no,O\n")
        edges.unlink()
        with pytest.raises(SourceError, match="organizations"):
            read_table(path)


def test_the_same_lineage_is_saved_as_the_same_bytes(tmp_path: Path) -> None:
    for name in "xy":
        write_csv(Lineage([Model(id="b", name="B")]), tmp_path / f"{name}.csv")
    assert (tmp_path / "x.csv").read_bytes() == (tmp_path / "y.csv").read_bytes()


def test_too_large_to_read_again_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TEXT_BYTES", 3)
    with pytest.raises(SourceError, match="too large"):
        write_csv(Lineage([Model(id="b", name="B")]), tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


# Shapes


def test_models_and_derivations_beside_each_other(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "id;name\na;A\nb;B\n")
    written(tmp_path, "x.edges.csv", "parent,child,relation,note\na,b,fine-tuned,why\n")
    lineage, findings = read_table(path)
    assert pairs(lineage) == [("a", "b", "finetune")]
    assert lineage.derivations[0].note == "why"
    assert kinds(findings) == []


def test_models_and_derivations_as_two_arguments(tmp_path: Path) -> None:
    nodes = written(tmp_path, "n.tsv", "id\tname\na\tA\nb\tB\n")
    steps = written(tmp_path, "e.ndjson", '{"from": "a", "to": "b"}\n')
    lineage, findings = read_table(nodes, steps, relation="merge")
    assert pairs(lineage) == [("a", "b", "merge")]
    assert said(findings) == [
        ("inferred-column", f"{steps}:1: column 'from' is taken for 'parent'; columns={{'from': 'parent'}} says so"),
        ("inferred-column", f"{steps}:1: column 'to' is taken for 'child'; columns={{'to': 'child'}} says so"),
    ]


def test_derivations_alone_name_the_models(tmp_path: Path) -> None:
    lineage, findings = read_table(written(tmp_path, "x.csv", "Source,Target\na,b\nb,c\n"))
    assert list(lineage) == ["a", "b", "c"]
    assert pairs(lineage) == [("a", "b", "unspecified"), ("b", "c", "unspecified")]
    assert kinds(findings) == ["inferred-column", "inferred-column"]


def test_parents_in_a_column(tmp_path: Path) -> None:
    text = 'id,parents,relation\na,,\nb,,\nc,a; b,merge\nd,"[""a"", ""c""]",merge; finetune\n'
    lineage, findings = read_table(written(tmp_path, "x.csv", text))
    assert pairs(lineage) == [("a", "c", "merge"), ("b", "c", "merge"), ("a", "d", "merge"), ("c", "d", "finetune")]
    assert kinds(findings) == []
    piped = written(tmp_path, "y.csv", "id,parents,aliases\na,,x|y\nb,,\nc,a | b,\n")
    assert read_table(piped, separator="|").lineage.parents("c") == ("a", "b")
    assert read_table(piped, separator="|").lineage["x"].id == "a"


def test_relations_that_do_not_fit_their_parents_in_number(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "id,parents,relation\na,,\nb,a,merge; finetune\n")
    lineage, findings = read_table(path)
    assert pairs(lineage) == [("a", "b", "unspecified")]
    assert [text for kind, text in said(findings)] == [
        f"{path}:3:3: 2 relations for 1 parents; one for all, or one for each; they are left out"
    ]


def test_a_row_for_each_parent(tmp_path: Path) -> None:
    rows = "a,,,mit\nb,,,mit\nc,a,merge,mit\nc,b,merge,mit\nc,b,merge,gpl\n"
    path = written(tmp_path, "x.csv", f"modelId,base_model,base_model_relation,license\n{rows}")
    lineage, findings = read_table(path)
    assert pairs(lineage) == [("a", "c", "merge"), ("b", "c", "merge")]
    assert kinds(findings) == [*["inferred-column"] * 3, "duplicate-id", "repeated-derivation"] or kinds(findings) == [
        *["inferred-column"] * 3,
        "repeated-derivation",
        "duplicate-id",
    ]


@pytest.mark.parametrize("header", ["params_b", "Params (B)", "parameters_billions"])
@pytest.mark.parametrize("count", [1, 3000])
def test_sizes_have_the_unit_of_their_column(header: str, count: int) -> None:
    rows = [{"id": f"m{number}", header: [7.0, 0.5, None][number % 3]} for number in range(3 * count)]
    for table in (rows, pl.DataFrame(rows), pa.Table.from_pylist(rows)):
        lineage = read_table(table).lineage
        assert [tuple(map(int, lineage[f"m{number}"].sizes)) for number in range(3)] == [(7 * 10**9,), (5 * 10**8,), ()]
    lineage = read_table([{"id": "a", header: "7; 13B"}, {"id": "b", header: [7, "13B"]}]).lineage
    assert {tuple(map(int, model.sizes)) for model in lineage.models} == {(7 * 10**9, 13 * 10**9)}


def test_names_where_there_are_no_ids(tmp_path: Path) -> None:
    lineage, _ = read_table(written(tmp_path, "x.csv", "Name,Parents\nCommand R,\nCommand R+,Command R\n"))
    assert pairs(lineage) == [("Command-R", "Command-R+", "unspecified")]


def test_fields_of_models(tmp_path: Path) -> None:
    text = (
        "id,createdAt,Author,size,license,spdx,link_paper,url,kind,corrections\n"
        "a,2023-07-18T17:20:01.000Z,x,7B; 13B,Apache 2,Apache-2.0,https://example.org/p,https://example.org,model,\n"
    )
    model = read_table(written(tmp_path, "x.csv", text)).lineage["a"]
    assert str(model.released) == "2023-07-18"
    assert model.organizations == ("x",)
    assert [int(size) for size in model.sizes] == [7 * 10**9, 13 * 10**9]
    assert model.license is not None
    assert (model.license.name, model.license.spdx) == ("Apache 2", "Apache-2.0")
    assert (model.links.paper, model.links.website) == ("https://example.org/p", "https://example.org")


def test_wrong_values_have_their_cell(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "id,released,link_paper\na,2023-13,nowhere\n")
    found = said(read_table(path).findings)
    assert [kind for kind, _ in found] == ["impossible-date", "bad-value"]
    assert [text.partition(": ")[0] for _, text in found] == [f"{path}:2:3", f"{path}:2:11"]


def test_a_map_of_columns(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "model_id,base,id\na,,1\nb,a,2\n")
    lineage, findings = read_table(path, columns={"model_id": "id", "base": "parent"})
    assert list(lineage) == ["a", "b"]
    assert said(findings) == [("ignored", f"{path}:1:15: nothing is read from column 'id'")]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"bse": "parent"}, "no column 'bse'; there is 'base'"),
        ({"base": "parnt"}, "'parnt' is no field; there is 'parent', 'parents'"),
        ({"base": "id", "model_id": "id"}, "both mapped to 'id'"),
    ],
)
def test_a_wrong_map_of_columns(tmp_path: Path, columns: dict[str, str], message: str) -> None:
    path = written(tmp_path, "x.csv", "model_id,base\na,\n")
    with pytest.raises(ValueError, match=message):
        read_table(path, columns=columns)


def test_other_wrong_arguments(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "id\na\n")
    with pytest.raises(ValueError, match="'fork' is no relation"):
        read_table(path, relation="fork")
    with pytest.raises(ValueError, match="separator is empty"):
        read_table(path, separator="")
    with pytest.raises(UnknownFormatError, match=r"known are '\.csv'"):
        read_table(tmp_path / "x.ods")
    with pytest.raises(FileNotFoundError):
        read_table(tmp_path / "y.parquet")


def test_tables_of_no_known_shape(tmp_path: Path) -> None:
    odd = written(tmp_path, "x.csv", "weight,height\n1,2\n")
    steps = written(tmp_path, "e.csv", "parent,child\na,b\n")
    nodes = written(tmp_path, "n.csv", "id\na\n")
    with pytest.raises(SourceError, match="here are 'weight', 'height'"):
        read_table(odd)
    with pytest.raises(SourceError, match="has parent and child"):
        read_table(nodes, odd)
    with pytest.raises(SourceError, match="a table of models goes first"):
        read_table(steps, nodes)


def test_rows_without_a_model(tmp_path: Path) -> None:
    lines = '{"id": null, "name": "x"}\n{"id": 7}\n{"id": ["a"]}\n'
    path = written(tmp_path, "x.jsonl", lines + '{"id": "b", "derived_from": [7, {"parent": [], "x": 1}]}\n')
    lineage, findings = read_table(path)
    assert list(lineage) == ["7", "b"]
    assert pairs(lineage) == [("7", "b", "unspecified")]
    assert [text for kind, text in said(findings)] == [
        f"{path}:1: a row without a model; write its id; it is left out",
        f"{path}:3: ['a'] is no id; an id is a text; it is left out",
        f"{path}:4: nothing is read from 'x' of a parent",
        f"{path}:4: [] is no id; an id is a text; it is left out",
    ]
    steps = written(
        tmp_path,
        "e.jsonl",
        '{"parent": "b", "child": null}\n{"parent": null, "child": "b"}\n{"parent": 7, "child": "b"}\n',
    )
    lineage, findings = read_table(path, steps)
    assert kinds(findings).count("missing-key") == 3


def test_a_policy_and_aliases_hold(tmp_path: Path) -> None:
    path = written(tmp_path, "x.csv", "id,parents\na,\nb,Aa; c\n")
    lineage, _ = read_table(path, aliases={"Aa": "a"}, policy=Policy(missing_parent="drop"))
    assert pairs(lineage) == [("a", "b", "unspecified")]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    outside = written(tmp_path, "secret.csv", "parent,child\na,b\n")
    path = written(tmp_path / "in", "x.csv", "id\na\nb\n")
    (tmp_path / "in" / "x.edges.csv").symlink_to(outside)
    lineage, findings = read_table(path)
    assert pairs(lineage) == []
    assert [text for kind, text in said(findings)] == [
        f"{path.with_name('x.edges.csv')}: x.edges.csv is a link that leads out of the folder; it is not read"
    ]


# Broken and hostile files


def test_broken_lines_of_json(tmp_path: Path) -> None:
    path = written(
        tmp_path, "x.jsonl", '\ufeff{"id": "a", "id": "b"}\n\n[1]\n{"id": NaN}\n{"id": "c"}\n   \n{"id": "d", "na'
    )
    lineage, findings = read_table(path)
    assert list(lineage) == ["a", "c"]
    assert [text for _, text in said(findings)] == [
        f"{path}:1: duplicate key 'id'; keep one of them",
        f"{path}:3: [1] is no object; write {{…}}; the line is left out",
        f"{path}:4: a row without a model; write its id; it is left out",
        f"{path}:7:13: no JSON: unterminated string starting at; the line is left out",
    ]


def test_a_file_without_one_good_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no JSON"):
        read_table(written(tmp_path, "x.jsonl", "id,name\na,A\n"))
    with pytest.raises(SourceError, match="the file is empty"):
        read_table(written(tmp_path, "x.csv", ""))


def test_limits_of_json_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = written(tmp_path, "x.jsonl", '{"id": "a"}\n{"id": "' + "x" * 3_000_000 + '"}\n{"id": "b"}\n')
    lineage, findings = read_table(long)
    assert list(lineage) == ["a", "b"]
    assert said(findings) == [("too-large", f"{long}:2: a line of more than 1 MiB; shorten it; it is left out")]
    wide = written(tmp_path, "w.jsonl", "".join(f'{{"id": "a", "k{number}": 1}}\n' for number in range(2100)))
    with pytest.raises(SourceError, match="2,000 columns"):
        read_table(wide)
    bad = written(tmp_path, "b.jsonl", '{"id": "a"}\n' + "[]\n" * 1500)
    assert said(read_table(bad).findings)[0][1] == f"{bad}: 500 more lines have such faults"
    monkeypatch.setattr(limits, "TABLE_BYTES", 2_000_000)
    with pytest.raises(SourceError, match="the file is too large"):
        read_table(long)
    monkeypatch.setattr(limits, "LINES", 100)
    with pytest.raises(SourceError, match="more than 100 lines"):
        read_table(bad)


def test_a_gigabyte_in_one_line_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 2**30 + 1)  # of zeros, with no room taken on the disk
    with pytest.raises(SourceError, match="the file is too large: more than 1024 MiB"):
        read_table(path)


def parquet_of(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_with_billions_of_rows_in_a_few_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.parquet"
    id = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["a"]))
    with pq.ParquetWriter(path, pa.schema({"id": id.type})) as writer:
        for _ in range(3):
            writer.write_table(pa.table({"id": id}))
    assert path.stat().st_size < 5000
    monkeypatch.setattr(limits, "PARQUET_ROWS", 2999)
    with pytest.raises(SourceError, match="the table has 3,000 rows; 2,999 are read"):
        read_table(path)
    monkeypatch.setattr(limits, "PARQUET_ROWS", 3000)
    monkeypatch.setattr(limits, "PARQUET_VALUES", 2999)
    with pytest.raises(SourceError, match="3,000 values"):
        read_table(path)
    monkeypatch.setattr(limits, "PARQUET_UNPACKED", 50)
    with pytest.raises(SourceError, match="when unpacked"):
        read_table(path)
    monkeypatch.setattr(limits, "TABLE_BYTES", 50)
    with pytest.raises(SourceError, match="the file is too large"):
        read_table(path)


def equal(count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array(["a"]))


def test_a_list_of_millions_of_equal_parents_is_read_to_its_thousandth(tmp_path: Path) -> None:
    count = 300_000
    parents = pa.ListArray.from_arrays(pa.array([0, 0, count], pa.int32()), equal(count))
    path = parquet_of(tmp_path / "x.parquet", id=["a", "b"], parents=parents)
    assert path.stat().st_size < 1000
    lineage, findings = read_table(path)
    assert pairs(lineage) == [("a", "b", "unspecified")]
    assert said(findings)[0] == (
        "too-large",
        f"{path}:2: a list of more than 1,000 items in column 'parents'; of each list there the first 1,000 are read",
    )
    assert len(findings) < 2100


@pytest.mark.parametrize("columns", [["id"], ["parent", "child"]])
def test_millions_of_rows_without_a_model_are_counted(tmp_path: Path, columns: list[str]) -> None:
    path = parquet_of(tmp_path / "x.parquet", **dict.fromkeys(columns, pa.nulls(300_000, pa.string())))
    lineage, findings = read_table(path)
    assert (len(lineage), len(findings)) == (0, 1001)
    assert said(findings)[0][1] == f"{path}: 299,000 more rows without a model; write their ids; they are left out"


@pytest.mark.parametrize("columns", [["id"], ["parent", "child"]])
def test_more_equal_rows_than_can_be_looked_at_are_refused(
    tmp_path: Path, columns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = parquet_of(tmp_path / "x.parquet", **dict.fromkeys(columns, equal(5000)))
    monkeypatch.setattr(limits, "ROWS", 4999)
    with pytest.raises(SourceError, match="5,000 rows have faults, or are as others; 4,999 are looked at one by one"):
        read_table(path)


@pytest.mark.parametrize("odd", ["[]", '["a", "b"]', "['a', 'b']", "a; b"])
@pytest.mark.parametrize("count", [1, 3000])
def test_a_parent_of_a_table_of_derivations_is_never_taken_apart(odd: str, count: int) -> None:
    edges = [{"parent": "a" if number else odd, "child": f"b{number}"} for number in range(count)]
    lineage = read_table(edges).lineage
    assert len(lineage.derivations) == count
    (parent,) = lineage.parents("b0")
    assert lineage[parent].name == odd


def test_a_long_text_in_many_rows_of_parquet_is_kept_once(tmp_path: Path) -> None:
    text, count = "x" * 10**6, 2000  # 2 GB, if it were not
    note = pa.DictionaryArray.from_arrays(pa.array([0] * count, pa.int32()), pa.array([text]))
    path = parquet_of(tmp_path / "x.parquet", id=[f"m{number}" for number in range(count)], note=note)
    with pytest.raises(SourceError, match="column 'note' has more than 1,073,741,824 characters"):
        read_table(path)


def test_a_column_of_parquet_that_is_not_read_may_be_anything(tmp_path: Path) -> None:
    path = parquet_of(tmp_path / "x.parquet", id=["a", "b"], picture=[b"\xff", None], parents=[[], ["a"]])
    lineage, findings = read_table(path)
    assert pairs(lineage) == [("a", "b", "unspecified")]
    ((kind, text),) = said(findings)
    assert kind == "unread-column"
    assert text.startswith(f"{path}: nothing is read from 1 column ('picture'), and no model has a date or a license")


def test_faults_in_rows_of_parquet_have_the_number_of_the_row(tmp_path: Path) -> None:
    path = parquet_of(tmp_path / "x.parquet", id=["a", None], released=["2023", "2024"])
    assert said(read_table(path).findings) == [
        ("missing-key", f"{path}:2: a row without a model; write its id; it is left out")
    ]


@pytest.mark.parametrize("more", [b"[]", b"{", b'{"about": 1}', b'{"organizations": {}}', b"\xff"])
def test_metadata_of_parquet_that_somebody_changed(tmp_path: Path, more: bytes) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": ["a"]}).replace_schema_metadata({b"modeltree": more}), path)
    assert kinds(read_table(path).findings) == ["bad-value"]


def test_parquet_with_two_columns_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array(["a"]), pa.array(["b"])], ["id", "id"]), path)
    with pytest.raises(SourceError, match="two columns are called 'id'"):
        read_table(path)


def test_the_footer_of_parquet_says_what_pyarrow_says() -> None:
    footer, metadata = read_footer(WHOLE), pq.read_metadata(io.BytesIO(WHOLE))
    assert footer.rows == metadata.num_rows == 20
    assert footer.unpacked == metadata.row_group(0).total_byte_size
    assert footer.values == {"id": 20, "parents": 20, "sizes": 20}
    columns = [metadata.row_group(0).column(number) for number in range(metadata.num_columns)]
    assert [chunk.path for chunk in footer.chunks] == [column.path_in_schema for column in columns]
    for chunk, column in zip(footer.chunks, columns, strict=True):
        assert (chunk.type == BYTE_ARRAY) == (column.physical_type == "BYTE_ARRAY")
        assert (chunk.codec, column.compression) == (1, "SNAPPY")
        sizes = column.num_values, column.total_uncompressed_size, column.total_compressed_size
        assert (chunk.values, chunk.unpacked, chunk.packed) == sizes
        assert (chunk.data_page, chunk.dictionary_page) == (column.data_page_offset, column.dictionary_page_offset)
    polars_file = io.BytesIO()
    pl.DataFrame({"id": ["a"] * 5, "flag": [True] * 5, "x": [[1.5, 2.5]] * 5}).write_parquet(polars_file)
    assert read_footer(polars_file.getvalue()).values == {"id": 5, "flag": 5, "x": 10}


@given(st.binary(max_size=60))
@example(b"\x9c" * 60)
@example(b"\x19" * 60)
@example(b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x55" + b"\x01" * 40)
@example(b"\x1b" + b"\x01\xbb" * 5000)  # maps in maps
def test_a_broken_footer_of_parquet_is_refused(footer: bytes) -> None:
    with pytest.raises(ValueError, match="its footer"):
        read_footer(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")


def test_a_field_that_stands_twice_in_the_footer_is_refused() -> None:
    # num_rows as an integer of 64 bits, 7; then again, of 32 bits, which pyarrow takes for nothing it knows
    footer = bytes([0x19, 0x0C, 0x26, 14, 0x05, 6, 2, 0])
    with pytest.raises(ValueError, match="its footer"):
        read_footer(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")


def test_whatever_the_footer_says_the_process_goes_on(tmp_path: Path) -> None:
    # pyarrow ends the process where a footer contradicts itself, and is asked for that part of it.
    (tmp_path / "whole").write_bytes(WHOLE)
    code = """
import sys
from pathlib import Path
from modeltree.findings import SourceError
from modeltree.formats.tables.table_columns import part_of
from modeltree.formats.tables.parquet import read_parquet_table

folder = Path(sys.argv[1])
whole = (folder / "whole").read_bytes()
path = folder / "m.parquet"
refused = 0
for place in range(len(whole) - 8 - int.from_bytes(whole[-8:-4], "little"), len(whole) - 8):
    for change in (0x01, 0x10):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1:])
        try:
            table = read_parquet_table(path)
            for column in table.take(table.names).values():
                part_of(column)
        except SourceError:
            refused += 1
print(refused)
"""
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


def whole_parquet() -> bytes:
    buffer = io.BytesIO()
    ids = [f"m{number}" for number in range(20)]
    pq.write_table(pa.table({"id": ids, "parents": [[], *([id] for id in ids[:-1])], "sizes": [[7]] * 20}), buffer)
    return buffer.getvalue()


WHOLE = whole_parquet()


@settings(
    max_examples=examples(150),
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(WHOLE)))
def test_damaged_parquet_is_read_or_refused(tmp_path: Path, changes: list[tuple[int, int]], end: int) -> None:
    content = bytearray(WHOLE)
    for place, byte in changes:
        content[place] = byte
    for damaged in (content, content[:end]):
        (tmp_path / "x.parquet").write_bytes(damaged)
        try:
            read_table(tmp_path / "x.parquet")
        except SourceError:
            continue


pieces = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [
            *[
                b"id,name,parents\n",
                b"parent,child\n",
                b'{"id": "a", ',
                b'"parents": [',
                b'"b"',
                b"}",
                b"]",
                b"\n",
                b",",
            ],
            *[b'"', b"[[", b"NaN", b'{"id": {}}\n', b'{"parent": 1, "child": [2]}\n', b'{"id": "a", "name": 1}\n'],
            *[b'{"id": "\\ud800"}\n', b'{"id": "a", "links": 1, "license": [], "sizes": {}, "corrections": 1}\n'],
            *[b'{"id": "a", "parents": "[1, true, null, {}]", "relation": {"a": 1}}\n', b"PAR1", b"1e999", b","],
            *[b"id,relation,parents\na,=1,'b'\n", b'{"id": "b", "parents": [{"parent": "a", "note": 1}]}\n'],
        ]
    ),
)


@files
@given(st.lists(pieces, max_size=12).map(b"".join), st.sampled_from(["csv", "jsonl", "parquet"]))
def test_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(content)
    with contextlib.suppress(SourceError):
        read_table(path)

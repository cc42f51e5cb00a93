"""Dataframes in memory as tables: pandas, polars, Arrow, with all that they have for "not known"."""

from __future__ import annotations

import datetime
import decimal
import sys
from pathlib import Path
from typing import Any

import narwhals
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from modeltree import Lineage, datasets, load
from modeltree.findings import MissingExtraError, SourceError
from modeltree.formats.tables import read_table, write_parquet
from modeltree.formats.tables.requests import choose_columns
from modeltree.formats.tables.table_columns import arrow_column, field_values, plain_column
from strategies import examples
from strategies_records import lineages

FRAMES = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "lazy": lambda rows: pl.DataFrame(rows).lazy(),
    "arrow": lambda rows: pa.table(rows) if isinstance(rows, dict) else pa.Table.from_pylist(list(rows)),
    "narwhals": lambda rows: narwhals.from_native(pl.DataFrame(rows)),
}
each = pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)


def pairs(lineage: Lineage) -> list[tuple[str, str]]:
    return [(step.parent, step.child) for step in lineage.derivations]


def without_corrections(lineage: Lineage) -> list[Any]:
    return [model.model_copy(update={"corrections": ()}) for model in lineage.models]


# Rows of a lineage


@pytest.fixture(scope="module")
def survey() -> Lineage:
    return load(datasets.path("survey-table1"))


@each
def test_the_rows_of_a_lineage_are_read_back(survey: Lineage, make: Any) -> None:
    lineage, findings = read_table(make(survey.to_records()))
    assert without_corrections(lineage) == without_corrections(survey)
    assert pairs(lineage) == pairs(survey)
    kinds = [finding.kind for finding in findings]
    assert kinds.count("missing-relation") == len(survey.derivations)
    assert (
        {"ignored", "missing-relation"}
        <= set(kinds)
        <= {"ignored", "missing-relation", "license-missing", "missing-date"}
    )
    assert [finding.message for finding in findings if finding.kind == "ignored"] == [
        "nothing is read from column 'children'"
    ]


def test_a_relation_for_all(survey: Lineage) -> None:
    lineage, findings = read_table(pd.DataFrame(survey.to_records()), relation="finetune")
    assert {str(step.relation) for step in lineage.derivations} == {"finetune"}
    assert "missing-relation" not in {finding.kind for finding in findings}


def test_rows_that_pandas_wrote_to_csv(survey: Lineage, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    pd.DataFrame(survey.to_records()).to_csv(path, index=False)
    lineage, _ = read_table(path)
    assert without_corrections(lineage) == without_corrections(survey)
    assert pairs(lineage) == pairs(survey)


@settings(max_examples=examples(20), deadline=None)
@given(lineages())
def test_any_rows_are_read_back(lineage: Lineage) -> None:
    if not lineage.models:
        return  # without rows there are no columns
    again, _ = read_table(pd.DataFrame(lineage.to_records()))
    assert without_corrections(again) == without_corrections(lineage)
    assert pairs(again) == pairs(lineage)


@pytest.mark.parametrize("engine", [pd.read_parquet, pl.read_parquet, pq.read_table])
def test_tables_that_we_wrote_are_read_by_others(survey: Lineage, tmp_path: Path, engine: Any) -> None:
    write_parquet(survey, tmp_path / "x.parquet")
    nodes, edges = engine(tmp_path / "x.parquet"), engine(tmp_path / "x.edges.parquet")
    lineage, _ = read_table(nodes, edges)
    assert lineage.models == survey.models
    assert lineage.derivations == survey.derivations


# Values


@each
def test_what_is_not_known(make: Any) -> None:
    rows = {
        "id": ["a", "b"],
        "released": ["2023", None],
        "note": [None, ""],
        "link_paper": ["https://example.org", None],
    }
    lineage, findings = read_table(make(rows))
    assert [model.released and str(model.released) for model in lineage.models] == ["2023", None]
    assert [model.note for model in lineage.models] == [None, None]
    assert not [finding for finding in findings if finding.kind.startswith("bad")]


def test_values_of_pandas() -> None:
    frame = pd.DataFrame(
        {
            "id": pd.Categorical(["a", "b"]),
            "createdAt": [pd.Timestamp("2023-07-18 17:20"), pd.NaT],
            "sizes": [7e9, np.nan],
            "organizations": [np.array(["m", "n"]), None],
            "parents": [None, ("a",)],
            "note": pd.array(["x", pd.NA], dtype="string"),
            "kind": np.array(["model", "dataset"]),
        }
    )
    first, second = read_table(frame).lineage.models
    assert (str(first.released), second.released) == ("2023-07-18", None)
    assert ([int(size) for size in first.sizes], second.sizes) == ([7 * 10**9], ())
    assert (first.organizations, second.organizations) == (("m", "n"), ())
    assert (first.note, second.note, str(second.kind)) == ("x", None, "dataset")
    numbers = pd.DataFrame({"id": pd.array([1, 2], dtype="Int64"), "parent": pd.array([None, 1], dtype="Int64")})
    assert pairs(read_table(numbers).lineage) == [("1", "2")]
    assert pairs(read_table(pd.DataFrame({"id": [1, 2], "parent": [np.nan, 1.0]})).lineage) == [("1", "2")]


def test_values_of_polars() -> None:
    frame = pl.DataFrame(
        {
            "id": pl.Series(["a"], dtype=pl.Categorical),
            "released": [datetime.datetime(2023, 7, 18, 17, 20, tzinfo=datetime.UTC)],
            "sizes": [[7_000_000_000]],
            "links": [{"paper": "https://example.org", "code": None}],
        }
    )
    (model,) = read_table(frame).lineage.models
    assert (str(model.released), [int(size) for size in model.sizes]) == ("2023-07-18", [7 * 10**9])
    assert model.links.paper == "https://example.org"


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC"])
def test_times_of_arrow_are_days(unit: str, zone: str | None) -> None:
    seconds = 1_689_700_800  # 2023-07-18 17:20 in UTC
    times = pa.array([seconds, None]).cast(pa.timestamp("s")).cast(pa.timestamp(unit)).cast(pa.timestamp(unit, zone))
    assert arrow_column(pa.chunked_array([times])) == [datetime.date(2023, 7, 18), None]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", None, "b"], pa.large_string()),
        (["a", None, "a"], pa.dictionary(pa.int8(), pa.string())),
        (["a", None], pa.string_view()),
        ([["a", None], None, []], pa.list_(pa.string())),
        ([["a"], None, []], pa.large_list(pa.dictionary(pa.int32(), pa.string()))),
        ([["a", "b"], ["c", "d"]], pa.list_(pa.string(), 2)),
        ([{"x": ["a"], "y": 1}, None], pa.struct({"x": pa.list_(pa.string()), "y": pa.int64()})),
        ([], pa.list_(pa.string())),
        ([None, None], pa.null()),
    ],
)
def test_columns_of_arrow(values: list[Any], kind: pa.DataType) -> None:
    whole = pa.chunked_array([pa.array(values, kind)])
    assert arrow_column(whole) == values
    assert arrow_column(whole.slice(1)) == values[1:]
    assert arrow_column(pa.chunked_array([whole.chunk(0), whole.chunk(0)])) == values * 2


def test_values_one_by_one() -> None:
    values: list[Any] = [None, float("nan"), pd.NA, pd.NaT, np.float64("nan"), np.datetime64("NaT"), "", "  "]
    assert plain_column([*values, decimal.Decimal("NaN")]) == [None] * 9
    assert plain_column([np.datetime64("2023-07-18T17:20", "ns"), np.int8(3), np.bool_(True), np.str_(" a ")]) == [
        *["2023-07-18", 3, True, "a"]
    ]
    assert plain_column([2023.0, 7.5, decimal.Decimal("2.0"), {"b", "a"}, (1, np.nan), {1: None, 2: "x "}]) == [
        *[2023, 7.5, 2, ["a", "b"], [1, None], {"2": "x"}]
    ]
    thing = object()
    assert plain_column([thing]) == [thing]


def test_licenses_and_links_from_several_columns() -> None:
    taken = {
        "license": ["MIT", None, None, {"name": "x"}],
        "license_spdx": ["MIT", "0BSD", None, "MIT"],
        "link_paper": ["p", None, None, "q"],
        "links": [{"code": "c"}, None, None, "odd"],
    }
    assert field_values(taken, "; ") == {
        "license": [{"name": "MIT", "spdx": "MIT"}, {"name": "0BSD", "spdx": "0BSD"}, None, {"name": "x"}],
        "links": [{"code": "c", "paper": "p"}, None, None, {"paper": "q"}],
    }


# Columns


def test_own_names_come_before_other_names() -> None:
    choice = choose_columns(["MODEL", "model-id", "ID", "Licence ", "license", "Base_Model", "source", "target"], {})
    assert dict(choice.columns) == {
        "id": "ID", "name": "MODEL", "license": "license", "parent": "source", "child": "target",
    }  # fmt: skip
    assert choice.inferred == {"name", "parent", "child"}
    assert dict(choose_columns(["source", "id"], {}).columns) == {"id": "id"}
    assert dict(choose_columns(["derived_from", "parents"], {}).columns) == {"parents": "parents"}


def test_names_of_columns_that_are_no_texts() -> None:
    frame = pd.DataFrame([["a", 1]], columns=[0, ("x", "y")])
    lineage, findings = read_table(frame, columns={"0": "id"})
    assert list(lineage) == ["a"]
    assert findings[0].message.startswith("nothing is read from 1 column")


@pytest.mark.parametrize(
    "frame", [pd.DataFrame([["a", "b"]], columns=["id", "id"]), pa.table([["a"], ["b"]], ["id", "id"])]
)
def test_two_columns_of_one_name(frame: Any) -> None:
    with pytest.raises(SourceError, match="'id' 2 times; rename one"):
        read_table(frame)


@pytest.mark.parametrize("value", [3, {"id": "a"}, pd.Series(["a"]), None])
def test_what_is_no_table(value: Any) -> None:
    with pytest.raises(TypeError, match="a path, a dataframe or a list of dictionaries is needed"):
        read_table(value)


def test_rows_have_their_number() -> None:
    findings = read_table(pd.DataFrame({"id": ["a", None], "released": ["x", None]})).findings
    assert [str(finding) for finding in findings if finding.kind not in ("license-missing", "missing-date")] == [
        "<DataFrame>:1: released of model 'a': 'x' is no date; write YYYY, YYYY-MM or YYYY-MM-DD; it is left out",
        "<DataFrame>:2: a row without a model; write its id; it is left out",
    ]


def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtraError, match=r"modeltree-lineage\[tables\]"):
        read_table(pd.DataFrame({"id": ["a"]}))
    with pytest.raises(MissingExtraError, match=r"modeltree-lineage\[tables\]"):
        read_table(tmp_path / "x.parquet")
    with pytest.raises(MissingExtraError, match=r"modeltree-lineage\[tables\]"):
        write_parquet(Lineage([]), tmp_path / "x.parquet")


# Lists of dictionaries


def test_a_list_of_dictionaries_is_a_table(survey: Lineage) -> None:
    rows = list(survey.to_records())
    lineage, findings = read_table(rows)
    assert without_corrections(lineage) == without_corrections(survey)
    assert pairs(lineage) == pairs(survey)
    assert [finding.kind for finding in findings] == [
        finding.kind for finding in read_table(pd.DataFrame(rows)).findings
    ]


def test_dictionaries_may_lack_what_others_have() -> None:
    models = [{"id": "a", "released": "2023"}, {"id": "b", "note": "Noted."}]
    edges = [{"parent": "a", "child": "b", "relation": "finetune"}, {"parent": "a", "child": "c"}]
    lineage, findings = read_table(models, edges)
    assert [(str(model.released), model.note) for model in lineage.models[:2]] == [("2023", None), ("None", "Noted.")]
    assert pairs(lineage) == [("a", "b"), ("a", "c")]
    missing = [str(finding) for finding in findings if finding.kind == "missing-child"] or list(map(str, findings))
    assert any(text.startswith("<list>:2") for text in missing), findings
    assert len(read_table([{"parent": "a", "child": "b"}]).lineage) == 2


def test_a_list_of_something_else_is_refused() -> None:
    with pytest.raises(TypeError, match=r"a list of dictionaries is needed; item 1 is 'b'"):
        read_table([{"id": "a"}, "b"])
    with pytest.raises(SourceError, match="no column"):
        read_table([])

"""The example for Spark gives the same answers as the library, and tables that it reads back."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import modeltree
from modeltree import Derivation, Lineage, Model

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

from hub_shape import made, write_tables  # noqa: E402  # of benchmarks/

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(
        os.environ.get("MODELTREE_SPARK") != "1" or importlib.util.find_spec("pyspark") is None,
        reason="takes minutes and needs Java 17 or later and the extra spark: set MODELTREE_SPARK=1",
    ),
]

SIZE = int(os.environ.get("MODELTREE_SPARK_SIZE", "20000"))
CONFIGURATION = os.environ.get(
    "PYSPARK_SUBMIT_ARGS",
    "--master local[2] --driver-memory 2g --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=2 "
    "--conf spark.driver.bindAddress=127.0.0.1 --conf spark.driver.host=127.0.0.1 pyspark-shell",
)


def answered(table: Path, folder: Path, *asked: str) -> dict[str, list[dict]]:
    """The rows of the tables that the example writes."""
    from pyarrow import parquet

    command = [sys.executable, str(ROOT / "examples" / "spark_lineage.py"), str(table), str(folder), "--of", *asked]
    environment = {**os.environ, "PYSPARK_SUBMIT_ARGS": CONFIGURATION, "PYSPARK_PYTHON": sys.executable}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr[-5000:]
    assert sorted(path.name for path in folder.iterdir()) == [
        "growth.parquet", "kin.parquet", "models.edges.parquet", "models.parquet",
    ]  # fmt: skip
    return {name: parquet.read_table(folder / f"{name}.parquet").to_pylist() for name in ("models", "growth", "kin")}


def check(lineage: Lineage, tables: dict[str, list[dict]], *asked: str) -> None:
    """All answers are those of the lineage."""
    ids, rows = lineage.ids, {row["id"]: row for row in tables["models"]}
    assert len(rows) == len(tables["models"]) == len(lineage)
    for by, name in (("base", "family"), ("component", "component")):
        assert [rows[id][name] for id in ids] == [ids[label] for label in lineage.family_labels(by).tolist()]
    assert {id for id in ids if rows[id]["primary_parent"] is None} == set(lineage.roots("weights"))
    counts = dict(zip(ids, lineage.descendant_counts("weights").tolist(), strict=True))
    roots = lineage.roots("weights")
    assert {id: counts[id] for id in roots} == {
        id: row["descendants"] for id, row in rows.items() if row["descendants"] is not None
    }
    expected = {(id, "ancestor", other) for id in asked for other in lineage.ancestors(id)}
    expected |= {(id, "descendant", other) for id in asked for other in lineage.descendants(id)}
    kin = [(row["of"], row["kin"], row["id"]) for row in tables["kin"]]
    assert set(kin) == expected
    assert len(kin) == len(expected)

    months: dict[tuple[str, str], int] = {}
    labels = lineage.family_labels().tolist()
    for period in lineage.timeline("month"):
        members = lineage.positions(period.ids)
        for label, models in zip(*numpy.unique([labels[node] for node in members], return_counts=True), strict=True):
            months[ids[label], str(period.date) if period.date else None] = int(models)
    assert {(row["family"], row["month"]): row["models"] for row in tables["growth"]} == months
    until: dict[str, int] = {}
    for row in sorted(tables["growth"], key=lambda row: (row["month"] is None, row["month"])):
        until[row["family"]] = until.get(row["family"], 0) + row["models"]
        assert row["models_until"] == until[row["family"]]


def test_the_answers_are_those_of_the_library(tmp_path: Path) -> None:
    table = tmp_path / "hub.parquet"
    write_tables(made(SIZE), table)
    lineage = modeltree.load(table)
    sizes = lineage.ancestor_counts()
    asked = [lineage.ids[0], lineage.ids[int(sizes.argmax())]]
    check(lineage, answered(table, tmp_path / "answers", *asked), *asked)
    again = modeltree.load(tmp_path / "answers" / "models.parquet")
    assert again.ids == lineage.ids
    assert again.derivations == lineage.derivations


def test_dates_of_any_precision_and_relations_of_all_classes(tmp_path: Path) -> None:
    dates = {"a": 2020, "b": "2020-05", "c": "2020-05-20", "d": None, "e": "2021-01", "f": "2021-02", "g": None}
    edges = [
        ("a", "e", "merge"), ("b", "e", "merge"), ("c", "e", "merge"), ("d", "e", "merge"),  # c, released last
        ("a", "f", "finetune"), ("c", "f", "adapter"),  # a, whose relation comes first
        ("d", "g", "distillation"),  # no weights
        ("f", "b", "quantized"),  # older than what it was made from
        ("e", "h", "finetune"), ("f", "h", "finetune"), ("g", "i", "finetune"),
    ]  # fmt: skip
    models = [Model(id=id, name=id.upper(), released=dates.get(id)) for id in "abcdefghi"]
    lineage = Lineage(models, [Derivation(parent=one, child=other, relation=by) for one, other, by in edges])
    modeltree.save(lineage, tmp_path / "few.parquet")
    tables = answered(tmp_path / "few.parquet", tmp_path / "answers", "a", "h", "g")
    check(lineage, tables, "a", "h", "g")
    primary = {row["id"]: row["primary_parent"] for row in tables["models"]}
    assert primary == {"a": None, "b": "f", "c": None, "d": None, "e": "c", "f": "a", "g": None, "h": "f", "i": "g"}
    assert modeltree.read(tmp_path / "answers" / "models.parquet").lineage == lineage

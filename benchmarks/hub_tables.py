"""What reading a Hub from tables costs, beside a plain polars script that does what must be; see `hub_scale.py`."""  # noqa: INP001

from __future__ import annotations

import json
import resource
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from hub_measure import memory
from hub_shape import Shape

__all__ = ["TASKS", "measure_tables", "tables_table", "write_full_tables"]

TASKS = {
    "Parquet, a polars script": ("", 0.0),
    "Parquet, modeltree.load": ("Parquet, a polars script", 1.5),
    "Parquet, modeltree.read with all findings": ("Parquet, a polars script", 2.0),
    "CSV, polars.read_csv": ("", 0.0),
    "CSV, modeltree's columns": ("CSV, polars.read_csv", 3.0),
    "CSV, modeltree.load": ("", 0.0),
}
"""What is measured, with what it is compared with and how many times as long it may take."""


def write_full_tables(shape: Shape, folder: Path) -> None:
    """Write models with names, licenses and sizes as ``full.parquet`` and ``full.csv``, and the derivations beside."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    ids = shape.ids()
    generator = np.random.default_rng(1)
    licenses = pa.array(["apache-2.0", "mit", "llama2", None, "cc-by-nc-4.0"])
    models = {
        "id": ids,
        "name": [id.split("/")[1].replace("-", " ").title() for id in ids],
        "org": [id.split("/")[0] for id in ids],
        "released": pa.array(shape.dates()),
        "license": licenses.take(pa.array(generator.integers(0, 5, shape.count))),
        "params_b": pa.array(2.0 ** generator.integers(-3, 9, shape.count)),
    }
    listed = pa.array(ids)
    edges = {"parent": listed.take(pa.array(shape.parent)), "child": listed.take(pa.array(shape.child))}
    for part, columns in (("", models), (".edges", edges | {"relation": pa.array(shape.relation)})):
        parquet.write_table(pa.table(columns), folder / f"full{part}.parquet")
        csv.write_csv(pa.table(columns), folder / f"full{part}.csv")


def measure_tables(task: dict[str, Any]) -> None:
    """Do one of `TASKS`, and print what CPU time and memory this process took from its beginning."""
    folder, what = Path(task["folder"]), task["what"]
    warnings.simplefilter("ignore")  # that there are findings
    if what == "Parquet, a polars script":
        found = _by_polars(folder)
    elif what == "CSV, polars.read_csv":
        import polars as pl

        found = len(pl.read_csv(folder / "full.csv")) + len(pl.read_csv(folder / "full.edges.csv"))
    elif what == "CSV, modeltree's columns":
        from modeltree.formats.tables.text_files import read_csv_table

        tables = [read_csv_table(folder / name) for name in ("full.csv", "full.edges.csv")]
        found = sum(len(table.take(table.names)[table.names[0]]) for table in tables)
    else:
        import modeltree

        path = folder / f"full.{what.partition(',')[0].lower()}"
        lineage = modeltree.read(path).lineage if "read" in what else modeltree.load(path)
        found = len(lineage.ancestors(lineage.ids[-1]))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    seconds = usage.ru_utime + usage.ru_stime
    print(json.dumps({"seconds": seconds, "megabytes": memory("VmHWM"), "found": found}))


def _by_polars(folder: Path) -> int:
    """Read, sort, check that ids are unique, join names to numbers, find missing and double edges, build our index."""
    import polars as pl

    from modeltree.graph.index import AncestryIndex

    models = pl.read_parquet(folder / "full.parquet").sort("released", "id", nulls_last=True)
    edges = pl.read_parquet(folder / "full.edges.parquet")
    numbers = models.select("id").with_row_index("number")
    for end in ("parent", "child"):
        edges = edges.join(numbers.rename({"id": end, "number": f"{end}_number"}), on=end, how="left")
    pair = ["parent_number", "child_number"]
    missing = edges.filter(pl.any_horizontal(pl.col(*pair).is_null()))
    double = edges.filter(pl.struct(pair).is_duplicated())
    if models["id"].is_duplicated().any() or len(missing) or len(double):
        raise SystemExit("the made-up tables have faults")
    edges = edges.sort("child_number", "parent_number")
    ends = [edges[name].to_numpy().astype(np.int32) for name in pair]
    index: Any = AncestryIndex.from_edges(len(models), *ends)
    return len(index.ancestors(len(models) - 1))


def tables_table(found: Mapping[str, Mapping[str, float]]) -> str:
    """The measurements below each other, in Markdown."""
    lines = ["| | s of CPU | MB at most | times the other | aim | |", "|---|---:|---:|---:|---:|---|"]
    for what, (other, aim) in TASKS.items():
        said = found.get(what, {})
        if "seconds" not in said:
            lines.append(f"| {what} | – | – | | | |")
            continue
        ratio, verdict = "", ""
        if "seconds" in found.get(other, {}):
            times = said["seconds"] / found[other]["seconds"]
            ratio, verdict = f"{times:.2f} | ≤ {aim}", "" if times <= aim else "missed"
        else:
            ratio = " | "
        lines.append(f"| {what} | {said['seconds']:.2f} | {said['megabytes']:,.0f} | {ratio} | {verdict} |")
    return "\n".join(lines)

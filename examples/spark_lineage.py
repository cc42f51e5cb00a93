"""Ask the same questions of the same two Parquet tables on a Spark cluster, where one machine is too small.

    python examples/spark_lineage.py hub.parquet answers --of org-0/model-0 org-7/model-5
    spark-submit --master … examples/spark_lineage.py hub.parquet answers

Beside ``hub.parquet``, a table with the columns id and released, lies ``hub.edges.parquet`` with parent, child and
relation, as `modeltree.save` writes them; both are clean, as after `modeltree.read`. All questions are joins of
DataFrames, repeated until nothing changes: pointers along single parents jump, so that a round doubles how far each has
come, and no row goes to the driver. These files are written into the folder:

- ``models.parquet``, the models with the columns primary_parent, family, component, and for roots descendants; with
  ``models.edges.parquet`` beside it, `modeltree.load` reads it.
- ``growth.parquet``: family, month, the models of that month, and all until then.
- ``kin.parquet``: the descendants and ancestors of the models that are asked about.

Families, components and descendants go by derivations that pass weights on; kin by any.
"""

from __future__ import annotations

import argparse
import shutil
from functools import reduce
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession, Window, functions

from modeltree import Relation
from modeltree.records import WEIGHTS

RANKS = {str(relation): rank for rank, relation in enumerate(Relation)}
UNDATED = 1 << 30
col = functions.col


def kept(frame: DataFrame) -> DataFrame:
    """A frame that is worked out now, and whose plan is forgotten: loops do not make plans longer.

    A cluster that loses machines wants ``checkpoint`` here, which needs a folder of its file system.
    """
    return frame.localCheckpoint()


def date_numbers(released: str) -> Column:
    """Dates as numbers in their order: 20230314 is a day, 20230300 a month, 20230000 a year, 0 not known."""
    digits = functions.regexp_replace(col(released).cast("string").substr(1, 10), "-", "")
    return functions.coalesce(functions.rpad(digits, 8, "0").cast("int"), functions.lit(0))


def numbered(models: DataFrame, edges: DataFrame) -> tuple[DataFrame, DataFrame]:
    """The models as (node, id, date), numbered by date, then by id; the edges as (parent, child, rank, weights)."""
    dated = models.select("id", date_numbers("released").alias("date"))
    order = functions.when(col("date") == 0, UNDATED).otherwise(col("date"))
    # The numbers have gaps: each partition of the sorted models counts on its own, from where no other reaches.
    nodes = kept(dated.orderBy(order, "id").withColumn("node", functions.monotonically_increasing_id()))
    ranks = functions.create_map(*[functions.lit(part) for pair in RANKS.items() for part in pair])
    for end in ("parent", "child"):
        edges = edges.join(nodes.select(col("id").alias(end), col("node").alias(f"{end}_node")), end)
    arcs = edges.select(
        col("parent_node").alias("parent"),
        col("child_node").alias("child"),
        ranks[col("relation")].alias("rank"),
        col("relation").isin(*map(str, WEIGHTS)).alias("weights"),
    )
    return nodes, kept(arcs)


def tops(pointers: DataFrame) -> DataFrame:
    """Where the pointers (node, top) of each node end, which are pointers again.

    In every round each node points to where the node that it pointed to points.
    """
    pointers = kept(pointers)
    limit = pointers.count().bit_length() + 1
    for _ in range(limit):
        other = pointers.select(col("node").alias("top"), col("top").alias("further"))
        joined = pointers.join(other, "top", "left")
        jumped = kept(joined.select("node", functions.coalesce("further", "top").alias("top"), "further"))
        pointers = jumped.select("node", "top")
        if jumped.where("further is not null").isEmpty():
            return pointers
    raise ValueError("the parents lead back to where they began")


def topped(nodes: DataFrame, pointers: DataFrame, name: str) -> DataFrame:
    """The nodes with where their pointers end; those without a pointer are their own top."""
    joined = nodes.join(tops(pointers), "node", "left")
    return joined.withColumn(name, functions.coalesce("top", "node")).drop("top")


def primary_parents(nodes: DataFrame, arcs: DataFrame) -> DataFrame:
    """The primary parent of each model that has one, as pointers: by relation, then the latest date, then the id."""
    dates = nodes.select(col("node").alias("parent"), "date")
    ranked = arcs.join(dates, "parent").select("child", functions.struct("rank", -col("date"), "parent").alias("by"))
    first = ranked.groupBy("child").agg(functions.min("by").alias("by"))
    return first.select(col("child").alias("node"), col("by.parent").alias("top"))


def components(nodes: DataFrame, arcs: DataFrame) -> DataFrame:
    """The first member of the component of each node, as (node, component).

    In every round a group of nodes joins the least group that it has an edge with, if that is less than itself; of each
    edge at least one end does.
    """
    labels = nodes.select("node", col("node").alias("component"))
    links = kept(arcs.select(col("parent").alias("one"), col("child").alias("other")))
    while not links.isEmpty():
        both = links.union(links.select("other", "one"))
        least = both.groupBy(col("one").alias("node")).agg(functions.min("other").alias("top")).where("top < node")
        joined = kept(tops(least))
        moved = joined.select(col("node").alias("component"), "top")
        labels = labels.join(moved, "component", "left")
        labels = kept(labels.select("node", functions.coalesce("top", "component").alias("component")))
        for end in ("one", "other"):
            links = links.join(joined.select(col("node").alias(end), col("top").alias(f"{end}_top")), end, "left")
        ends = [functions.coalesce(f"{end}_top", end).alias(end) for end in ("one", "other")]
        links = kept(links.select(*ends).where("one != other").distinct())
    return labels


def reached(starts: DataFrame, arcs: DataFrame, tail: str, head: str) -> DataFrame:
    """What some nodes lead to along arcs, as (start, node); a round goes one edge further."""
    found = starts.select(col("node").alias("start"), "node").limit(0)
    new = kept(starts.select(col("node").alias("start"), "node"))
    while not new.isEmpty():
        step = new.join(arcs.select(col(tail).alias("node"), col(head).alias("next")), "node")
        step = step.select("start", col("next").alias("node")).distinct()
        new = kept(step.join(found, ["start", "node"], "left_anti"))
        found = kept(found.union(new))
    return found


def descendant_counts(nodes: DataFrame, arcs: DataFrame) -> DataFrame:
    """How many models descend from each root, as (node, descendants).

    Models with a single parent point to it, so that the pointers of each end at a root or a merge, and only merges have
    several roots: those that the ends of their parents have.
    """
    parents = arcs.groupBy(col("child").alias("node")).agg(
        functions.count("*").alias("parents"), functions.min("parent").alias("top")
    )
    ends = kept(topped(nodes.select("node"), parents.where("parents = 1").select("node", "top"), "end"))
    sizes = kept(ends.groupBy(col("end").alias("node")).count())
    merges = parents.where("parents > 1").select(col("node").alias("merge"))
    above = arcs.join(merges, col("child") == col("merge")).join(ends, col("parent") == col("node"))
    above = kept(above.select("merge", "end").distinct())
    roots = [kept(nodes.select("node").join(parents, "node", "left_anti").select("node", col("node").alias("root")))]
    while not above.isEmpty():  # first the merges above which no merge is left
        left = above.select(col("merge").alias("end")).distinct()
        waiting = above.join(left, "end", "left_semi").select("merge").distinct()
        ready = above.join(waiting, "merge", "left_anti").withColumnRenamed("end", "node")
        passed = reduce(DataFrame.union, roots).join(functions.broadcast(ready), "node")
        roots.append(kept(passed.select(col("merge").alias("node"), "root").distinct()))
        above = kept(above.join(waiting, "merge", "left_semi"))
    counts = reduce(DataFrame.union, roots).join(sizes, "node").groupBy(col("root").alias("node")).sum("count")
    return counts.select("node", (col("sum(count)") - 1).alias("descendants"))


def growth(families: DataFrame) -> DataFrame:
    """How many models each family has by month, of models as (family, date); those without a date come last."""
    number = col("date").cast("string")
    dash = functions.when(number.substr(5, 2) == "00", "").otherwise(
        functions.concat(functions.lit("-"), number.substr(5, 2))
    )
    month = functions.when(col("date") > 0, functions.concat(number.substr(1, 4), dash)).alias("month")
    counts = families.groupBy("family", month).agg(functions.count("*").alias("models"))
    until = Window.partitionBy("family").orderBy(col("month").asc_nulls_last())
    return counts.withColumn("models_until", functions.sum("models").over(until))


def write(frame: DataFrame, path: Path) -> None:
    """Write a frame as one file, which is what Spark writes into a folder of its own."""
    folder = path.with_suffix(".spark")
    frame.repartition(1).write.mode("overwrite").parquet(str(folder))
    (part,) = folder.glob("part-*.parquet")
    part.replace(path)
    shutil.rmtree(folder)


def main() -> None:
    """Answer about the tables, and write the answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=Path, help="the table of models; that of derivations lies beside it")
    parser.add_argument("folder", type=Path, help="where the answers are written")
    parser.add_argument("--of", nargs="+", default=[], metavar="ID", help="models whose kin is wanted")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)

    spark = SparkSession.builder.appName("lineage").getOrCreate()
    models = spark.read.parquet(str(options.models))
    edges = spark.read.parquet(str(options.models.with_suffix(".edges.parquet")))
    nodes, arcs = numbered(models, edges)
    starts = nodes.where(col("id").isin(options.of))
    if starts.count() < len(set(options.of)):
        parser.error(f"the table has not all of these models: {', '.join(options.of)}")
    by_weights = arcs.where("weights")

    primary = kept(primary_parents(nodes, by_weights))
    found = topped(nodes, primary, "family_node")
    found = found.join(primary.select("node", col("top").alias("primary_parent_node")), "node", "left")
    found = found.join(components(nodes, by_weights).withColumnRenamed("component", "component_node"), "node")
    found = found.join(descendant_counts(nodes, by_weights), "node", "left")
    for name in ("primary_parent", "family", "component"):
        ids = nodes.select(col("node").alias(f"{name}_node"), col("id").alias(name))
        found = found.join(ids, f"{name}_node", "left")
    found = kept(found.select("id", "date", "primary_parent", "family", "component", "descendants"))

    write(models.join(found.drop("date"), "id", "left"), options.folder / "models.parquet")
    write(edges, options.folder / "models.edges.parquet")
    write(growth(found), options.folder / "growth.parquet")
    below, above = (reached(starts, arcs, *ends) for ends in (("parent", "child"), ("child", "parent")))
    kin = below.withColumn("kin", functions.lit("descendant")).union(above.withColumn("kin", functions.lit("ancestor")))
    asked = nodes.select(col("node").alias("start"), col("id").alias("of"))
    named = kin.join(nodes.select("node", "id"), "node").join(asked, "start").select("of", "kin", "id")
    write(named, options.folder / "kin.parquet")
    spark.stop()


if __name__ == "__main__":
    main()

"""Lineages of hostile names through every writer: parsed by independent parsers, and read back.

    python benchmarks/assault/names.py --count 100000

Parsers that share nothing with the library: defusedxml, PyYAML, csv, json, pyarrow and the program `dot`. Mermaid's own
parser runs in a browser: see `browser.py`.
"""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml
from defusedxml import ElementTree
from tally import RELATIONS, Tally, hostile_name, options, tree_of

import modeltree
from modeltree import Derivation, Lineage, LineageError, Model, Severity
from modeltree.records import Links
from modeltree.values.words import is_missing

WHOLE = ("yaml", "parquet", "cdx.json", "spdx.json", "json", "cyjs", "graphml", "csv", "tsv", "jsonl", "gexf")
"""What brings back every field of models and derivations."""


def hostile_lineage(chance: random.Random) -> Lineage | None:
    """A lineage in which every text is hostile; none where the library says that it would be ambiguous."""

    def text() -> str:  # words for a missing value are documented to be read as such
        return next(made for made in iter(lambda: hostile_name(chance), None) if not is_missing(made))

    def plain(made: str) -> str:
        return re.sub(r"[\s\x00-\x1f\x7f\ufffe\uffff]", "+", made)[:300]

    def clean(made: str) -> str:
        return re.sub(r"[\x00-\x1f\x7f\ufffe\uffff]", "+", made).strip() or "x"

    ids = list(dict.fromkeys(plain(text()) for _ in range(chance.randint(1, 10))))
    maker = plain(text())
    address = f"https://x.invalid/{re.sub('[<>' + chr(34) + ']', '', plain(text()))}"
    models = [
        Model(
            id=id,
            name=clean(text())[:500],
            aliases=[clean(text())] if chance.random() < 0.2 else [],
            released=chance.choice((None, "2020", "2021-03", "2022-07-01")),
            organizations=[maker] if chance.random() < 0.5 else [],
            license=clean(text())[:500] if chance.random() < 0.3 else None,
            training_data=clean(text()) if chance.random() < 0.3 else None,
            sizes=["7B", "13B"] if chance.random() < 0.3 else [],
            note=clean(text()) if chance.random() < 0.3 else None,
            links=Links(weights=address) if chance.random() < 0.3 else Links(),
            references=[address] if chance.random() < 0.2 else [],
        )
        for id in ids
    ]
    edges = [
        Derivation(
            parent=ids[up],
            child=ids[down],
            relation=chance.choice(RELATIONS),
            note=clean(text()) if chance.random() < 0.3 else None,
        )
        for up, down in tree_of(chance, len(ids))
    ]
    try:
        return Lineage(models, edges)
    except LineageError:  # an alias that is another's id
        return None


# What independent parsers find in a file: the ids, or where it has none the names, of the models.


def from_yaml(path: Path) -> Iterable[str]:
    """The ids in a catalogue."""
    return [record["id"] for record in yaml.safe_load(path.read_text())["models"]]


def from_csv(path: Path) -> Iterable[str]:
    """The ids in a table; each row has as many cells as the header."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t" if path.suffix == ".tsv" else ",")
    assert {len(row) for row in rows} <= {len(header)}, "rows are of equal length"
    named = [dict(zip(header, row, strict=True)) for row in rows]
    assert not any(cell[:1] in "=+@" and cell for row in rows for cell in row), "no cell is a formula"
    return [row["id"][1:] if "id" in row.get("escaped", "").split("; ") else row["id"] for row in named]


def from_lines(path: Path) -> Iterable[str]:
    """The ids in JSON lines."""
    return [json.loads(line)["id"] for line in path.read_text().split("\n")[:-1]]


def from_parquet(path: Path) -> Iterable[str]:
    """The ids in Parquet."""
    return pq.read_table(path)["id"].to_pylist()


def from_json(path: Path) -> Iterable[str]:
    """The ids in a graph."""
    data = json.loads(path.read_text())
    nodes = data["elements"]["nodes"] if "elements" in data else data["nodes"]
    return [node.get("data", node)["id"] for node in nodes]


def from_bill(path: Path) -> Iterable[str]:
    """As many as there are models in a bill of materials."""
    data = json.loads(path.read_text())
    return [str(data)] * len([each for each in data["components"] if each["type"] == "machine-learning-model"])


def from_xml(path: Path) -> Iterable[str]:
    """The ids in GraphML or GEXF."""
    nodes = [element for element in ElementTree.parse(path).iter() if element.tag.rpartition("}")[2] == "node"]
    return [node.attrib["id"] for node in nodes]


def from_dot(path: Path) -> Iterable[str]:
    """The names of the nodes as Graphviz reads them, its escapes undone."""
    run = subprocess.run(["dot", "-Tdot_json", path], capture_output=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr.decode()[:200]
    assert not run.stderr, run.stderr.decode()[:200]
    return [unescaped(node["name"]) for node in json.loads(run.stdout).get("objects", ())]


def unescaped(text: str) -> str:
    """A text without the backslashes that keep others, and percent signs, from meaning something."""
    return re.sub(r"\\([\\%])", r"\1", text)


def from_newick(path: Path) -> Iterable[str]:
    """The labels of a tree."""
    labels = re.findall(r"'(?:[^']|'')*'|[^\s'(),:;\[\]]+", path.read_text())
    return [each[1:-1].replace("''", "'") if each[0] == "'" else each for each in labels]


PARSERS: dict[str, Callable[[Path], Iterable[str]]] = {
    "yaml": from_yaml, "csv": from_csv, "tsv": from_csv, "jsonl": from_lines, "parquet": from_parquet,
    "json": from_json, "cyjs": from_json, "graphml": from_xml, "gexf": from_xml, "gv": from_dot, "nwk": from_newick,
}  # fmt: skip


def check_one(tally: Tally, lineage: Lineage, ending: str, folder: Path) -> None:
    """Write a lineage, let another parser read it, and read it back."""
    path = folder / f"x.{ending}"
    if ending == "nwk":
        modeltree.save(lineage, path, spanning=True)
    else:
        lost = modeltree.save(lineage, path)
    if ending in PARSERS:
        found = tally.attempt(f"{ending} parsed", lambda: sorted(PARSERS[ending](path)), (), lineage.ids)
        if isinstance(found, list):
            tally.check(found == sorted(lineage.ids), f"{ending} ids", (found, lineage.ids))
    if ending in WHOLE:
        reading = tally.attempt(f"{ending} read", lambda: modeltree.read(path), (), lineage.ids)
        if isinstance(reading, modeltree.Reading):
            back = reading.lineage
            tally.counts[f"{ending} same"] += 1
            for field, before, after in differences(lineage, back):
                tally.fault(f"{ending}: {field} is not the same", (before, after))
            wrong = [str(each) for each in reading.findings if each.severity == Severity.ERROR]
            tally.check(not wrong, f"{ending} findings", wrong)
            tally.check(not lost, f"{ending} lost", lost)


def differences(one: Lineage, other: Lineage) -> list[tuple[str, object, object]]:
    """The fields that differ, with what they were and what they are."""
    pairs = ((one.models, other.models), (one.derivations, other.derivations))
    if any(len(mine) != len(theirs) for mine, theirs in pairs):
        return [("records", [len(mine) for mine, _ in pairs], [len(theirs) for _, theirs in pairs])]
    return [
        (field, getattr(before, field), getattr(after, field))
        for mine, theirs in pairs
        for before, after in zip(mine, theirs, strict=True)
        for field in type(before).model_fields
        if getattr(before, field) != getattr(after, field)
    ]


def check_cards(tally: Tally, lineage: Lineage, folder: Path) -> None:
    """A folder of cards never leaves its folder, and has no more models than there are."""
    home = folder / "cards"
    home.mkdir()
    outcome = tally.attempt(
        "cards written", lambda: modeltree.save(lineage, home, "model-cards"), (ValueError,), lineage.ids
    )
    outside = [path for path in folder.rglob("*") if home not in (path, *path.parents) and path.name == "README.md"]
    tally.check(not outside, "cards within", outside)
    if not isinstance(outcome, Exception) and any(home.iterdir()):
        for card in home.rglob("README.md"):
            front = card.read_text().split("---\n")[1]
            tally.attempt("cards parsed", lambda: yaml.safe_load(front), (), front)
        tally.attempt("cards read", lambda: modeltree.read(home), (LineageError,), lineage.ids)


def check_figure(tally: Tally, lineage: Lineage, folder: Path) -> None:
    """SVG is well formed, and no address in it is a program."""
    for name, figure in (
        ("diagram", modeltree.diagram),
        ("family tree", modeltree.family_tree),
        ("evolution", modeltree.evolution),
    ):
        path = folder / "x.svg"

        def drawn(figure: Callable[[Lineage], Any] = figure) -> None:
            figure(lineage).save(path)

        outcome = tally.attempt(f"{name} drawn", drawn, (modeltree.LayoutError, ValueError), lineage.ids)
        if not isinstance(outcome, Exception):
            tree = tally.attempt(f"{name} parsed", lambda: ElementTree.parse(path), (), lineage.ids)
            if not isinstance(tree, Exception):
                bad = [
                    (element.tag, key, value)
                    for element in tree.iter()
                    for key, value in (*element.attrib.items(), ("tag", element.tag))
                    if key.rpartition("}")[2].lower().startswith("on")
                    or (key.endswith("href") and not value.startswith(("https:", "http:", "#", "data:image/")))
                    or value.rpartition("}")[2].lower() in ("script", "foreignobject", "iframe")
                ]
                tally.check(not bad, f"{name} inactive", bad)


def main() -> int:
    """Go through all writers until there are enough checks."""
    tally = Tally("names", options(__doc__, count=100_000, seconds=1800))
    turn = 0
    while tally:
        turn += 1
        lineage = hostile_lineage(tally.random)
        if lineage is None:
            continue
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            for ending in (*dict.fromkeys((*WHOLE, *PARSERS)), "mmd"):
                if ending != "gv" or (shutil.which("dot") and turn % 5 == 0):
                    tally.attempt(
                        f"{ending} written", lambda: check_one(tally, lineage, ending, folder), (), lineage.ids
                    )
            check_cards(tally, lineage, folder)
            if turn % 40 == 0:
                check_figure(tally, lineage, folder)
    return tally.report()


if __name__ == "__main__":
    raise SystemExit(main())

"""Bombs and growth: inputs that are small and mean much, each read in a process with a limit of time and memory.

    python benchmarks/assault/bombs.py

Of each kind of input there are n, 2 n and 4 n things. What takes more than 2.6 times as long for twice as many, or ends
with anything but a lineage and a `ModelTreeError`, is a fault. Seconds are those of the processor.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import resource
import struct
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from files import apart
from tally import Tally, options

import modeltree
from modeltree import Derivation, Lineage, Model, ModelTreeError

Made = bytes | Mapping[str, bytes | str] | str
SECONDS, MEGABYTES = 60, 4096
"""What one input may take."""
MEASURED, MOST = 0.5, 2.6
"""From how many seconds on growth is looked at, and how much there may be for twice the input."""


def table(n: int, row: Callable[[int], Mapping[str, Any]]) -> str:
    """Rows as JSON lines."""
    return "".join(json.dumps(row(number)) + "\n" for number in range(n))


def graph(nodes: list[Any], edges: list[Any], **more: Any) -> str:
    """A graph as JSON."""
    return json.dumps({"nodes": nodes, "edges": edges, **more})


def workbook(inner: bytes, n: int = 1) -> bytes:
    """A workbook whose sheet is so many times something."""
    import openpyxl

    book, content = io.BytesIO(), io.BytesIO()
    whole = openpyxl.Workbook()
    whole.active.append(["id", "name"])  # type: ignore[union-attr]
    whole.save(book)
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, body.replace(b"<sheetData>", b"<sheetData>" + inner * n) if "sheet1" in name else body)
    return content.getvalue()


def parquet(columns: Mapping[str, Any]) -> bytes:
    """A table as Parquet."""
    content = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), content)
    return content.getvalue()


def gguf(tensors: int, values: int, *pairs: tuple[str, int, bytes]) -> bytes:
    """A GGUF file that says how many tensors and values it has, and has some."""
    said = b"GGUF" + struct.pack("<IQQ", 3, tensors, values)
    return said + b"".join(
        struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", kind) + value for key, kind, value in pairs
    )


def safetensors(header: bytes, length: int | None = None) -> bytes:
    """A safetensors file of a header, and how long it is said to be."""
    return struct.pack("<Q", len(header) if length is None else length) + header


def aliases(n: int) -> str:
    """A laugh of so many levels."""
    levels = "".join(f"a{k + 1}: &a{k + 1} [{', '.join([f'*a{k}'] * 9)}]\n" for k in range(n))
    return f"---\na0: &a0 x\n{levels}base_model: *a{n}\n---\n"


def entities(n: int) -> str:
    """The same in XML."""
    levels = "".join(f'<!ENTITY a{k + 1} "{f"&a{k};" * 9}">' for k in range(n))
    return f'<!DOCTYPE x [<!ENTITY a0 "x">{levels}]><graphml><graph><node id="&a{n};"/></graph></graphml>'


HUGE = 2**63 - 1
BOMBS: dict[str, tuple[str, Callable[[], Made]]] = {
    "JSON: brackets": ("x.json", lambda: "[" * 5_000_000),
    "JSON: braces": ("x.json", lambda: '{"a":' * 1_000_000),
    "JSON: a long text": ("x.json", lambda: '["' + "x" * 200_000_000 + '"]'),
    "JSON: escapes": ("x.json", lambda: '["' + "\\n" * 100_000_000 + '"]'),
    "JSON: quotes": ("x.json", lambda: "[0" + ",0" * 20_000_000 + '\\"' * 10_000_000),
    "JSON: a number": ("x.json", lambda: graph([{"id": "a", "sizes": int("9" * 4000)}], []).replace("999", "9" * 90_000, 1)),
    "JSON: an exponent": ("x.json", lambda: '{"nodes": [{"id": "a", "released": 1e999999999}], "edges": []}'),
    "JSON lines: brackets": ("x.jsonl", lambda: '{"id": "a"}\n' + "[" * 2_000_000),
    "YAML: aliases": ("README.md", lambda: aliases(12)),
    "YAML: aliases in a catalogue": ("x.yaml", lambda: aliases(12)[4:-4]),
    "YAML: brackets": ("x.yaml", lambda: "models: " + "[" * 200_000),
    "YAML: dashes": ("x.yaml", lambda: "- " * 100_000),
    "YAML: a key in a key": ("x.yaml", lambda: "\n".join(" " * k + "a:" for k in range(2000))),
    "YAML: a number": ("x.yaml", lambda: f"models:\n- id: {'9' * 1_000_000}\n"),
    "YAML: sexagesimal": ("x.yaml", lambda: f"models:\n- id: {'1:' * 100_000}1\n"),
    "TOML: brackets": ("x.toml", lambda: "a = " + "[" * 100_000),
    "TOML: dots": ("x.toml", lambda: ".".join("a" * 100_000) + " = 1"),
    "JSON: no nodes": ("x.json", lambda: '{"nodes": [' + "0," * 10_000_000 + '0], "edges": []}'),
    "YAML: no models": ("x.yaml", lambda: "models: [" + "{}," * 2_000_000 + "]"),
    "XML: no edges": ("x.graphml", lambda: "<graphml><graph>" + "<edge/>" * 5_000_000 + "</graph></graphml>"),
    "XML: entities": ("x.graphml", lambda: entities(12)),
    "XML: elements": ("x.gexf", lambda: "<a>" * 1_000_000),
    "XML: attributes": ("x.cdx.xml", lambda: "<bom " + " ".join(f'a{k}="1"' for k in range(100_000)) + "/>"),
    "gzip": ("x.csv", lambda: gzip.compress(b"id,name\n" + b"a" * 200_000_000)),
    "zip in a workbook": ("x.xlsx", lambda: workbook(b"<row><c t='inlineStr'><is><t>" + b"a" * 50_000_000 + b"</t></is></c></row>")),
    "rows of a workbook": ("x.xlsx", lambda: workbook(b"<row><c><v>1</v></c><c><v>2</v></c></row>", 2_000_000)),
    "a cell far away": ("x.xlsx", lambda: workbook(b"<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>")),
    "workbook: entities": ("x.xlsx", lambda: workbook(b"").replace(b"x", b"y", 1)),
    "Parquet: equal parents": ("x.parquet", lambda: parquet({"id": ["a"], "parents": [["b"] * 10_000_000]})),
    "Parquet: null rows": ("x.parquet", lambda: parquet({"id": pa.nulls(10_000_000, pa.string())})),
    "Parquet: equal rows": ("x.parquet", lambda: parquet({"id": pa.DictionaryArray.from_arrays([0] * 5_000_000, ["a"])})),
    "Parquet: one long text": ("x.parquet", lambda: parquet({"id": ["a"], "name": ["x" * 300_000_000]})),
    "GGUF: values": ("x.gguf", lambda: gguf(0, HUGE)),
    "GGUF: tensors": ("x.gguf", lambda: gguf(HUGE, 0)),
    "GGUF: a text": ("x.gguf", lambda: gguf(0, 1, ("general.name", 8, struct.pack("<Q", HUGE)))),
    "GGUF: an array": ("x.gguf", lambda: gguf(0, 1, ("a", 9, struct.pack("<IQ", 8, HUGE)))),
    "GGUF: arrays": ("x.gguf", lambda: gguf(0, 1, ("a", 9, struct.pack("<IQ", 9, 1) * 100_000))),
    "safetensors: a header": ("x.safetensors", lambda: safetensors(b"{", HUGE)),
    "safetensors: brackets": ("x.safetensors", lambda: safetensors(b"[" * 1_000_000)),
    "CSV: quotes": ("x.csv", lambda: "id,name\n" + '"' * 3_000_001),
    "CSV: columns": ("x.csv", lambda: ",".join(f"c{k}" for k in range(1_000_000)) + "\n"),
    "CSV: a cell": ("x.csv", lambda: "id,name\na," + "x" * 50_000_000),
    "Markdown: pipes": ("x.md", lambda: "|" * 1_000_000 + "\n" + "|-" * 500_000 + "\n"),
    "LaTeX: braces": ("x.tex", lambda: "\\begin{tabular}{l}" + "{" * 500_000),
    "LaTeX: macros": ("x.tex", lambda: "\\newcommand{\\a}{\\a\\a}\\begin{tabular}{l}Model \\\\ \\a \\\\\\end{tabular}"),
    "a chain of names": ("x.jsonl", lambda: table(1, lambda _: {"id": "a", "parents": "models--a--" * 200_000})),
}  # fmt: skip

GROWTH: dict[str, tuple[str, int, Callable[[int], Made]]] = {
    "catalogue: models": ("x.yaml", 1000, lambda n: "models:\n" + "".join(f"- {{id: a{k}, name: A{k}}}\n" for k in range(n))),
    "catalogue: bad models": ("x.yaml", 1000, lambda n: "models:\n" + "".join(f"- {{id: a, nmae: A{k}}}\n" for k in range(n))),
    "cards: folders": ("cards", 300, lambda n: {f"o/m{k}/README.md": "---\nbase_model: o/m0\n---\n" for k in range(n)}),
    "cards: parents": ("README.md", 2000, lambda n: "---\nbase_model:\n" + "".join(f"- a/b{k}\n" for k in range(n)) + "---\n"),
    "cards: tags": ("README.md", 2000, lambda n: "---\ntags:\n" + "".join(f"- base_model:merge:a/b{k}\n" for k in range(n)) + "---\n"),
    "mergekit: models": ("mergekit_config.yml", 500, lambda n: "models:\n" + "".join(f"- model: a/b{k}\n" for k in range(n))),
    "mergekit: nested": ("mergekit_config.yml", 200, lambda n: "models:\n- model: " + "a+" * n + "b\n"),
    "PEFT: blanks": ("adapter_config.json", 50_000, lambda n: json.dumps({"base_model_name_or_path": " " * n + "x" + " " * n + "y"})),
    "GGUF: bases": ("x.gguf", 5000, lambda n: gguf(0, n, *((f"general.base_model.{k}.name", 8, struct.pack("<Q", 1) + b"a") for k in range(n)))),
    "safetensors: tensors": ("x.safetensors", 5000, lambda n: safetensors(json.dumps({f"t{k}": {"shape": [1]} for k in range(n)}).encode())),
    "CSV: rows": ("x.csv", 5000, lambda n: "id,name,parents\n" + "".join(f"a{k},A,a{k // 2}\n" for k in range(1, n))),
    "CSV: one name": ("x.csv", 2000, lambda n: "name,released\n" + "A,2020\n" * n),
    "CSV: bad values": ("x.csv", 2000, lambda n: "id,name,released,sizes\n" + "".join(f"a{k},A,x{k},y{k}\n" for k in range(n))),
    "CSV: parents in a cell": ("x.csv", 5000, lambda n: "id,name,parents\na,A,\"" + ", ".join(f"b{k}" for k in range(n)) + '"\n'),
    "CSV: a cycle": ("x.csv", 2000, lambda n: "id,name,parents\n" + "".join(f"a{k},A,a{(k + 1) % n}\n" for k in range(n))),
    "CSV: complete": ("x.csv", 4000, lambda n: "parent,child\n" + "".join(f"a{j},a{k}\n" for k in range(int(n**0.5)) for j in range(int(n**0.5)) if j != k)),
    "CSV: commas": ("x.csv", 50_000, lambda n: "id,name,parents\na,A,\"" + "," * n + '"\n'),
    "CSV: a range of sizes": ("x.csv", 5000, lambda n: "id,name,sizes\na,A,\"" + "7B, " * n + '"\n'),
    "CSV: a long date": ("x.csv", 20_000, lambda n: "id,name,released\na,A," + "1 " * n + "\n"),
    "CSV: a long license": ("x.csv", 20_000, lambda n: "id,name,license\na,A," + "mit " * n + "\n"),
    "CSV: a long address": ("x.csv", 20_000, lambda n: "id,name,weights,parents\na,A,https://" + "a/" * n + ",https://huggingface.co/" + "a/" * n + "\n"),
    "JSON lines: rows": ("x.jsonl", 3000, lambda n: table(n, lambda k: {"id": f"a{k}", "derived_from": [f"a{k // 2}"] if k else []})),
    "JSON lines: keys": ("x.jsonl", 1000, lambda n: table(n, lambda k: {"id": f"a{k}", f"key{k}": k})),
    "JSON lines: aliases": ("x.jsonl", 2000, lambda n: table(n, lambda k: {"id": f"a{k}", "name": "A", "aliases": ["x"]})),
    "records: rows": ("x.json", 2000, lambda n: json.dumps([{"id": f"a{k}", "parents": ["a0"]} for k in range(n)])),
    "records: Hub": ("x.json", 1000, lambda n: json.dumps([{"id": f"a/b{k}", "tags": ["base_model:a/b0"], "cardData": {}} for k in range(n)])),
    "TOML: rows": ("x.toml", 1000, lambda n: "".join(f"[[model]]\nid = 'a{k}'\n" for k in range(n))),
    "node-link: nodes": ("x.json", 2000, lambda n: graph([{"id": f"a{k}"} for k in range(n)], [{"source": "a0", "target": f"a{k}"} for k in range(1, n)])),
    "node-link: tree": ("x.json", 40, lambda n: json.dumps({"name": "a", "children": []}).replace("[]", '[{"name": "a", "children": []}]' * n)),
    "node-link: strangers": ("x.json", 2000, lambda n: graph([], [{"source": f"a{k}", "target": f"b{k}"} for k in range(n)])),
    "cytoscape: nodes": ("x.cyjs", 2000, lambda n: json.dumps({"elements": {"nodes": [{"data": {"id": f"a{k}"}} for k in range(n)], "edges": []}})),
    "GraphML: nodes": ("x.graphml", 2000, lambda n: "<graphml><graph edgedefault='directed'>" + "".join(f"<node id='a{k}'/>" for k in range(n)) + "</graph></graphml>"),
    "GraphML: keys": ("x.graphml", 2000, lambda n: "<graphml>" + "".join(f"<key id='k{k}' for='node' attr.name='x{k}'/>" for k in range(n)) + "<graph/></graphml>"),
    "GEXF: spells": ("x.gexf", 2000, lambda n: "<gexf><graph><nodes><node id='a'><spells>" + "<spell start='2020'/>" * n + "</spells></node></nodes></graph></gexf>"),
    "CycloneDX: components": ("x.cdx.json", 1000, lambda n: json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "machine-learning-model", "name": f"a{k}", "bom-ref": f"a{k}"} for k in range(n)]})),
    "CycloneDX: one inside another": ("x.cdx.json", 10, lambda n: '{"bomFormat": "CycloneDX", "components": [' + '{"type": "machine-learning-model", "name": "a", "components": [' * n + "]}" * n + "]}"),
    "CycloneDX: ancestors": ("x.cdx.json", 500, lambda n: json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "machine-learning-model", "name": "a", "pedigree": {"ancestors": [{"type": "machine-learning-model", "name": f"b{k}"} for k in range(n)]}}]})),
    "SPDX: elements": ("x.spdx.json", 1000, lambda n: json.dumps({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [{"type": "ai_AIPackage", "spdxId": f"urn:a{k}", "name": f"a{k}"} for k in range(n)]})),
    "Markdown: rows": ("x.md", 500, lambda n: "| Model | Released |\n|---|---|\n" + "".join(f"| A{k} | 2020 |\n" for k in range(n))),
    "Markdown: tables": ("x.md", 200, lambda n: "".join(f"| Model | Released |\n|---|---|\n| A{k} | 2020 |\n\n" for k in range(n))),
    "Markdown: brackets": ("x.md", 2000, lambda n: "| Model | Released |\n|---|---|\n| " + "[" * n + " | " + "<" * n + " |\n"),
    "Markdown: stars": ("x.md", 2000, lambda n: "| Model | Released |\n|---|---|\n| " + "*a " * n + " | " + "`" * n + " |\n"),
    "Markdown: HTML": ("x.md", 500, lambda n: "<table><tr><th>Model</th></tr>" + "<tr><td rowspan=9 colspan=9>A</td></tr>" * n + "</table>"),
    "LaTeX: rows": ("x.tex", 500, lambda n: "\\begin{tabular}{ll}Model & Date \\\\\n" + "".join(f"A{k} & 2020 \\\\\n" for k in range(n)) + "\\end{tabular}"),
    "LaTeX: spans": ("x.tex", 300, lambda n: "\\begin{tabular}{l}Model \\\\\n" + "\\multirow{999}{*}{\\multicolumn{999}{l}{A}} \\\\\n" * n + "\\end{tabular}"),
    "LaTeX: begins": ("x.tex", 2000, lambda n: "\\begin{tabular}" * n),
    "LaTeX: percent signs": ("x.tex", 5000, lambda n: "\\begin{tabular}{l}Model \\\\\n" + "%\n" * n + "\\end{tabular}"),
    "Epoch: rows": ("epoch.csv", 500, lambda n: "Model,Organization,Publication date,Base model,Parameters\n" + "".join(f"A{k},O,2020-01-01,A{k // 2},7000000000\n" for k in range(1, n))),
    "workbook: rows": ("x.xlsx", 1000, lambda n: workbook(b"<row><c t='inlineStr'><is><t>a</t></is></c><c t='inlineStr'><is><t>b</t></is></c></row>", n)),
    "Parquet: rows": ("x.parquet", 20_000, lambda n: parquet({"id": [f"a{k}" for k in range(n)], "parents": [[f"a{k // 2}"] for k in range(n)]})),
    "Parquet: bad values": ("x.parquet", 5000, lambda n: parquet({"id": [f"a{k}" for k in range(n)], "released": [f"x{k}" for k in range(n)]})),
}  # fmt: skip


def chain(n: int, merges: bool = False) -> Lineage:
    """A chain of models of one day, or one that is full of merges."""
    edges = [(k - 1, k) for k in range(1, n)] + ([(k - 2, k) for k in range(2, n)] if merges else [])
    return Lineage(
        [Model(id=f"a{k:06}", name=f"A{k}", released="2023-01-01") for k in range(n)],
        [Derivation(parent=f"a{one:06}", child=f"a{other:06}", relation="merge") for one, other in edges],
    )


WRITTEN: dict[str, tuple[int, Callable[[int], object]]] = {
    "save: " + ending: (1000, lambda n, ending=ending: modeltree.save(chain(n, merges=True), f"x.{ending}"))
    for ending in ("yaml", "csv", "jsonl", "json", "graphml", "gexf", "cdx.json", "spdx.json", "mmd", "gv")
} | {
    "newick": (2000, lambda n: modeltree.save(chain(n), "x.nwk")),
    "tree as text": (2000, lambda n: chain(n).tree()),
    "families": (2000, lambda n: [family.members for family in chain(n, merges=True).families()][:0]),
    "page": (60, lambda n: modeltree.page(chain(n)).save("x.html")),
    "evolution": (60, lambda n: modeltree.evolution(chain(n)).save("x.svg")),
    "family tree": (60, lambda n: modeltree.family_tree(chain(n)).save("x.svg")),
}  # fmt: skip


def seconds(call: Callable[[], object]) -> float | str:
    """What a call takes of the processor, apart and within bounds; a text where it fails."""

    def bounded() -> float:
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        start = time.process_time()
        with contextlib.suppress(ModelTreeError):
            call()
        return time.process_time() - start

    said: float | str = apart(bounded, 4 * SECONDS)
    return said


def put(made: Made, path: Path) -> Path:
    """Write what was made."""
    if isinstance(made, Mapping):
        for name, content in made.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            put(content, path / name)
    else:
        path.write_bytes(made.encode() if isinstance(made, str) else made)
    return path


def check_growth(tally: Tally, kind: str, n: int, measure: Callable[[int], float | str]) -> None:
    """Double the input until it takes long enough to be compared with its half and its quarter."""
    took: list[float | str] = []
    while len(took) < 9:
        took.append(measure(n << len(took)))
        if isinstance(took[-1], str) or (len(took) > 2 and took[-1] > MEASURED):
            break
    last = [each for each in took[-3:] if not isinstance(each, str)]
    ratios = [two / one for one, two in pairwise(last)]
    bad = isinstance(took[-1], str) or (last[-1] > MEASURED and min(ratios) > MOST)
    tally.counts["growth"] += 1
    if bad:
        tally.fault(f"growth of {kind}", [each if isinstance(each, str) else round(each, 2) for each in took])


def main() -> int:
    """Read every bomb once, and let every input grow."""
    tally = Tally("bombs", options(__doc__, count=10**6, seconds=3600))
    with tempfile.TemporaryDirectory() as place:
        for kind, (name, made) in BOMBS.items():
            if tally and tally.bounds.only in kind:
                path = put(made(), Path(place, name))
                took = seconds(lambda: modeltree.read(path))
                tally.counts["bombs"] += 1
                if isinstance(took, str) or took > 20:
                    tally.fault(kind, took)
        for number, (kind, (name, n, grown)) in enumerate(GROWTH.items()):
            if tally and tally.bounds.only in kind:

                def measure(
                    n: int, name: str = name, grown: Callable[[int], Made] = grown, number: int = number
                ) -> float | str:
                    folder = Path(place, str(number), str(n))
                    folder.mkdir(parents=True)
                    path = put(grown(n), folder / name)
                    return seconds(lambda: modeltree.read(path))

                check_growth(tally, kind, n, measure)
        os.chdir(place)
        for kind, (n, written) in WRITTEN.items():
            if tally and tally.bounds.only in kind:
                check_growth(tally, kind, n, lambda n: seconds(lambda: written(n)))
    return tally.report()


if __name__ == "__main__":
    raise SystemExit(main())

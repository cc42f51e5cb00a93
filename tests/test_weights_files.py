"""Headers of weights say what they were made from; the weights are not read, and a lying header costs nothing."""

from __future__ import annotations

import json
import struct
import tempfile
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree.findings import Position, SourceError
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.weights import FileClaims, add_parents, headers
from modeltree.formats.weights.headers import read_gguf, read_safetensors
from strategies import examples
from work import growth, steps

GENERAL = {"license-missing", "missing-date", "missing-parent"}
HUB = "https://huggingface.co/"


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def kinds(reading: Reading) -> list[str]:
    return sorted(finding.kind for finding in reading.findings if finding.kind not in GENERAL)


def parents(reading: Reading, child: str = "m") -> dict[str, tuple[str, str | None]]:
    """The parents of a model, each with the relation and the note."""
    return {s.parent: (str(s.relation), s.note) for s in reading.lineage.derivations if s.child == child}


# GGUF

WIDE = ">"  # the byte order of a file for computers that are big-endian


def text(value: str | bytes, order: str = "<") -> bytes:
    content = value.encode() if isinstance(value, str) else value
    return struct.pack(f"{order}Q", len(content)) + content


def pair(key: str, value: Any, order: str = "<") -> bytes:
    """A key and its value: a text, a whole number, or the number of a type with the bytes of a value."""
    if isinstance(value, tuple):
        kind, content = value
    elif isinstance(value, int):
        kind, content = 4, struct.pack(f"{order}I", value)
    else:
        kind, content = 8, text(value, order)
    return text(key, order) + struct.pack(f"{order}I", kind) + content


def gguf_bytes(metadata: Mapping[str, Any], order: str = "<", version: int = 3, count: int | None = None) -> bytes:
    pairs = b"".join(pair(key, value, order) for key, value in metadata.items())
    start = struct.pack(f"{order}IQQ", version, 0, len(metadata) if count is None else count)
    return b"GGUF" + start + pairs


def read_one(folder: Path, metadata: Mapping[str, Any]) -> Reading:
    return read_gguf(write(folder / "m" / "model.gguf", gguf_bytes(metadata)))


WORDS = (9, struct.pack("<IQ", 8, 3) + text("a") + text("bc") + text(""))
NESTED = (9, struct.pack("<IQ", 9, 2) + (struct.pack("<IQ", 0, 3) + b"abc") * 2)
FULL = {
    "general.architecture": "llama",
    "general.name": "My Model",
    "tokenizer.ggml.tokens": WORDS,
    "tokenizer.odd": NESTED,
    "llama.rope.freq_base": (12, struct.pack("<d", 1e4)),
    "llama.use": (7, b"\1"),
    "general.organization": "Acme",
    "general.license": "apache-2.0",
    "general.quantized_by": "somebody",
    "general.size_label": "7B",
    "general.parameter_count": (10, struct.pack("<Q", 7_241_732_096)),
    "general.repo_url": f"{HUB}acme/my-model",
    "general.base_model.count": 2,
    "general.base_model.0.name": "Mistral 7B",
    "general.base_model.0.organization": "Mistralai",
    "general.base_model.0.repo_url": f"{HUB}mistralai/Mistral-7B-v0.1",
    "general.base_model.1.name": "Other Base",
    "general.base_model.1.repo_url": "https://example.org/other",
    "general.file_type": 15,
}


def test_a_quantized_model_derives_from_its_bases(tmp_path: Path) -> None:
    reading = read_one(tmp_path, FULL)
    assert parents(reading) == {
        "mistralai/Mistral-7B-v0.1": ("quantized", "organization: Mistralai"),
        "Other-Base": ("quantized", None),
    }
    model = reading.lineage["m"]
    assert (model.name, [int(size) for size in model.sizes], model.license and model.license.spdx) == (
        "My Model",
        [7_241_732_096],
        "Apache-2.0",
    )
    assert model.organizations == ("Acme",)
    assert model.links.weights == f"{HUB}acme/my-model"
    assert model.note == "architecture: llama; size label: 7B; quantized by: somebody; file type: Q4_K_M"
    assert kinds(reading) == ["inferred-relation", "inferred-relation"]
    (other,) = [step for step in reading.lineage.derivations if step.parent == "Other-Base"]
    assert other.references == ("https://example.org/other",)


def test_what_a_card_leaves_out_is_taken_from_the_files_beside_it(tmp_path: Path) -> None:
    metadata = {"general.name": "Chat Q4", "general.license": "mit", "general.parameter_count": 7_000_000}
    metadata |= {"general.organization": "Acme"}
    for name, front in (("alone", ""), ("card", "---\nbase_model: a/b\n---\n"), ("told", "---\nlicense: isc\n---\n")):
        write(tmp_path / "me" / name / "model.gguf", gguf_bytes(metadata))
        if front:
            write(tmp_path / "me" / name / "README.md", front.encode())
    lineage = modeltree.read(tmp_path).lineage
    found = {id: lineage[f"me/{id}"] for id in ("alone", "card", "told")}
    assert {id: (model.name, model.license and model.license.spdx) for id, model in found.items()} == {
        "alone": ("Chat Q4", "MIT"), "card": ("card", "MIT"), "told": ("told", "ISC"),
    }  # fmt: skip
    assert all([str(size) for size in model.sizes] == ["7M"] for model in found.values())


@pytest.mark.parametrize("version", [2, 3])
def test_both_byte_orders_and_versions_are_read(tmp_path: Path, version: int) -> None:
    metadata = {"general.name": "Big", "general.base_model.0.name": "base", "general.file_type": 1}
    big = read_gguf(write(tmp_path / "b" / "m" / "m.gguf", gguf_bytes(metadata, WIDE, version)))
    little = read_gguf(write(tmp_path / "l" / "m" / "m.gguf", gguf_bytes(metadata, "<", version)))
    assert big.lineage == little.lineage
    assert parents(big) == {"base": ("unspecified", None)}
    assert kinds(big) == ["missing-relation"]


@pytest.mark.parametrize(
    ("metadata", "relation", "expected"),
    [
        ({"general.file_type": 0}, "unspecified", ["missing-relation"]),
        ({"general.file_type": 7}, "quantized", ["inferred-relation"]),
        ({"general.file_type": 1024 + 7}, "quantized", ["inferred-relation"]),
        ({"general.file_type": 32, "general.quantized_by": "x"}, "unspecified", ["missing-relation"]),
        ({"general.quantized_by": "x"}, "quantized", ["inferred-relation"]),
        ({"general.file_type": 999}, "unspecified", ["missing-relation", "unknown-word"]),
        ({"general.type": "adapter", "general.file_type": 7}, "adapter", []),
        ({"general.type": "mmproj", "general.file_type": 7}, "unspecified", ["missing-relation"]),
    ],
)
def test_how_it_was_made_is_worked_out_or_left_open(
    tmp_path: Path, metadata: dict[str, Any], relation: str, expected: list[str]
) -> None:
    reading = read_one(tmp_path, {"general.base_model.0.name": "base", **metadata})
    assert parents(reading) == {"base": (relation, None)}
    assert kinds(reading) == expected


def test_where_there_is_a_source_it_was_quantized(tmp_path: Path) -> None:
    source = {"general.source.url": f"{HUB}acme/tuned/tree/main", "general.file_type": 2}
    reading = read_one(tmp_path, {**source, "general.base_model.0.repo_url": f"{HUB}acme/base"})
    assert parents(reading) == {"acme/tuned": ("quantized", "source"), "acme/base": ("unspecified", None)}
    assert kinds(reading) == ["inferred-relation", "missing-relation"]


@pytest.mark.parametrize(
    ("metadata", "kind"),
    [
        ({"general.name": 7}, "wrong-type"),
        ({"general.name": WORDS}, "wrong-type"),
        ({"general.file_type": "Q4"}, "wrong-type"),
        ({"general.name": b"\xff"}, "encoding"),
        ({"general.name": b"a" * 70_000}, "too-large"),
        ({"general.base_model.count": 4_000_000_000}, "bad-value"),
        ({"general.base_model.0.author": "x"}, "missing-key"),
        ({"general.parameter_count": (10, b"\xff" * 8)}, "bad-size"),
        ({"general.base_model.0.name": "/root/llama"}, "local-path-parent"),
    ],
)
def test_what_is_wrong_with_metadata_is_said(tmp_path: Path, metadata: dict[str, Any], kind: str) -> None:
    reading = read_one(tmp_path, metadata)
    assert kind in kinds(reading)
    assert "m" in reading.lineage


def test_a_key_that_stands_twice(tmp_path: Path) -> None:
    pairs = pair("general.name", "A") + pair("general.name", "B")
    reading = read_gguf(write(tmp_path / "m" / "m.gguf", gguf_bytes({}, count=2) + pairs))
    assert reading.lineage["m"].name == "A"
    assert kinds(reading) == ["duplicate-key"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"PK\3\4" + b"\0" * 40, "it begins with b'PK"),
        (b"tjgg" + b"\0" * 40, "older format GGJT"),
        (gguf_bytes({}, version=1), "version 1 of GGUF; versions 2 and 3 are read; convert it"),
        (gguf_bytes({}, version=4), "version 4 of GGUF"),
        (gguf_bytes({}, count=1), "the file ends after 24 bytes, within its header"),
        (gguf_bytes({"general.name": (13, b"")}), "13 is no type of a value"),
        (gguf_bytes({}, count=1) + struct.pack("<Q", 2**40), "a key of 1,099,511,627,776 bytes"),
    ],
)
def test_what_is_no_gguf_file_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_gguf(write(tmp_path / "m.gguf", content))
    assert words in str(caught.value)


def test_what_stands_before_the_end_of_a_broken_file_is_kept(tmp_path: Path) -> None:
    whole = gguf_bytes(FULL)
    reading = read_gguf(write(tmp_path / "m" / "m.gguf", whole[:-3]))
    assert set(parents(reading)) == {"mistralai/Mistral-7B-v0.1", "Other-Base"}
    assert "syntax" in kinds(reading)


HUGE = 2**60
LIES: dict[str, tuple[int, bytes]] = {
    "bytes": (9, struct.pack("<IQ", 0, HUGE)),
    "doubles": (9, struct.pack("<IQ", 12, 2**61)),
    "texts": (9, struct.pack("<IQ", 8, HUGE) + b"\0" * 1000),
    "text": (8, struct.pack("<Q", HUGE)),
    "arrays": (9, struct.pack("<IQ", 9, HUGE) + struct.pack("<IQ", 0, 0) * 100),
    "nested": (9, struct.pack("<IQ", 9, 1) * 100 + struct.pack("<IQ", 0, 0)),
    "millions of texts": (9, struct.pack("<IQ", 8, 4_000_000) + (struct.pack("<Q", 1000) + b"x" * 1000) * 30_000),
}


@pytest.mark.parametrize("key", ["general.name", "tokens"])
@pytest.mark.parametrize("lie", LIES)
def test_a_lying_header_costs_nothing(tmp_path: Path, key: str, lie: str) -> None:
    path = write(tmp_path / "m" / "m.gguf", gguf_bytes({"general.type": "model", key: LIES[lie]}))
    tracemalloc.start()
    reading = read_gguf(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20 * 2**20
    assert {"syntax", "too-large", "too-deep"} & set(kinds(reading))


@pytest.mark.parametrize("lie", [lie for lie in LIES if lie != "millions of texts"])
def test_a_lie_takes_as_much_work_as_there_are_bytes(tmp_path: Path, lie: str) -> None:
    """And not as much as it claims."""
    path = write(tmp_path / "m" / "m.gguf", gguf_bytes({"general.type": "model", "tokens": LIES[lie]}))
    read_gguf(path)  # what is imported the first time
    assert steps(lambda: read_gguf(path)) < 10_000


def test_texts_take_work_in_proportion(tmp_path: Path) -> None:
    def prepare(count: int) -> Callable[[], object]:
        texts = struct.pack("<IQ", 8, count) + struct.pack("<Q", 0) * count
        path = write(tmp_path / f"{count}" / "m.gguf", gguf_bytes({"general.type": "model", "tokens": (9, texts)}))
        return lambda: read_gguf(path)

    assert growth(prepare, 2000) < 2.5


def test_a_claim_of_many_keys_is_bounded(tmp_path: Path) -> None:
    content = gguf_bytes({}, count=HUGE) + pair("general.name", "A")
    reading = read_gguf(write(tmp_path / "m" / "m.gguf", content))
    assert kinds(reading) == ["syntax", "too-large"]
    assert reading.lineage["m"].name == "A"


def test_no_more_than_the_header_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "m" / "m.gguf", gguf_bytes(FULL) + b"\0" * 10**6)
    with path.open("rb") as file:
        header = headers._Header(file, FileClaims(path))
        header.read()
        assert file.tell() <= len(gguf_bytes(FULL)) + 64
        assert header.offset == len(gguf_bytes(FULL))
    assert header.found["general.file_type"] == 15


def test_files_of_one_folder_are_one_model(tmp_path: Path) -> None:
    base = {"general.base_model.0.repo_url": f"{HUB}acme/base"}
    for name, kind in (("Q4", 15), ("Q8", 7)):
        content = gguf_bytes({**base, "general.name": "M" if name == "Q4" else "N", "general.file_type": kind})
        write(tmp_path / "acme" / "m-GGUF" / f"m-{name}.gguf", content)
    write(tmp_path / "acme" / "broken" / "b.gguf", b"GGUF")
    reading = read_gguf(tmp_path)
    assert parents(reading, "acme/m-GGUF") == {"acme/base": ("quantized", None)}
    assert "acme/broken" in reading.lineage
    assert kinds(reading) == ["inferred-relation", "same-name", "syntax"]


def test_a_file_that_cannot_be_read_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        write(tmp_path / name / "m.gguf", gguf_bytes({"general.base_model.0.name": "base"}))
    opened = Path.open

    def open_or_fail(path: Path, *args: Any, **more: Any) -> Any:
        if path.parent.name == "a":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *args, **more)

    monkeypatch.setattr(Path, "open", open_or_fail)
    reading = read_gguf(tmp_path)
    assert parents(reading, "b") == {"base": ("unspecified", None)}
    assert kinds(reading) == ["missing-relation", "unreadable"]
    with pytest.raises(PermissionError):
        read_gguf(tmp_path / "a" / "m.gguf")


OLD_KEYS = [
    "general.source.huggingface.repository",
    "general.source.hugginface.repository",
    "general.source.huggingface.repo",
    "general.source_hf_repo",
    "general.source.hf_repo",
    "general.source.repo_url",
    "general.source.url",
    "general.source_url",
]


@pytest.mark.parametrize("key", OLD_KEYS)
@pytest.mark.parametrize("address", ["acme/base-7b", f"{HUB}acme/base-7b"])
def test_what_was_converted_is_named_by_many_keys(key: str, address: str, tmp_path: Path) -> None:
    reading = read_one(tmp_path, {"general.name": "Tuned", "general.file_type": 15, key: address})
    assert parents(reading) == {"acme/base-7b": ("quantized", "source")}


@pytest.mark.parametrize(
    ("address", "parent"),
    [
        (f"{HUB}acme/base-7b.git", "acme/base-7b"),
        (f"{HUB}acme/base-7b/", "acme/base-7b"),
        (f"{HUB}acme/base-7b/tree/main", "acme/base-7b"),
        ("hf.co/acme/base-7b", "acme/base-7b"),
        ("hf.co/acme/base-7b.git", "acme/base-7b"),
        ("git@hf.co:acme/base-7b.git", "acme/base-7b"),
        ("hf://acme/base-7b", "acme/base-7b"),
        ("huggingface.co/acme/base-7b", "acme/base-7b"),
        (f"{HUB}gpt2", "gpt2"),
        (f"{HUB}gpt2.git", "gpt2"),
        ("hf.co/gpt2", "gpt2"),
        ("hf.co/acme/base-7b:Q4_K_M", "acme/base-7b"),
        ("https://example.org/base-7b.git", "https://example.org/base-7b.git"),
    ],
)
def test_addresses_of_base_models(address: str, parent: str, tmp_path: Path) -> None:
    metadata = {"general.file_type": 15, "general.base_model.count": 1, "general.base_model.0.repo_url": address}
    assert [*parents(read_one(tmp_path, metadata))] == [parent]


def test_the_page_of_an_organization_is_no_model_where_there_is_a_name(tmp_path: Path) -> None:
    metadata = {"general.base_model.0.url": f"{HUB}acme", "general.base_model.0.name": "Base 7B"}
    assert [*parents(read_one(tmp_path, metadata))] == ["Base-7B"]


def test_older_lists_of_data_sets(tmp_path: Path) -> None:
    names = ["tatsu-lab/alpaca", "Web Text"]
    texts = (9, struct.pack("<IQ", 8, len(names)) + b"".join(map(text, names)))
    reading = read_one(tmp_path, {"general.datasets": texts, "general.name": "M"})
    assert parents(reading) == {
        "datasets/tatsu-lab/alpaca": ("data", None),
        "datasets/Web-Text": ("data", None),
    }
    assert reading.lineage["m"].name == "M"
    numbers = (9, struct.pack("<IQ", 4, 2) + struct.pack("<II", 1, 2))
    other = read_one(tmp_path / "b", {"general.datasets": numbers, "general.name": "M"})
    assert (kinds(other), other.lineage["m"].name) == (["wrong-type"], "M")


def test_data_sets_of_gguf_are_records_and_parents(tmp_path: Path) -> None:
    metadata = {
        "general.base_model.count": 1,
        "general.base_model.0.repo_url": f"{HUB}acme/base",
        "general.dataset.count": 3,
        "general.dataset.0.name": "Alpaca",
        "general.dataset.0.organization": "Tatsu Lab",
        "general.dataset.0.repo_url": f"{HUB}datasets/tatsu-lab/alpaca",
        "general.dataset.1.name": "Wizard",
        "general.dataset.1.repo_url": f"{HUB}acme/wizard",  # as converters write it
        "general.dataset.2.name": "Web Text",
        "general.dataset.2.version": "2",
    }
    for name in ("a", "b"):
        write(tmp_path / name / "m.gguf", gguf_bytes(metadata))
    reading = read_gguf(tmp_path)
    ids = {"datasets/tatsu-lab/alpaca", "datasets/acme/wizard", "datasets/Web-Text"}
    for model in ("a", "b"):
        assert {id for id, (relation, _) in parents(reading, model).items() if relation == "data"} == ids
        assert parents(reading, model)["acme/base"] == ("unspecified", None)
    alpaca = reading.lineage["datasets/tatsu-lab/alpaca"]
    assert (alpaca.name, str(alpaca.kind), alpaca.organizations) == ("Alpaca", "dataset", ("Tatsu-Lab",))
    assert reading.lineage["datasets/Web-Text"].note == "version: 2"
    assert len(reading.lineage) == 6
    assert not {"bad-value", "duplicate-id"} & set(kinds(reading))
    few = read_one(tmp_path / "few", {"general.dataset.count": 2, "general.dataset.0.name": "one"})
    assert "bad-value" in kinds(few)


# safetensors


def safetensors_bytes(header: Any, length: int | None = None) -> bytes:
    content = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(content) if length is None else length) + content


def read_header(folder: Path, metadata: Any, **tensors: Any) -> Reading:
    return read_safetensors(
        write(folder / "m" / "m.safetensors", safetensors_bytes({"__metadata__": metadata} | tensors))
    )


def tensor(*shape: int, dtype: str = "BF16") -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [0, 1]}


def test_the_keys_of_modelspec(tmp_path: Path) -> None:
    reading = read_header(
        tmp_path,
        {
            "modelspec.title": "My LoRA",
            "modelspec.author": "Acme",
            "modelspec.date": "2024-02-03T10:20:30",
            "modelspec.license": "MIT",
            "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
            "base_model": f"{HUB}acme/sdxl",
            "ss_base_model_version": "sdxl_base_v1-0",
        },
    )
    model = reading.lineage["m"]
    assert (model.name, str(model.released), model.organizations) == ("My LoRA", "2024-02-03", ("Acme",))
    assert model.license
    assert model.license.spdx == "MIT"
    assert model.note == "architecture: stable-diffusion-xl-v1-base/lora; base model version: sdxl_base_v1-0"
    assert parents(reading) == {"acme/sdxl": ("adapter", None)}
    assert kinds(reading) == ["inferred-relation"]


@pytest.mark.parametrize(
    ("metadata", "expected", "found"),
    [
        ({"ss_sd_model_name": "a/b", "ss_network_module": "x.lora"}, {"a/b": "adapter"}, ["inferred-relation"]),
        ({"ss_sd_model_name": "acme/sd"}, {"acme/sd": "unspecified"}, ["missing-relation"]),
        ({"ss_sd_model_name": "acme/sd", "base_model": "acme/sd"}, {"acme/sd": "unspecified"}, ["missing-relation"]),
        ({"ss_sd_model_name": "sd_xl.safetensors", "ss_sd_model_hash": "abc"}, {}, ["unknown-base"]),
        ({"ss_sd_model_name": "animefull-latest"}, {}, ["unknown-base"]),
        ({"base_model": "../out"}, {}, ["local-path-parent"]),
        ({"modelspec.merged_from": "SDXL Base, Mine, "}, {"SDXL-Base": "merge", "Mine": "merge"}, []),
        ({"sd_merge_models": '{"ab12": {"name": "x.safetensors"}}'}, {}, ["unknown-base"]),
        ({"sd_merge_models": "{"}, {}, ["syntax"]),
        ({"sd_merge_recipe": "[]"}, {}, ["wrong-type"]),
        ({"base_model": 7}, {}, ["wrong-type"]),
        ([], {}, ["wrong-type"]),
        (None, {}, []),
        ({"format": "pt"}, {}, []),
        ({"modelspec.date": "yesterday"}, {}, ["bad-date"]),
    ],
)  # fmt: skip
def test_what_metadata_say_of_the_base(
    tmp_path: Path, metadata: Any, expected: dict[str, str], found: list[str]
) -> None:
    reading = read_header(tmp_path, metadata)
    assert {parent: relation for parent, (relation, _) in parents(reading).items()} == expected
    assert kinds(reading) == found


def test_the_method_of_a_merge_is_kept(tmp_path: Path) -> None:
    reading = read_header(tmp_path, {"sd_merge_recipe": '{"interp_method": "Weighted sum", "primary_model_hash": "a"}'})
    assert reading.lineage["m"].note == "merge method: Weighted sum"


@pytest.mark.parametrize(
    ("tensors", "count"),
    [
        ({"a": tensor(10, 20), "b": tensor(), "c": tensor(3, dtype="F32"), "d": tensor(9, dtype="I64")}, 204),
        ({"a": tensor(10), "b": tensor(5, dtype="I32")}, None),
        ({"a": tensor(10), "b": tensor(5, dtype="F8_E4M3")}, None),
        ({"a.lora_A.weight": tensor(10)}, None),
        ({"a": tensor(10), "b": 7}, None),
        ({"a": tensor(10), "b": tensor(-1)}, None),
        ({"a": {"dtype": "F16", "shape": [True]}}, None),
        ({"a": {"dtype": [], "shape": [1]}}, None),
        ({"a": tensor(2**62, 2**62)}, None),
        ({}, None),
    ],
)
def test_parameters_are_counted_where_shapes_tell(tmp_path: Path, tensors: dict[str, Any], count: int | None) -> None:
    sizes = read_header(tmp_path, {}, **tensors).lineage["m"].sizes
    assert [int(size) for size in sizes] == ([] if count is None else [count])


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (["model-00001-of-00002", "model-00002-of-00002"], 20),
        (["model-00001-of-00003", "model-00002-of-00003"], None),
        (["model", "model.fp16"], None),
        (["a-00001-of-00002", "b-00002-of-00002"], None),
    ],
)
def test_the_parts_of_a_model_are_added_up(tmp_path: Path, names: list[str], count: int | None) -> None:
    for name in names:
        write(tmp_path / "m" / f"{name}.safetensors", safetensors_bytes({"w": tensor(10)}))
    sizes = read_safetensors(tmp_path).lineage["m"].sizes
    assert [int(size) for size in sizes] == ([] if count is None else [count])


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", "syntax", "the file is empty"),
        (b"abc", "syntax", "the file ends after 3 bytes"),
        (safetensors_bytes({}, 2**63), "syntax", "a header of 9,223,372,036,854,775,808 bytes"),
        (safetensors_bytes({}, 100_000_001), "syntax", "a header has 2 to 100,000,000 bytes"),
        (safetensors_bytes({}, 99_000_000), "too-large", "at most 32 MiB are read"),
        (safetensors_bytes({}, 100), "syntax", "the file ends after 10 bytes, within its header of 100"),
        (safetensors_bytes([1]), "syntax", "its header begins with b'['"),
        (safetensors_bytes(b'{"a": '), "syntax", "no JSON"),
        (safetensors_bytes(b'{"a": "\xff"}'), "encoding", "not UTF-8"),
        (safetensors_bytes(b'{"a":' * 200), "too-deep", "nested more than 100 deep"),
    ],
)
def test_what_is_no_safetensors_file_is_refused(tmp_path: Path, content: bytes, kind: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_safetensors(write(tmp_path / "m.safetensors", content))
    (problem,) = caught.value.problems
    assert problem.kind == kind
    assert words in str(problem)
    assert problem.position == Position(tmp_path / "m.safetensors")


def test_a_tensor_that_stands_twice_is_said(tmp_path: Path) -> None:
    same = b'{"w": {"dtype": "F32", "shape": [2]}, "w": {"dtype": "F32", "shape": [3]}}'
    reading = read_safetensors(write(tmp_path / "m" / "m.safetensors", safetensors_bytes(same)))
    assert kinds(reading) == ["duplicate-key"]


# Both


@pytest.mark.parametrize(
    ("claims_of", "content"),
    [
        (headers.gguf_claims, gguf_bytes({"general.base_model.0.name": "base", "general.file_type": 2})),
        (
            headers.safetensors_claims,
            safetensors_bytes({"__metadata__": {"base_model": "base", "ss_network_module": "x"}}),
        ),
    ],
)
def test_a_card_is_told_what_its_siblings_declare(tmp_path: Path, claims_of: Any, content: bytes) -> None:
    claims = Claims()
    child = claims.add("me", Position(tmp_path))
    assert add_parents(claims_of(write(tmp_path / "one", content)), claims, child) == ("base",)
    assert add_parents(claims_of(write(tmp_path / "two", content)), claims, child) == ("base",)
    assert add_parents(claims_of(write(tmp_path / "three", b"\0")), claims, child) == ()
    assert [(step.child, step.parent) for step in claims.derivations] == [(child, "base")]
    assert [(finding.kind, finding.ids) for finding in claims.findings] == [
        ("inferred-relation", ("me", "base")),
        ("syntax", ("me",)),
    ]


def mutated(content: bytes) -> st.SearchStrategy[bytes]:
    """A valid file with some bytes changed, and perhaps cut off."""
    changes = st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=4)

    def change(changes: list[tuple[int, int]], end: int) -> bytes:
        changed = bytearray(content)
        for place, value in changes:
            changed[place] = value
        return bytes(changed[:end])

    return st.builds(change, changes, st.integers(0, len(content)) | st.just(len(content)))


SPEC = {"__metadata__": {"modelspec.title": "x", "base_model": "a/b", "sd_merge_models": '{"a": {"name": "b"}}'}}
READERS: list[tuple[Callable[..., Reading], bytes]] = [
    (read_gguf, gguf_bytes(FULL)),
    (read_gguf, gguf_bytes({"general.name": "x", "general.base_model.0.name": "b"}, WIDE)),
    (read_safetensors, safetensors_bytes(SPEC | {"w": tensor(3, 4)})),
]


@settings(max_examples=examples(250))
@given(data=st.data(), reader=st.sampled_from(READERS))
def test_any_bytes_are_read_or_refused(data: st.DataObject, reader: tuple[Callable[..., Reading], bytes]) -> None:
    read, valid = reader
    content = data.draw(
        mutated(valid) | st.binary(max_size=60) | st.binary(max_size=60).map(lambda end: valid[:24] + end)
    )
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "m" / "m.weights", content)
        try:
            reading = read(path)
        except SourceError:
            return
        assert "m" in reading.lineage

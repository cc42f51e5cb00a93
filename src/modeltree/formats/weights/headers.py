"""Headers of files of weights, GGUF and safetensors, which say what the weights were made from.

Only the header is read. That of GGUF, as llama.cpp reads it, in a mapped file: the arrays in it, as the vocabulary, are
passed over, and the weights are not touched. That of safetensors is its length, and the JSON that has this length. The
format gives the metadata no meaning; what is read are the keys of ModelSpec, of the trainers known as kohya's, and of
the merges of web interfaces.
"""

from __future__ import annotations

import math
import mmap
import os
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, NoReturn

from modeltree._util.text import enumerated
from modeltree.findings import Position, SourceError, shown
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.repair.claims import Claims, slug
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import described
from modeltree.formats.weights import FileClaims, ParentClaim, brief, inferred, read_files
from modeltree.records import Relation
from modeltree.values.addresses import hub_repository, is_local_path, parse_hub_address
from modeltree.values.hub_words import license_of

# GGUF

_OLDER = {b"lmgg": "GGML", b"fmgg": "GGMF", b"tjgg": "GGJT"}
_TEXT, _ARRAY = 8, 9
_FORMS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_WHOLE = re.compile(r"general\.(?:(?:base_model|dataset)\.count|file_type|parameter_count)")
# What was converted, as the specification has it and as converters have written it; the first has the most to say.
_SOURCES = (
    "source.repo_url", "source.huggingface.repository", "source.hugginface.repository", "source.huggingface.repo",
    "source_hf_repo", "source.hf_repo", "source_repo_url", "source.url", "source_url",
)  # fmt: skip
_WANTED = re.compile(
    r"general\.(?:architecture|datasets|type|name|organization|license|license\.name|quantized_by|size_label|file_type"
    rf"|parameter_count|url|repo_url|{'|'.join(map(re.escape, _SOURCES))}|(?:base_model|dataset)\.count"
    r"|(?:base_model|dataset)\.[0-9]{1,6}\.(?:name|organization|author|version|url|repo_url))"
)

_DATA_SETS = "general.datasets"  # as converters wrote it before each had keys of its own

_UNQUANTIZED = {0: "F32", 1: "F16", 32: "BF16"}
_QUANTIZED = {
    2: "Q4_0", 3: "Q4_1", 4: "Q4_1_SOME_F16", 5: "Q4_2", 6: "Q4_3", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K",
    19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S",
    27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 33: "Q4_0_4_4", 34: "Q4_0_4_8",
    35: "Q4_0_8_8", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4", 39: "NVFP4", 40: "Q1_0",
}  # fmt: skip
_GUESSED = 1024

Value = str | float | list[str] | None


@reader
def read_gguf(
    path: str | os.PathLike[str], *, prefix: str | None = None, files: Iterable[Path] | None = None
) -> Claims:
    """Read headers of GGUF files: one file, or all in a folder and below it; those of one folder are of one model."""
    return read_files(path, gguf_claims, re.compile(r".*\.gguf", re.IGNORECASE | re.DOTALL), prefix=prefix, files=files)


def gguf_claims(path: Path) -> FileClaims:
    """What the header of a file claims of its model."""
    claims = FileClaims(path)
    with path.open("rb") as file:
        header = _Header(file, claims)
        try:
            header.read()
        except SourceError as stop:
            claims.findings.append(stop.problems[0])
            claims.readable = header.begun
    if claims.readable:
        _take(header.found, claims)
    return claims


class _Header:
    """The metadata at the front of a file."""

    def __init__(self, file: BinaryIO, claims: FileClaims) -> None:
        self.found: dict[str, Value] = {}
        self.begun = False  # whether there is any metadata that can be read
        self.offset = 0  # the offset behind what was read
        size = min(os.fstat(file.fileno()).st_size, limits.TEXT_BYTES)
        self._data = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b""
        self._claims = claims
        self._order = "<"
        self._items = 0

    def read(self) -> None:
        """Read all keys; those that are wanted are in `found`."""
        magic = self._data[:4]
        if magic != b"GGUF":
            older = _OLDER.get(magic)
            hint = f"it is of the older format {older}: convert it" if older else "a GGUF file begins with 'GGUF'"
            self._stop("syntax", f"no GGUF file: it begins with {magic!r}" if magic else "the file is empty", hint)
        self.offset = 4
        version = self._take(4)
        self._order = ">" if version[:2] == b"\0\0" else "<"  # no version takes more than 16 bits
        number = struct.unpack(f"{self._order}I", version)[0]
        if number not in (2, 3):
            hint = "versions 2 and 3 are read" + ("; convert it with llama.cpp" if number == 1 else "")
            self._stop("syntax", f"version {number} of GGUF", hint)
        _tensors, keys = self._count("Q"), self._count("Q")
        if keys > limits.GGUF_KEYS:
            message = f"a header that claims to have {keys:,} keys"
            self._claims.report("too-large", message, f"at most {limits.GGUF_KEYS:,} are read")
        self.begun = keys == 0
        for _ in range(min(keys, limits.GGUF_KEYS)):
            self._pair()
            self.begun = True

    def _pair(self) -> None:
        length = self._count("Q")
        if length > limits.GGUF_TEXT:
            self._stop("too-large", f"a key of {length:,} bytes", f"at most {limits.GGUF_TEXT:,} are read")
        key = self._decoded(self._take(length), "a key")
        kind = self._count("I")
        wanted = key is not None and _WANTED.fullmatch(key)
        if key == _DATA_SETS and kind == _ARRAY:
            value: Value = self._texts(key)
        elif not wanted or kind == _ARRAY:
            self._skip(kind, 1)
            value = [] if kind == _ARRAY else None
        else:
            value = self._value(kind, str(key))
        if wanted and key in self.found:
            self._claims.report("duplicate-key", f"duplicate key {shown(key)}", done="the first is kept")
        elif wanted:
            self.found[str(key)] = value

    def _texts(self, key: str) -> list[str]:
        """The texts of a short list; a long one, or one of other values, is passed over."""
        kind, count = self._count("I"), self._count("Q")
        if kind == _TEXT and count <= limits.ITEMS:
            texts = [self._value(kind, key) for _ in range(count)]
            return [text for text in texts if text and isinstance(text, str)]
        self._claims.report("wrong-type", f"{key}: no list of up to {limits.ITEMS:,} texts", done="it is left out")
        self._skip(kind, count)
        return []

    def _value(self, kind: int, key: str) -> str | float | None:
        if kind != _TEXT:
            return self._number(self._form(kind))
        length = self._count("Q")
        if length > limits.GGUF_TEXT:
            self._claims.report("too-large", f"{key}: a text of {length:,} bytes", done="it is left out")
            self._pass(length)
            return None
        return self._decoded(self._take(length), key)

    def _skip(self, kind: int, count: int, depth: int = 0) -> None:
        """Pass over some values of one type."""
        if kind not in (_TEXT, _ARRAY):
            self._pass(count * struct.calcsize(self._form(kind)))
            return
        self._items += count
        if self._items > limits.GGUF_ITEMS:
            message = f"a header that claims to have {self._items:,} texts and arrays in lists"
            self._stop("too-large", message, f"at most {limits.GGUF_ITEMS:,} are read")
        if kind == _TEXT:
            self._skip_texts(count)
        elif depth == limits.ARRAY_DEPTH:
            self._stop("too-deep", f"arrays nested more than {limits.ARRAY_DEPTH} deep", None)
        else:
            for _ in range(count):
                inner = self._count("I")
                self._skip(inner, self._count("Q"), depth + 1)

    def _skip_texts(self, count: int) -> None:
        """Pass over texts; a vocabulary has hundreds of thousands, so that each must be quick."""
        length_at = struct.Struct(f"{self._order}Q").unpack_from
        data, offset, last = self._data, self.offset, len(self._data) - 8
        while count and offset <= last:
            offset += 8 + length_at(data, offset)[0]
            count -= 1
        self._pass(offset + 8 * count - self.offset)

    def _form(self, kind: int) -> str:
        if kind not in _FORMS:
            self._stop("syntax", f"{kind} is no type of a value", "there are 0 to 12")
        return _FORMS[kind]

    def _count(self, form: str) -> int:
        return int(self._number(form))

    def _number(self, form: str) -> float:
        start = self._pass(struct.calcsize(form))
        number: float = struct.unpack_from(f"{self._order}{form}", self._data, start)[0]
        return number

    def _take(self, size: int) -> bytes:
        start = self._pass(size)
        return self._data[start : self.offset]

    def _pass(self, size: int) -> int:
        """Go on by some bytes, however many a header claims that there are; the offset at which they begin."""
        start, end = self.offset, self.offset + size
        if end > limits.TEXT_BYTES:
            message = f"a header that claims to go on for {size:,} bytes from byte {start:,}"
            self._stop("too-large", message, f"at most {limits.TEXT_BYTES // 2**20} MiB of a file are read")
        if end > len(self._data):
            self._stop("syntax", f"the file ends after {len(self._data):,} bytes, within its header", "fetch it again")
        self.offset = end
        return start

    def _decoded(self, content: bytes, what: str) -> str | None:
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            self._claims.report(
                "encoding", f"{what}: not UTF-8: byte 0x{content[error.start]:02x}", done="it is left out"
            )
            return None

    def _stop(self, kind: str, message: str, hint: str | None) -> NoReturn:
        raise SourceError.of(kind, message, hint, Position(self._claims.path))


def _take(found: dict[str, Value], claims: FileClaims) -> None:
    """Take the fields and parents from metadata."""
    texts: dict[str, str] = {}
    numbers: dict[str, int] = {}
    names = found.pop(_DATA_SETS, None)
    for name in names if isinstance(names, list) else ():
        claims.parents.append(_data_set({"name": name} if " " in name else {"repo_url": f"hf.co/{name}"}, claims))
    for key, value in found.items():
        name = key.removeprefix("general.")
        if not _WHOLE.fullmatch(key):
            if text := claims.text(value, key):
                texts[name] = text
        elif isinstance(value, int) and not isinstance(value, bool):
            numbers[name] = value
        elif value is not None:
            claims.report("wrong-type", f"{key}: {described(value)} is no whole number", done="it is left out")
    claims.fields = _fields(texts, numbers, claims)
    relation, why = _relation(texts, numbers.get("file_type"))
    source = next((texts[key] for key in _SOURCES if key in texts), None)
    if source:
        claims.parents.append(_parent(source, None, relation, why, "source", claims))
    if source and relation == Relation.QUANTIZED:
        relation, why = None, None  # the source was quantized, and its base models were not
    for number, base in _numbered("base_model", texts, numbers, claims).items():
        address, called = base.get("repo_url") or base.get("url"), base.get("name")
        if not address and not called:
            message = f"general.base_model.{number} has neither 'name' nor 'repo_url'"
            claims.report("missing-key", message, done="it is left out")
            continue
        claims.parents.append(_parent(address, called, relation, why, _known(base), claims))
    for data in _numbered("dataset", texts, numbers, claims).values():
        if data.get("repo_url") or data.get("url") or data.get("name"):
            claims.parents.append(_data_set(data, claims))


def _known(described: Mapping[str, str]) -> str:
    """What is said of a base model or data set besides its name."""
    keys = ("organization", "author", "version")
    return "; ".join(f"{key}: {brief(described[key])}" for key in keys if described.get(key))


def _fields(texts: Mapping[str, str], numbers: Mapping[str, int], claims: FileClaims) -> dict[str, object]:
    words = {"type": "type", "architecture": "architecture", "size_label": "size label", "quantized_by": "quantized by"}
    notes = [f"{word}: {brief(texts[key])}" for key, word in words.items() if key in texts]
    if "file_type" in numbers:
        number = numbers["file_type"] & ~_GUESSED
        kind = (_UNQUANTIZED | _QUANTIZED).get(number)
        notes.append(f"file type: {kind or number}")
        if kind is None:
            claims.report("unknown-word", f"general.file_type: {number} is no type that is known", done="it is noted")
    count = numbers.get("parameter_count")
    links = {"weights": texts.get("repo_url"), "website": texts.get("url")}
    fields = {
        "name": texts.get("name"),
        "organizations": [texts["organization"]] if "organization" in texts else None,
        "license": license_of(texts.get("license", ""), texts.get("license.name")),
        "sizes": None if count is None else [count],
        "links": {key: address for key, address in links.items() if address} or None,
        "note": "; ".join(notes) or None,
    }
    return {key: value for key, value in fields.items() if value is not None}


def _relation(texts: Mapping[str, str], file_type: int | None) -> tuple[Relation | None, str | None]:
    """How the model was made from its parents, and what that is worked out from, where it is not said."""
    kind = texts.get("type", "model").lower()
    if kind == "adapter":
        return Relation.ADAPTER, None
    if kind != "model":  # a projector or a vocabulary
        return None, None
    quantized = None if file_type is None else _QUANTIZED.get(file_type & ~_GUESSED)
    if quantized:
        return Relation.QUANTIZED, f"the file type is {quantized}"
    if "quantized_by" in texts and file_type is None:
        return Relation.QUANTIZED, f"it was quantized by {shown(texts['quantized_by'])}"
    return None, None


def _numbered(
    what: str, texts: Mapping[str, str], numbers: Mapping[str, int], claims: FileClaims
) -> dict[int, dict[str, str]]:
    """The keys of each base model or data set, by its number."""
    bases: dict[int, dict[str, str]] = {}
    for key, value in texts.items():
        if key.startswith(f"{what}.") and (number := key.split(".")[1]).isdigit():
            bases.setdefault(int(number), {})[key.rpartition(".")[2]] = value
    count = numbers.get(f"{what}.count", len(bases))
    if count != len(bases):
        message = f"general.{what}.count: {count:,}, but {len(bases)} are described"
        claims.report("bad-value", message, done="those that are described are kept")
    return dict(sorted(bases.items()))


def _parent(
    address: str | None, name: str | None, relation: Relation | None, why: str | None, note: str, claims: FileClaims
) -> ParentClaim:
    """A parent: the repository at its address, else its name, else its address."""
    where = Position(claims.path)
    hub = parse_hub_address((address or "").strip())
    # The page of one part is the model, as gpt2, or an organization, where there is another name for the model.
    repository = hub.id if hub and not hub.is_dataset and ("/" in hub.id or not name) else None
    called = repository or name or address or ""
    references = (address,) if address and not repository and address.startswith(("http://", "https://")) else ()
    finding = inferred(called, relation, why, where)
    return ParentClaim(called, relation, where, note or None, references, finding)


def _data_set(described: Mapping[str, str], claims: FileClaims) -> ParentClaim:
    """A data set as a parent; converters write the address of a data set on the Hub like that of a model."""
    address, name = described.get("repo_url") or described.get("url") or "", described.get("name")
    hub = parse_hub_address(address.strip())
    called = hub.id if hub and ("/" in hub.id or not name) else name or address
    references = [address] if not hub and address.startswith(("http://", "https://")) else []
    organization = described.get("organization") or (called.rpartition("/")[0] if hub else "")
    fields: dict[str, object] = {
        "kind": "dataset",
        "name": name or called.rpartition("/")[2],
        "organizations": [organization] if organization else None,
        "references": references or None,
        "note": _known({key: value for key, value in described.items() if key != "organization"}) or None,
    }
    return ParentClaim(f"datasets/{slug(called)}", Relation.DATA, Position(claims.path), record=fields)


# safetensors

LONGEST_HEADER = 100_000_000
"""The longest header that the format allows, in bytes."""

_FILE = re.compile(r".*\.safetensors", re.IGNORECASE | re.DOTALL)
_SHARD = re.compile(r"(.*)-([0-9]{5})-of-([0-9]{5})\.safetensors")
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_ADAPTER = re.compile(r"(?:^|[-_/.])(?:lora|locon|loha|lokr|dora|controlnet-lllite)(?:$|[-_/.])", re.IGNORECASE)
_PARAMETERS = {"F64", "F32", "F16", "BF16"}
_NO_PARAMETERS = {"BOOL", "I64"}  # masks and places of tokens, which models keep beside their weights


@reader
def read_safetensors(
    path: str | os.PathLike[str], *, prefix: str | None = None, files: Iterable[Path] | None = None
) -> Claims:
    """Read headers of safetensors files: one file, or all in a folder and below it, as those of GGUF files."""
    return read_files(path, safetensors_claims, _FILE, prefix=prefix, files=files, fields_of_all=_sizes)


def safetensors_claims(path: Path) -> FileClaims:
    """What the header of a file claims of its model."""
    claims = FileClaims(path)
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or not 2 <= length <= LONGEST_HEADER:
            message = f"no safetensors file: a header of {length:,} bytes"
            if len(start) < 8:
                message = f"the file ends after {len(start)} bytes" if start else "the file is empty"
            return claims.refuse("syntax", message, f"a header has 2 to {LONGEST_HEADER:,} bytes")
        if length > limits.HEADER_BYTES:
            message = f"a header of {length:,} bytes"
            return claims.refuse("too-large", message, f"at most {limits.HEADER_BYTES // 2**20} MiB are read")
        content = file.read(length)
    if len(content) < length:
        message = f"the file ends after {8 + len(content):,} bytes, within its header of {length:,}"
        return claims.refuse("syntax", message, "fetch it again")
    if not content.startswith(b"{"):
        return claims.refuse("syntax", f"no safetensors file: its header begins with {content[:1]!r}")
    tree = parse_json(content, path)
    # The lines and columns are those of the header, and no editor shows them.
    claims.findings += [
        replace(problem, position=claims.position) for problem in tree.problems[-limits.HEADER_PROBLEMS :]
    ]
    if not tree.whole or not isinstance(tree.data, dict):
        claims.readable = False
        return claims
    metadata = tree.data.pop("__metadata__", None)
    if isinstance(metadata, dict):
        _read_metadata(metadata, claims)
    elif metadata is not None:
        claims.report("wrong-type", f"__metadata__: {described(metadata)} is no mapping", done="it is left out")
    claims.count = _parameter_count(tree.data, claims)
    return claims


def _read_metadata(metadata: Mapping[str, object], claims: FileClaims) -> None:
    """Take the fields and parents from metadata."""

    def text(key: str) -> str | None:
        return claims.text(metadata.get(key), key)

    architecture, network = text("modelspec.architecture"), text("ss_network_module")
    version, author = text("ss_base_model_version"), text("modelspec.author")
    notes = {"architecture": architecture, "base model version": version, "network": network}
    fields = {
        "name": text("modelspec.title"),
        "organizations": [author] if author else None,
        "released": text("modelspec.date"),
        "license": license_of(text("modelspec.license") or ""),
        "note": "; ".join(f"{word}: {brief(value)}" for word, value in notes.items() if value) or None,
    }
    claims.fields = {key: value for key, value in fields.items() if value is not None}
    why = f"its network is {shown(network)}" if network else None
    if not why and architecture and _ADAPTER.search(architecture):
        why = f"its architecture is {shown(architecture)}"
    if base := text("base_model"):
        _add_base(hub_repository(base) or base, why, claims)
    if name := text("ss_sd_model_name"):
        if _REPOSITORY.fullmatch(name) and not is_local_path(name):
            _add_base(name, why, claims)
        else:
            digest = text("ss_new_sd_model_hash") or text("ss_sd_model_hash")
            with_hash = f", with the hash {brief(digest)}" if digest else ""
            message = f"ss_sd_model_name: the base model is {shown(name)}{with_hash}"
            claims.report("unknown-base", message, "that is the name of a file, not of a model")
    for part in (text("modelspec.merged_from") or "").split(","):
        if part.strip():
            claims.parents.append(ParentClaim(part.strip(), Relation.MERGE, claims.position))
    _read_merge_recipe(metadata, claims)


def _add_base(name: str, why: str | None, claims: FileClaims) -> None:
    """Add a base model once: by adapter where there is a reason why, else with no relation."""
    if any(parent.name == name for parent in claims.parents):
        return
    relation, where = Relation.ADAPTER if why else None, claims.position
    claims.parents.append(ParentClaim(name, relation, where, finding=inferred(name, relation, why, where)))


def _read_merge_recipe(metadata: Mapping[str, object], claims: FileClaims) -> None:
    """Report the models that a web interface merged, which are known by the names of their files."""
    models = _inner_mapping(metadata, "sd_merge_models", claims)
    recipe = _inner_mapping(metadata, "sd_merge_recipe", claims)
    names = [
        model["name"] for model in models.values() if isinstance(model, dict) and isinstance(model.get("name"), str)
    ]
    if names:
        message = f"sd_merge_models: it was merged from {enumerated([*map(shown, names)], 5)}"
        claims.report("unknown-base", message, "these are names of files, not of models")
    method = recipe.get("interp_method")
    if isinstance(method, str) and method.strip():
        note = claims.fields.get("note")
        claims.fields["note"] = f"{f'{note}; ' if note else ''}merge method: {brief(method)}"


def _inner_mapping(metadata: Mapping[str, object], key: str, claims: FileClaims) -> dict[str, object]:
    """The mapping in a text of JSON within the metadata."""
    text = claims.text(metadata.get(key), key)
    if text is None:
        return {}
    tree = parse_json(text.encode(), claims.path)
    for problem in tree.problems[-limits.HEADER_PROBLEMS :]:
        claims.report(problem.kind, f"{key}: {problem.message}", problem.hint)
    if tree.whole and not isinstance(tree.data, dict):
        claims.report("wrong-type", f"{key}: {described(tree.data)} is no mapping", done="it is left out")
    return tree.data if isinstance(tree.data, dict) else {}


def _parameter_count(tensors: Mapping[str, object], claims: FileClaims) -> int | None:
    """How many parameters some tensors have, or None where their shapes do not tell."""
    total = 0
    for name, tensor in tensors.items():
        kind, shape = (tensor.get("dtype"), tensor.get("shape")) if isinstance(tensor, dict) else (None, None)
        sane = isinstance(shape, list) and all(type(side) is int and 0 <= side < 2**63 for side in shape)
        if not isinstance(kind, str) or not sane or len(shape or ()) > 16:
            message = f"tensor {shown(name)} has no type and shape: {shown(tensor)}"
            claims.report("bad-value", message, done="the parameters are not counted")
            return None
        if kind not in _PARAMETERS | _NO_PARAMETERS or "lora" in name.lower():
            return None
        total += math.prod(shape or ()) if kind in _PARAMETERS else 0
    return total or None


def _sizes(together: list[FileClaims]) -> dict[str, object]:
    """The number of parameters of all files of a model, where each is a part of it."""
    counts = [claims.count for claims in together]
    if None in counts or (len(counts) > 1 and not _is_complete(claims.path.name for claims in together)):
        return {}
    return {"sizes": [sum(count or 0 for count in counts)]}


def _is_complete(names: Iterator[str]) -> bool:
    """Whether some files are all the parts of one."""
    parts = [_SHARD.fullmatch(name) for name in names]
    indices = {int(part[2]) for part in parts if part}
    wholes = {(part[1], int(part[3])) for part in parts if part}
    return None not in parts and len(wholes) == 1 and indices == set(range(1, wholes.pop()[1] + 1))

"""safetensors: the header of a file of weights, in which tools note what the weights were made from.

Only the header is read: its length, and the JSON that has this length. The format gives the metadata no meaning;
what is read are the keys of ModelSpec, of the trainers known as kohya's, and of the merges of web interfaces.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from modeltree._util.text import enumerated
from modeltree.findings import shown
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.jsontree import parse_json
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import described
from modeltree.formats.weights import FileClaims, ParentClaim, brief, inferred, read_files
from modeltree.records import Relation
from modeltree.values.addresses import hub_repository, is_local_path
from modeltree.values.hub_words import license_of

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
    """Read headers of safetensors files: one file, or all in a folder and below it; those of one folder are one model.

    These keys of the metadata are read:

    - ``base_model``, and ``ss_sd_model_name`` where it is the id of a repository, as parents: by ``adapter`` where
      ``ss_network_module`` or ``modelspec.architecture`` is that of an adapter, with a finding of kind
      ``"inferred-relation"``, else by ``unspecified``;
    - ``modelspec.merged_from``, the parents of a merge, separated by commas;
    - ``modelspec.title``, ``author``, ``date`` and ``license``;
    - ``modelspec.architecture`` and ``ss_base_model_version``, into the note.

    A parent that is only the name of a file or a hash, as in ``sd_merge_models`` and mostly in ``ss_sd_model_name``, is
    reported as ``"unknown-base"``, for others could not find it.

    The number of parameters is the sum over the shapes of the tensors where all files of a model are there: not for
    adapters, for weights of other types than floating point of 16 bits or more, for folders in which a part is missing,
    or that have several files that are no parts of one.

    The id of the model is that of its folder.
    """
    return read_files(path, file_claims, _FILE, prefix=prefix, files=files, fields_of_all=_sizes)


def file_claims(path: Path) -> FileClaims:
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

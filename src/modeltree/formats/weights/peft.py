"""PEFT: the configuration of an adapter, ``adapter_config.json``, which names the model that it was trained on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from modeltree.formats.parsing import limits
from modeltree.formats.parsing.jsontree import JsonTree, parse_json
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.folders import model_id
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import described
from modeltree.formats.weights import FileClaims, ParentClaim, brief, read_files
from modeltree.records import Relation

_FILE = re.compile(r"(?:(.+)\.)?adapter_config\.json")
_BASE = "base_model_name_or_path"
_OLD_BASE = "model_name"


@reader
def read_peft(
    path: str | os.PathLike[str], *, prefix: str | None = None, files: Iterable[Path] | None = None
) -> Claims:
    """Read configurations of adapters: an ``adapter_config.json``, or all of them in a folder and below it.

    The adapter derives from ``base_model_name_or_path`` by ``adapter``. The ``revision`` of that model is in the note
    of the derivation, the ``peft_type`` in the note of the adapter. In configurations of AdapterHub, which have the
    same file name, ``model_name`` is read. Other keys are not read.

    The id of an adapter is that of its folder; a file ``NAME.adapter_config.json`` is the adapter NAME. Where the base
    model is empty or missing, that is a finding of kind ``"unknown-base"``.
    """
    return read_files(path, file_claims, _FILE, prefix=prefix, files=files, id_of=_id)


def file_claims(path: Path) -> FileClaims:
    """What a configuration claims of its adapter."""
    claims = FileClaims(path)
    content = claims.content(limits.PRINTED_BYTES)
    if content is None:
        return claims
    tree = parse_json(content, path)
    claims.findings += tree.problems
    if not tree.whole:
        claims.readable = False
        return claims
    if not isinstance(tree.data, dict):
        message = f"no configuration of an adapter: {described(tree.data)} is no mapping"
        return claims.refuse("wrong-type", message, position=tree.position())
    is_old = _BASE not in tree.data and _OLD_BASE in tree.data
    if not is_old and _BASE not in tree.data and "peft_type" not in tree.data:
        message = f"no configuration of an adapter: neither {_BASE!r} nor 'peft_type' is in it"
        return claims.refuse("missing-key", message, position=tree.position())
    _add_base(tree, _OLD_BASE if is_old else _BASE, claims)
    return claims


def _id(file: Path, root: Path, prefix: str) -> str:
    match = _FILE.fullmatch(file.name)
    return prefix + match[1] if match and match[1] else model_id(file, root, prefix)


def _add_base(tree: JsonTree, key: str, claims: FileClaims) -> None:
    def text(name: str) -> str | None:
        return claims.text(tree.data.get(name), name, tree.position((name,)))

    kind, name, revision = text("peft_type"), text(key), text("revision")
    if kind:
        claims.fields["note"] = f"PEFT type: {brief(kind)}"
    if name:
        note = f"revision: {brief(revision)}" if revision else None
        claims.parents.append(ParentClaim(name, Relation.ADAPTER, tree.position((key,)), note))
    elif key not in tree.data:
        claims.report("unknown-base", f"an adapter without {key!r}", position=tree.position())
    elif not isinstance(tree.data[key], (bool, int, float, list, dict)):
        claims.report("unknown-base", f"{key} is empty", position=tree.position((key,)))

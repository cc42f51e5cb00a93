"""The files of projects that keep track of models: Ecosystem Graphs and Epoch AI.

Ecosystem Graphs, as YAML files or as CSV, have assets (models, data sets, applications) and what each depends on. An
asset is a mapping; at each key is a value, or a value with an explanation::

    - name: Alpaca
      type: model
      created_date: {value: 2023-03-13, explanation: The day of the post.}
      dependencies: [LLaMA, {value: [Alpaca dataset]}]

Each asset goes by its exact name. The source says what an asset depends on, and never how.

Epoch AI has tables as CSV: of notable, frontier, large-scale and all models, with one row for a model. Only the column
with the names (``Model``, in old tables ``System``) must be there. Where another one is missing, only its fields are.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from modeltree.findings import At, Finding, Position, SourceError, shown
from modeltree.formats.parsing import add_finding, limits, refuse_size
from modeltree.formats.parsing.csvtree import CsvTable, read_csv
from modeltree.formats.parsing.yamltree import YamlTree, read_yaml
from modeltree.formats.repair.claims import Claims
from modeltree.formats.repair.model_files import files_below
from modeltree.formats.repair.models import reader
from modeltree.formats.repair.record_findings import described, no_mapping, unknown_key
from modeltree.records import Relation, one_of
from modeltree.values.addresses import arxiv_reference, link_field
from modeltree.values.hub_words import license_named
from modeltree.values.names import is_legal_form
from modeltree.values.quantities import leading_size, parse_count
from modeltree.values.words import is_missing


def check_size(models: int, derivations: int, where: Position) -> None:
    """Refuse a source of more models or derivations than are read; no real one comes near."""
    for what, count, most in (("models", models, limits.TRACKED_MODELS), ("derivations", derivations, limits.RECORDS)):
        if count > most:
            refuse_size(where, f"the source is too large: more than {most:,} {what}")


# Ecosystem Graphs

_READ = ["name", "type", "organization", "created_date", "url", "model_card", "datasheet", "modality", "size"]
_READ += ["access", "license"]
_UNREAD = """
    description nationality sample analysis included excluded quality_control intended_uses prohibited_uses monitoring
    feedback training_emissions training_time training_hardware adaptation output_space terms_of_service failures
    monthly_active_users user_distribution
"""
_KEYS = (*_READ, "dependencies", *_UNREAD.split())
_KEY_OF_FIELD = {"license": "license", "sizes": "size", "released": "created_date", "organizations": "organization"}
_KEY_OF_FIELD |= {"domain": "modality", "openness": "access", "kind": "type", "name": "name", "references": "url"}
_MEDIA = {"text", "image", "images", "audio", "video", "vision", "speech", "music", "3d"}

_LONGEST_LIST = 100_000
_ITEM = r"""(?:'(?:[^'\\\n]|\\[\\'"nrt])*+'|"(?:[^"\\\n]|\\[\\'"nrt])*+"|None)"""
_LIST = re.compile(rf"\[\s*+(?:{_ITEM}(?:\s*+,\s*+{_ITEM})*+)?\s*+,?\s*+\]")


@dataclass(slots=True)
class _Asset:
    """An asset as it is written: its values, the positions of its keys, and the names that it depends on."""

    values: dict[str, str]
    position: Callable[[str], Position]
    parents: list[tuple[str, Position]]
    links: dict[str, str] = field(default_factory=dict)  # the keys that its links are read from

    def position_of_field(self, at: At = ()) -> Position:
        """The position that a field of a model is read from."""
        first, second = (*map(str, at[:2]), "", "")[:2]
        return self.position(self.links.get(second, "url") if first == "links" else _KEY_OF_FIELD.get(first, ""))


@reader
def read_ecosystem_graphs(
    path: str | os.PathLike[str],
    *,
    aliases: Mapping[str, str] | None = None,
    relation: Relation | str | None = None,
) -> Claims:
    """Read Ecosystem Graphs: a folder of YAML files, one of them, or the CSV file of all assets."""
    default = None if relation is None else one_of(Relation, relation)
    root = Path(path)
    claims = Claims(names=True, exact=True)
    assets: list[_Asset] = []
    dependencies = 0
    for asset in _assets(root, claims):
        dependencies += len(asset.parents)
        if _is_named(asset, claims):
            assets.append(asset)
        check_size(len(assets), dependencies, asset.position(""))
    if not assets:
        raise SourceError(claims.findings or [Finding("no-files", f"no assets in {root}", position=Position(root))])
    organizations = {asset.values["organization"].strip() for asset in assets if "organization" in asset.values}
    kinds: dict[str, set[str]] = {}
    for asset in assets:
        kinds.setdefault(asset.values["name"].strip(), set()).add(asset.values.get("type", ""))
    for asset in assets:
        fields = _fields(asset, organizations, claims)
        child = claims.add(asset.values["name"], asset.position_of_field, fields)
        for parent, position in asset.parents:
            name = (aliases or {}).get(parent.strip(), parent.strip())
            word = _relation(asset.values.get("type", ""), kinds.get(name, set()), default)
            claims.derive(child, parent, word, position)
    return claims


def _assets(root: Path, claims: Claims) -> Iterator[_Asset]:
    """The assets of a folder or file; an unreadable file in a folder is a finding."""
    if root.is_dir():
        inner = root / "assets"
        folder = inner if inner.is_dir() and not inner.is_symlink() else root
        for file in files_below(folder, lambda name: name.lower().endswith((".yaml", ".yml")), claims):
            try:
                tree = read_yaml(file)
            except OSError as error:
                claims.report("unreadable", f"the file cannot be read: {error.strerror}", where=Position(file))
                continue
            yield from _assets_of_tree(tree, claims)
    elif root.suffix.lower() == ".csv":
        yield from _assets_of_table(read_csv(root), claims)
    else:
        yield from _assets_of_tree(read_yaml(root), claims)


def _assets_of_tree(tree: YamlTree, claims: Claims) -> Iterator[_Asset]:
    claims.findings.extend(tree.problems)
    if tree.whole and not isinstance(tree.data, list):
        message = f"{described(tree.data)} where a list of assets should be"
        claims.report("wrong-type", message, "begin each asset with '- '", where=tree.position())
    for index, entry in enumerate(tree.data if isinstance(tree.data, list) else []):
        if not isinstance(entry, dict):
            add_finding(claims.findings, no_mapping(entry, "an asset").located(tree.position((index,))))
            continue
        owner = f"asset {shown(entry.get('name'))}"
        values: dict[str, str] = {}
        for key in entry:
            if key not in _KEYS:
                where = tree.position((index, key), of_key=True)
                add_finding(claims.findings, unknown_key(key, owner, _KEYS).located(where))
            elif key in _READ and (text := _text(tree, (index, key), owner, claims)) is not None:
                values[key] = text
        position = partial(_position_in_tree, tree, index)
        yield _Asset(values, position, list(_parents(tree, (index, "dependencies"), owner, claims)))


def _position_in_tree(tree: YamlTree, index: int, key: str) -> Position:
    return tree.position((index, key) if key else (index,))


def _text(tree: YamlTree, at: At, owner: str, claims: Claims) -> str | None:
    """A value by itself or with an explanation; None where there is none."""
    value = tree.value(at)
    if isinstance(value, dict):
        if "value" not in value and value:
            message = f"{at[-1]} of {owner} has {', '.join(sorted(map(shown, value)))[:60]} and no 'value'"
            claims.report("missing-key", message, "add 'value: …'", where=tree.position(at), done="it is left out")
        at, value = (*at, "value"), value.get("value")
    if value is None or isinstance(value, str):
        return value
    message = f"{at[1]} of {owner}: {described(value)} is no text"
    claims.report("wrong-type", message, "write a text", where=tree.position(at), done="it is left out")
    return None


def _parents(tree: YamlTree, at: At, owner: str, claims: Claims) -> Iterator[tuple[str, Position]]:
    """The dependencies of an asset: a list of names, each of which may be a value with an explanation, or a list."""
    *before, last = at
    outer = tree.value(tuple(before))
    value = outer.get(last) if isinstance(outer, dict) else outer[last]
    if isinstance(value, dict):
        if set(value) - {"value", "explanation"}:
            message = f"a dependency of {owner}: {described(value)} is no name"
            claims.report("wrong-type", message, "write the name of an asset", where=tree.position(at))
        yield from _parents(tree, (*at, "value"), owner, claims)
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from _parents(tree, (*at, index), owner, claims)
    elif value is not None and value.strip():
        yield value, tree.position(at)


def _assets_of_table(table: CsvTable, claims: Claims) -> Iterator[_Asset]:
    claims.findings.extend(table.problems)
    missing = [key for key in ("name", "type", "dependencies") if key not in table.columns] if table.columns else []
    if missing:
        message = f"the table has no column {' and no column '.join(map(shown, missing))}"
        claims.report("missing-key", message, f"there are {', '.join(table.columns)[:200]}", where=table.position())
        return
    for column in table.columns:
        # In the table of all assets, "value" is a value that one asset once had.
        if column not in _KEYS and column != "value":
            where = table.position(column=column)
            claims.findings.append(unknown_key(column, "the header", _KEYS).located(where))
    for index, row in enumerate(table.rows):
        position = partial(table.position, index)
        written = row["dependencies"].strip()
        names = _python_list(written)
        if names is None:
            message = f"dependencies of asset {shown(row['name'])}: {shown(written)} is no list"
            hint = "write it as Python does: ['LLaMA', 'The Pile']"
            claims.report("wrong-type", message, hint, where=position("dependencies"), done="they are left out")
        where = position("dependencies") if names else Position(table.path)
        values = {key: row[key] for key in _READ if row.get(key)}
        yield _Asset(values, position, [(name, where) for name in names or ()])


def _python_list(written: str) -> list[str] | None:
    """The texts in a list as Python writes it; None for anything else."""
    if not written:
        return []
    # Only a flat list of texts is given to the parser, which deep nesting would break.
    if len(written) > _LONGEST_LIST or not _LIST.fullmatch(written):
        return None
    return [item for item in ast.literal_eval(written) if item and item.strip()]


def _is_named(asset: _Asset, claims: Claims) -> bool:
    """Whether an asset has a name; the lack of a name or a type is a finding."""
    where = asset.position("")
    if not asset.values.get("name", "").strip():
        claims.report("missing-key", "an asset without a name", "add 'name: …'", where=where, done="it is left out")
        return False
    if "type" not in asset.values:
        message = f"asset {shown(asset.values['name'])} has no 'type'"
        hint = "add 'type: model', dataset or application"
        claims.report("missing-key", message, hint, where=where, done="it is taken for a model")
    return True


def _relation(child: str, parents: set[str], default: Relation | None) -> Relation | None:
    """The relation to a parent by the types of child and parent; None where these do not tell."""
    if child == "application":
        return Relation.APPLICATION
    if child == "dataset" or parents == {"dataset"}:
        return Relation.DATA
    return default if child == "model" and parents == {"model"} else None


def _fields(asset: _Asset, organizations: set[str], claims: Claims) -> dict[str, Any]:
    """The fields of a record."""
    kind = asset.values.get("type", "model")
    values = {key: text.strip() for key, text in asset.values.items() if not is_missing(text)}
    notes: list[str] = []
    fields: dict[str, Any] = {"kind": kind, "released": asset.values.get("created_date", "").strip() or None}
    if "organization" in values:
        fields["organizations"] = _organizations(values["organization"], organizations, asset, claims)
    if "access" in values:
        fields["openness"] = _openness(values["access"], kind, notes)
    if "license" in values:
        fields["license"] = license_named(values["license"])
    if "size" in values:
        fields["sizes"] = _sizes(values["size"], kind, notes)
    if "modality" in values:
        fields["domain"] = _domain(values["modality"])
    links: dict[str, str] = {}
    references: list[str] = []
    for key in ("url", "model_card", "datasheet"):
        if key in values:
            reference = arxiv_reference(values[key])
            link = "weights" if key == "model_card" else link_field(values[key])
            if reference:
                references.append(reference)
            elif link not in links or key == "model_card":
                links[link], asset.links[link] = values[key], key
    fields |= {"references": list(dict.fromkeys(references)) or None, "links": links or None}
    return fields | {"note": "; ".join(notes) or None}


def _organizations(written: str, known: set[str], asset: _Asset, claims: Claims) -> list[str]:
    """The organizations of an asset: several where one of them is known by itself."""
    parts = [part.strip() for part in written.split(",")]
    if len(parts) == 1:
        return [written]
    is_list = not any(is_legal_form(part) or not part for part in parts) and written.count("(") == written.count(")")
    if is_list and known.intersection(parts):
        return list(dict.fromkeys(parts))
    message = f"organization {shown(written)} of asset {shown(asset.values['name'].strip())} has a comma"
    hint = "several are told by one of them that stands alone elsewhere"
    where = asset.position("organization")
    claims.report("read-as", message, hint, where=where, done="it is taken for one name")
    return [written]


def _openness(access: str, kind: str, notes: list[str]) -> str | None:
    word = access.lower()
    if word not in ("open", "closed", "limited"):
        return access
    if word == "limited" or kind == "application":
        notes.append(f"access in the source: {access}")
        return None
    return word


def _sizes(written: str, kind: str, notes: list[str]) -> list[str] | None:
    """The number of parameters; what else the size says goes into the notes."""
    size, whole = leading_size(written) if kind == "model" else (None, False)
    if not whole:
        notes.append(f"size in the source: {written}")
    return [size or written] if kind == "model" else None


def _domain(modality: str) -> str | None:
    words = {word.strip().lower() for word in re.split("[,;]", modality)} - {""}
    if words in ({"text"}, {"code"}):
        return "language" if words == {"text"} else "code"
    return "multimodal" if len(words) > 1 and words <= _MEDIA else None


# Epoch AI

_NAMES = ("Model", "System")
_BASE = "Base model"
_COLUMN_OF_FIELD = {
    "released": "Publication date", "organizations": "Organization", "sizes": "Parameters", "domain": "Domain",
    "openness": "Model accessibility", "access": "Model accessibility", "links": "Link", "references": "Link",
}  # fmt: skip

# The words for how one gets at a model, as openness and access; the last are of old tables.
_ACCESSIBILITY: Mapping[str, tuple[str | None, str | None]] = {
    "open weights (unrestricted)": ("open", "open-weights"),
    "open weights (restricted use)": ("open", "open-weights"),
    "open weights (non-commercial)": ("open", "open-weights"),
    "api access": ("closed", "api-only"),
    "hosted access (no api)": ("closed", None),
    "unreleased": ("closed", "unreleased"),
    "limited access": (None, None),
    "unknown": (None, None),
    "open source": ("open", "open-weights"),
    "open access (unrestricted)": ("open", "open-weights"),
    "open access (restricted use)": ("open", "open-weights"),
    "open access (non-commercial)": ("open", "open-weights"),
}
_SCIENCES = {"biology", "medicine", "earth science", "materials science", "astronomy", "physics", "chemistry"}
_CELL_ITEM = re.compile(r'\s*+(?:"((?:[^"]|"")*+)"(?=\s*+(?:,|\Z))|([^,]*+))\s*+(,?)')
_MOST_COMMAS = 7  # in the name of a model


class _Item(NamedTuple):
    """A text that commas separate from others, whether it is in quotes, and whether ", " follows it."""

    name: str
    quoted: bool
    space: bool


@reader
def read_epoch(path: str | os.PathLike[str], *, aliases: Mapping[str, str] | None = None) -> Claims:
    """Read a table of Epoch AI, as ``notable_ai_models.csv`` and ``all_ai_models.csv``; names of models are exact."""
    table = read_csv(Path(path))
    claims = Claims(names=True, exact=True)
    claims.findings.extend(table.problems)
    column = next((name for name in _NAMES if name in table.columns), None)
    if column is None:
        if table.columns:
            hint = f"there are {', '.join(table.columns)[:200]}"
            claims.report("missing-key", "the table has no column 'Model'", hint, where=table.position())
        raise SourceError(claims.findings)
    listed = {row[column].strip() for row in table.rows} | set(aliases or {})
    inferred: Position | None = None
    for index, row in enumerate(table.rows):
        name = row[column].strip()
        if not name:
            where = table.position(index)
            claims.report("missing-key", "a row without the name of a model", None, where=where, done="it is left out")
            continue
        child = claims.add(name, partial(_position_in_table, table, index, column), _fields_of_row(row))
        check_size(len(claims.models), 0, Position(table.path))
        if row.get(_BASE, "").strip():
            where = table.position(index, _BASE)
            inferred = inferred or where
            for base in _bases(row[_BASE], listed, name, where, claims):
                claims.derive(child, base, Relation.FINETUNE, where)
                check_size(0, len(claims.derivations), where)
    if not claims.models:
        claims.report("no-files", "the table has no model", where=table.position())
        raise SourceError(claims.findings)
    if inferred:
        message = "a base model is one that a model was fine-tuned or trained further from"
        claims.report("inferred-relation", f"{message}: all are taken for 'finetune'", where=inferred)
    return claims


def _position_in_table(table: CsvTable, row: int, names: str, at: tuple[str | int, ...] = ()) -> Position:
    """The position that a field of a model is read from."""
    column = names if at[:1] == ("name",) else _COLUMN_OF_FIELD.get(str(at[0]), "") if at else ""
    return table.position(row, column)


def _fields_of_row(row: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a record."""
    openness, access = _accessibility(row)
    size = row.get("Parameters", "").strip()
    references: list[str] = []
    links: dict[str, str] = {}
    for word in row.get("Link", "").split():
        address = word.rstrip(",;")
        if reference := arxiv_reference(address):
            references.append(reference)
        elif address:
            links.setdefault(link_field(address), address)
    return {
        "openness": openness,
        "access": access,
        "domain": _domain_of_words(row.get("Domain", "")),
        "released": row.get("Publication date", "").strip() or None,
        "organizations": _organizations_of_cell(row.get("Organization", "")) or None,
        "sizes": [parse_count(size)] if size else None,
        "references": list(dict.fromkeys(references)) or None,
        "links": links or None,
    }


def _accessibility(row: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Openness and access; a word that is not known is handed on, to be reported."""
    written = row.get("Model accessibility", "").strip()
    if not written:
        weights = row.get("Open model weights?", "").strip().lower()
        return {"yes": "open", "no": "closed"}.get(weights), None
    return _ACCESSIBILITY.get(written.lower(), (None, written))


def _domain_of_words(written: str) -> str | None:
    words = {word.strip().lower() for word in written.split(",")} - {""}
    if "multimodal" in words or words == {"language"}:
        return "multimodal" if "multimodal" in words else "language"
    return "scientific" if words and words <= _SCIENCES else None


def _items(written: str) -> Iterator[_Item]:
    """The texts that the commas of a cell separate."""
    text = written.strip()
    for match in _CELL_ITEM.finditer(text):
        quoted, plain, comma = match.groups()
        name = (plain if quoted is None else quoted.replace('""', '"')).strip()
        if name:
            yield _Item(name, quoted is not None, bool(comma) and text[match.end() : match.end() + 1] == " ")
        if not comma:
            return


def _organizations_of_cell(written: str) -> list[str]:
    """The organizations of a cell; a comma with a space behind it is part of a name, as in "Baidu, Inc."."""
    names: list[str] = []
    goes_on = False
    for name, _, space in _items(written):
        if goes_on:
            names[-1] += f", {name}"
        else:
            names.append(name)
        goes_on = space
    return names


def _bases(written: str, listed: set[str], child: str, where: Position, claims: Claims) -> Iterator[str]:
    """The base models that a cell names: the longest names that are listed, else what the commas separate."""
    text = written.strip()
    items = [_Item(text, False, False)] if text in listed else list(_items(text))
    start = 0
    while start < len(items):
        name, quoted, space = items[start]
        length = 1
        for end in range(min(len(items), start + _MOST_COMMAS + 1), start + 1, -1):
            joined = ", ".join(item.name for item in items[start:end])
            if not quoted and joined in listed:
                name, length = joined, end - start
                break
        start += length
        if space and length == 1 and not quoted and name not in listed:
            message = f"base model {shown(text)} of {shown(child)}: {shown(name)} is not listed, and ', ' follows it"
            hint = "put a name with a comma in quotes"
            claims.report("read-as", message, hint, where=where, done="it is taken for a name by itself")
        yield name

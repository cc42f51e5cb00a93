"""The native catalogue: it comes back as it was saved, and everything wrong with it is said at once, with its place."""

from __future__ import annotations

import datetime
import json
import re
import textwrap
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import Lineage, Model
from modeltree.findings import CatalogError, ModelTreeError, SourceError, UnknownFormatError
from modeltree.formats import catalog
from modeltree.formats.catalog import CatalogDraft, catalog_schema, catalog_text
from modeltree.formats.parsing import limits, yamltree
from modeltree.formats.parsing.yamltree import WIDTH, parse_yaml, read_yaml, yaml_text
from modeltree.records import About
from strategies import examples
from strategies_records import hard_names, hard_texts, lineages

DATA = Path(__file__).parents[1] / "data"
SHIPPED = sorted(path for path in DATA.rglob("*.yaml") if path.name != "licenses.yaml")  # which is no catalogue
VALIDATOR = jsonschema.Draft202012Validator(catalog_schema())


class Yaml12Loader(yaml.SafeLoader):
    """Reads as the core schema of YAML 1.2 says, and so as editors do."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


for tag, pattern in {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    "float": r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
}.items():
    Yaml12Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None)


def write(path: Path, text: str) -> Path:
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def read_text(text: str) -> Lineage:
    draft = CatalogDraft()
    draft.add(parse_yaml(text.encode(), Path("x.yaml")))
    assert draft.all_problems() == []
    return Lineage(draft.models, draft.derivations, draft.organizations, about=draft.about)


# What is read

EVERYTHING = """\
about:
  title: A small lineage
  description: >-
    Two models and who made them: the description is long enough to be folded, as it would not fit into one
    line.
  date: 2023-08
  references: [arxiv:2308.14149]

organizations:
  - id: lmsys
    name: LMSYS
    aliases: [Large Model Systems]
    url: https://lmsys.org
    country: "NO"
    icon: lmsys

models:
  - id: llama
    name: LLaMA
    released: 2023-02-24

  - id: vicuna
    name: Vicuna
    aliases: [Vicuna-13B, "1.5", "no"]
    released: 2023
    organizations: [lmsys]
    openness: open
    access: gated
    license: {name: "Apache 2.0, mostly", spdx: Apache-2.0}
    sizes: [7, 560M, 1.3B]
    training_data: "2023"
    domain: language
    architecture: decoder
    links:
      paper: https://arxiv.org/abs/2302.13971
      website: https://lmsys.org/?a=b,c
    references:
      - arxiv:2302.13971
      - https://lmsys.org/blog/2023-03-30-vicuna/
      - https://lmsys.org/blog/2023-03-30-vicuna/?and=more
    note: |-
      A list:
      - with items # and such

      and an end.
    derived_from:
      - parent: llama
        relation: finetune
        references: [https://lmsys.org/blog/2023-03-30-vicuna/]
        note: "On ShareGPT: 70k conversations."
    corrections:
      - field: released
        printed: "2023-04"
        source: table-1
        reason: It was announced in March.
        references: [arxiv:2302.13971]
"""


def test_everything_that_a_catalogue_can_say() -> None:
    lineage = read_text(EVERYTHING)
    vicuna = lineage["1.5"]
    assert vicuna.aliases == ("Vicuna-13B", "1.5", "no")
    assert [str(size) for size in vicuna.sizes] == ["7", "560M", "1.3B"]
    assert vicuna.training_data == "2023"
    assert vicuna.note == "A list:\n- with items # and such\n\nand an end."
    assert vicuna.corrections[0].printed == "2023-04"
    assert lineage.about.description.endswith("as it would not fit into one line.")  # type: ignore[union-attr]
    assert lineage.organization("LMSYS").country == "NO"
    assert lineage.derivation("llama", "vicuna").note == "On ShareGPT: 70k conversations."


def test_it_is_written_as_it_was() -> None:
    assert catalog_text(read_text(EVERYTHING)) == EVERYTHING


def test_no_stays_a_string(tmp_path: Path) -> None:
    path = write(
        tmp_path / "no.yaml", "models: [{id: no, name: no, aliases: [off], training_data: yes, note: 2023-03-14}]"
    )
    model = modeltree.load(path)["no"]
    assert (model.id, model.name, model.aliases) == ("no", "no", ("off",))
    assert (model.training_data, model.note) == ("yes", "2023-03-14")


@pytest.mark.parametrize("parser", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
def test_the_files_of_a_folder_are_one_lineage(
    tmp_path: Path, parser: type[yaml.SafeLoader], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yamltree, "_LOADER", parser)
    write(tmp_path / "b.yaml", "models: [{id: llama, name: LLaMA, organizations: [meta]}]")
    write(
        tmp_path / "a.YML", "models: [{id: vicuna, name: Vicuna, derived_from: [{parent: llama, relation: finetune}]}]"
    )
    write(tmp_path / "c.yml", "organizations: [{id: meta, name: Meta}]\nabout: {title: Both}")
    write(tmp_path / "d.json", "not read")
    (tmp_path / "inner.yaml").mkdir()
    write(tmp_path / "inner.yaml" / "e.yaml", "not read")
    lineage = modeltree.load(tmp_path)
    assert lineage.parents("vicuna") == ("llama",)
    assert (lineage.about.title, lineage.organization("meta").name) == ("Both", "Meta")


# What is written


@settings(max_examples=examples(100), deadline=None)
@given(lineage=lineages(any_words=True))
def test_what_is_saved_comes_back(lineage: Lineage) -> None:
    text = catalog_text(lineage)
    again = read_text(text)
    assert again == lineage
    assert catalog_text(again) == text


@settings(max_examples=examples(50), deadline=None)
@given(lineage=lineages(any_words=True))
def test_what_is_saved_means_the_same_to_others(lineage: Lineage) -> None:
    """Tools that read YAML 1.1 or 1.2 find the strings that were written, and what the schema allows."""
    text = catalog_text(lineage)
    ours = parse_yaml(text.encode(), Path("x.yaml")).data
    for loader in (yaml.SafeLoader, Yaml12Loader):
        theirs = yaml.load(text, loader)  # noqa: S506

        def assert_same(one: Any, other: Any) -> None:
            if isinstance(one, dict):
                assert list(one) == list(other)
                for key, value in one.items():
                    if key in ("released", "date", "sizes"):
                        assert isinstance(other[key], (str, int, list, datetime.date))
                    else:
                        assert_same(value, other[key])
            elif isinstance(one, list):
                assert len(one) == len(other)
                for inner, outer in zip(one, other, strict=True):
                    assert_same(inner, outer)
            else:
                assert one == other

        assert_same(ours, theirs)
    assert VALIDATOR.is_valid(ours)
    assert VALIDATOR.is_valid(yaml.load(text, Yaml12Loader))  # noqa: S506


@given(texts=st.lists(hard_texts, min_size=1, max_size=4), name=hard_names)
def test_any_text_is_written_so_that_it_comes_back(texts: list[str], name: str) -> None:
    document = {
        "about": {"title": name, "note": texts[0]},
        "models": [{"id": name, "aliases": texts}, {"note": texts[-1]}],
    }
    text = yaml_text(document)
    assert parse_yaml(text.encode(), Path("x.yaml")).data == document
    assert yaml.safe_load(text) == document
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\u202e\ufeff]", text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain text, with: colons:inside", '"plain text, with: colons:inside"'),
        ("plain text, a:b 悟道 'quoted' #1", "plain text, a:b 悟道 'quoted' #1".replace(" #1", " #1")),
        ("שלום", "שלום"),
        ("7B", "7B"),
        ("1e5", '"1e5"'),
        ("No", '"No"'),
        ("2023-03", '"2023-03"'),
        ("2023 or later", "2023 or later"),
        ("- item", '"- item"'),
        ("ends:", '"ends:"'),
        ("a\u202eb\u2028\x85\U000e0041\xa0", '"a\\u202Eb\\u2028\\x85\\U000E0041\\xA0"'),
        ('a "b"\tc\\d', '"a \\"b\\"\\tc\\\\d"'),
        ("\n two", '"\\n two"'),
        ("two\n\nlines", "|-\n  two\n\n  lines"),
        ("two \nlines", '"two \\nlines"'),
        ("word " * 30 + "end", ">-\n  " + ("word " * 21).strip() + "\n  " + "word " * 9 + "end"),
        ("w" * 200, "w" * 200),
        ("a:  " + "w" * 110, '"a:  ' + "w" * 110 + '"'),
    ],
)  # fmt: skip
def test_how_texts_are_written(text: str, written: str) -> None:
    if text.endswith("#1"):
        written = f'"{text}"'
    assert yaml_text({"note": text}) == f"note: {written}\n"


def test_models_are_in_the_order_of_their_ids_and_an_edit_changes_its_own_line() -> None:
    ids = ["c", "a", "d", "b"]
    before = [Model(id=id, name=id.upper(), released=f"20{number}") for number, id in enumerate(ids, 20)]
    after = [before[0], Model(id="a", name="A", released="1999"), *before[2:]]
    old, new = (catalog_text(Lineage(models)).splitlines() for models in (before, after))
    assert re.findall(r"- id: (\w)", "\n".join(new)) == ["a", "b", "c", "d"]
    assert [(one, other) for one, other in zip(old, new, strict=True) if one != other] == [
        ("    released: 2021", "    released: 1999")
    ]


def test_the_empty_lineage_is_written_and_read(tmp_path: Path) -> None:
    modeltree.save(Lineage([]), tmp_path / "none.yaml")
    assert (tmp_path / "none.yaml").read_text() == "models: []\n"
    assert modeltree.load(tmp_path / "none.yaml") == Lineage([])


@pytest.mark.parametrize("name", ["survey", "survey-table1", "survey-figure2"])
def test_data_sets_come_back(name: str, tmp_path: Path) -> None:
    lineage, path = modeltree.datasets.load(name), tmp_path / "saved.yaml"
    modeltree.save(lineage, path)
    first = path.read_bytes()
    assert modeltree.load(path) == lineage
    modeltree.save(modeltree.load(path), path)
    assert path.read_bytes() == first
    too_long = [line for line in first.decode().splitlines() if len(line) > WIDTH]
    assert all(len(line.split()) == 2 for line in too_long), "only what cannot be broken may be too long"


def test_saving_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.yaml", "models: [{id: a, name: A}]")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="no space left"):
        modeltree.save(Lineage([]), path)
    assert path.read_text() == "models: [{id: a, name: A}]"
    assert list(tmp_path.iterdir()) == [path]


def test_what_could_not_be_read_again_is_not_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "YAML_BYTES", 10)
    with pytest.raises(SourceError, match="a.yaml would be too large"):
        modeltree.save(Lineage([]), tmp_path / "a.yaml")
    assert list(tmp_path.iterdir()) == []


def test_a_catalog_that_is_too_large_in_any_case_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lineage = Lineage([Model(id="a" * 30, name="A" * 30)])
    size = len(catalog.catalog_text(lineage))
    monkeypatch.setattr(limits, "YAML_BYTES", size - len("models:\n"))
    monkeypatch.setattr(catalog, "catalog_text", lambda *_, **__: "a: 1\n" * size)
    with pytest.raises(SourceError, match="a.yaml would be too large"):
        modeltree.save(lineage, tmp_path / "a.yaml")
    monkeypatch.setattr(limits, "YAML_BYTES", 60)
    monkeypatch.delattr(catalog, "catalog_text")
    with pytest.raises(SourceError, match="a.yaml would be too large"):
        modeltree.save(lineage, tmp_path / "a.yaml")


# Paths


def test_paths_that_are_none(tmp_path: Path) -> None:
    for name in ("none.yaml", "none.csv", "none"):
        with pytest.raises(FileNotFoundError) as missing:
            modeltree.load(tmp_path / name)
        assert missing.value.filename == str(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        modeltree.save(Lineage([]), tmp_path / "none" / "a.yaml")
    with pytest.raises(IsADirectoryError, match=r"a folder; a lineage is saved as one file, as models\.yaml in it"):
        modeltree.save(Lineage([]), tmp_path)
    with pytest.raises(SourceError, match=r"the folder has no catalogue, no model cards and no other files"):
        modeltree.load(tmp_path)
    with pytest.raises(CatalogError, match=r"the folder .* has no file that ends in \.yaml or \.yml"):
        modeltree.load(tmp_path, format="catalog")


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.xyz", "ends in '.xyz', which is no known format"), ("a", "has no ending that tells its format")],
)
def test_unknown_formats(name: str, ending: str, tmp_path: Path) -> None:
    path = write(tmp_path / name, "")
    for action in (lambda: modeltree.load(path), lambda: modeltree.save(Lineage([]), path)):
        with pytest.raises(UnknownFormatError) as caught:
            action()
        assert str(caught.value).startswith(f"{str(path)!r} {ending}; known are '.yaml', ")
        assert isinstance(caught.value, ModelTreeError)
        assert isinstance(caught.value, ValueError)


# What ships


def test_the_shipped_schema_is_that_of_the_records() -> None:
    shipped = json.loads((DATA / "catalog.schema.json").read_text(encoding="utf-8"))
    assert shipped == catalog_schema(), "run: modeltree schema -o data/catalog.schema.json"
    jsonschema.Draft202012Validator.check_schema(shipped)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_files_are_valid_as_they_are_read_here_and_in_editors(path: Path) -> None:
    for data in (read_yaml(path).data, yaml.load(path.read_text(encoding="utf-8"), Yaml12Loader)):  # noqa: S506
        assert [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_files_name_the_schema_to_editors(path: Path) -> None:
    first, *_ = path.read_text(encoding="utf-8").splitlines()
    schema = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert schema
    assert (path.parent / schema[1]).resolve() == DATA / "catalog.schema.json"


# Catalogues that extend others

OURS = """\
extends: {base}
models:
  - id: mine
    name: Mine
    derived_from:
      - parent: {parent}
        relation: finetune
"""


def test_a_catalogue_extends_a_data_set_that_ships(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(OURS.format(base="survey", parent="llama"), encoding="utf-8")
    lineage, findings = modeltree.read(path)
    survey = modeltree.datasets.load("survey")
    assert len(lineage) == len(survey) + 1
    assert lineage.parents("mine") == ("llama",)
    assert lineage.family("mine").name == "LLaMA"
    assert lineage.about == About()
    assert {finding.position.path for finding in findings if finding.position} == {path}  # and none of the survey
    VALIDATOR.validate({"extends": "survey"})
    VALIDATOR.validate({"extends": ["survey", "../bases.yaml"]})
    assert not VALIDATOR.is_valid({"extends": {"a": "b"}})


def test_catalogues_extend_each_other_by_paths(tmp_path: Path) -> None:
    """Each file is read once, however often it is named, and circles are no harm."""
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "a.yaml").write_text("models: [{id: a, name: A}]\nabout: {title: Bases}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("extends: [bases, ./mine.yaml]\nmodels: [{id: b, name: B}]", encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text("about: {title: Mine}\n" + OURS.format(base="[bases/a.yaml, b.yaml]", parent="b"), encoding="utf-8")
    lineage = modeltree.load(path)
    assert sorted(model.id for model in lineage.models) == ["a", "b", "mine"]
    assert lineage.about.title == "Mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("extends: surveys", "1:10: extends: 'surveys' is no catalogue and no data set that ships; write a path from"),
        ("extends: [survey, x.yaml]", "1:19: extends: 'x.yaml' is no catalogue"),
        ("extends: x.csv", "1:10: extends: 'x.csv' is no catalogue"),
        ("extends: .git", "1:10: extends: '.git' is no catalogue"),
        ("extends: {a: b}", "1:10: extends: a mapping is no name of a data set and no path"),
        ("extends: survey\nmodels: [{id: llama, name: L}]", "2:15: duplicate id 'llama'"),
        ("extends: bad.yaml", "bad.yaml:1:10: model 'a' has no 'name'"),
        (
            "extends: survey\nmodels: [{id: a, name: A, organizations: [opnai]}]",
            "unknown organization 'opnai'",
        ),
    ],
)
def test_what_cannot_be_extended(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.csv").touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / "bad.yaml").write_text("models: [{id: a}]", encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        modeltree.read(path)
    assert said in str(refused.value.problems[0])


def test_catalogues_that_extend_each_other_too_deep(tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml\n", encoding="utf-8")
    (tmp_path / "200.yaml").write_text("models: []\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="more than 50 deep"):
        modeltree.read(tmp_path / "0.yaml")
    assert len(modeltree.read(tmp_path / "160.yaml").lineage) == 0


def test_a_missing_parent_is_what_the_policy_says(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = OURS.format(base="[]", parent="gone") + "      - parent: Mine\n        relation: merge\n"
    path.write_text(text + "  - {id: x, name: X, derived_from: [{parent: gone, relation: merge}]}\n", encoding="utf-8")
    for policy in (None, modeltree.Policy(missing_parent="refuse"), modeltree.Policy.strict()):
        with pytest.raises(CatalogError) as refused:
            modeltree.read(path, policy=policy)
        assert [(f.kind, str(f.severity)) for f in refused.value.problems] == [("missing-parent", "error")] * 3
    lineage, findings = modeltree.read(path, policy=modeltree.Policy(missing_parent="placeholder"))
    assert lineage.parents("mine") == ("Mine", "gone")
    assert lineage["gone"].note.startswith("A placeholder")
    missing = [finding for finding in findings if finding.kind == "missing-parent"]
    assert [(str(f.severity), f.position.line, f.done) for f in missing] == [
        ("warning", line, "a placeholder is kept") for line in (6, 8, 10)
    ]
    assert "did you mean the id 'mine'?" in str(missing[1])
    dropped, findings = modeltree.read(path, policy=modeltree.Policy(missing_parent="drop"))
    assert (len(dropped), len(dropped.derivations)) == (2, 0)
    assert [f.done for f in findings if f.kind == "missing-parent"] == ["the derivation is left out"] * 3


def test_a_missing_parent_at_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from modeltree.cli.main import main

    path = tmp_path / "mine.yaml"
    path.write_text(OURS.format(base="survey", parent="gone"), encoding="utf-8")
    assert main(["check", str(path)]) == 1
    assert ": error: missing parent 'gone'" in capsys.readouterr().out
    assert main(["check", str(path), "--policy", "missing-parent=placeholder"]) == 0
    assert ": warning: missing parent 'gone'" in capsys.readouterr().out
    assert main(["convert", str(path), str(tmp_path / "x.csv"), "--policy", "missing-parent=drop"]) == 0

"""What is wrong with a catalogue is said all at once, each fault with its place; hostile files do no harm."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import Lineage, Model, load
from modeltree.findings import CatalogError
from modeltree.formats.catalog import CatalogDraft, catalog_schema
from modeltree.formats.parsing import yamltree
from modeltree.formats.parsing.yamltree import parse_yaml
from strategies import examples
from work import growth


def write(path: Path, text: str) -> Path:
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return path


def complaints(path: Path) -> list[str]:
    """What is wrong with a file or folder, without the way to it."""
    with pytest.raises(CatalogError) as caught:
        modeltree.load(path)
    folder = path if path.is_dir() else path.parent
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


# What is wrong

ALL_WRONG = """\
about: {title: [x], date: 2023-13}
organizations:
  - {id: meta, name: Meta, country: usa, icon: a/b, url: meta.com}
  - name: Nameless
  - {id: meta, name: Facebook}
models:
  - id: llama
    name: LLaMA
    aliases: [The Llama]
    realeased: 2023-02
    released: 2023-13-01
    organizations: [meta, mita]
  - id: alpaca
    name: Alpaca
    name: Alpaca 7B
    sizes: 7B
    openness: open
    access: api-only
    derived_from:
      - {parent: lama, relation: finetune}
      - {parent: alpaca, relation: merge}
      - {parent: vicuna, relation: finetuned}
      - {parent: The Llama, relation: finetune}
      - llama
  - id: vicuna
    name: Vicuna
    aliases: [LLaMA, LLaMA]
    note: ""
    derived_from:
      - {parent: alpaca, relation: finetune, why: []}
      - {parent: alpaca, relation: merge}
      - {parent: Vicuna2, relation: merge}
      - {relation: distillation}
  - id: alpaca
    nam: Again
  - id: no
    name:
    aliases: &more [LLaMA]
    kind: modle
    domain: {language: yes}
    sizes: [big, 7.5]
    license: {name: x, spdx: a b}
    links: {paper: foo, papr: x, code: https://example.org/a}
    references: ["see: write there", ftp://x, arxiv:2302.13971]
    training_data: *more
    derived_from: llama
    corrections:
      - {field: relesed, printed: 2021}
  - id: vicuna2
    name: Vicuna 2
    aliases: [Vicuna2, !!str x]
  - just a word
modles: []
"""

ALL_COMPLAINTS = """\
1:16: title of about: a list is no text; write a text
1:27: date of about: '2023-13' is no date: month 13 is not between 1 and 12
3:37: country of organization 'meta': 'usa' is no country code; write two capital letters, as US
3:48: icon of organization 'meta': 'a/b' is no name of an icon file; write it without folder and extension
3:58: url of organization 'meta': 'meta.com' is no web address; write https://…
4:5: organization 'Nameless' has no 'id'; add 'id: …'
5:10: duplicate id 'meta': 'Meta' has it already; the first is at all.yaml:3:5; give each its own id
10:5: unknown key 'realeased' in model 'llama'; did you mean 'released'?
11:15: released of model 'llama': '2023-13-01' is no date: month 13 is not between 1 and 12
12:27: unknown organization 'mita' of 'llama'; did you mean 'meta'?
15:5: duplicate key 'name'; line 14 has it already; keep one of them
16:12: sizes of model 'alpaca': '7B' is no list; write [7B]
18:13: model 'alpaca': openness 'open' does not fit access 'api-only': gated or open-weights
20:18: missing parent 'lama' of 'alpaca'; did you mean 'llama'?
21:18: self-loop: 'alpaca' is derived from itself; name another parent
22:18: cycle: alpaca -> vicuna -> alpaca; one of these derivations is wrong
22:36: derived_from.relation of model 'alpaca': 'finetuned' is no relation; did you mean 'finetune'?
23:18: derived_from.parent of model 'alpaca': 'The Llama' is no id; did you mean the id 'llama'?
24:9: derived_from of model 'alpaca': 'llama' is no mapping; write 'key: value' lines
27:14: aliases of model 'vicuna': 'LLaMA' stands twice
28:11: note of model 'vicuna': the text is empty; write a text
30:46: unknown key 'why' in derived_from of model 'vicuna'; there are parent, relation, references, note
31:18: 'vicuna' is derived from 'alpaca' twice: finetune, merge; a pair of models has one derivation with one relation
32:18: missing parent 'Vicuna2' of 'vicuna'; did you mean the id 'vicuna2'?
33:9: derived_from of model 'vicuna' has no 'parent'; add 'parent: …'
34:5: model 'alpaca' has no 'name'; add 'name: …'
34:9: duplicate id 'alpaca': 'Alpaca' has it already; the first is at all.yaml:13:5; give each its own id
35:5: unknown key 'nam' in model 'alpaca'; did you mean 'name'?
37:10: name of model 'no': nothing is no text; write a text
38:14: anchor '&more': not read here; write the value out wherever it is needed
38:21: alias 'LLaMA' of 'no' also names the model 'llama'; drop it from one of them
39:11: kind of model 'no': 'modle' is no kind; did you mean 'model'?
40:13: domain of model 'no': a mapping is no domain; there are language, multimodal, scientific, code
41:13: sizes of model 'no': 'big' is no number of parameters; write 7B, 1.3B or 560M
41:18: sizes of model 'no': '7.5' is no whole number of parameters between 1 and 10^18
42:30: license.spdx of model 'no': 'a b' is no SPDX identifier; write one of the SPDX license list, as Apache-2.0
43:20: links.paper of model 'no': 'foo' is no web address; write https://…
43:25: unknown key 'papr' in links of model 'no'; did you mean 'paper'?
44:18: references of model 'no': 'see: write there' is no reference; write arxiv:ID, doi:10.… or a web address
44:38: references of model 'no': 'ftp://x' is no reference; write arxiv:ID, doi:10.… or a web address
45:20: alias '*more': not read here; write the value out
46:19: derived_from of model 'no': 'llama' is no list; write a list, or leave the key out
48:9: corrections of model 'no' has no 'source'; add 'source: …'
48:9: corrections of model 'no' has no 'reason'; add 'reason: …'
48:17: corrections.field of model 'no': 'relesed' is no field; did you mean 'released'?
51:24: tag '!!str': not read here; drop it: values need none
52:5: model: 'just a word' is no mapping; write 'key: value' lines
53:1: unknown key 'modles' in catalogue; did you mean 'models'?
"""


def test_all_that_is_wrong_is_said_at_once_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "all.yaml", ALL_WRONG)
    assert complaints(path) == [f"all.yaml:{line}" for line in ALL_COMPLAINTS.splitlines()]


def test_every_problem_has_its_kind_and_the_models_that_it_concerns(tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        modeltree.load(write(tmp_path / "all.yaml", ALL_WRONG))
    assert {problem.kind for problem in caught.value.problems} == {
        "alias", "ambiguous-alias", "bad-date", "bad-size", "bad-value", "cycle", "duplicate-derivation",
        "duplicate-id", "duplicate-key", "missing-key", "missing-parent", "self-loop", "tag", "unknown-key",
        "unknown-organization", "unknown-relation", "unknown-word", "wrong-type",
    }  # fmt: skip
    by_kind = {problem.kind: problem for problem in caught.value.problems}
    assert by_kind["bad-date"].ids == ("llama",)
    assert by_kind["cycle"].ids == ("alpaca", "vicuna")
    assert isinstance(caught.value, ValueError)


def test_a_cycle_names_its_ids_in_order(tmp_path: Path) -> None:
    steps = {"c": "b", "a": "c", "b": "a", "d": "a"}
    models = [
        {"id": id, "name": id, "derived_from": [{"parent": up, "relation": "finetune"}]} for id, up in steps.items()
    ]
    path = write(tmp_path / "x.yaml", json.dumps({"models": models}))
    assert complaints(path) == [
        "x.yaml:1:85: cycle: a -> b -> c -> a; one of these derivations is wrong".replace("1:85", place)
        for place in [f"1:{path.read_text().index(chr(34) + 'c' + chr(34) + ', ' + chr(34) + 'rel') + 1}"]
    ]


def test_the_files_of_a_folder_are_judged_together(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "about: {title: A}\nmodels:\n  - {id: llama, name: LLaMA, organizations: [mta]}\n")
    write(
        tmp_path / "b.yaml",
        """\
        about: {title: B}
        organizations: [{id: meta, name: Meta}]
        models:
          - {id: llama, name: LLaMA 2, kind: x}
          - {id: vicuna, name: Vicuna, derived_from: [{parent: llam, relation: finetune}]}
        """,
    )
    assert complaints(tmp_path) == [
        "a.yaml:3:46: unknown organization 'mta' of 'llama'; did you mean 'meta'?",
        "b.yaml:1:1: 'about' stands at a.yaml:1:1 already; keep one of them",
        "b.yaml:4:10: duplicate id 'llama': 'LLaMA' has it already; the first is at a.yaml:3:5; give each its own id",
        "b.yaml:4:38: kind of model 'llama': 'x' is no kind; there are model, application, dataset",
        "b.yaml:5:56: missing parent 'llam' of 'vicuna'; did you mean 'llama'?",
    ]


MISSING = (
    "models: [{id: vicuna, name: Vicuna, organizations: [meta], derived_from: [{parent: llama, relation: merge}]}]"
)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("models: [", ["no YAML"]),
        ("models: [{id: llama, name: LLaMA, domain: x}]", ["no domain"]),
        ("models: [{id: llama}]", ["has no 'name'"]),
        ("models: [{ids: llama, name: LLaMA}]", ["has no 'id'", "unknown key 'ids'"]),
        ("model: [{id: llama, name: LLaMA}]", ["unknown key 'model'"]),
        ("models: {llama: {id: llama, name: LLaMA}}", ["no list"]),
        ("models: [llama]", ["no mapping"]),
        ("models: []\nmodels: [{id: llama, name: LLaMA}]", ["duplicate key"]),
        ("models: [&a {id: llama, name: LLaMA}, *a]", ["anchor", "alias"]),
        ("models: [{id: *a, name: LLaMA}]", ["alias"]),
        ("llama", ["no catalogue"]),
        ("models: [{id: llama, name: LLaMA, note: *a}]", ["alias"]),
        ("models: [{id: opt, name: OPT, note: *a}]", ["alias", "missing parent 'llama'"]),
        ("models: [{id: opt, name: []}]", ["no text", "missing parent 'llama'"]),
    ],
)
def test_what_could_not_be_read_is_not_missed(other: str, said: list[str], tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", other)
    write(tmp_path / "b.yaml", MISSING)
    found = complaints(tmp_path)
    assert len(found) == len(said)
    assert all(words in message for words, message in zip(said, found, strict=True))


def test_an_unread_file_hides_no_other_problem(tmp_path: Path) -> None:
    write(tmp_path / "a.yaml", "models: [")
    write(tmp_path / "b.yaml", MISSING.replace("merge", "mrge") + "\norganizations: [{id: lmsys, name: LMSYS}]")
    assert [message.split(": ", 1)[1] for message in complaints(tmp_path)][1:] == [
        "derived_from.relation of model 'vicuna': 'mrge' is no relation; did you mean 'merge'?"
    ]


def test_a_parent_goes_by_its_id(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x.yaml",
        """\
        models:
          - {id: llama, name: LLaMA-1, aliases: [Meta's llama]}
          - {id: llama-hf, name: LLaMA-1}
          - id: vicuna
            name: Vicuna
            derived_from:
              - {parent: Meta's llama, relation: finetune}
              - {parent: LLAMA-1, relation: finetune}
              - {parent: Vicunna 2, relation: finetune}
        """,
    )
    assert complaints(path) == [
        "x.yaml:7:18: derived_from.parent of model 'vicuna': \"Meta's llama\" is no id; did you mean the id 'llama'?",
        "x.yaml:8:18: missing parent 'LLAMA-1' of 'vicuna'; did you mean the id 'llama' or 'llama-hf'?",
        "x.yaml:9:18: derived_from.parent of model 'vicuna': 'Vicunna 2' is no id; an id has no spaces",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1:1: the file is empty; a catalogue has the keys about, organizations, models"),
        ("# nothing", "the file is empty"),
        ("- a", "1:1: a list is no catalogue; a catalogue has the keys about, organizations, models"),
        ("about: [a]", "1:8: about: a list is no mapping; write 'key: value' lines"),
        ("models:", "1:8: models: nothing is no list; write a list, or leave the key out"),
        ("models: [{id: a, name: A, links: x}]", "1:34: links of model 'a': 'x' is no mapping"),
        (f"models: [{{id: a, name: {'x' * 501}}}]", "xxx...' is too long; write at most 500 characters"),
        (
            f"models: [{{id: a, name: A, released: {'9' * 999}}}]",
            "999...' is no date; write YYYY, YYYY-MM or YYYY-MM-DD",
        ),
        ("models: [{name: A}]", "1:10: model 'A' has no 'id'; add 'id: …'"),
        ("models: [{}]", "1:10: model has no 'id'; add 'id: …'"),
        ("models: [{id: [a], name: A}]", "1:15: id of model 'A': a list is no text; write a text"),
        ('models: [{id: a, name: "\\a"}]', "control character"),
    ],
)
def test_other_faults(text: str, complaint: str, tmp_path: Path) -> None:
    found = complaints(write(tmp_path / "x.yaml", text))
    assert complaint in found[0]
    assert all(len(message) < 200 for message in found)


def test_half_a_character_is_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What libyaml refuses, the parser in Python lets through."""
    path = write(tmp_path / "x.yaml", 'models: [{id: a, name: "\\ud800"}]')
    if yaml.__with_libyaml__:
        assert "found invalid Unicode character escape code" in complaints(path)[0]
    monkeypatch.setattr(yamltree, "_LOADER", yaml.SafeLoader)
    assert complaints(path) == ["x.yaml:1:24: name of model 'a': '\\ud800' is no text; write a text"]


_VALUES = st.recursive(
    st.sampled_from([None, "", "a", "b", "no", "2023", "finetune", "open"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*Model.model_fields, "derived_from", "parent", "relation", "x"]), inner, max_size=6
        )
    ),
)
_MODELS = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from(["a", "b", "c"]) | _VALUES, "name": st.just("A") | _VALUES},
        optional={"derived_from": st.lists(st.fixed_dictionaries({"parent": _VALUES, "relation": _VALUES})) | _VALUES}
        | dict.fromkeys(["aliases", "links", "license", "corrections", "openness", "access", "sizes"], _VALUES),
    )
    | _VALUES,
    max_size=4,
)


@settings(max_examples=examples(150), deadline=None)
@given(models=_MODELS, rest=st.dictionaries(st.sampled_from(["about", "organizations", "x"]), _VALUES, max_size=2))
def test_any_data_are_a_lineage_or_have_problems_with_places(models: Any, rest: dict[str, Any]) -> None:
    draft = CatalogDraft()
    draft.add(parse_yaml(json.dumps({"models": models, **rest}).encode(), Path("x.yaml")))
    problems = draft.all_problems()
    assert all(problem.position for problem in problems)
    assert problems == sorted(problems, key=lambda problem: problem.position)  # type: ignore[arg-type, return-value]
    if not problems:
        Lineage(draft.models, draft.derivations, draft.organizations, about=draft.about)


# What is hostile

BOMB = "\n".join(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]" for level in range(1, 10))
HOSTILE = {
    "bomb": f"l0: &l0 [lol, lol]\n{BOMB}\nmodels: *l9\n".encode(),
    "flow": b"models: " + b"[" * 100_000,
    "block": b"- " * 100_000,
    "mappings": b"models: " + b"{a: " * 100_000,
    "keys": b"? " * 100_000,
    "lines": b"[\n" * 100_000,
    "brackets": b"[" * 50_000 + b"]" * 50_000,
    "python": b"models: !!python/object/apply:os.system ['touch executed']",
    "binary": bytes(range(256)) * 4000,
    "utf-16": "models: []".encode("utf-16"),
    "nul": b"models: [\0]",
    "large": b"#" * (65 * 2**20),
}
REFUSE = """
import resource, sys
import modeltree
from modeltree import formats
from modeltree.findings import CatalogError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    try:
        modeltree.load(path)
    except CatalogError as error:
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(path, kilobytes, len(error.problems), error.problems[-1].kind)
"""


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    """In a process of its own, whose memory at its most, over all of them, is what the worst of them takes."""
    paths = [tmp_path / f"{kind}.yaml" for kind in HOSTILE]
    for path, content in zip(paths, HOSTILE.values(), strict=True):
        path.write_bytes(content)
    command = [sys.executable, "-c", REFUSE, *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True, cwd=tmp_path)
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == list(map(str, paths))
    assert max(int(row[1]) for row in rows) < 150_000
    assert sorted(tmp_path.iterdir()) == sorted(paths)


@pytest.mark.parametrize(
    ("before", "repeated"),
    [
        *[("models: ", "["), ("models: ", "{a: "), ("", "- "), ("", "? "), ("", "[\n"), ("models: [", "],[")],
        *[("", bytes(range(256)).decode("latin-1")), ("", "#"), ("", "a: 1\n"), ("models:\n", "- {id: a, x: 1}\n")],
    ],
)
def test_hostile_files_take_work_in_proportion(before: str, repeated: str, tmp_path: Path) -> None:
    def prepare(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}.yaml"
        path.write_text(before + repeated * size, encoding="latin-1")
        return partial(refuse, path)

    def refuse(path: Path) -> None:
        with pytest.raises(CatalogError):
            load(path)

    assert growth(prepare, 200) < 2.5


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    validator = jsonschema.Draft202012Validator(catalog_schema())
    data = parse_yaml(re.sub("[&*]more|!!str", "", ALL_WRONG).encode(), Path("x.yaml")).data
    places = {error.json_path for error in validator.iter_errors(data)}
    assert {"$", "$.about", "$.organizations[1]", "$.models[0]", "$.models[1].sizes", "$.models[4].kind"} <= places
    assert "$.models[1].derived_from[2].relation" in places

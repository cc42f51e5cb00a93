"""From what a source says to a lineage: each repair, what is said of it, and what a policy can make of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modeltree
from modeltree.findings import Finding, Position, SourceError
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy, read_aliases
from modeltree.formats.repair.record_findings import PLACEHOLDER
from modeltree.lineage import Lineage
from modeltree.records import Relation

PATH = Path("source.yaml")
NOT_SAID = {"license-missing", "missing-date"}

Models = Mapping[str, Mapping[str, Any]]
Steps = list[tuple[str, str, str | None]]


def taken(models: Models, steps: Steps = [], names: bool = False) -> Claims:  # noqa: B006
    """the claims of models, each in a line of its own, and then derivations (parent, child, relation)."""
    claims = Claims(names=names)
    for line, (name, fields) in enumerate(models.items(), 1):
        claims.add(name, Position(PATH, line), fields)
    for line, (parent, child, word) in enumerate(steps, len(models) + 1):
        claims.derive(child, parent, word, Position(PATH, line))
    return claims


def said(reading: Reading) -> list[str]:
    """The findings but those of what is not known."""
    return [str(finding) for finding in reading.findings if finding.kind not in NOT_SAID]


def kinds(findings: tuple[Finding, ...]) -> Counter[str]:
    return Counter(finding.kind for finding in findings if finding.kind not in NOT_SAID)


def pairs(reading: Reading) -> set[tuple[str, str]]:
    return {(step.parent, step.child) for step in reading.lineage.derivations}


# Models


def test_clean_data_have_nothing_said_of_them() -> None:
    fields = {"released": "2023-01", "license": "MIT"}
    reading = repaired(taken({"a": fields, "b": fields}, [("a", "b", "finetune")]))
    assert reading.findings == ()
    assert reading.lineage.derivation("a", "b").relation == Relation.FINETUNE


def test_wrong_values_are_left_out_one_by_one() -> None:
    fields = {
        "released": "soon",
        "sizes": ["7B", "many", "13B", "few"],
        "links": {"paper": "https://arxiv.org/abs/1", "code": "nowhere"},
        "openness": "ajar",
        "color": "red",
    }
    reading = repaired(taken({"a": fields}))
    [model] = reading.lineage.models
    assert list(map(int, model.sizes)) == [7 * 10**9, 13 * 10**9]
    assert (model.released, model.openness) == (None, None)
    assert model.links.paper == "https://arxiv.org/abs/1"
    assert kinds(reading.findings) == {
        "bad-date": 1,
        "bad-size": 2,
        "bad-value": 1,
        "unknown-word": 1,
        "unknown-key": 1,
    }
    assert all(finding.done == "it is left out" for finding in reading.findings if finding.kind not in NOT_SAID)
    with pytest.raises(SourceError) as caught:
        repaired(taken({"a": fields}), Policy(bad_value="refuse"))
    assert len(caught.value.problems) == 6


def test_an_unfit_pair_of_values_and_an_empty_name() -> None:
    reading = repaired(taken({"a": {"openness": "open", "access": "api-only", "name": "  "}}))
    [model] = reading.lineage.models
    assert (model.name, model.openness, model.access) == ("a", "open", None)


@pytest.mark.parametrize(
    ("date", "kept", "kind"),
    [
        ("2023-02-30", None, "impossible-date"),
        ("2023-13", None, "impossible-date"),
        ("March 2023", "2023-03", "read-as"),
        ("Marsh 2023", None, "bad-date"),
        ("3/4/2023", None, "ambiguous-date"),
        ("9998-01-01", "9998-01-01", "impossible-date"),
        ("1812", "1812", "impossible-date"),
        ("2023-07-18T17:20:01.000Z", "2023-07-18", None),
    ],
)
def test_dates(date: str, kept: str | None, kind: str | None) -> None:
    reading = repaired(taken({"a": {"released": date}}))
    released = reading.lineage["a"].released
    assert (released and str(released)) == kept
    assert kinds(reading.findings) == ({kind: 1} if kind else {})


def test_organizations_are_found_by_name() -> None:
    claims = taken({"a": {"organizations": ["Meta AI", "CMU"]}, "b": {"organizations": ["Meta-AI", "Meta AI"]}})
    lineage = repaired(claims).lineage
    assert lineage["a"].organizations == ("Meta-AI", "CMU")
    assert lineage["b"].organizations == ("Meta-AI",)
    assert lineage.organization("Meta AI").id == "Meta-AI"
    claims.organizations = [{"id": "meta", "name": "Meta AI", "country": "US"}, {"id": "meta"}, {"name": "no id"}]
    reading = repaired(claims)
    assert reading.lineage["a"].organizations == ("meta", "CMU")
    assert reading.lineage.organization("meta").country == "US"
    assert kinds(reading.findings) == {"duplicate-id": 1, "missing-key": 1}


def test_ids_are_made_of_names_without_losing_what_tells_them_apart() -> None:
    names = ["Command R", "Command R+", "Command-R", "LLaMA 2", "Llama 2"]
    reading = repaired(taken({name: {} for name in names}, names=True))
    assert {model.name: model.id for model in reading.lineage.models} == {
        "Command R": "Command-R-2",
        "Command R+": "Command-R+",
        "Command-R": "Command-R",
        "LLaMA 2": "LLaMA-2",
        "Llama 2": "Llama-2",
    }
    assert said(reading) == [
        "source.yaml:3: 'Command-R' and 'Command-R-2' may be the same model; an alias table can say so",
        "source.yaml:4: 'LLaMA-2' and 'Llama-2' may be the same model; an alias table can say so",
    ]


def test_two_records_with_one_id() -> None:
    def doubled() -> Claims:
        claims = taken({"a": {"note": "one"}})
        claims.add("a", Position(PATH, 9), {"note": "two"})
        return claims

    reading = repaired(doubled())
    assert reading.lineage["a"].note == "one"
    assert said(reading) == [
        "source.yaml:9: 'a' stands at source.yaml:1 already, with other content; the first is kept"
    ]
    assert repaired(doubled(), Policy(duplicate_id="last")).lineage["a"].note == "two"
    with pytest.raises(SourceError, match="stands at source.yaml:1 already"):
        repaired(doubled(), Policy(duplicate_id="refuse"))


def test_one_name_and_records_that_differ() -> None:
    def doubled() -> Claims:
        claims = taken({"GPT": {"note": "one"}}, names=True)
        other = claims.add("GPT", Position(PATH, 8), {"note": "two"})
        claims.add("GPT", Position(PATH, 9), {"note": "one"})
        claims.derive(other, "BERT", "finetune", Position(PATH, 10))
        claims.derive("ChatGPT", "GPT", "finetune", Position(PATH, 11))
        return claims

    reading = repaired(doubled())
    assert {model.id: model.note for model in reading.lineage.models if model.name == "GPT"} == {
        "GPT": "one",
        "GPT-2": "two",
    }
    assert pairs(reading) == {("BERT", "GPT-2"), ("GPT", "ChatGPT")}
    assert kinds(reading.findings) == {
        "same-name": 1, "duplicate-id": 1, "missing-parent": 1, "missing-child": 1, "ambiguous-parent": 1
    }  # fmt: skip
    reading = repaired(doubled(), Policy(same_name="first"))
    assert pairs(reading) == {("BERT", "GPT"), ("GPT", "ChatGPT")}
    assert pairs(repaired(doubled(), Policy(ambiguous_parent="drop"))) == {("BERT", "GPT-2")}
    with pytest.raises(SourceError, match="with other note; give each a name of its own"):
        repaired(doubled(), Policy(same_name="refuse"))


def test_an_alias_that_names_two() -> None:
    models = {"a": {"aliases": ["x", "b", "y"]}, "b": {"aliases": ["x"]}}
    reading = repaired(taken(models))
    assert reading.lineage["a"].aliases == ("y",)
    assert reading.lineage["b"].aliases == ("x",)
    assert kinds(reading.findings) == {"ambiguous-alias": 2}
    with pytest.raises(SourceError):
        repaired(taken(models), Policy(ambiguous_alias="refuse"))


# Derivations


def test_missing_parents_are_kept_as_placeholders() -> None:
    steps: Steps = [("the base", "a", "merge"), ("the base", "b", "adapter")]
    reading = repaired(taken({"a": {}, "b": {}}, steps))
    assert reading.lineage["the-base"].note == PLACEHOLDER
    assert reading.lineage["the-base"].name == "the base"
    assert said(reading) == [
        "source.yaml:3: missing parent 'the base' of 'a'; a placeholder is kept",
        "source.yaml:4: missing parent 'the base' of 'b'; a placeholder is kept",
    ]
    assert not repaired(taken({"a": {}, "b": {}}, steps), Policy(missing_parent="drop")).lineage.derivations
    with pytest.raises(SourceError) as caught:
        repaired(taken({"a": {}, "b": {}}, steps), Policy(missing_parent="refuse"))
    assert len(caught.value.problems) == 2


def test_parents_are_never_found_by_case_or_punctuation() -> None:
    reading = repaired(taken({"Llama 2": {}, "a": {}}, [("LLaMA 2", "a", None), ("Llama-2!", "a", None)], names=True))
    assert len(reading.lineage) == 4
    assert kinds(reading.findings) == {"missing-parent": 2, "missing-relation": 2, "possible-same": 1}


def test_an_alias_table_says_who_is_meant() -> None:
    models = {"Llama 2": {"released": "2023"}, "LLaMA 2": {"license": "MIT"}, "a": {}}
    steps: Steps = [("LLaMA 2", "a", "finetune"), ("llama two", "a", "finetune")]
    aliases = {"LLaMA 2": "Llama 2", "llama two": "Llama 2", "unused": "Nobody"}
    lineage, findings = repaired(taken(models, steps, names=True), aliases=aliases)
    assert len(lineage) == 2
    model = lineage["llama two"]
    assert (model.id, str(model.released), model.license and model.license.name) == ("Llama-2", "2023", "MIT")
    assert lineage.parents("a") == ("Llama-2",)
    assert kinds(findings) == {"repeated-derivation": 1}


@pytest.mark.parametrize("aliases", [{"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}, {"a": "a"}])
def test_an_alias_table_that_runs_in_circles(aliases: dict[str, str]) -> None:
    lineage = repaired(taken({"a": {}, "b": {}, "c": {}, "d": {}}, [("a", "d", "merge")]), aliases=aliases).lineage
    assert len(lineage.parents("d")) == 1


def test_alias_files(tmp_path: Path) -> None:
    path = tmp_path / "aliases.yaml"
    path.write_text("LLaMA 2: Llama 2\nno: yes\n", encoding="utf-8")
    assert read_aliases(path) == {"LLaMA 2": "Llama 2", "no": "yes"}
    path.write_text("a: [b]\nb: c\nb: d\n", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_aliases(path)
    assert [problem.kind for problem in caught.value.problems] == ["duplicate-key", "wrong-type"]
    path.write_text("- a\n", encoding="utf-8")
    with pytest.raises(SourceError, match="is no alias table"):
        read_aliases(path)


def test_paths_as_parents() -> None:
    cached = "/home/x/.cache/huggingface/hub/models--org--base/snapshots/0123"
    steps: Steps = [
        ("/root/out/llama", "a", "finetune"),
        (cached, "a", "finetune"),
        ("org/base-bnb-4bit", "a", "adapter"),
    ]
    reading = repaired(taken({"a": {}, "org/base": {}}, steps))
    assert pairs(reading) == {("org/base", "a"), ("org/base-bnb-4bit", "a")}
    assert kinds(reading.findings) == {
        "local-path-parent": 1, "cache-path-parent": 1, "missing-parent": 1, "mirror-parent": 1
    }  # fmt: skip
    kept = repaired(taken({"a": {}}, steps[:1]), Policy(local_path_parent="placeholder"))
    assert pairs(kept) == {("/root/out/llama", "a")}
    with pytest.raises(SourceError, match="is a path of somebody's computer"):
        repaired(taken({"a": {}}, steps[:1]), Policy(local_path_parent="refuse"))


def test_words_for_relations() -> None:
    models = {name: {} for name in "abcde"}
    steps: Steps = [("a", "b", "Fine-Tuned"), ("a", "c", "fork"), ("a", "d", None), ("a", "e", " ")]
    reading = repaired(taken(models, steps))
    relations = {step.child: (str(step.relation), step.note) for step in reading.lineage.derivations}
    assert relations == {
        "b": ("finetune", None),
        "c": ("unspecified", "relation in the source: fork"),
        "d": ("unspecified", None),
        "e": ("unspecified", None),
    }
    assert kinds(reading.findings) == {"unknown-relation": 1, "missing-relation": 2}
    assert ("a", "c") not in pairs(repaired(taken(models, steps), Policy(unknown_relation="drop")))
    with pytest.raises(SourceError, match="'fork' is no relation known"):
        repaired(taken(models, steps), Policy(unknown_relation="refuse"))


def test_self_loops() -> None:
    reading = repaired(taken({"a": {}}, [("a", "a", "merge")]))
    assert said(reading) == ["source.yaml:2: self-loop: 'a' is derived from itself; the derivation is left out"]
    with pytest.raises(SourceError):
        repaired(taken({"a": {}}, [("a", "a", "merge")]), Policy(self_loop="refuse"))


def test_two_derivations_of_a_pair() -> None:
    models: Models = {"a": {}, "b": {}}
    steps: Steps = [("a", "b", None), ("a", "b", "merge"), ("a", "b", "merge"), ("a", "b", "adapter")]
    reading = repaired(taken(models, steps))
    assert reading.lineage.derivation("a", "b").relation == Relation.MERGE
    assert kinds(reading.findings) == {"missing-relation": 1, "repeated-derivation": 2, "conflicting-relation": 1}
    last = repaired(taken(models, steps), Policy(conflicting_relation="last"))
    assert last.lineage.derivation("a", "b").relation == Relation.ADAPTER
    with pytest.raises(SourceError, match="by 'merge' and not 'adapter'"):
        repaired(taken(models, steps), Policy(conflicting_relation="refuse"))


def test_a_parent_that_is_newer() -> None:
    models = {"a": {"released": "2024"}, "b": {"released": "2023-05"}, "c": {"released": "2024-01"}}
    steps: Steps = [("a", "b", "merge"), ("a", "c", "merge")]
    reading = repaired(taken(models, steps))
    assert said(reading) == [
        "source.yaml:4: 'a' (2024) is newer than 'b' (2023-05), made from it; the derivation is kept"
    ]
    assert pairs(repaired(taken(models, steps), Policy(parent_newer="drop"))) == {("a", "c")}


def test_cycles_are_cut_where_time_contradicts() -> None:
    models = {"a": {"released": "2021"}, "b": {"released": "2022"}, "c": {"released": "2023"}}
    ring: Steps = [("a", "b", "merge"), ("c", "a", "merge"), ("b", "c", "merge")]
    reading = repaired(taken(models, ring))
    assert pairs(reading) == {("a", "b"), ("b", "c")}
    assert "cycle: a -> b -> c -> a; the derivation of 'a' from 'c' is left out: 'c' is newer" in said(reading)[-1]
    undated = repaired(taken({"a": {}, "b": {}, "c": {}}, ring))
    assert pairs(undated) == {("a", "b"), ("c", "a")}
    assert said(undated) == [
        "source.yaml:6: cycle: a -> b -> c -> a; "
        "the derivation of 'c' from 'b' is left out: it is the last in the source"
    ]
    with pytest.raises(SourceError, match="cycle: a -> b -> c -> a"):
        repaired(taken(models, ring), Policy(cycle="refuse"))


# Whatever comes


NAMES = st.sampled_from(["a", "b", "c", "d d", "D D", "e-1", "/root/x", "x-bnb-4bit", "", " "])
WORDS = st.sampled_from([None, "merge", "finetune", "fork", "data"])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "released": st.sampled_from(["2020", "2021-05", "2022-13", "x", 7, None]),
        "aliases": st.lists(NAMES, max_size=3),
        "sizes": st.lists(st.sampled_from(["7B", "x", 3, -1]), max_size=3),
        "organizations": st.lists(st.sampled_from(["A", "B b", 3, ""]), max_size=3),
        "license": st.sampled_from(["MIT", "", {"name": "x", "spdx": "a b"}]),
    },
)


DECIDED = {
    "ambiguous-parent", "bad-value", "conflicting-relation", "cycle", "local-path-parent", "missing-child",
    "missing-parent", "parent-newer", "repeated-derivation", "self-loop", "unknown-relation",
}  # fmt: skip


@given(
    st.lists(st.tuples(NAMES, FIELDS), max_size=6),
    st.lists(st.tuples(NAMES, NAMES, WORDS), max_size=12),
    st.booleans(),
    st.dictionaries(NAMES, NAMES, max_size=3),
    st.builds(dict, **{kind.replace("-", "_"): st.sampled_from(words) for kind, words in Policy.choices().items()}),
)
def test_every_source_becomes_a_lineage_or_is_refused(
    models: list[tuple[str, dict[str, Any]]],
    steps: Steps,
    names: bool,
    aliases: dict[str, str],
    policy: dict[str, Any],
) -> None:
    claims = Claims(names=names)
    for name, fields in models:
        claims.add(name, Position(PATH), fields)
    for parent, child, word in steps:
        claims.derive(child, parent, word, Position(PATH))
    try:
        lineage, findings = repaired(claims, Policy(**policy), aliases)
    except SourceError as error:
        assert all(problem.kind for problem in error.problems)  # noqa: PT017
        assert "refuse" in policy.values()
        return
    # Nothing is lost without a word: a derivation is there, or a finding says why it is not.
    decided = sum(count for kind, count in kinds(findings).items() if kind in DECIDED)
    assert len(steps) - len(lineage.derivations) <= decided
    names_left = {name.strip() for name, _ in models} - {name.strip() for name in aliases}
    assert len(lineage) >= len(names_left - {""})


# Policies


def test_policies_are_read_from_words() -> None:
    assert Policy.parse([]) == Policy()
    assert Policy.parse(["cycle=refuse", "missing-parent=drop"]) == Policy(cycle="refuse", missing_parent="drop")
    assert {getattr(Policy.strict(), kind.replace("-", "_")) for kind in Policy.choices()} == {"refuse"}
    for words, message in (
        (["cycle"], "write KIND=ACTION"),
        (["cycl=break"], "'cycl' has no policy; there is cycle"),
        (["cycle=drop"], "'drop' is no action for cycle; there are break, refuse"),
    ):
        with pytest.raises(ValueError, match=message):
            Policy.parse(words)


def test_a_reading_is_shown_by_its_counts() -> None:
    assert repr(Reading(Lineage([]), ())) == (
        "<Reading: <Lineage 0 models, 0 derivations, 0 organizations>, no findings>"
    )
    reading = repaired(taken({"a": {}}, [("b", "a", None), ("a", "a", "merge")]))
    assert repr(reading) == f"<Reading: {reading.lineage!r}, 1 error, 1 warning, 3 notes>"


def test_a_product_may_run_on_a_model_that_is_newer(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "id,kind,released,parent,relation\nold,,2020,,\nnew,,2023,,\n"
        "service,application,2021,new,application\nmade,,2021,new,finetune\n"
    )
    lineage, findings = modeltree.read(path)
    assert lineage.parents("service") == ("new",)
    assert [finding.ids for finding in findings if finding.kind == "parent-newer"] == [("made", "new")]


@pytest.mark.parametrize("times", [1, 2, 5, 1_000, 100_000])
def test_a_folder_of_a_cache_is_unwrapped_once(times: int, tmp_path: Path) -> None:
    parent = "models--a--" * times + "b"
    for name, content in {
        "README.md": f"---\nbase_model: {parent}\n---\n",
        "adapter_config.json": json.dumps({"base_model_name_or_path": parent, "peft_type": "LORA"}),
        "t.csv": f"id,parent\nx,{parent}\n",
        "t.jsonl": json.dumps({"id": "x", "parent": parent}) + "\n",
        "t.cyjs": json.dumps({"elements": [{"data": {"id": "x"}}, {"data": {"source": parent, "target": "x"}}]}),
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        try:
            lineage = modeltree.read(tmp_path / name).lineage
        except SourceError:
            assert times == 100_000  # a value that is longer than any
            continue
        [edge] = lineage.derivations or [None]
        if edge and times < 6:
            assert edge.parent == "a/" + ("models--a--" * (times - 1)) + "b"


@pytest.mark.parametrize("end", ["", "]" * 260_000 + "}"])
def test_deep_lines_of_large_files_are_reported(end: str, tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    rows = "".join(f'{{"id": "m{number}", "note": "{"x" * 90}"}}\n' for number in range(9_000))
    path.write_text('{"id": "a", "note": ' + "[" * 260_000 + end + "\n" + rows, encoding="utf-8")
    assert path.stat().st_size > 2**20
    reading = modeltree.read(path)
    assert [finding.kind for finding in reading.findings if finding.severity == "error"] == ["too-deep"]
    assert len(reading.lineage) == 9_000

"""Licenses along the chain: cases by hand, a reference of a few lines, and what holds for any lineage."""

from __future__ import annotations

import doctest
import json
import math
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import modeltree
from modeltree import Derivation, Lineage, Model, Severity
from modeltree.analysis.license_terms import license_terms, lost_terms, terms_of
from modeltree.cli.main import main
from modeltree.records import Relation
from modeltree.values.hub_words import hub_license

# A chain is written as "license@maker=name", relation, "license@maker=name", …; "-" is no license, "data:" a data set,
# "closed@maker" a model that can only be asked. The findings are those of the last model, with the reason.
CASES = [
    ("apache-2.0@a finetune apache-2.0@b", "", "2 and 4 allow it"),
    ("apache-2.0@a finetune mit@b", "", "4 asks for notices, not for the same license"),
    ("mit@a finetune apache-2.0@b", "", "paragraph 2 asks for notices alone"),
    ("apache-2.0@a finetune cc-by-nc-4.0@b", "", "what is one's own may be under stricter terms"),
    ("apache-2.0@a quantized -@b", "license-missing", "nothing is declared, and nothing restricts: a note"),
    ("cc-by-nc-4.0@a finetune apache-2.0@b", "license-conflict", "1(i): the grant is not for commercial use"),
    ("cc-by-nc-4.0@a finetune cc-by-nc-4.0@b", "", "the same"),
    ("cc-by-nc-4.0@a finetune cc-by-nc-sa-4.0@b", "", "it is not for commercial use either"),
    ("cc-by-nc-sa-4.0@a finetune cc-by-nc-4.0@b", "license-conflict", "3(b): adaptations are under the same license"),
    ("cc-by-nc-sa-3.0@a finetune cc-by-nc-sa-4.0@b", "", "4(b) of 3.0 allows a later version"),
    ("cc-by-nc-sa-4.0@a finetune cc-by-nc-sa-3.0@b", "license-conflict", "3(b) allows no earlier version"),
    ("cc-by-sa-4.0@a finetune gpl-3.0@b", "", "3(b) with the list of compatible licenses, one way"),
    ("gpl-3.0@a finetune cc-by-sa-4.0@b", "license-conflict", "5(c), and not the other way"),
    ("gpl-3.0@a finetune agpl-3.0@b", "", "13 allows it"),
    ("agpl-3.0@a finetune gpl-3.0@b", "license-conflict", "5(c)"),
    ("gpl-3.0@a finetune mit@b", "license-conflict", "5(c)"),
    ("cc-by-nd-4.0@a finetune cc-by-nd-4.0@b", "license-conflict", "2(a)(1)(B): adaptations are not shared at all"),
    ("cc-by-4.0@a finetune mit@b", "", "3(a) asks for attribution"),
    ("llama2@meta finetune llama2@b", "", "the agreement goes along"),
    ("llama2@meta finetune apache-2.0@b", "license-conflict", "1.b.i, 1.b.iv and 2"),
    ("llama2@meta finetune cc-by-nc-4.0@b", "license-conflict", "1.b.i: a copy of this agreement"),
    ("llama2@meta quantized apache-2.0@b", "license-conflict", "1.b.i: quantized weights are a derivative"),
    ("llama2@meta adapter mit@b", "license-conflict", "1.b.i"),
    ("llama2@meta finetune -@b", "license-missing", "nothing is declared, and restrictions are inherited: a warning"),
    ("llama2@meta finetune llama2@b finetune apache-2.0@c", "license-conflict", "through a model that kept it"),
    ("llama2@meta finetune apache-2.0@b finetune apache-2.0@c", "license-conflict", "through a model that dropped it"),
    ("llama2@meta successor apache-2.0@b", "", "ideas pass nothing on"),
    ("llama3@meta finetune llama3@b=Foo", "name-required", "1.b.i: 'Llama 3' at the beginning"),
    ("llama3@meta finetune llama3@b=Llama-3-Foo", "", "1.b.i is met"),
    ("llama3@meta finetune llama3@b=Llama-Foo", "name-required", "'Llama' alone does not do for Llama 3"),
    ("llama3.1@meta finetune llama3.1@b=Llama-3.1-Foo", "", "1.b.i is met"),
    ("llama3.1@meta finetune llama3.1@b=Foo-Llama", "name-required", "1.b.i: at the beginning"),
    ("llama3.1@meta distillation apache-2.0@b=Foo", "name-required", "1.b.i: outputs that train a model, too"),
    ("llama3.1@meta distillation apache-2.0@b=LlamaFoo", "", "outputs ask for the name and no license"),
    ("llama2@meta distillation apache-2.0@b", "output-terms", "1.b.v: not to improve another model"),
    ("llama2@meta distillation llama2@b", "", "1.b.v excludes Llama 2 and what is made from it"),
    ("llama2@meta generated data:apache-2.0@b data apache-2.0@c", "output-terms", "1.b.v, through a data set: a note"),
    ("gemma@google finetune gemma@b", "", "the terms go along"),
    ("gemma@google finetune apache-2.0@b", "license-conflict", "3.1 and 3.2: the restrictions of use"),
    ("gemma@google distillation apache-2.0@b", "output-terms", "1.1(e): such a model is a derivative"),
    ("gemma@google finetune creativeml-openrail-m@b", "license-conflict", "3.1: these restrictions, not others"),
    ("gemma@google distillation gemma@b", "", "it is under the same terms"),
    ("bigscience-bloom-rail-1.0@a finetune apache-2.0@b", "license-conflict", "4(a) and 5"),
    ("bigscience-bloom-rail-1.0@a finetune creativeml-openrail-m@b", "", "4(a): restrictions are carried on"),
    ("bigscience-bloom-rail-1.0@a distillation mit@b", "output-terms", "1(e): such a model is a derivative"),
    ("deepseek@a finetune mit@b", "license-conflict", "4(a) and 5"),
    ("mrl@a finetune apache-2.0@b", "license-conflict", "3.2 and 4.3"),
    ("mrl@a finetune cc-by-nc-4.0@b", "", "2.3 allows other terms, 3.2 asks for no commercial use"),
    ("deepseek@a finetune creativeml-openrail-m@b", "license-conflict", "4(a): military use is not in the other"),
    ("qwen-research@a finetune cc-by-nc-4.0@b", "", "3.d allows other terms, 2.a asks for no commercial use"),
    ("qwen@a finetune llama2@b", "license-conflict", "4: the limit is another"),
    ("exaone@lg finetune exaone@b=Foo", "name-required", "2.1(c): 'EXAONE' at the beginning"),
    ("exaone@lg distillation cc-by-nc-4.0@b", "output-terms", "3.1: not to improve other models"),
    ("llama1@meta finetune cc-by-nc-4.0@b", "license-conflict", "2.a and 3: the license goes along"),
    ("fair-noncommercial-research-license@meta distillation mit@b", "output-terms", "1.b.i: nor outputs commercially"),
    ("modified-mit@a finetune modified-mit@b", "", "the same, whichever it is"),
    ("modified-mit@a finetune mit@b", "license-undecidable", "what was added to it is not said"),
    ("eupl-1.2@a finetune epl-2.0@b", "license-conflict", "5, and the appendix has EPL 1.0 alone"),
    ("mrl@a finetune apache-2.0@a", "license-changed", "the maker may license its own work anew: a note"),
    ("mrl@a finetune apache-2.0@a finetune apache-2.0@b", "", "the maker has lifted what it asked"),
    ("llama2@meta finetune llama2@b finetune apache-2.0@meta", "license-conflict", "the way goes through another"),
    ("closed@openai distillation apache-2.0@b", "output-terms", "the terms of service forbid it"),
    ("closed@openai generated data:mit@b data apache-2.0@c", "output-terms", "whether they reach it is open: a note"),
    ("closed@openai finetune closed@openai", "", "its maker is not bound"),
    ("closed@openai finetune mit@b", "license-undecidable", "what the two agreed on is not public"),
    ("qwen@a distillation apache-2.0@b", "", "5.b asks for words to show, not for a license"),
    ("data:cc-by-nc-4.0@a data apache-2.0@b", "output-terms", "whether the data's license reaches it is open: a note"),
    ("data:cc-by-nc-4.0@a data cc-by-nc-4.0@b", "", "it is not for commercial use either"),
    ("falcon-180b@a distillation apache-2.0@b", "license-undecidable", "what it says of outputs was not read: a note"),
    ("falcon-180b@a generated data:mit@b data apache-2.0@c", "license-undecidable", "the same through data: a note"),
    ("falcon-180b@a distillation falcon-180b@b", "", "whatever it says, it is under the same terms"),
    ("-@a finetune apache-2.0@b", "license-undecidable", "a link of the chain says nothing"),
    ("my own terms@a finetune apache-2.0@b", "license-undecidable", "a license that is not known"),
    ("apache-2.0@a finetune my own terms@b", "license-unknown", "a license that is not known is no permission"),
    ("-@a finetune -@b", "license-missing", "nothing is declared, and nothing is known to restrict: a note"),
]  # fmt: skip


def lineage_of(chain: str) -> Lineage:
    """The lineage of a chain of `CASES`."""
    words = chain.replace("my own terms", "my-own-terms").split()
    models, relations = words[::2], words[1::2]
    return Lineage(
        [model_of(word, f"m{number}") for number, word in enumerate(models)],
        [
            Derivation(parent=f"m{number}", child=f"m{number + 1}", relation=relation)
            for number, relation in enumerate(relations)
        ],
    )


def model_of(word: str, id: str) -> Model:
    word, _, name = word.partition("=")
    license, _, maker = word.removeprefix("data:").partition("@")
    fields = {"kind": "dataset"} if word.startswith("data:") else {}
    fields |= {"openness": "closed"} if license == "closed" else {"license": license} if license != "-" else {}
    return Model(id=id, name=name or id, organizations=[maker], **fields)


@pytest.mark.parametrize(("chain", "expected", "reason"), CASES)
def test_chains_by_hand(chain: str, expected: str, reason: str) -> None:
    report = modeltree.licenses(lineage_of(chain))
    last = report.lineage.ids[-1]
    found = report.findings_of(last)
    assert [each.kind for each in found] == expected.split()
    for each in found:
        assert each.severity == (Severity.NOTE if ": a note" in reason else Severity.WARNING)
        assert each.ids == (last,)


# The reference: what passes along each derivation, with sets.


def reference(lineage: Lineage) -> dict[str, tuple[set[str], set[str]]]:
    """For each model the licenses that reach it by weights, from other makers and from its own."""
    others: dict[str, set[str]] = {}
    own: dict[str, set[str]] = {}
    for id in [id for level in lineage.generations(["weights", "outputs"]) for id in level]:
        others[id], own[id] = set(), set()
        for parent in lineage.parents(id, "weights"):
            model = lineage[parent]
            terms = model.license and terms_of(model.license)
            held = {terms.id if terms and not terms.services else "?"} | (set() if model.license else own[parent])
            same = bool(set(model.organizations) & set(lineage[id].organizations))
            others[id] |= others[parent] | (set() if same else held)
            own[id] |= held if same else set()
    return {id: (others[id], own[id]) for id in lineage.ids}


@st.composite
def licensed_lineages(draw: st.DrawFn) -> Lineage:
    licenses = [*license_terms(), "my-own-terms", None]
    count = draw(st.integers(2, 9))
    models = [
        Model(
            id=f"m{number}",
            name=f"m{number}",
            license=draw(st.sampled_from(licenses)),
            organizations=draw(st.lists(st.sampled_from("abc"), max_size=2, unique=True)),
        )
        for number in range(count)
    ]
    pairs = [(first, second) for second in range(count) for first in range(second)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True))
    relations = st.sampled_from(["finetune", "merge", "distillation", "data", "successor"])
    return Lineage(
        models,
        [Derivation(parent=f"m{first}", child=f"m{second}", relation=draw(relations)) for first, second in chosen],
    )


@given(licensed_lineages())
def test_no_restriction_is_lost_without_a_finding(lineage: Lineage) -> None:
    report = modeltree.licenses(lineage)
    for id, (others, own) in reference(lineage).items():
        record, kinds = report[id], {each.kind for each in report.findings_of(id)}
        reaching = {each.license for each in record.inherited if each.passes == "weights"}
        assert reaching == (others | own) - {"?"}
        if record.declared is None:
            assert "license-missing" in kinds
        elif record.license is None:
            assert "license-unknown" in kinds
        else:
            lost = {kind: any(lost_terms(one, record.license)[0] for one in held - {"?"}) for kind, held in (
                ("license-conflict", others), ("license-changed", own)
            )}  # fmt: skip
            assert {kind for kind, is_lost in lost.items() if is_lost} == kinds & {
                "license-conflict",
                "license-changed",
            }
            if "?" in others:
                assert "license-undecidable" in kinds
        for each in record.inherited:
            assert each.path[0] == each.origin
            assert each.path[-1] == id
            assert all(lineage.derivation(*pair) for pair in pairwise(each.path))


@given(licensed_lineages())
def test_what_is_not_known_is_never_permissive(lineage: Lineage) -> None:
    report = modeltree.licenses(lineage)
    for id, (others, _) in reference(lineage).items():
        record = report[id]
        if record.license is None or "?" in others:
            assert record.commercial in ("unknown", "forbidden")
        found = {(each.kind, each.severity) for each in report.findings_of(id)}
        # As a note the last is about terms on outputs, which go with no weights and change no license.
        found -= {("license-undecidable", modeltree.Severity.NOTE)}
        # Not all may be known of a license that does say whether it allows commercial use.
        if {kind for kind, _ in found} & {"license-missing", "license-unknown", "license-undecidable"}:
            assert record.effective in ("unknown", "non-commercial")
    assert report.counts.total() == len(report.findings)
    assert set(report.counts) == {each.kind for each in report.findings}


def test_the_half_life_that_was_planted_is_found() -> None:
    random_, kept = random.Random(5), 0.6
    licenses = ["llama2"]
    derivations = []
    for number in range(1, 4000):
        parent = random_.randrange(number)
        licenses.append(licenses[parent] if random_.random() < kept else "apache-2.0")
        derivations.append(Derivation(parent=f"m{parent}", child=f"m{number}", relation=Relation.FINETUNE))
        if licenses[parent] != "llama2":
            licenses[-1] = "llama2" if random_.random() < 0.5 else "apache-2.0"
    models = [
        Model(id=f"m{number}", name=f"m{number}", license=license, organizations=[f"o{number}"])
        for number, license in enumerate(licenses)
    ]
    found = modeltree.licenses(Lineage(models, derivations)).half_life
    assert found == pytest.approx(math.log(0.5) / math.log(kept), rel=0.05)


def test_half_lives_at_the_ends() -> None:
    assert modeltree.licenses(lineage_of("mit@a finetune mit@b")).half_life is None
    assert modeltree.licenses(lineage_of("llama2@a finetune llama2@b")).half_life == math.inf
    assert modeltree.licenses(lineage_of("llama2@a finetune mit@b")).half_life == 0


def test_a_report_may_be_about_one_model() -> None:
    lineage = modeltree.datasets.load("survey")
    report, whole = modeltree.licenses(lineage, "LLaVA"), modeltree.licenses(lineage)
    assert [record.id for record in report.models] == ["llava"]
    assert tuple(report.findings) == whole.findings_of("llava")
    assert report.counts == {"license-conflict": 1, "output-terms": 1}
    with pytest.raises(modeltree.UnknownModelError):
        modeltree.licenses(lineage, "LLaVAA")


# The table


def test_each_license_of_the_table_can_be_found_by_each_of_its_names() -> None:
    for id, terms in license_terms().items():
        for word in (id, terms.name, terms.spdx, *terms.words):
            if word:
                assert terms_of(modeltree.License(name=word)) == terms, word
        assert terms.id == id
        assert {*terms.replaced_by} <= license_terms().keys()
        assert terms.link is None or terms.link.startswith("https://")
        if terms.spdx:
            assert hub_license(modeltree.License(name=id, spdx=terms.spdx)) == id.removesuffix("-only") or terms.spdx


def test_a_license_carries_its_own_terms() -> None:
    for id, terms in license_terms().items():
        lost, undecided = lost_terms(id, id)
        assert lost == (("changes",) if terms.modification.grant == "forbidden" else ())
        assert undecided == ()


def test_all_known_licenses_of_the_survey_are_in_the_table() -> None:
    lineage = modeltree.datasets.load("survey")
    assert {model.license.name for model in lineage.models if model.license and not terms_of(model.license)} == set()


# The how-to


def test_the_how_to_says_what_is_printed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path(__file__).parent.parent / "docs" / "licenses.md"
    text = page.read_text(encoding="utf-8")
    assert doctest.testfile(str(page), module_relative=False).failed == 0
    card, bases = re.findall(r"```yaml\n# [^\n]*\n(.*?)```", text, re.DOTALL)
    (tmp_path / "cards" / "nvidia" / "Eagle2-1B").mkdir(parents=True)
    (tmp_path / "cards" / "nvidia" / "Eagle2-1B" / "README.md").write_text(f"---\n{card}---\n", encoding="utf-8")
    (tmp_path / "bases.yaml").write_text(bases, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ modeltree ([^\n]*)\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    assert len(commands) == 2
    for command, printed in commands:
        main(command.split())
        assert capsys.readouterr().out == printed
    for kind in ("license-conflict", "license-changed", "license-missing", "license-unknown", "license-undecidable"):
        assert f"| `{kind}` |" in text


# The command


def test_the_command_prints_models_with_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licenses"]) == 0
    out = capsys.readouterr().out
    assert "llava" in out
    assert max(map(len, out.splitlines())) <= 100
    assert main(["licenses", "--strict"]) == 1


def test_the_command_explains_one_model(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licenses", "LLaVA"]) == 0
    out = capsys.readouterr().out
    assert "vicuna -> llava" in out
    assert "noncommercial (1.a, 2.a)" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 100


def test_the_command_as_json_and_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["licenses", "llava", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert [model["id"] for model in answer["models"]] == ["llava"]
    assert {finding["kind"] for finding in answer["findings"]} == {"license-conflict", "output-terms"}
    assert main(["licenses", "--markdown"]) == 0
    assert "| LLaVA | Apache 2.0 | non-commercial | forbidden |" in capsys.readouterr().out


def test_check_looks_at_licenses_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "survey"]) == 0
    assert "license-conflict" not in capsys.readouterr().out
    assert main(["check", "survey", "--licenses", "--error", "license-conflict"]) == 1
    assert "'llava' is under Apache License 2.0" in capsys.readouterr().out


def test_figures_are_colored_by_the_effective_license(tmp_path: Path) -> None:
    drawing = modeltree.diagram(modeltree.datasets.load("survey"), color_by="effective-license")
    drawing.save(tmp_path / "survey.dot")
    assert "non-commercial" in (tmp_path / "survey.dot").read_text(encoding="utf-8")

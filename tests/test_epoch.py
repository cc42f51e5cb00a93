"""The tables of Epoch AI: names, base models in one cell, numbers as floats, words for access."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree import Lineage
from modeltree.findings import SourceError
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.formats.trackers import read_epoch
from strategies import examples

COLUMNS = ["Model", "Organization", "Publication date", "Domain", "Parameters", "Link", "Base model"]
COLUMNS += ["Model accessibility", "Open model weights?"]


def table(*rows: list[str], columns: list[str] = COLUMNS) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([columns, *rows])
    return file.getvalue()


def one(**cells: str) -> str:
    """A table of one model."""
    return table(["a", *cells.values()], columns=["Model", *cells])


OPEN = "Open weights (restricted use)"
KIMI = "https://huggingface.co/moonshotai/Kimi-K2.5"
SEER = "https://example.org/seer, https://github.com/a/seer"
FAMILY = table(
    ["Kimi K2.5", "Moonshot", "2026-01-27", "Language,Vision", "1.04e12", KIMI, "", OPEN, "Yes"],
    ["Composer 2", "Cursor", "2026-03-19", "Language", "1040000000000.0", "https://arxiv.org/abs/2603.24477v2 ",
     "Kimi K2.5", "API access", "No"],
    ["ViT-L, large", "Google", "2021", "Vision", "304.3M", "", "", "Unreleased", ""],
    ["Seer, both", "Cursor,Google DeepMind", "2026-04", "Multimodal,Language", "", SEER, 'Composer 2,"ViT-L, large"',
     "Hosted access (no API)", "No"],
)  # fmt: skip


def write(folder: Path, text: str) -> Path:
    file = folder / "models.csv"
    file.write_text(text, encoding="utf-8")
    return file


def read(folder: Path, text: str, **options: Policy | dict[str, str]) -> Reading:
    return read_epoch(write(folder, text), **options)  # type: ignore[arg-type]


def steps(lineage: Lineage) -> set[tuple[str, str, str]]:
    return {(step.parent, step.child, str(step.relation)) for step in lineage.derivations}


def test_the_fields_of_models(tmp_path: Path) -> None:
    lineage, _ = read(tmp_path, FAMILY)
    kimi, composer, vit, seer = (lineage[name] for name in ("Kimi K2.5", "Composer 2", "ViT-L, large", "Seer, both"))
    assert [str(size) for size in (*kimi.sizes, *composer.sizes, *vit.sizes)] == ["1.04T", "1.04T", "304.3M"]
    assert [str(model.released) for model in (kimi, vit, seer)] == ["2026-01-27", "2021", "2026-04"]
    assert [lineage.organizations[id].name for id in seer.organizations] == ["Cursor", "Google DeepMind"]
    assert [str(model.domain) for model in (kimi, composer, vit, seer)] == ["None", "language", "None", "multimodal"]
    assert [(str(model.openness), str(model.access)) for model in (kimi, composer, vit, seer)] == [
        ("open", "open-weights"), ("closed", "api-only"), ("closed", "unreleased"), ("closed", "None"),
    ]  # fmt: skip
    assert kimi.links.weights == "https://huggingface.co/moonshotai/Kimi-K2.5"
    assert composer.references == ("arxiv:2603.24477v2",)
    assert (seer.links.website, seer.links.code) == ("https://example.org/seer", "https://github.com/a/seer")


def test_base_models_are_finetuned_by_rule_which_is_said_once(tmp_path: Path) -> None:
    lineage, findings = read(tmp_path, FAMILY)
    assert steps(lineage) == {
        ("Kimi-K2.5", "Composer-2", "finetune"),
        ("Composer-2", "Seer,-both", "finetune"),
        ("ViT-L,-large", "Seer,-both", "finetune"),
    }
    assert [(f.kind, f.position and f.position.line, f.position and f.position.column) for f in findings] == [
        ("inferred-relation", 3, FAMILY.splitlines()[2].index("Kimi") + 1), ("license-missing", None, None),
    ]  # fmt: skip


NAMES = 'Model,Base model\n"x, large",\n"x, large, v2",\nx,\nGPT-3,\ny,\n"p,q",\n'


@pytest.mark.parametrize(
    ("base", "bases", "unclear"),
    [
        ("GPT-3", ["GPT-3"], 0),
        ("x, large", ["x, large"], 0),
        ("x, large, v2", ["x, large, v2"], 0),
        ("GPT-3,x, large", ["GPT-3", "x, large"], 0),
        ("x, large, v2,x", ["x, large, v2", "x"], 0),
        ("x,y", ["x", "y"], 0),
        ("x, y", ["x", "y"], 0),
        ('"x, large",y', ["x, large", "y"], 0),
        ('"T5, ""XXL"" 11B",y', ['T5, "XXL" 11B', "y"], 0),
        ("gpt-3", ["gpt-3"], 0),
        ("p,q", ["p,q"], 0),
        ("T5, 11B", ["T5", "11B"], 1),
        ("T5,11B", ["T5", "11B"], 0),
        (" x , ,", ["x"], 0),
        ('a "quoted" name,x', ['a "quoted" name', "x"], 0),
    ],
)
def test_the_base_models_of_a_cell(tmp_path: Path, base: str, bases: list[str], unclear: int) -> None:
    lineage, findings = read(tmp_path, NAMES + table(columns=["child", base]))
    assert sorted(lineage[id].name for id in lineage.parents("child")) == sorted(bases)
    said = [str(finding) for finding in findings if finding.kind == "read-as"]
    assert said == unclear * [
        f"{tmp_path}/models.csv:8:7: base model 'T5, 11B' of 'child': 'T5' is not listed, and ', ' follows it; "
        "put a name with a comma in quotes; it is taken for a name by itself"
    ]


def test_an_alias_may_have_commas(tmp_path: Path) -> None:
    lineage, _ = read(tmp_path, NAMES + 'child,"T5, 11B,GPT 3"\n', aliases={"GPT 3": "GPT-3", "T5, 11B": "y"})
    assert set(lineage.parents("child")) == {"GPT-3", "y"}


@pytest.mark.parametrize(
    ("written", "openness", "access"),
    [
        ("Open weights (unrestricted)", "open", "open-weights"),
        ("Open weights (non-commercial)", "open", "open-weights"),
        ("Open access (restricted use)", "open", "open-weights"),
        ("Open source", "open", "open-weights"),
        ("API ACCESS", "closed", "api-only"),
        ("Limited access", "None", "None"),
        ("", "open", "None"),
        ("On request", "None", "gated"),
        ("By pigeon", "None", "None"),
    ],
)
def test_accessibility(tmp_path: Path, written: str, openness: str, access: str) -> None:
    lineage, findings = read(tmp_path, one(**{"Model accessibility": written, "Open model weights?": "Yes"}))
    assert (str(lineage["a"].openness), str(lineage["a"].access)) == (openness, access)
    unknown = [str(finding) for finding in findings if finding.kind == "unknown-word"]
    assert unknown == [
        f"{tmp_path}/models.csv:2:3: access of model 'a': 'By pigeon' is no access; there are open-weights, gated, "
        "api-only, unreleased; it is left out"
    ] * (written == "By pigeon")


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("98000000000.0", 98 * 10**9), ("1.75e+11", 175 * 10**9), ("7E9", 7 * 10**9), ("560", 560), ("7B", 7 * 10**9),
        ("0.5", None), ("1e99", None), ("1e19", None), ("0", None), ("some", None), ("1" * 500, None), ("-5", None),
        ("1e-3", None),
    ],
)  # fmt: skip
def test_numbers_of_parameters(tmp_path: Path, written: str, size: int | None) -> None:
    lineage, findings = read(tmp_path, one(Parameters=written))
    assert lineage["a"].sizes == ((size,) if size else ())
    assert [f.kind for f in findings if "missing" not in f.kind] == ([] if size else ["bad-size"])


@pytest.mark.parametrize(
    ("written", "domain"),
    [
        ("Language", "language"), ("Vision,Multimodal", "multimodal"), ("Biology", "scientific"),
        ("Biology,Medicine", "scientific"), ("Biology,Language", "None"), ("", "None"), ("Games", "None"),
    ],
)  # fmt: skip
def test_domains(tmp_path: Path, written: str, domain: str) -> None:
    assert str(read(tmp_path, one(Domain=written)).lineage["a"].domain) == domain


def test_organizations_with_commas(tmp_path: Path) -> None:
    lineage, _ = read(tmp_path, one(Organization='Baidu, Inc.,"X, Y",Z'))
    assert [lineage.organizations[id].name for id in lineage["a"].organizations] == ["Baidu, Inc.", "X, Y", "Z"]


def test_old_tables_call_a_model_a_system(tmp_path: Path) -> None:
    lineage, _ = read(tmp_path, "System,Base model\nBERT,\nRoBERTa,BERT\n")
    assert steps(lineage) == {("BERT", "RoBERTa", "finetune")}


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    text = "Model,Publication date,Link,Base model\na,soon,arxiv.org,a\n,2023,,\nb,2023\nb,2024,,\n"
    _, findings = read(tmp_path, text)
    said = [str(f).replace(f"{tmp_path}/", "") for f in findings if f.kind not in ("license-missing", "missing-date")]
    assert [line.partition(";")[0] for line in said] == [
        "models.csv:2:3: released of model 'a': 'soon' is no date",
        "models.csv:2:8: links.website of model 'a': 'arxiv.org' is no web address",
        "models.csv:2:18: a base model is one that a model was fine-tuned or trained further from: all are taken for "
        "'finetune'",
        "models.csv:2:18: self-loop: 'a' is derived from itself",
        "models.csv:3:1: a row without the name of a model",
        "models.csv:4:1: the record has 2 cells where the header has 4",
        "models.csv:5:1: 'b' stands at models.csv:4:1 already, with other released",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Name,Base model\na,\n", "models.csv:1:1: the table has no column 'Model'; there are Name, Base model"),
        ("Model\n", "models.csv:1:1: the table has no model"),
        ("Model\n\n ,\n", "models.csv:1:1: the table has no model"),
        ("", "models.csv:1:1: the file is empty"),
    ],
)
def test_what_is_no_table_of_models_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    with pytest.raises(FileNotFoundError):
        read_epoch(tmp_path / "none.csv")


def test_a_policy_may_refuse(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="missing parent 'b' of 'a'"):
        read(tmp_path, one(**{"Base model": "b"}), policy=Policy(missing_parent="refuse"))


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TRACKED_MODELS", 3)
    with pytest.raises(SourceError, match="the source is too large: more than 3 models"):
        read(tmp_path, FAMILY)
    monkeypatch.setattr(limits, "TRACKED_MODELS", 4)
    monkeypatch.setattr(limits, "RECORDS", 2)
    with pytest.raises(SourceError, match="more than 2 derivations"):
        read(tmp_path, FAMILY)
    monkeypatch.setattr(limits, "TEXT_BYTES", 100)
    with pytest.raises(SourceError, match="the file is too large"):
        read(tmp_path, FAMILY)


CELLS = ["", "a", "b", "a,b", "a, b", '"a"', '""', '"', ", ,", "2023", "1e9", "Language", "Yes", "\x00", "é"]
ROWS = st.lists(st.lists(st.sampled_from(CELLS) | st.text(max_size=4), min_size=9, max_size=9), max_size=4)


@settings(max_examples=examples(150), deadline=None)
@given(st.binary(max_size=80) | ROWS.map(lambda rows: table(*rows).encode("utf-8", "replace")))
def test_no_bytes_do_harm(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.csv")
        file.write_bytes(content)
        try:
            lineage, _ = read_epoch(file)
        except SourceError:
            return
        assert {str(step.relation) for step in lineage.derivations} <= {"finetune"}

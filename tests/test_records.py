"""Records: strict, frozen, comparable; sizes, references, licenses and relations as they are written."""

from __future__ import annotations

import copy
import json
import pickle
from decimal import Decimal
from fractions import Fraction

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from modeltree.findings import InvalidSizeError
from modeltree.records import (
    IDEAS,
    OUTPUTS,
    WEIGHTS,
    About,
    Correction,
    Derivation,
    License,
    Links,
    Model,
    Organization,
    ParameterCount,
    PartialDate,
    Record,
    Reference,
    Relation,
    relation_set,
)
from strategies import full_models, sizes

RECORDS = [
    Model(id="llama", name="LLaMA"),
    Derivation(parent="llama", child="vicuna", relation="finetune"),
    Organization(id="meta", name="Meta"),
    About(title="A survey"),
    License(name="MIT License"),
    Links(code="https://example.org"),
    Correction(field="released", printed="Feb-33", source="table-1", reason="no such month"),
]


def problem(record: type[Record], **fields: object) -> str:
    with pytest.raises(ValidationError) as caught:
        record.model_validate(fields)
    return caught.value.errors()[0]["msg"]


# All records


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_records_are_frozen_strict_hashable_and_show_what_is_set(record: Record) -> None:
    fields = record.model_dump()
    with pytest.raises(ValidationError):
        setattr(record, next(iter(type(record).model_fields)), "x")
    if not isinstance(record, License):
        with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
            type(record).model_validate({**fields, "parameters": 7})
    again = type(record).model_validate(fields)
    assert again == record
    assert hash(again) == hash(record)
    assert pickle.loads(pickle.dumps(record)) == copy.deepcopy(record) == record
    assert "None" not in repr(record)
    assert "()" not in repr(record)


@given(full_models("m"))
def test_models_survive_json_and_fit_their_schema(model: Model) -> None:
    assert Model.model_validate_json(model.model_dump_json()) == model
    assert Model.model_validate(model.model_dump()) == model
    SCHEMA.validate(json.loads(model.model_dump_json(exclude_defaults=True)))


SCHEMA = jsonschema.Draft202012Validator(Model.model_json_schema())


def test_the_schema_refuses_what_the_record_does() -> None:
    for fields in ({}, {"license": "MIT"}, {"license": {"name": "MIT", "spdx": "MIT"}}):
        assert SCHEMA.is_valid({"id": "a", "name": "A", **fields})
    for fields in ({"license": ""}, {"license": {"spdx": "MIT"}}, {"parameters": 7}, {"released": "March 2023"}):
        assert not SCHEMA.is_valid({"id": "a", "name": "A", **fields})
        assert problem(Model, **{"id": "a", "name": "A", **fields})


def test_the_representation_of_a_model_can_be_evaluated() -> None:
    model = Model(
        id="llama", name="LLaMA", released="2023-02", sizes=["7B", "65B"], license={"name": "GPL", "spdx": "GPL-3.0"},
        links={"paper": "https://arxiv.org/abs/2302.13971"}, references=["arxiv:2302.13971"],
    )  # fmt: skip
    assert repr(model) == (
        "Model(id='llama', name='LLaMA', released=PartialDate(2023, 2), "
        "license=License(name='GPL', spdx='GPL-3.0'), sizes=(ParameterCount(7000000000), ParameterCount(65000000000)), "
        "links=Links(paper='https://arxiv.org/abs/2302.13971'), references=('arxiv:2302.13971',))"
    )
    assert eval(repr(model)) == model
    assert model.released == PartialDate(2023, 2)


@pytest.mark.parametrize("id", ["", "a b", "a\n", "\x00", "a\u2028", "\ufffe", "x" * 301])
def test_ids_have_no_spaces(id: str) -> None:
    assert problem(Model, id=id, name="A")


def test_names_and_texts_are_stripped_and_hold_no_control_characters() -> None:
    model = Model(id="a", name=" A ", aliases=["\tB\n"], note=" two\nlines ")
    assert (model.name, model.aliases, model.note) == ("A", ("B",), "two\nlines")
    assert problem(Model, id="a", name=" ") == "String should have at least 1 character"
    assert problem(Model, id="a", name="A\nB") == (
        "Value error, 'A\\nB' is no name: names have no line breaks and no tabs"
    )
    for character in "\x00\x0b\r\x1b\x7f\ufffe":
        said = f"Value error, {f'A{character}B'!r} has the control character {character!r}"
        assert problem(Model, id="a", name=f"A{character}B") == said
        assert problem(Model, id="a", name="A", note=f"A{character}B") == said


def test_lengths_are_limited() -> None:
    web = "https://example.org/".ljust(2000, "x")
    model = Model(id="a" * 300, name="A" * 500, links={"paper": web}, references=[web], note="A" * 100_000)
    assert Model.model_validate(model.model_dump()) == model
    for fields in ({"name": "A" * 501}, {"links": {"paper": web + "x"}}, {"references": [web + "x"]}):
        assert " at most " in problem(Model, **{"id": "a", "name": "A", **fields})


def test_nothing_stands_twice_in_a_list() -> None:
    assert problem(Model, id="a", name="A", aliases=["B", "C", "B"]) == "Value error, 'B' stands twice"
    assert problem(Model, id="a", name="A", organizations=["meta", "meta"]) == "Value error, 'meta' stands twice"
    assert problem(Model, id="a", name="A", sizes=["7B", 7_000_000_000]) == "Value error, '7B' stands twice"


@pytest.mark.parametrize("openness", [None, "open", "closed"])
@pytest.mark.parametrize("access", [None, "open-weights", "gated", "api-only", "unreleased"])
def test_access_is_a_finer_openness(openness: str | None, access: str | None) -> None:
    contradictions = {("open", "api-only"), ("open", "unreleased"), ("closed", "open-weights")}
    fields = {"id": "a", "name": "A", "openness": openness, "access": access}
    if (openness, access) not in contradictions:
        assert Model(**fields).access == access
    else:
        right = "gated or open-weights" if openness == "open" else "api-only or gated or unreleased"
        assert problem(Model, **fields) == f"Value error, openness {openness!r} does not fit access {access!r}: {right}"


def test_links_are_true_where_there_are_any() -> None:
    assert not Links()
    assert Links(blog="https://example.org")
    assert problem(Links, blog="example.org").startswith("String should match pattern")


# Licenses


def test_a_license_without_identifier_is_its_name() -> None:
    assert Model(id="a", name="A", license="MIT License").license == License(name="MIT License")
    assert License(name="MIT License").model_dump() == "MIT License"
    assert License(name="MIT License", spdx="MIT").model_dump() == {"name": "MIT License", "spdx": "MIT"}
    assert problem(License, name="A", spdx="A B").startswith("String should match pattern")


# Relations


def test_relations_come_in_three_classes() -> None:
    words = "continued-pretraining finetune adapter quantized pruning merge component"
    assert [str(relation) for relation in Relation if relation.passes == "weights"] == words.split()
    assert Relation.UNSPECIFIED.passes is None
    assert {str(relation) for relation in OUTPUTS} == {"distillation", "data", "generated"}
    assert {str(relation) for relation in IDEAS} == {"successor", "replication", "architecture", "application"}
    assert frozenset(Relation) - WEIGHTS - OUTPUTS - IDEAS == {Relation.UNSPECIFIED}
    for name in ("weights", "outputs", "ideas"):
        assert {relation for relation in Relation if relation.passes == name} == relation_set(name)
    assert not WEIGHTS & IDEAS | WEIGHTS & OUTPUTS | OUTPUTS & IDEAS


@pytest.mark.parametrize(
    ("choice", "relations"),
    [
        (None, frozenset(Relation)),
        ("weights", WEIGHTS),
        ("outputs", OUTPUTS),
        ("ideas", IDEAS),
        (["weights", "ideas"], WEIGHTS | IDEAS),
        ("finetune", {Relation.FINETUNE}),
        (Relation.FINETUNE, {Relation.FINETUNE}),
        ([Relation.MERGE, "ideas", "adapter"], {Relation.MERGE, Relation.ADAPTER, *IDEAS}),
        (iter(["merge"]), {Relation.MERGE}),
        (WEIGHTS, WEIGHTS),
        ([], frozenset()),
    ],
)
def test_choices_of_relations(choice: object, relations: frozenset[Relation]) -> None:
    assert relation_set(choice) == relations


@pytest.mark.parametrize("choice", ["fine-tune", ["merge", "fine-tune"]])
def test_an_unknown_relation_is_refused(choice: object) -> None:
    with pytest.raises(ValueError, match="no relation") as caught:
        relation_set(choice)
    assert str(caught.value) == (
        "'fine-tune' is no relation; there are weights, outputs, ideas, continued-pretraining, finetune, adapter, "
        "quantized, pruning, merge, component, distillation, successor, replication, architecture, application, data, "
        "generated, unspecified"
    )


# Sizes


@given(sizes)
def test_sizes_are_exact_and_printed_back(size: ParameterCount) -> None:
    assert ParameterCount.parse(str(size)) == size == int(size)
    number, unit = str(size).rstrip("KMBT"), str(size)[-1]
    power = {"K": 3, "M": 6, "B": 9, "T": 12}.get(unit, 0)
    assert Decimal(number).scaleb(power) == int(size)
    assert 1 <= Decimal(number) < 1000 or unit == "T"
    assert not ("." in number and number.endswith(("0", ".")))
    assert eval(repr(size)) == size
    for again in (pickle.loads(pickle.dumps(size)), copy.deepcopy(size)):
        assert (again, type(again)) == (size, ParameterCount)
    assert json.loads(json.dumps([size])) == [int(size)]


@pytest.mark.parametrize(
    ("written", "count", "printed"),
    [
        ("7B", 7 * 10**9, "7B"),
        ("1.3B", 1_300_000_000, "1.3B"),
        ("560M", 560_000_000, "560M"),
        ("0.56b", 560_000_000, "560M"),
        ("1B7", 1_700_000_000, "1.7B"),
        ("7b1", 7_100_000_000, "7.1B"),
        ("1B07", 1_070_000_000, "1.07B"),
        ("1.75T", 1_750_000_000_000, "1.75T"),
        ("1000 M", 10**9, "1B"),
        ("117000", 117_000, "117K"),
        ("7".zfill(40), 7, "7"),
        (999, 999, "999"),
        (1, 1, "1"),
        (1001, 1001, "1.001K"),
        (999_999_999, 999_999_999, "999.999999M"),
        (10**18, 10**18, "1000000T"),
    ],
)
def test_sizes_as_written(written: str | int, count: int, printed: str) -> None:
    assert ParameterCount.parse(written) == count
    assert str(ParameterCount.parse(written)) == printed


@given(st.integers(0, 999), st.text("0123456789", min_size=1, max_size=6), st.sampled_from("KMBTkmbt"))
def test_a_unit_in_the_middle_is_a_decimal_point(whole: int, after: str, unit: str) -> None:
    count = Fraction(f"{whole}.{after}") * {"K": 10**3, "M": 10**6, "B": 10**9, "T": 10**12}[unit.upper()]
    if count >= 1 and count.denominator == 1:
        assert ParameterCount.parse(f"{whole}{unit}{after}") == ParameterCount.parse(f"{whole}.{after}{unit}") == count
    else:
        with pytest.raises(InvalidSizeError):
            ParameterCount.parse(f"{whole}{unit}{after}")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", "'' is no number of parameters: write 7B, 1.3B or 560M"),
        ("7BB", "'7BB' is no number of parameters: write 7B, 1.3B or 560M"),
        ("1.5B2", "'1.5B2' is no number of parameters: write 7B, 1.3B or 560M"),
        ("7 000", "'7 000' is no number of parameters: write 7B, 1.3B or 560M"),
        ("-7B", "'-7B' is no number of parameters: write 7B, 1.3B or 560M"),
        ("9" * 99, f"'{'9' * 55}...' is no number of parameters: write 7B, 1.3B or 560M"),
        ("7".zfill(41), f"'{'0' * 40}7' is no number of parameters: write 7B, 1.3B or 560M"),
        (7e9, "7000000000.0 is no number of parameters: write 7B, 1.3B or 560M"),
        (True, "True is no number of parameters: write 7B, 1.3B or 560M"),
        (None, "None is no number of parameters: write 7B, 1.3B or 560M"),
        ("1.5", "'1.5' is no whole number of parameters between 1 and 10^18"),
        ("0B", "'0B' is no whole number of parameters between 1 and 10^18"),
        (
            "1.00000000000000000000000000000001B",
            "'1.00000000000000000000000000000001B' is no whole number of parameters between 1 and 10^18",
        ),
        ("1000001T", "'1000001T' is no whole number of parameters between 1 and 10^18"),
        (0, "0 is no whole number of parameters between 1 and 10^18"),
        (-5, "-5 is no whole number of parameters between 1 and 10^18"),
        (10**18 + 1, "1000000000000000001 is no whole number of parameters between 1 and 10^18"),
        pytest.param(10**5000, "this int is no whole number of parameters between 1 and 10^18", id="huge"),
    ],
)
def test_a_bad_size_says_what_is_wrong_with_it(value: object, message: str) -> None:
    with pytest.raises(InvalidSizeError) as caught:
        ParameterCount.parse(value)
    assert str(caught.value) == message
    with pytest.raises(ValidationError):
        TypeAdapter(ParameterCount).validate_python(value)


def test_sizes_are_integers() -> None:
    size = ParameterCount(1_300_000_000)
    assert size + 1 == 1_300_000_001
    assert type(size + 1) is type(size * 2) is type(sum([size, size])) is int
    assert {size: "x"}[1_300_000_000] == "x"
    assert sorted([ParameterCount(7), size, ParameterCount(3)]) == [3, 7, 1_300_000_000]
    assert not hasattr(size, "__dict__")
    with pytest.raises(InvalidSizeError):
        ParameterCount(0)


def test_the_json_schema_of_a_size_allows_text_and_integers() -> None:
    text, number = TypeAdapter(ParameterCount).json_schema()["anyOf"]
    assert (text["type"], number) == ("string", {"type": "integer", "minimum": 1})


def test_sizes_are_formatted_as_papers_do_or_as_integers() -> None:
    size = ParameterCount(1_300_000_000)
    assert (f"{size}", f"{size:>6s}", f"{size!s:>6}") == ("1.3B", "  1.3B", "  1.3B")
    assert (f"{size:,}", f"{size:d}", f"{size:.1e}", "%d" % size) == (  # noqa: UP031
        "1,300,000,000", "1300000000", "1.3e+09", "1300000000",
    )  # fmt: skip


# References


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("arxiv:2302.13971", "https://arxiv.org/abs/2302.13971"),
        ("arxiv:1706.03762v7", "https://arxiv.org/abs/1706.03762v7"),
        ("arxiv:cs.CL/0112017", "https://arxiv.org/abs/cs.CL/0112017"),
        ("doi:10.1093/bib/bbac409", "https://doi.org/10.1093/bib/bbac409"),
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("http://example.org", "http://example.org"),
    ],
)
def test_references(written: str, url: str) -> None:
    reference = TypeAdapter(Reference).validate_python(written)
    assert type(reference) is Reference
    assert reference == written
    assert reference.url == url
    again = pickle.loads(pickle.dumps(reference))
    assert (again, type(again)) == (reference, Reference)


@pytest.mark.parametrize(
    "written", ["", "2302.13971", "arxiv:23", "doi:11.1/x", "https://", "https://a b", "https://a\x01", "ftp://a"]
)
def test_bad_references_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no reference: write arxiv:ID, doi:10.… or a web address$") as caught:
        Reference(written)
    assert str(caught.value).startswith(repr(written))
    with pytest.raises(ValidationError):
        TypeAdapter(Reference).validate_python(written)

"""Bills of materials: valid by the official schema, read again as they were; those of others, with all oddities."""

from __future__ import annotations

import contextlib
import json
import re
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree.findings import KINDS, Finding, SourceError, UnknownFormatError, UnknownModelError
from modeltree.formats.detection import format_of
from modeltree.formats.graphs.cyclonedx import cyclonedx_text, read_cyclonedx, write_cyclonedx
from modeltree.formats.parsing import limits
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.lineage import Lineage
from modeltree.records import About, Derivation, License, Model, Organization
from modeltree.values.hub_words import license_of
from strategies import examples
from strategies_records import lineages

VALIDATOR = JsonStrictValidator(SchemaVersion.V1_6)
GAPS = {kind for kind in KINDS if kind.startswith("missing-")}
GAPS |= {"license-missing", "parent-newer", "impossible-date", "possible-same"}


def read_text(content: str | bytes, **options: object) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.cdx.json")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_cyclonedx(path, **options)


def read_bill(components: list[Any], **more: Any) -> Reading:
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1}
    return read_text(json.dumps(head | {"components": components} | more))


def model(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "machine-learning-model", "name": name} | fields


def properties(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def trained_on(**dataset: Any) -> dict[str, Any]:
    """What says that a model was trained on a data set."""
    return {"modelCard": {"modelParameters": {"datasets": [{"type": "dataset", **dataset}]}}}


def contained(usage: str) -> dict[str, Any]:
    return {"components": [{"type": "data", "name": "d", "properties": properties(("usage", usage))}]}


def steps(reading: Reading) -> set[tuple[str, str, str]]:
    return {(step.parent, step.child, str(step.relation)) for step in reading.lineage.derivations}


def said(reading: Reading, *kinds: str) -> list[str]:
    """The findings of some kinds, as they are said, without positions."""
    found = [finding for finding in reading.findings if (finding.kind in kinds if kinds else finding.kind not in GAPS)]
    return [re.sub(r"^[^ ]*x\.cdx\.json[:0-9]* ", "", str(finding)) for finding in found]


TAGS = st.sampled_from(
    sorted(
        {"metadata", "components", "component", "dependencies", "dependency", "name", "type", "pedigree", "ancestors"}
        | {"licenses", "license", "expression", "properties", "property", "modelCard", "modelParameters", "datasets"}
        | {"dataset", "externalReferences", "reference", "url", "tags", "tag"}
    )
)


def _elements(parts: list[tuple[str, str]]) -> str:
    attributes = "type='machine-learning-model' bom-ref='a' name='b' ref='a'"
    return "".join(f"<{tag} {attributes}>{inner or 'text'}</{tag}>" for tag, inner in parts)


# What is written


@settings(max_examples=examples(15))  # the check of web addresses is slow
@given(lineages())
def test_what_is_written_is_valid(lineage: Lineage) -> None:
    problem = VALIDATOR.validate_str(cyclonedx_text(lineage))
    assert problem is None, problem


@settings(max_examples=examples(50))
@given(lineages())
def test_what_is_written_is_read_again(lineage: Lineage) -> None:
    text = cyclonedx_text(lineage)
    reading = read_text(text)
    assert reading.lineage == lineage
    assert reading.lineage.organizations == lineage.organizations
    assert {finding.kind for finding in reading.findings} <= GAPS
    assert cyclonedx_text(reading.lineage) == text


EXAMPLE = Lineage(
    [
        Model(id="llama", name="LLaMA", organizations=["meta"], license={"name": "Apache 2", "spdx": "Apache-2.0"}),
        Model(id="pile", name="The Pile", kind="dataset", license="custom"),
        Model(
            id="chat",
            name="Chat",
            kind="application",
            note="It talks.",
            links={"website": "https://example.org/[a]#b#c"},
        ),
        Model(
            id="vicuna",
            name="Vicuna",
            sizes=["7B"],
            links={"code": "https://example.org/%zz/é", "paper": "https://example.org/p"},
        ),
    ],
    [
        Derivation(parent="llama", child="vicuna", relation="finetune", note="on chats"),
        Derivation(parent="pile", child="vicuna", relation="data"),
        Derivation(parent="vicuna", child="chat", relation="application"),
    ],
    [Organization(id="meta", name="Meta AI", url="https://ai.meta.com")],
    about=About(title="Four", date="2024-05-06"),
)


def test_how_it_is_written() -> None:
    bom = json.loads(cyclonedx_text(EXAMPLE))
    assert VALIDATOR.validate_str(json.dumps(bom)) is None
    assert "timestamp" not in bom["metadata"]
    assert {"name": "modeltree:date", "value": "2024-05-06"} in bom["metadata"]["properties"]
    assert {"name": "modeltree:title", "value": "Four"} in bom["metadata"]["properties"]
    components = {component["bom-ref"]: component for component in bom["components"]}
    assert [component["type"] for component in components.values()] == [
        "application",
        "machine-learning-model",
        "data",
        "machine-learning-model",
    ]
    assert components["llama"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert components["llama"]["manufacturer"] == {"name": "Meta AI", "url": ["https://ai.meta.com"]}
    assert components["pile"]["licenses"] == [{"license": {"name": "custom"}}]
    assert "externalReferences" not in components["chat"]
    assert components["vicuna"]["externalReferences"] == [
        {"type": "documentation", "url": "https://example.org/p", "comment": "paper"},
        {"type": "vcs", "url": "https://example.org/%25zz/%C3%A9", "comment": "code"},
    ]
    assert components["vicuna"]["modelCard"] == {"modelParameters": {"datasets": [{"ref": "pile"}]}}
    assert components["vicuna"]["pedigree"]["ancestors"][0] == {
        "type": "machine-learning-model",
        "name": "LLaMA",
        "properties": [
            {"name": "modeltree:id", "value": "llama"},
            {"name": "modeltree:relation", "value": "finetune"},
            {"name": "modeltree:note", "value": "on chats"},
        ],
    }
    assert {"ref": "vicuna", "dependsOn": ["llama", "pile"]} in bom["dependencies"]
    assert read_text(json.dumps(bom)).lineage == EXAMPLE


def test_one_lineage_has_one_text_and_one_serial_number(tmp_path: Path) -> None:
    assert write_cyclonedx(EXAMPLE, tmp_path / "x.cdx.json") == ()
    text = (tmp_path / "x.cdx.json").read_text(encoding="utf-8")
    again = Lineage(reversed(EXAMPLE.models), EXAMPLE.derivations, EXAMPLE.organizations.values(), about=EXAMPLE.about)
    assert cyclonedx_text(again) == text
    other = Lineage(EXAMPLE.models, EXAMPLE.derivations[1:], EXAMPLE.organizations.values(), about=EXAMPLE.about)
    serials = {json.loads(cyclonedx_text(lineage))["serialNumber"] for lineage in (EXAMPLE, again, other)}
    assert len(serials) == 2
    assert "timestamp" not in cyclonedx_text(Lineage([], about=About(date="2024-05")))
    with pytest.raises(FileNotFoundError):
        write_cyclonedx(EXAMPLE, tmp_path / "none" / "x.json")


def test_a_bill_has_a_time_only_on_request() -> None:
    zone = timezone(timedelta(hours=2))
    for time in (datetime(2024, 5, 6, 10, 0, tzinfo=zone), datetime(2024, 5, 6, 8, 0)):  # noqa: DTZ001
        text = cyclonedx_text(EXAMPLE, timestamp=time)
        assert VALIDATOR.validate_str(text) is None
        assert json.loads(text)["metadata"]["timestamp"] == "2024-05-06T08:00:00Z"


def test_a_bill_may_be_of_one_model(tmp_path: Path) -> None:
    modeltree.save(EXAMPLE, tmp_path / "x.cdx.json", subject="chat")
    text = (tmp_path / "x.cdx.json").read_text(encoding="utf-8")
    assert VALIDATOR.validate_str(text) is None
    bom = json.loads(text)
    assert bom["metadata"]["component"]["bom-ref"] == "chat"
    assert "chat" not in [component["bom-ref"] for component in bom["components"]]
    assert len(bom["components"]) == len(EXAMPLE) - 1
    assert modeltree.read(tmp_path / "x.cdx.json").lineage == EXAMPLE
    with pytest.raises(UnknownModelError):
        cyclonedx_text(EXAMPLE, subject="none")


def test_models_of_the_hub_have_package_urls() -> None:
    models = [
        Model(id="acme/base-7b", name="Base"),
        Model(id="own", name="Own", links={"weights": "https://huggingface.co/acme/own"}),
        Model(id="other", name="Other"),
        Model(id="datasets/acme", name="Data", kind="dataset"),
    ]
    text = cyclonedx_text(Lineage(models))
    assert VALIDATOR.validate_str(text) is None
    assert {component["bom-ref"]: component.get("purl") for component in json.loads(text)["components"]} == {
        "acme/base-7b": "pkg:huggingface/acme/base-7b",
        "own": "pkg:huggingface/acme/own",
        "other": None,
        "datasets/acme": None,
    }
    assert read_text(text).lineage == Lineage(models)


@settings(max_examples=examples(15), deadline=None)
@given(lineages(), st.data())
def test_a_bill_of_one_model_is_read_as_it_was(lineage: Lineage, data: st.DataObject) -> None:
    subject = data.draw(st.sampled_from([model.id for model in lineage.models])) if len(lineage) else None
    assert read_text(cyclonedx_text(lineage, subject=subject)).lineage == lineage


def test_all_licenses_of_the_hub_are_valid() -> None:
    words = "apache-2.0 mit cc-by-4.0 cc-by-nc-nd-4.0 etalab-2.0 lgpl-lr c-uda cdla-permissive-2.0 agpl-3.0 odbl ms-pl"
    models = [Model(id=word, name=word, license=license_of(word)) for word in words.split()]
    text = cyclonedx_text(Lineage([*models, Model(id="x", name="x", license={"name": "x", "spdx": "No-Such-1.0"})]))
    assert VALIDATOR.validate_str(text) is None
    assert text.count('"id": ') == len(models)


# What others write


def test_what_components_are_called() -> None:
    reading = read_bill(
        [
            model("a", purl="pkg:huggingface/meta-llama/Llama%2D3@0e9e39f?x=y#z"),
            model("b", purl="pkg:generic/b@1"),
            model("c", externalReferences=[{"type": "model-card", "url": "https://huggingface.co/org/c"}]),
            model("d", externalReferences=[{"type": "vcs", "url": "https://huggingface.co/org/other"}]),
            model("Command R+"),
            model(" "),
            {"type": "library", "name": "PyTorch"},
            "none",
        ]
    )
    assert {one.id: one.name for one in reading.lineage.models} == {
        "meta-llama/Llama-3": "a",
        "b": "b",
        "org/c": "c",
        "d": "d",
        "Command-R+": "Command R+",
    }
    assert reading.lineage["d"].links.code == "https://huggingface.co/org/other"
    assert said(reading, "missing-key") == ["a component has no name; write 'name'; it is left out"]
    assert said(reading, "ignored") == ["a component of type 'library' is not read: it stands once"]
    assert said(reading, "wrong-type") == ["components: 'none' is no mapping; write 'key: value' lines; it is left out"]


def test_a_word_for_nothing_is_no_group_and_no_version() -> None:
    reading = read_bill([model("chat", group="N/A", version="-", publisher="unknown", description="TBD")])
    assert reading.lineage.models == (Model(id="chat", name="chat"),)


def test_properties_are_known_by_the_headers_of_columns() -> None:
    told = properties(("Parameters", "7B/13B"), ("Release Date", "Mar 2023"), ("open source", "yes"), ("size", "7"))
    reading = read_bill([model("chat", properties=told)])
    [chat] = reading.lineage.models
    assert ([*map(str, chat.sizes)], str(chat.released), chat.openness) == (["7B", "13B"], "2023-03", "open")
    assert "property 'size' is not read: it stands once" in said(reading, "ignored")[0]


def test_what_is_known_of_components() -> None:
    fields = {
        "supplier": {"name": "Qwen"},
        "version": "1",
        "description": "A model.",
        "licenses": [{"license": {"id": "MIT"}}],
        "properties": [{"name": "createdAt", "value": "2024-09-16T11:55:40.000Z"}, {"name": "likes", "value": "7"}],
        "externalReferences": [{"type": "website", "url": "https://example.org"}, {"type": "chat", "url": "x"}],
    }
    reading = read_bill(
        [model("a", **fields), {"type": "data", "name": "d", "licenses": [{"expression": "MIT OR ISC"}]}]
    )
    assert reading.lineage["a"] == Model(
        id="a",
        name="a",
        organizations=["Qwen"],
        note="A model.",
        license={"name": "MIT", "spdx": "MIT"},
        released="2024-09-16",
        links={"website": "https://example.org"},
    )
    assert str(reading.lineage["d"].kind) == "dataset"
    assert reading.lineage["d"].license.name == "MIT OR ISC"  # type: ignore[union-attr]
    assert said(reading) == [
        "an external reference of type 'chat' is not read: it stands once",
        "'version' of components is not read: it stands once",
        "property 'likes' is not read: it stands once",
    ]
    makers = [{"manufacturer": {"name": "M"}, "author": "x"}, {"author": "https://x.org"}, {"publisher": "P"}]
    read = read_bill([model(str(place), **maker) for place, maker in enumerate(makers)]).lineage
    assert [one.organizations for one in read.models] == [("M",), (), ("P",)]
    two = read_bill([model("a", licenses=[{"license": {"id": "MIT"}}, {"license": {"name": "mine"}}, {}])])
    assert two.lineage["a"].license.name == "MIT and mine"  # type: ignore[union-attr]


def test_pedigrees() -> None:
    reading = read_bill(
        [
            model("base", **{"bom-ref": "ref-1"}),
            model(
                "child",
                pedigree={
                    "ancestors": [
                        model("whatever", **{"bom-ref": "ref-1"}),
                        model("grand", pedigree={"ancestors": [model("great")]}),
                        {"type": "library", "name": "PyTorch"},
                    ],
                    "descendants": [model("young")],
                    "variants": [model("twin")],
                    "notes": "by hand",
                },
            ),
        ]
    )
    assert steps(reading) == {
        ("base", "child", "unspecified"),
        ("grand", "child", "unspecified"),
        ("great", "grand", "unspecified"),
        ("child", "young", "unspecified"),
    }
    assert set(reading.lineage) == {"base", "child", "grand", "great", "young", "twin"}
    assert reading.lineage.derivation("base", "child").note == "by hand"
    assert len(said(reading, "missing-relation")) == 4


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"properties": properties(("baseModel", "bloom"))}, {("bloom", "unspecified")}),
        ({"properties": {"baseModel": "bloom", "parentModel": "bloom"}}, {("bloom", "unspecified")}),
        (
            {"properties": properties(("aibom:base_model", "a"), ("aibom:base_model", "b"))},
            {("a", "unspecified"), ("b", "unspecified")},
        ),
        (
            {"properties": {"baseModel": "bloom", "baseModelSource": "https://huggingface.co/bigscience/bloom"}},
            {("bigscience/bloom", "unspecified")},
        ),
        ({"modelCard": {"properties": properties(("base_model", "a"))}}, {("a", "unspecified")}),
        ({"tags": ["base_model:finetune:org/a", "license:mit"]}, {("org/a", "finetune")}),
        (
            {"properties": properties(("tags", "x, base_model:org/a, base_model:quantized:org/a"))},
            {("org/a", "quantized")},
        ),
        (
            {"pedigree": {"ancestors": [model("org/a")]}, "tags": ["base_model:adapter:org/a"]},
            {("org/a", "adapter")},
        ),
        (
            trained_on(name="pile", contents={"url": "https://huggingface.co/datasets/org/pile"}),
            {("org/pile", "data")},
        ),
        (trained_on(name="pile"), {("pile", "data")}),
        ({"components": [model("encoder")]}, {("encoder", "component")}),
        (contained("training|evaluation"), {("d", "data")}),
        (contained("evaluation|benchmarking"), set()),
    ],
)
def test_what_says_who_the_parents_are(fields: dict[str, Any], expected: set[tuple[str, str]]) -> None:
    reading = read_bill([model("child", **fields)])
    assert {(parent, relation) for parent, child, relation in steps(reading) if child == "child"} == expected
    assert not said(reading, "repeated-derivation", "conflicting-relation")


def test_dependencies() -> None:
    reading = read_bill(
        [
            model("m", **{"bom-ref": "1"}),
            {"type": "data", "name": "d", "bom-ref": "2"},
            {"type": "application", "name": "app", "bom-ref": "3"},
            {"type": "library", "name": "PyTorch", "bom-ref": "4"},
            model(
                "n", **{"bom-ref": "5"}, modelCard={"modelParameters": {"datasets": [{"ref": "2"}, {"ref": "gone"}]}}
            ),
        ],
        dependencies=[
            {"ref": "1", "dependsOn": ["2", "4", "nothing"]},
            {"ref": "3", "dependsOn": ["1", "3"]},
            {"ref": "5", "dependsOn": ["1"]},
            {"ref": "4", "dependsOn": ["1"]},
            {"ref": "none"},
            {"ref": "1", "dependsOn": 5},
        ],
    )
    assert steps(reading) == {
        ("d", "m", "data"),
        ("m", "app", "application"),
        ("m", "n", "unspecified"),
        ("d", "n", "data"),
    }
    assert said(reading, "missing-parent", "missing-child", "self-loop") == [
        "'gone', which 'n' refers to, is no component of the file; name a bom-ref; it is left out",
        "'nothing', which '1' refers to, is no component of the file; name a bom-ref; it is left out",
        "self-loop: 'app' is derived from itself; the derivation is left out",
        "'none' is no component of the file; name a bom-ref; it is left out",
    ]


# Identity


def test_a_group_belongs_to_the_name() -> None:
    ancestor = model("chat", group="acme", version="1.0")
    reading = read_bill(
        [
            model("chat", group="acme", version="1.0", **{"bom-ref": "a"}),
            model("chat", group="beta", version="1.0", pedigree={"ancestors": [ancestor]}, **{"bom-ref": "b"}),
        ]
    )
    assert steps(reading) == {("acme/chat", "beta/chat", "unspecified")}
    assert {one.id: (one.name, one.organizations) for one in reading.lineage.models} == {
        "acme/chat": ("chat", ("acme",)),
        "beta/chat": ("chat", ("beta",)),
    }
    assert not said(reading, "same-name", "duplicate-id", "self-loop")


def test_versions_tell_components_apart() -> None:
    for listed in (True, False):
        first = model("chat", group="acme", version="1.0")
        second = model("chat", group="acme", version="2.0", pedigree={"ancestors": [first]})
        reading = read_bill([first, second] if listed else [second])
        assert steps(reading) == {("acme/chat@1.0", "acme/chat@2.0", "unspecified")}
        assert len(reading.lineage) == 2


def test_package_urls_tell_components_apart() -> None:
    reading = read_bill(
        [
            model("chat", purl="pkg:huggingface/acme/chat"),
            model("chat", purl="pkg:huggingface/beta/chat@abc", properties=properties(("base_model", "acme/chat"))),
        ]
    )
    assert steps(reading) == {("acme/chat", "beta/chat", "unspecified")}
    assert [model.organizations for model in reading.lineage.models] == [("acme",), ("beta",)]


def test_package_urls_of_other_types_tell_components_apart() -> None:
    first, second, third = (
        model("chat", purl=f"pkg:generic/{where}") for where in ("acme/chat@1.0", "beta/chat@1.0", "beta/chat@2.0")
    )
    reading = read_bill([first, second | {"pedigree": {"ancestors": [first]}}, third])
    assert steps(reading) == {("acme/chat", "beta/chat@1.0", "unspecified")}
    assert set(reading.lineage) == {"acme/chat", "beta/chat@1.0", "beta/chat@2.0"}


def test_bom_refs_tell_components_apart() -> None:
    reading = read_bill(
        [
            model("chat", description="one", **{"bom-ref": "a"}),
            model("chat", description="other", **{"bom-ref": "b"}),
            model("child", **{"bom-ref": "c"}),
            model("chat", description="one", **{"bom-ref": "again"}),
        ],
        dependencies=[{"ref": "c", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["again"]}],
    )
    assert steps(reading) == {("chat#b", "child", "unspecified"), ("chat", "chat#b", "unspecified")}
    assert reading.lineage["chat#b"].note == "other"
    assert len(reading.lineage) == 3


def test_a_bare_name_that_several_have_means_none_of_them() -> None:
    reading = read_bill(
        [
            model("chat", group="acme"),
            model("chat", group="beta"),
            model("child", properties=properties(("base_model", "chat"))),
        ]
    )
    assert steps(reading) == {("chat", "child", "unspecified")}
    assert said(reading, "missing-parent")
    alone = read_bill([model("chat", group="acme"), model("child", properties=properties(("base_model", "chat")))])
    assert steps(alone) == {("acme/chat", "child", "unspecified")}


def test_the_subject_is_no_other_component_of_its_name() -> None:
    reading = read_bill([model("chat", group="acme")], metadata={"component": model("chat", group="beta")})
    assert set(reading.lineage) == {"acme/chat", "beta/chat"}


# XML

XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
  <metadata>
    <timestamp>2024-05-06T10:00:00Z</timestamp>
    <component type="application" bom-ref="app"><name>App</name><components/></component>
  </metadata>
  <components>
    <component type="machine-learning-model" bom-ref="base">
      <manufacturer><name>Acme</name></manufacturer>
      <group>acme</group><name>base</name><version>1.0</version><description>First.</description>
      <licenses><license><id>MIT</id></license></licenses>
      <purl>pkg:huggingface/acme/base-7b</purl>
      <externalReferences>
        <reference type="vcs"><url>https://github.com/acme/base</url></reference>
      </externalReferences>
    </component>
    <component type="machine-learning-model" bom-ref="chat">
      <name>chat</name>
      <licenses><expression>Apache-2.0</expression></licenses>
      <properties><property name="releaseDate">2024-01-02</property></properties>
      <pedigree>
        <ancestors>
          <component type="machine-learning-model">
            <name>base</name><purl>pkg:huggingface/acme/base-7b</purl>
          </component>
        </ancestors>
        <notes>fine-tuned</notes>
      </pedigree>
      <modelCard>
        <modelParameters><datasets><dataset><type>dataset</type><name>Alpaca</name></dataset></datasets></modelParameters>
      </modelCard>
    </component>
    <component type="library"><name>torch</name></component>
  </components>
  <dependencies><dependency ref="app"><dependency ref="chat"/></dependency><dependency ref="chat"/></dependencies>
</bom>
"""


def test_bills_in_xml_are_read(tmp_path: Path) -> None:
    for name in ("bom.xml", "x.cdx.xml", "x.cdx.json"):
        (tmp_path / name).write_text(XML, encoding="utf-8")
        reading = modeltree.read(tmp_path / name)
        assert steps(reading) == {
            ("acme/base-7b", "chat", "unspecified"),
            ("Alpaca", "chat", "data"),
            ("chat", "App", "application"),
        }
        lineage = reading.lineage
        base, chat = lineage["acme/base-7b"], lineage["chat"]
        assert (base.name, base.note, base.license, base.organizations) == (
            "base",
            "First.",
            License(name="MIT", spdx="MIT"),
            ("Acme",),
        )
        assert base.links.code == "https://github.com/acme/base"
        assert (str(chat.released), chat.license) == ("2024-01-02", License(name="Apache-2.0"))
        assert lineage.derivation("acme/base-7b", "chat").note == "fine-tuned"
        assert str(lineage.about.date) == "2024-05-06"
        [library] = [finding for finding in reading.findings if "'library'" in finding.message]
        assert str(library.position) == f"{tmp_path / name}:33:5"
        assert not [finding for finding in reading.findings if finding.severity == "error"]


def test_xml_is_read_within_bounds(tmp_path: Path) -> None:
    head = "<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>"
    deep = head + "<components><component>" * 40 + "</component></components>" * 40 + "</bom>"
    bomb = "<!DOCTYPE bom [<!ENTITY a 'aaaa'>]>" + head + "&a;</bom>"
    for text, kind in ((deep, "too-deep"), (bomb, "tag")):
        (tmp_path / "bom.xml").write_text(text)
        with pytest.raises(SourceError) as caught:
            modeltree.read(tmp_path / "bom.xml")
        assert caught.value.problems[0].kind == kind


def test_other_files_that_end_as_xml_are_told_apart(tmp_path: Path) -> None:
    texts = {"graphml": "<graphml><graph/></graphml>", "gexf": "<gexf/>"}
    for name, text in texts.items():
        (tmp_path / "x.xml").write_text(text)
        assert format_of(tmp_path / "x.xml").name == name
    with pytest.raises(UnknownFormatError, match="read and not written"):
        modeltree.save(EXAMPLE, tmp_path / "x.xml")


@settings(max_examples=examples(200), deadline=None)
@given(st.data())
def test_faulty_xml_gives_a_reading_or_a_source_error(data: st.DataObject) -> None:
    content = XML.encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        content = content[:start] + data.draw(st.binary(max_size=4)) + content[end:]
    with contextlib.suppress(SourceError):
        read_text(content)


ELEMENTS = st.recursive(
    st.just(""), lambda inner: st.lists(st.tuples(TAGS, inner), max_size=4).map(_elements), max_leaves=20
)


@settings(deadline=None)
@given(ELEMENTS)
def test_any_elements_give_a_reading_or_a_source_error(inner: str) -> None:
    with contextlib.suppress(SourceError):
        read_text(f"<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>{inner}</bom>")


def test_the_subject_of_a_bill() -> None:
    subject = model("child", **{"bom-ref": "s"})
    metadata = {"component": subject, "timestamp": "2023-06-22T12:16:23Z", "tools": [{"name": "x"}]}
    dependencies = [{"ref": "s", "dependsOn": ["p"]}]
    twice = read_bill(
        [model("child", **{"bom-ref": "c"}), model("parent", **{"bom-ref": "p"})],
        metadata=metadata,
        dependencies=dependencies,
    )
    once = read_bill([model("parent", **{"bom-ref": "p"})], metadata=metadata, dependencies=dependencies)
    assert steps(twice) == steps(once) == {("parent", "child", "unspecified")}
    assert str(once.lineage.about.date) == "2023-06-22"
    assert len(once.lineage) == 2


def test_policy_and_aliases_are_heeded() -> None:
    content = {
        "bomFormat": "CycloneDX",
        "components": [model("child", properties={"baseModel": "Bloom"}), model("bloom")],
    }
    reading = read_text(json.dumps(content), aliases={"Bloom": "bloom"})
    assert steps(reading) == {("bloom", "child", "unspecified")}
    with pytest.raises(SourceError, match="missing parent 'Bloom'"):
        read_text(json.dumps(content), policy=Policy(missing_parent="refuse"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("<bom/>", "no CycloneDX: the file does not say so"),
        ("<rdf/>", "no CycloneDX: the file begins with <rdf>"),
        ("<bom xmlns='http://cyclonedx.org/schema/bom/1.6'>", "no XML: no element found"),
        ("[]", "no CycloneDX: a mapping with 'bomFormat' is needed"),
        ('{"spdxVersion": "SPDX-2.3"}', "no CycloneDX: the file does not say so"),
    ],
)
def test_what_is_no_bill_is_refused(content: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_text(content)
    (problem,) = caught.value.problems
    assert problem.message == message
    assert problem.position is not None


def test_bills_that_are_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "RECORDS", 2)
    with pytest.raises(SourceError, match="the file is too large: more than 2 components"):
        read_bill([model("a"), model("b"), model("c")])
    with pytest.raises(SourceError, match="nested more than 100 deep"):
        read_text('{"bomFormat": "CycloneDX", "components": ' + '[{"type": "data", "components": ' * 60)


# Anything at all

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "b", "", "https://huggingface.co/a/b", "1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "id", "license", "type", "url", "modelParameters", "value"]), inner)
    ),
    max_leaves=4,
)
NAMES = ["baseModel", "tags", "modeltree:id", "modeltree:x", "usage", "createdAt"]
VALUES = st.sampled_from(["a", "base_model:b"]) | JSON
REFERENCES = st.dictionaries(st.sampled_from(["type", "url", "comment"]), JSON | st.sampled_from(["model-card", "vcs"]))
ROLES = st.sampled_from(["ancestors", "descendants", "variants"])
COMPONENTS = st.recursive(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["machine-learning-model", "data", "application", "file"]) | JSON},
        optional={
            **{key: JSON | st.sampled_from(["a", "b"]) for key in ("name", "bom-ref", "purl", "licenses", "tags")},
            **dict.fromkeys(["description", "supplier", "modelCard"], JSON),
            "properties": st.lists(st.fixed_dictionaries({"name": st.sampled_from(NAMES), "value": VALUES})) | JSON,
            "externalReferences": st.lists(REFERENCES) | JSON,
        },
    ),
    lambda inner: st.fixed_dictionaries(
        {"type": st.just("machine-learning-model"), "name": st.sampled_from(["a", "b", "c"])},
        optional={
            "components": st.lists(inner, max_size=2),
            "pedigree": st.dictionaries(ROLES, st.lists(inner, max_size=2)),
        },
    ),
    max_leaves=3,
)


@settings(max_examples=examples(120))
@given(
    st.lists(COMPONENTS | JSON, max_size=4) | JSON,
    st.none() | COMPONENTS | JSON,
    st.lists(st.dictionaries(st.sampled_from(["ref", "dependsOn"]), st.lists(JSON, max_size=3) | JSON), max_size=2)
    | JSON,
)
def test_any_shape_gives_a_reading_or_a_source_error(components: Any, subject: Any, dependencies: Any) -> None:
    more = {"metadata": {"component": subject, "timestamp": subject, "properties": dependencies}}
    reading = read_bill(components, dependencies=dependencies, **more)
    text = cyclonedx_text(reading.lineage)
    assert VALIDATOR.validate_str(text) is None
    assert read_text(text).lineage == reading.lineage


@settings(max_examples=examples(200))
@given(st.data())
def test_files_with_faults_give_a_reading_or_a_source_error(data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([cyclonedx_text(EXAMPLE).encode(), b"", b"\xef\xbb\xbf{}"]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = min(start + data.draw(st.integers(0, 12)), len(content))
        other = data.draw(st.integers(0, len(content)))
        pieces = [b'"', b"null", b"{", b"[", b"]", content[other : other + 20]]
        content = content[:start] + data.draw(st.binary(max_size=3) | st.sampled_from(pieces)) + content[end:]
    problems: tuple[Finding, ...] = ()
    try:
        reading = read_text(content)
    except SourceError as error:
        problems = error.problems
    assert all(problem.position for problem in problems)
    assert problems or isinstance(reading.lineage, Lineage)

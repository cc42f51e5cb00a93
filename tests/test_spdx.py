"""SPDX 3: documents of others, and those of our own, which are read again as they were."""

from __future__ import annotations

import contextlib
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import modeltree
from modeltree import Derivation, License, Lineage, Model, SourceError
from modeltree.cli.main import main
from modeltree.findings import UnknownModelError
from modeltree.formats.graphs.spdx import read_spdx, spdx_text
from modeltree.formats.repair.claims import Reading
from strategies import examples
from strategies_records import lineages

CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"


def read_text(content: str | bytes, name: str = "x.spdx.json") -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_spdx(path)


def read_graph(*elements: Any) -> Reading:
    return read_text(json.dumps({"@context": CONTEXT, "@graph": list(elements)}))


def model(id: str, name: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"type": "ai_AIPackage", "spdxId": f"urn:{id}", "name": name or id, **fields}


def data_set(id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "dataset_DatasetPackage", "spdxId": f"urn:{id}", "name": id, **fields}


def relationship(source: str, kind: str, *targets: str, **fields: Any) -> dict[str, Any]:
    ends = {"from": f"urn:{source}", "to": [f"urn:{target}" for target in targets]}
    return {"type": "Relationship", "spdxId": f"urn:{source}-{kind}", "relationshipType": kind, **ends, **fields}


def edges(reading: Reading) -> set[tuple[str, str, str]]:
    return {(edge.parent, edge.child, str(edge.relation)) for edge in reading.lineage.derivations}


def kinds(reading: Reading) -> set[str]:
    return {finding.kind for finding in reading.findings if finding.severity != "note"}


# Documents of others


@pytest.mark.parametrize(
    ("source", "kind", "target", "edge"),
    [
        ("chat", "descendantOf", "base", ("base", "chat", "unspecified")),
        ("base", "ancestorOf", "chat", ("base", "chat", "unspecified")),
        ("chat", "trainedOn", "texts", ("texts", "chat", "data")),
        ("chat", "pretrainedOn", "texts", ("texts", "chat", "data")),
        ("chat", "finetunedOn", "texts", ("texts", "chat", "data")),
        ("chat", "finetunedOn", "base", ("base", "chat", "finetune")),
        ("chat", "testedOn", "texts", None),
        ("chat", "generates", "texts", ("chat", "texts", "generated")),
        ("texts", "generates", "chat", ("texts", "chat", "data")),
        ("app", "dependsOn", "chat", ("chat", "app", "application")),
        ("chat", "dependsOn", "texts", ("texts", "chat", "data")),
        ("chat", "contains", "base", ("base", "chat", "component")),
        ("chat", "hasVariant", "base", None),
    ],
)
def test_what_relationships_mean(source: str, kind: str, target: str, edge: tuple[str, str, str] | None) -> None:
    packages = [model("base"), model("chat"), model("app", software_primaryPurpose="application"), data_set("texts")]
    reading = read_graph(*packages, relationship(source, kind, target))
    assert edges(reading) == ({edge} if edge else set())
    assert not kinds(reading)
    noted = [finding.message for finding in reading.findings if finding.kind == "ignored"]
    assert noted == ([] if edge else [f"a relationship of type {kind!r} is not read: it stands once"])
    if kind in ("pretrainedOn", "finetunedOn"):
        assert reading.lineage.derivations[0].note == kind


def test_a_package_has_all_its_fields() -> None:
    reading = read_graph(
        {"type": "CreationInfo", "@id": "_:info", "specVersion": "3.0.1", "created": "2024-01-01T00:00:00Z"},
        {"type": "Organization", "spdxId": "urn:acme", "name": "Acme"},
        model(
            "base",
            "Base",
            description="The first.",
            releaseTime="2024-02-03T00:00:00Z",
            suppliedBy="urn:acme",
            software_downloadLocation="https://huggingface.co/acme/base-7b",
            software_homePage="https://acme.example",
            software_primaryPurpose="model",
            ai_domain=["language"],
        ),
        model("other", software_packageUrl="pkg:huggingface/acme/other@abc", originatedBy=["urn:acme"]),
        {"type": "simplelicensing_LicenseExpression", "spdxId": "urn:l", "simplelicensing_licenseExpression": "MIT"},
        relationship("base", "hasConcludedLicense", "none"),
        relationship("base", "hasDeclaredLicense", "l"),
        {
            "type": "Relationship",
            "relationshipType": "hasDeclaredLicense",
            "from": "urn:other",
            "to": ["https://spdx.org/licenses/Apache-2.0"],
        },
    )
    base, other = reading.lineage["acme/base-7b"], reading.lineage["acme/other"]
    assert (base.name, base.note, str(base.released), base.organizations) == (
        "Base",
        "The first.",
        "2024-02-03",
        ("Acme",),
    )
    assert (base.links.weights, base.links.website) == ("https://huggingface.co/acme/base-7b", "https://acme.example")
    assert (base.license, other.license) == (
        License(name="MIT", spdx="MIT"),
        License(name="Apache-2.0", spdx="Apache-2.0"),
    )
    assert other.organizations == ("Acme",)
    assert "'ai_domain' of packages is not read: it stands once" in [finding.message for finding in reading.findings]


def test_names_of_types_may_be_written_out_and_elements_nested() -> None:
    base = {"@type": "https://spdx.org/rdf/3.0.1/terms/AI/AIPackage", "@id": "urn:a", "name": "base"}
    chat = {"type": "spdx:AI/AIPackage", "spdxId": "urn:b", "name": "chat"}
    link = {"type": "spdx:Core/Relationship", "from": chat, "to": base, "relationshipType": "descendantOf"}
    assert edges(read_graph(link)) == {("base", "chat", "unspecified")}


@pytest.mark.parametrize("type", ["AIPackage", "ai:AIPackage", "ai_AIPackage", "ai/AIPackage"])
def test_the_profile_of_a_type_may_be_written_otherwise(type: str) -> None:
    packages = [model("base") | {"type": type}, {"@type": type, "@id": "urn:chat", "name": "chat"}]
    assert edges(read_graph(*packages, relationship("chat", "descendantOf", "base"))) == {
        ("base", "chat", "unspecified")
    }


def test_packages_of_one_name_are_told_apart() -> None:
    for versions in (("1.0", "2.0"), (None, None)):
        first, second = (
            model(id, "chat", **({"software_packageVersion": version} if version else {}))
            for id, version in zip("ab", versions, strict=True)
        )
        reading = read_graph(first, second, relationship("b", "descendantOf", "a"))
        ids = ("chat@1.0", "chat@2.0") if versions[0] else ("chat", "chat#b")
        assert edges(reading) == {(*ids, "unspecified")}


def test_what_leads_nowhere_is_reported() -> None:
    reading = read_graph(model("a"), relationship("a", "trainedOn", "none"), {"type": "software_Package", "name": "x"})
    assert edges(reading) == set()
    assert kinds(reading) == {"missing-parent"}
    assert "an element of type 'software_Package' is not read: it stands once" in [
        finding.message for finding in reading.findings
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"spdxVersion": "SPDX-2.3", "packages": []}', "'SPDX-2.3', which has no packages of AI"),
        ("{}", "no SPDX 3: the file does not say so"),
        ("[]", "no SPDX 3: a mapping with '@context' and '@graph' is needed"),
    ],
)
def test_what_is_no_spdx_3_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_text(text)
    assert caught.value.problems[0].message == message


def test_documents_are_known_by_what_is_in_them(tmp_path: Path) -> None:
    documents = {
        "a.json": json.dumps({"@context": CONTEXT, "@graph": [model("a")]}),
        "b.json": '{"spdxVersion": "SPDX-2.3"}',
    }
    for name, text in documents.items():
        (tmp_path / name).write_text(text)
        assert modeltree.formats.format_of(tmp_path / name).name == "spdx"


# Documents of our own

EXAMPLE = Lineage(
    [
        Model(id="acme/base", name="Base", released="2023-01", license={"name": "MIT", "spdx": "MIT"}),
        Model(id="chat", name="Chat", released="2023-02-03", license="Own terms", note="First."),
        Model(id="texts", name="Texts", kind="dataset"),
        Model(id="app", name="App", kind="application"),
    ],
    [
        Derivation(parent="acme/base", child="chat", relation="finetune", note="by hand"),
        Derivation(parent="texts", child="chat", relation="data"),
        Derivation(parent="chat", child="app", relation="application"),
    ],
)


def test_how_it_is_written() -> None:
    document = json.loads(spdx_text(EXAMPLE))
    assert document["@context"] == CONTEXT
    elements = document["@graph"]
    [info] = [element for element in elements if element["type"] == "CreationInfo"]
    assert (info["specVersion"], info["created"]) == ("3.0.1", "1970-01-01T00:00:00Z")
    ids = {element.get("spdxId") for element in elements}
    assert info["createdBy"][0] in ids
    for element in elements:
        assert element is info or element["creationInfo"] == info["@id"]
    relationships = [element for element in elements if element["type"] == "Relationship"]
    assert {one["relationshipType"] for one in relationships} == {
        "descendantOf",
        "trainedOn",
        "dependsOn",
        "hasDeclaredLicense",
    }
    assert all({one["from"], *one["to"]} <= ids for one in relationships)
    packages = {element["name"]: element for element in elements if "Package" in element["type"]}
    assert packages["Texts"]["type"] == "dataset_DatasetPackage"
    assert packages["App"]["software_primaryPurpose"] == "application"
    assert packages["Base"]["software_packageUrl"] == "pkg:huggingface/acme/base"
    assert packages["Chat"]["releaseTime"] == "2023-02-03T00:00:00Z"
    # Relationship types of 3.1 are no words of 3.0.1.
    assert not {"pretrainedOn", "finetunedOn"} & {one["relationshipType"] for one in relationships}


def test_a_document_of_one_model_and_of_a_time(tmp_path: Path) -> None:
    path = tmp_path / "x.spdx.json"
    modeltree.save(EXAMPLE, path, subject="chat", timestamp=datetime(2024, 5, 6, tzinfo=UTC))
    elements = json.loads(path.read_text(encoding="utf-8"))["@graph"]
    [document] = [element for element in elements if element["type"] == "SpdxDocument"]
    assert [id.rpartition("#")[2] for id in document["rootElement"]] == ["model-chat"]
    assert elements[0]["created"] == "2024-05-06T00:00:00Z"
    assert modeltree.read(path).lineage == EXAMPLE
    again = Lineage(reversed(EXAMPLE.models), EXAMPLE.derivations)
    assert spdx_text(again) == spdx_text(EXAMPLE)
    with pytest.raises(UnknownModelError):
        spdx_text(EXAMPLE, subject="none")


@settings(max_examples=examples(60), deadline=None)
@given(lineages())
def test_what_is_written_is_read_again(lineage: Lineage) -> None:
    reading = read_text(spdx_text(lineage))
    assert reading.lineage == lineage
    assert reading.lineage.about == lineage.about
    assert reading.lineage.organizations == lineage.organizations


@settings(max_examples=examples(150), deadline=None)
@given(st.data())
def test_files_with_faults_give_a_reading_or_a_source_error(data: st.DataObject) -> None:
    content = spdx_text(EXAMPLE).encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 40)))
        content = content[:start] + data.draw(st.binary(max_size=4)) + content[end:]
    with contextlib.suppress(SourceError):
        read_text(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["urn:a", "urn:b", "descendantOf", "ai_AIPackage"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["spdxId", "type", "name"]), inner),
    max_leaves=5,
)
KEYS = {"type", "@type", "spdxId", "@id", "name", "from", "to", "relationshipType", "extension", "suppliedBy"}
KEYS |= {"externalRef", "externalIdentifier", "software_packageVersion", "releaseTime", "software_downloadLocation"}
ELEMENTS = st.dictionaries(
    st.sampled_from(sorted(KEYS)),
    JSON | st.sampled_from(["ai_AIPackage", "Relationship", "SpdxDocument", "urn:a", "descendantOf"]),
)


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(ELEMENTS, max_size=5))
def test_any_shape_gives_a_reading_or_a_source_error(elements: list[dict[str, Any]]) -> None:
    with contextlib.suppress(SourceError):
        reading = read_graph(*elements)
        assert read_text(spdx_text(reading.lineage)).lineage == reading.lineage


# One product


@pytest.mark.parametrize("name", ["x.cdx.json", "x.spdx.json"])
def test_the_bill_of_one_product(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, output = tmp_path / "all.yaml", tmp_path / name
    more = [*EXAMPLE.models, Model(id="else", name="Else")]
    modeltree.save(Lineage(more, EXAMPLE.derivations), source)
    assert main(["convert", str(source), str(output), "--ancestry", "Chat"]) == 0
    first = output.read_bytes()
    assert set(modeltree.read(output).lineage) == {"chat", "acme/base", "texts"}
    content = json.loads(first)
    if "metadata" in content:
        assert content["metadata"]["component"]["bom-ref"] == "chat"
        assert "timestamp" not in content["metadata"]
    else:
        [document] = [element for element in content["@graph"] if element["type"] == "SpdxDocument"]
        assert [id.rpartition("#")[2] for id in document["rootElement"]] == ["model-chat"]
    assert main(["convert", str(source), str(output), "--ancestry", "Chat"]) == 0
    assert output.read_bytes() == first
    assert main(["convert", str(source), str(output), "--ancestry", "chat", "--timestamp"]) == 0
    assert f"{datetime.now(UTC).year}-" in output.read_text(encoding="utf-8")
    assert main(["convert", str(source), str(output), "--ancestry", "chat", "--ancestry", "else"]) == 0
    assert set(modeltree.read(output).lineage) == {"chat", "acme/base", "texts", "else"}
    assert main(["convert", str(source), str(tmp_path / "x.csv"), "--timestamp"]) == 2
    assert "--timestamp is for bills of materials" in capsys.readouterr().err
    assert main(["convert", str(source), str(output), "--ancestry", "nobody"]) == 2

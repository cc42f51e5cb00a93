"""The words of the Hugging Face Hub: for licenses, and what it says about a model, in its API and in dumps of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from modeltree._util.text import lazy_pattern
from modeltree.records import License
from modeltree.values.addresses import parse_hub_address

# Licenses

OTHER = "other"
"""The word of the Hub for a license that it has no word for."""

_UNKNOWN = "unknown"

# Words that the list of SPDX has too, in another case.
_SPDX = """
    AFL-3.0 Artistic-2.0 BSL-1.0 BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear CDLA-Sharing-1.0 CDLA-Permissive-1.0
    CDLA-Permissive-2.0 ECL-2.0 EPL-1.0 EPL-2.0 etalab-2.0 EUPL-1.1 EUPL-1.2 ISC LPPL-1.3c MIT MPL-2.0 MS-PL NCSA
    OFL-1.1 OSL-3.0 PostgreSQL Unlicense WTFPL Zlib
"""
# Words for licenses that SPDX calls otherwise, or that go by another name.
_NAMED = {
    "apache-2.0": ("Apache 2.0", "Apache-2.0"),
    "cc0-1.0": ("CC0 1.0", "CC0-1.0"),
    "agpl-3.0": ("AGPL-3.0", "AGPL-3.0-only"),
    "gpl-2.0": ("GPL-2.0", "GPL-2.0-only"),
    "gpl-3.0": ("GPL-3.0", "GPL-3.0-only"),
    "lgpl-2.1": ("LGPL-2.1", "LGPL-2.1-only"),
    "lgpl-3.0": ("LGPL-3.0", "LGPL-3.0-only"),
    "lgpl-lr": ("LGPLLR", "LGPLLR"),
    "c-uda": ("C-UDA 1.0", "C-UDA-1.0"),
    "odc-by": ("ODC-By 1.0", "ODC-By-1.0"),
    "odbl": ("ODbL 1.0", "ODbL-1.0"),
    "pddl": ("PDDL 1.0", "PDDL-1.0"),
}
_CREATIVE_COMMONS = """
    by-2.0 by-2.5 by-3.0 by-4.0 by-sa-3.0 by-sa-4.0 by-nc-2.0 by-nc-3.0 by-nc-4.0 by-nd-4.0
    by-nc-nd-3.0 by-nc-nd-4.0 by-nc-sa-2.0 by-nc-sa-3.0 by-nc-sa-4.0
"""
# Words for licenses that SPDX does not list, and for families of licenses, of which it lists only the members.
_UNLISTED = {
    "bigcode-openrail-m": "BigCode OpenRAIL-M v1",
    "bigscience-bloom-rail-1.0": "BigScience BLOOM RAIL 1.0",
    "bigscience-openrail-m": "BigScience OpenRAIL-M",
    "bsd": "BSD",
    "cc": "CC",
    "creativeml-openrail-m": "CreativeML OpenRAIL-M",
    "deepfloyd-if-license": "DeepFloyd IF Research License Agreement",
    "fair-noncommercial-research-license": "FAIR Noncommercial Research License",
    "gemma": "Gemma Terms of Use",
    "gfdl": "GFDL",
    "gpl": "GPL",
    "grok2-community": "Grok 2 Community License",
    "intel-research": "Intel Research Use License",
    "lgpl": "LGPL",
    "llama2": "Llama 2 Community License",
    "llama3": "Llama 3 Community License",
    "llama3.1": "Llama 3.1 Community License",
    "llama3.2": "Llama 3.2 Community License",
    "llama3.3": "Llama 3.3 Community License",
    "llama4": "Llama 4 Community License",
    "openrail": "OpenRAIL",
    "openrail++": "OpenRAIL++-M",
}
_KNOWN: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {spdx.lower(): (spdx, spdx) for spdx in _SPDX.split()}
    | {
        f"cc-{word}": (f"CC {kind.upper()} {version}", f"CC-{word.upper()}")
        for word in _CREATIVE_COMMONS.split()
        for kind, _, version in [word.rpartition("-")]
    }
    | _NAMED
    | {word: (name, None) for word, name in _UNLISTED.items()}
)
_WORD_OF_SPDX = {spdx: word for word, (_, spdx) in _KNOWN.items() if spdx}
_WORD_OF_NAME = {name: word for word, (name, spdx) in _KNOWN.items() if not spdx}


def license_of(word: str, name: str | None = None) -> dict[str, str] | str | None:
    """The license that a word of the Hub stands for, as a field of a model; None for ``unknown``.

    `name` is the ``license_name`` of a model card. A word that the Hub does not have is the name of a license.
    Licenses outside the SPDX list, and families of licenses, have a name alone. The GNU licenses say "only" in SPDX,
    as their old identifiers did.
    """
    word, name = word.strip(), (name or "").strip() or None
    if word.lower() in ("", _UNKNOWN):
        return name
    if word.lower() not in _KNOWN:
        return name or word
    known, spdx = _KNOWN[word.lower()]
    return {"name": name or known, "spdx": spdx} if spdx else name or known


def license_named(name: str) -> dict[str, str] | str:
    """The license of a name, with the SPDX identifier if the name is a word of SPDX or the Hub but for its spelling."""
    license = license_of(re.sub(r"\s+", "-", name.lower()))
    return {"name": name, "spdx": license["spdx"]} if isinstance(license, dict) else name


def hub_license(license: License) -> str:
    """The word of the Hub for a license, ``"other"`` where it has none.

    A name alone, without an SPDX identifier, only tells a license that SPDX does not list: "MIT" is then another.
    """
    if license.spdx:
        return _WORD_OF_SPDX.get(license.spdx, OTHER)
    return _WORD_OF_NAME.get(license.name, OTHER)


# Models

BASE_TAG, LICENSE_TAG, DATASET_TAG = "base_model:", "license:", "dataset:"

DATASETS = "datasets/"
"""With this the id of a data set begins, as its address on the Hub does."""

DATES = ("release_date", "date", "created_at")
"""The keys in a card for the date of release, the likeliest first."""

_FIRST_DATE = "2022-03-02"  # what the Hub says of every repository that was made before it kept dates
_FIRST_TIME = "23:29:0"
_AT_REVISION = lazy_pattern(r"(?P<name>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)@(?P<revision>[\w./-]+)", re.ASCII)
_ADAPTER_WORDS = {"peft", "adapter-transformers", "lora", "adapter"}
_QUANTIZED_WORDS = {"gguf", "ggml", "gptq", "awq", "exl2", "exl3", "onnx"}
_QUANTIZED_WORDS |= {"bitsandbytes", "quantized", "4-bit", "8-bit"}
MERGE_WORDS = frozenset({"merge", "mergekit"})
"""Tags of merges."""
TELLING_WORDS = frozenset(_ADAPTER_WORDS | _QUANTIZED_WORDS | MERGE_WORDS)
"""The tags and libraries that say how a model was made, in lower case."""


class ModelReference(NamedTuple):
    """The id of a model, the revision of it, and whether it was given by an address of the Hub."""

    id: str
    revision: str | None
    is_address: bool


def reference_of(text: str) -> ModelReference | None:
    """The model that an address on the Hub means, or ``org/name@revision``; None for any other text."""
    hub = parse_hub_address(text)
    if hub and not hub.is_dataset and (hub.revision or not hub.page):
        return ModelReference(hub.id, hub.revision, True)
    match = _AT_REVISION.fullmatch(text) if len(text) <= 500 else None
    return ModelReference(match["name"], match["revision"], False) if match else None


def row_tags(row: Mapping[str, Any], card: Mapping[str, Any]) -> list[str]:
    """The tags of a row and of the card in it, and those that its ``baseModels`` stand for, each once."""
    tags = [*texts_in(row.get("tags")), *texts_in(card.get("tags"))]
    bases = row.get("baseModels")
    for group in bases if isinstance(bases, list) else [bases]:
        if isinstance(group, dict):
            models = group.get("models", [group])
            word = group.get("relation")
            for model in models if isinstance(models, list) else [models]:
                id = model.get("id") if isinstance(model, dict) else model
                if isinstance(id, str) and id.strip():
                    tags.append(f"{BASE_TAG}{word}:{id}" if isinstance(word, str) and word else f"{BASE_TAG}{id}")
    return list(dict.fromkeys(tags))


def tagged_base(tag: str) -> tuple[str, str] | None:
    """The relation, which may be empty, and the parent in a tag of the Hub; None for a tag of something else."""
    if not tag.startswith(BASE_TAG):
        return None
    word, colon, name = tag.removeprefix(BASE_TAG).partition(":")
    if not colon or (word in ("http", "https") and name.startswith("//")):
        word, name = "", tag.removeprefix(BASE_TAG)
    return (word.strip(), name.strip()) if name.strip() else None


def inferred_relation(
    words: Collection[str], count: int, *, adapter_file: str = "", has_gguf: bool = False, is_quantized: bool = False
) -> tuple[str, str]:
    """The relation of a model to so many bases that the Hub works out, and by which rule.

    `words` are its library and its tags, in lower case.
    """
    present = set(words)
    if adapter_file:
        return "adapter", f"it has a file {adapter_file}"
    if found := _ADAPTER_WORDS & present:
        return "adapter", f"its library or a tag is {min(found)!r}"
    if count > 1:
        return "merge", f"it lists {count} base models"
    if has_gguf:
        return "quantized", "it has a GGUF file"
    if found := _QUANTIZED_WORDS & present:
        return "quantized", f"its library or a tag is {min(found)!r}"
    if is_quantized:
        return "quantized", "its card has 'quantized_by'"
    if merged := MERGE_WORDS & present:
        return "merge", f"a tag is {min(merged)!r}"
    return "finetune", "it lists one base model, and is no adapter, no merge and not quantized"


def row_license(tags: Iterable[str], card: Mapping[str, Any]) -> Any:
    """The license in a card, or else in tags, as `modeltree.Model` takes it; None where there is none."""
    words = list(texts_in(card.get("license"))) or [
        tag.removeprefix(LICENSE_TAG) for tag in tags if tag.startswith(LICENSE_TAG)
    ]
    return joined_license(words, ", ".join(texts_in(card.get("license_name"))))


def joined_license(words: Sequence[str], names: str) -> Any:
    """The license that the words and names in a card stand for; several are one."""
    licenses = [license_of(word) or word for word in words]
    several = ", ".join(license if isinstance(license, str) else license["name"] for license in licenses)
    return several if len(words) > 1 else license_of(words[0] if words else OTHER if names else "", names)


def is_undated(created: Any) -> bool:
    """Whether a date is the one that the Hub has for all repositories that are older."""
    text = str(created)
    return text.startswith(_FIRST_DATE) and (len(text) == len(_FIRST_DATE) or text[11:].startswith(_FIRST_TIME))


def texts_in(value: object) -> Iterator[str]:
    """The texts in a value, which may be one or a list."""
    yield from (text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str))

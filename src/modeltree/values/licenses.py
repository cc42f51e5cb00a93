"""Licenses: what the words of the Hugging Face Hub stand for, and the word for a license."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from modeltree.records import License

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

    >>> license_of("apache-2.0")
    {'name': 'Apache 2.0', 'spdx': 'Apache-2.0'}
    >>> license_of("llama3.1"), license_of("other", "flux-1-dev"), license_of("unknown")
    ('Llama 3.1 Community License', 'flux-1-dev', None)
    """
    word, name = word.strip(), (name or "").strip() or None
    if word.lower() in ("", _UNKNOWN):
        return name
    if word.lower() not in _KNOWN:
        return name or word
    known, spdx = _KNOWN[word.lower()]
    return {"name": name or known, "spdx": spdx} if spdx else name or known


def license_named(name: str) -> dict[str, str] | str:
    """The license of a name, with the SPDX identifier if the name is a word of SPDX or the Hub but for its spelling.

    >>> license_named("Apache 2.0"), license_named("Llama 2")
    ({'name': 'Apache 2.0', 'spdx': 'Apache-2.0'}, 'Llama 2')
    """
    license = license_of(re.sub(r"\s+", "-", name.lower()))
    return {"name": name, "spdx": license["spdx"]} if isinstance(license, dict) else name


def hub_license(license: License) -> str:
    """The word of the Hub for a license, ``"other"`` where it has none.

    A name alone, without an SPDX identifier, only tells a license that SPDX does not list: "MIT" is then another.

    >>> hub_license(License(name="Apache License, Version 2.0", spdx="Apache-2.0"))
    'apache-2.0'
    >>> hub_license(License(name="Gemma Terms of Use")), hub_license(License(name="MIT"))
    ('gemma', 'other')
    """
    if license.spdx:
        return _WORD_OF_SPDX.get(license.spdx, OTHER)
    return _WORD_OF_NAME.get(license.name, OTHER)

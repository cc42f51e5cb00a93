"""Values as people write them: one reader of each kind for all formats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modeltree.values.addresses import HubAddress, hub_repository, hub_url, link_field, parse_hub_address
from modeltree.values.hub_words import license_named
from modeltree.values.names import is_legal_form
from modeltree.values.quantities import leading_size, parse_count, parse_date, parse_sizes
from modeltree.values.words import MISSING, is_missing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://huggingface.co/acme/base", HubAddress("acme/base", None, "", False)),
        ("http://www.huggingface.co/acme/base/", HubAddress("acme/base", None, "", False)),
        ("hf.co/acme/base?library=x#y", HubAddress("acme/base", None, "", False)),
        ("HTTPS://HuggingFace.co/acme/base", HubAddress("acme/base", None, "", False)),
        ("https://huggingface.co/gpt2", HubAddress("gpt2", None, "", False)),
        ("https://huggingface.co/gpt2/tree/main", HubAddress("gpt2", "main", "/tree/main", False)),
        ("https://huggingface.co/a/b/blob/v1/c.md", HubAddress("a/b", "v1", "/blob/v1/c.md", False)),
        ("https://huggingface.co/a/b/discussions/1", HubAddress("a/b", None, "/discussions/1", False)),
        ("https://huggingface.co/datasets/a/b", HubAddress("a/b", None, "", True)),
        ("https://huggingface.co/datasets", None),
        ("https://huggingface.co/docs/peft", None),
        ("https://huggingface.co/api/models/a/b", None),
        ("https://huggingface.co/a b", None),
        ("https://example.org/acme/base", None),
        ("acme/base", None),
        ("https://huggingface.co/a/" + "b" * 500, None),
    ],
)
def test_addresses_of_the_hub(text: str, expected: HubAddress | None) -> None:
    assert parse_hub_address(text) == expected


def test_an_address_of_an_organization_or_a_data_set_is_no_model() -> None:
    assert hub_repository(" https://huggingface.co/acme/base/discussions/1 ") == "acme/base"
    assert hub_repository("https://huggingface.co/acme") is None
    assert hub_repository("https://huggingface.co/datasets/acme/base") is None


NO_OWNERS = {"api", "blog", "collections", "datasets", "docs", "models", "papers", "spaces"}
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True)


@given(NAMES.filter(lambda name: name.lower() not in NO_OWNERS), NAMES)
def test_the_address_of_an_id_is_that_of_the_id(owner: str, name: str) -> None:
    url = hub_url(f"{owner}/{name}")
    assert url is None or hub_repository(url) == f"{owner}/{name}"


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    parse_date(text), list(parse_sizes(text)), parse_count(text), leading_size(text), parse_hub_address(text)
    license_named(text), link_field(text), is_legal_form(text), is_missing(text)


@pytest.mark.parametrize("word", [*sorted(MISSING), "-", "–", "???", "N/A", "…", "/"])
def test_words_for_missing_values(word: str) -> None:
    assert is_missing(f" {word.upper()} ")
    assert is_missing("")
    assert not is_missing("LLaMA")

"""What a web address is of: a paper, weights, source code, or a page."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["arxiv_reference", "link_field"]

_ARXIV = re.compile(
    r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/"
    r"([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}(?:v[0-9]+)?)(?:\.pdf)?/?(?:[?#].*)?"
)
_VERSION = re.compile(r"v[0-9]+\Z")
_HOSTS = {"github.com": "code", "gitlab.com": "code", "huggingface.co": "weights"}


def arxiv_reference(address: str) -> str | None:
    """The reference to a paper on arXiv that an address leads to; None for an address of something else.

    Examples
    --------
    >>> arxiv_reference("https://arxiv.org/pdf/2303.17564.pdf#section.2"), arxiv_reference("https://openai.com")
    ('arxiv:2303.17564', None)
    """
    match = _ARXIV.fullmatch(address)
    if not match:
        return None
    # Only the identifiers since 2007 are written with a version as references.
    return f"arxiv:{_VERSION.sub('', match[1]) if '/' in match[1] else match[1]}"


def link_field(address: str) -> str:
    """The field of `modeltree.records.Links` that an address belongs into, by its host.

    Examples
    --------
    >>> link_field("https://github.com/openai/whisper"), link_field("https://huggingface.co/gpt2")
    ('code', 'weights')
    >>> link_field("https://openai.com/research/gpt-4"), link_field("https://huggingface.co/papers/2302.13971")
    ('website', 'website')
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # a host in brackets that is no address
        return "website"
    first, *_ = parts.path.strip("/").split("/")
    if first in ("papers", "blog", "spaces", "datasets", "collections", "docs", ""):
        return "website"
    return _HOSTS.get(parts.netloc.lower().removeprefix("www."), "website")

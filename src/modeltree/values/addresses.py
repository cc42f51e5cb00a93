"""Addresses as people write them: of the Hugging Face Hub, of papers, of code, and of files on somebody's computer."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from modeltree._util.text import lazy_pattern
from modeltree.values.words import spelling_key

_HUB = lazy_pattern(
    r"(?:(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/|(?:ssh://)?git@hf\.co[:/]|hf://)(?P<kind>datasets/)?"
    r"(?!(?:api|blog|collections|datasets|docs|models|papers|spaces)(?:/|$))"
    r"(?P<id>[A-Za-z0-9][\w.-]*(?:/(?!(?:tree|blob|resolve|commit)/)[A-Za-z0-9][\w.-]*)?)"
    r"(?P<page>/(?:tree|blob|resolve|commit)/(?P<revision>[^/?#\s]+)[^?#\s]*|/[^/?#\s][^?#\s]*)?/?"
    r"(?:[?#]\S*|:[\w.-]+)?",  # behind a colon, the file of a repository that a program is to run
    re.ASCII | re.IGNORECASE,
)
_PACKAGE = lazy_pattern(r"\s*pkg:/{0,2}(?P<type>[\w.+-]+)/(?P<path>[^@?#]+)(?:@(?P<version>[^?#]+))?", re.ASCII)
_LONGEST_ADDRESS = 500  # to look for longer ones would take long
_HUB_ID = lazy_pattern(r"(?!.*(?:--|\.\.))[A-Za-z0-9][\w.-]{0,95}/\w[\w.-]{0,95}(?<![.-])", re.ASCII)
_IN_CACHE = lazy_pattern(r"(?:^|[/\\])models--([A-Za-z0-9][\w.-]{0,95}?)--([A-Za-z0-9][\w.-]{0,95}?)(?:[/\\]|$)")
_LOCAL = lazy_pattern(r"[/\\~]|\.{1,2}([/\\]|$)|[A-Za-z]:[/\\]|file:", re.IGNORECASE)
_WEIGHTS_FILE = lazy_pattern(r"\.(safetensors|gguf|bin|pt|pth|ckpt|onnx)$", re.IGNORECASE)
_WEB = lazy_pattern(r'https?://[^\s\x00-\x1f\x7f\ufffe\uffff<>"]+')

_ARXIV = lazy_pattern(
    r"https?://(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/"
    r"([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7}(?:v[0-9]+)?)(?:\.pdf)?/?(?:[?#].*)?"
)
_PAPER_NUMBER = lazy_pattern(r"(?:arxiv\s*:\s*)?([0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?)(?:\s*\[[\w.-]+\])?", re.IGNORECASE)
_VERSION = lazy_pattern(r"v[0-9]+\Z")

_LABELS = {
    "code": "github code codes repo repository git gitlab source sourcecode codemodels codemodel",
    "paper": "paper pdf arxiv preprint report technicalreport techreport publication reference",
    "weights": "weights model models checkpoint checkpoints ckpt huggingface hf huggingfacemodels modelcard download",
    "blog": "blog post announcement news blogpost",
    "website": "website homepage home page site project projectpage demo link url web",
}
_FIELD_OF_LABEL = {label: field for field, labels in _LABELS.items() for label in labels.split()} | {"🤗": "weights"}
_HOSTS = {"github.com": "code", "gitlab.com": "code", "huggingface.co": "weights", "hf.co": "weights"}
_HOSTS |= dict.fromkeys(("arxiv.org", "aclanthology.org", "openreview.net", "doi.org"), "paper")
_PAGES = ("papers", "blog", "spaces", "datasets", "collections", "docs", "")  # of the Hub, that are no weights


class PackageUrl(NamedTuple):
    """The parts of a package URL, as far as they tell packages apart."""

    namespace: str | None
    name: str
    version: str | None
    is_of_hub: bool


def parse_package_url(text: str) -> PackageUrl | None:
    """The parts of a package URL; None for any other text."""
    match = _PACKAGE.match(text[:_LONGEST_ADDRESS])
    if not match:
        return None
    namespace, _, name = unquote(match["path"]).strip(" /").rpartition("/")
    version = unquote(match["version"] or "") or None
    return PackageUrl(namespace or None, name, version, match["type"].casefold() == "huggingface") if name else None


class HubAddress(NamedTuple):
    """A repository on the Hugging Face Hub, and the page of it that an address leads to."""

    id: str
    revision: str | None
    page: str
    is_dataset: bool


def parse_hub_address(text: str) -> HubAddress | None:
    """The repository that an address on the Hugging Face Hub leads to; None for any other text."""
    match = _HUB.fullmatch(text) if len(text) <= _LONGEST_ADDRESS else None
    if not match:
        return None
    id = match["id"] if match["page"] else match["id"].removesuffix(".git")  # what is cloned
    return HubAddress(id, match["revision"], match["page"] or "", bool(match["kind"]))


def hub_repository(address: str) -> str | None:
    """The id ``organization/name`` of the model that an address on the Hugging Face Hub, of any of its pages, is of."""
    hub = parse_hub_address(address.strip())
    return hub.id if hub and "/" in hub.id and not hub.is_dataset else None


def hub_url(id: str) -> str | None:
    """The web address of the model with an id ``organization/name`` on the Hub; None for another id."""
    return f"https://huggingface.co/{id}" if _HUB_ID.fullmatch(id) else None


def is_local_path(name: str) -> bool:
    """Whether a name can only be a file or folder of somebody's computer."""
    address = re.match(r"https?://", name, re.IGNORECASE)
    return not address and bool(_LOCAL.match(name) or name.count("/") > 1 or "\\" in name or _WEIGHTS_FILE.search(name))


def repository_in_cache(path: str) -> str | None:
    """The id of the repository that a path in the cache of the Hub is of."""
    match = _IN_CACHE.search(path)
    return f"{match[1]}/{match[2]}" if match else None


def is_web_address(text: str) -> bool:
    """Whether a text is a web address of at most 2000 characters."""
    return len(text) <= 2000 and bool(_WEB.fullmatch(text))


def arxiv_reference(address: str) -> str | None:
    """The reference to a paper on arXiv that an address leads to; None for an address of something else."""
    match = _ARXIV.fullmatch(address)
    if not match:
        return None
    # Only the identifiers since 2007 are written with a version as references.
    return f"arxiv:{_VERSION.sub('', match[1]) if '/' in match[1] else match[1]}"


def paper_number(text: str) -> str | None:
    """The reference to a paper on arXiv that is cited by its number."""
    match = _PAPER_NUMBER.fullmatch(text)
    return f"arxiv:{match[1]}" if match else None


def link_field(address: str, *, papers: bool = False) -> str:
    """The field of `modeltree.Links` that an address belongs into, by its host.

    With ``papers=True`` hosts of papers count, and each page of the Hub is one of weights.
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # a host in brackets that is no address
        return "website"
    field = _HOSTS.get(parts.netloc.lower().removeprefix("www."), "website")
    if papers:
        return field
    return "website" if field == "paper" or parts.path.strip("/").split("/")[0] in _PAGES else field


def link_labeled(label: str) -> str | None:
    """The field of `modeltree.Links` that the label of a link stands for, or None for any other label."""
    return _FIELD_OF_LABEL.get(spelling_key(label))

"""Names of organizations and models as people write them, several in one text too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from modeltree.findings import shown
from modeltree.values.words import relation_of

__all__ = ["NamedParent", "is_legal_form", "mirrored", "organizations_of", "parse_parents"]

_MIRROR = re.compile(r"(?P<base>.+?)-(?:unsloth-)?bnb-[48]bit", re.IGNORECASE)
_LEGAL_FORM = re.compile(r"\s*(?:inc|ltd|llc|corp|co|gmbh|s\.?a|limited|incorporated)\.?\s*", re.IGNORECASE)
_RELATION_OF = re.compile(
    r"(?P<word>[a-z][a-z -]{1,30}?)\s+(?:version\s+|variant\s+|model\s+)?(?:of|from|on)\s+(?P<name>\S.*)", re.IGNORECASE
)
_RELATION_BEHIND = re.compile(r"(?P<name>.*\S)\s*\((?P<word>[^()]+)\)")
_BASED = {"based", "built", "derived", "initialized", "initialised"}
_REPLICATES = {"replicate", "replicates", "replicated", "reimplementation", "re-implementation"}
_REST = re.compile(r"(?:\s*,)?\s*(?:\band\s+)?(?:others|etc\.?|et al\.?|more|\.\.\.|…)\s*", re.IGNORECASE)
_AND_OTHERS = re.compile(r"\s+(?:and|&)\s+(?:others|more)\s*$", re.IGNORECASE)
_STRONG = re.compile(r"[(\[{]|[)\]}]|[,;\n、，；]|\s/\s")
_WEAK = re.compile(r"[/&+]|\s+and\s+")


class NamedParent(NamedTuple):
    """A parent in a text, and the word for the relation to it, if the text has one."""

    name: str
    relation: str | None = None


def organizations_of(text: str) -> list[str]:
    """The organizations in a text, apart by commas, semicolons, slashes or lines.

    >>> organizations_of("UC Berkeley, CMU / Stanford"), organizations_of("Johnson & Sons, Inc.")
    (['UC Berkeley', 'CMU', 'Stanford'], ['Johnson & Sons, Inc.'])
    """
    names: list[str] = []
    for part in re.split(r"[,;/\n、，]", text):
        if names and is_legal_form(part):
            names[-1] += f", {part.strip()}"
        elif part.strip():
            names.append(part.strip())
    return names


def is_legal_form(text: str) -> bool:
    """Whether a text is only the legal form of a company.

    >>> is_legal_form("Inc."), is_legal_form("GmbH"), is_legal_form("Stanford")
    (True, True, False)
    """
    return bool(_LEGAL_FORM.fullmatch(text))


def mirrored(name: str) -> str | None:
    """The model that a quantized copy is likely a copy of, by its name.

    >>> mirrored("unsloth/llama-3-8b-bnb-4bit")
    'unsloth/llama-3-8b'
    """
    match = _MIRROR.fullmatch(name)
    return match["base"] if match else None


def parse_parents(text: str, is_known: Callable[[str], bool]) -> tuple[list[NamedParent], list[tuple[str, str]]]:
    """The parents in a text, and the kind and message of each finding on how they were told apart.

    A known name is never split. Commas, semicolons, lines and slashes between spaces separate names; ``/``, ``&``,
    ``+`` and ``and`` do so only where each part is a known name.

    >>> parse_parents("Replicate of LLaMA", {"LLaMA"}.__contains__)[0]
    [NamedParent(name='LLaMA', relation='replication')]
    >>> [parent.name for parent in parse_parents("LLaMA/meta-llama/Llama-2, T5+", {"LLaMA"}.__contains__)[0]]
    ['LLaMA/meta-llama/Llama-2', 'T5+']
    """
    whole = " ".join(text.split())
    if is_known(whole):
        return [NamedParent(whole)], []
    notes: list[tuple[str, str]] = []
    parts = _outside_brackets(text)
    if len(parts) > 1 and _REST.fullmatch(parts[-1]):
        notes.append(("ignored", f"{shown(parts.pop().strip())} names no model"))
    if len(parts) > 1 and not all(is_known(part) for part in parts):
        names = ", ".join(shown(part) for part in parts)
        notes.append(("faulty-markup", f"{shown(whole)} is read as several parents: {names}"))
    parents: list[NamedParent] = []
    for part in parts:
        name = part
        if (others := _AND_OTHERS.search(part)) and not is_known(part):
            notes.append(("ignored", f"{shown(others[0].strip())} names no model"))
            name = part[: others.start()]
        pieces = [piece.strip() for piece in _WEAK.split(name)]
        if len(pieces) > 1 and not is_known(name):
            if all(map(is_known, pieces)):
                parents += [NamedParent(piece) for piece in pieces]
                continue
            if any(map(is_known, pieces)):
                notes.append(("faulty-markup", f"{shown(name)} is read as one parent, though a part of it is a model"))
        parents.append(_related(name, is_known, notes))
    return parents, notes


def _related(text: str, is_known: Callable[[str], bool], notes: list[tuple[str, str]]) -> NamedParent:
    """A parent with the word for the relation before its name, or in brackets behind it."""
    if is_known(text):
        return NamedParent(text)
    for form in (_RELATION_OF, _RELATION_BEHIND):
        match = form.fullmatch(text)
        if not match:
            continue
        word = match["word"].strip().casefold()
        relation = "replication" if word in _REPLICATES else str(relation_of(word) or "")
        if relation or (word in _BASED and form is _RELATION_OF):
            by_relation = f", by {relation!r}" if relation else ""
            notes.append(("read-as", f"{shown(text)} is read as {match['name']!r}{by_relation}"))
            return NamedParent(match["name"], relation or None)
    return NamedParent(text)


def _outside_brackets(text: str) -> list[str]:
    """The parts between the separators that do not stand in brackets."""
    depth, start, parts = 0, 0, []
    for match in _STRONG.finditer(text):
        if match[0] in "([{":
            depth += 1
        elif match[0] in ")]}":
            depth = max(depth - 1, 0)
        elif not depth:
            parts.append(text[start : match.start()])
            start = match.end()
    return [" ".join(part.split()) for part in (*parts, text[start:]) if part.strip()]

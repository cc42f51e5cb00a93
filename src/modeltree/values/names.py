"""Names of organizations and models as people write them, several in one text too."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from modeltree._util.text import lazy_pattern
from modeltree.findings import shown
from modeltree.values.words import relation_of

_MIRROR = lazy_pattern(r"(?P<base>.+?)-(?:unsloth-)?bnb-[48]bit", re.IGNORECASE)
_LEGAL_FORM = lazy_pattern(r"\s*(?:inc|ltd|llc|corp|co|gmbh|s\.?a|limited|incorporated)\.?\s*", re.IGNORECASE)
_RELATION_OF = lazy_pattern(
    r"(?P<word>[a-z][a-z -]{1,30}?)\s+(?:version\s+|variant\s+|model\s+)?(?:of|from|on)\s+(?P<name>\S.*)", re.IGNORECASE
)
_RELATION_BEHIND = lazy_pattern(r"(?P<name>.*\S)\s*\((?P<word>[^()]+)\)")
_PLAIN_NAME = lazy_pattern(r"[A-Za-z0-9](?:[ -Z\\^-~]*[A-Za-z0-9+!?.)])?")
_HUB_ID = lazy_pattern(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)
_BETWEEN_IDS = r"(?:\s*[,;]\s*|\s+(?:[&+|]|and|or|und|et|with|plus)\s+)"
_HUB_IDS = lazy_pattern(rf"{_HUB_ID.pattern}(?:{_BETWEEN_IDS}{_HUB_ID.pattern})+", re.ASCII)
_BASED = {"based", "built", "derived", "initialized", "initialised"}
_REPLICATES = {"replicate", "replicates", "replicated", "reimplementation", "re-implementation"}
_REST = lazy_pattern(r"(?:\s*,)?\s*(?:\band\s+)?(?:others|etc\.?|et al\.?|more|\.\.\.|…)\s*", re.IGNORECASE)
_AND_OTHERS = lazy_pattern(r"\s+(?:and|&)\s+(?:others|more)\s*$", re.IGNORECASE)
_STRONG = lazy_pattern(r"[(\[{]|[)\]}]|[,;\n、，；]|\s/\s|\s\|\s")
_WEAK = lazy_pattern(r"[/&+|]|\s+(?:and|or|und|et|with|plus|x|×)\s+|、|和|与|と")
_SPACED = lazy_pattern(r"\s+(?:[/&+|]|and|or|und|et|with|plus|x|×)\s+|、|和|与|と")
_SEPARATORS = (_SPACED, lazy_pattern("/"), _WEAK)
_SIZED = lazy_pattern(
    r"(?P<name>\S.*?)[\s_-]*\(?(?:[0-9]+\s*[x×]\s*)?[0-9]+(?:\.[0-9]+)?\s*(?:[BMKT]|bn|billion|million)\)?",
    re.IGNORECASE,
)
_ORGANIZATION = lazy_pattern(r"(?:[^,;/\n、，(（]|[(（][^()（）]*+[)）]|[(（])++")
_FOOTNOTES = lazy_pattern(
    r"(?:\s*\[(?:[0-9]{1,3}|[a-z]|(?:note|nb|n)\.? ?[0-9]{1,2}|citation needed)\])+$|[†‡§¶⁰¹²³⁴-⁹]+$"
    r"|(?<=\w\w\w)\s?\*{1,3}$",  # Q* is a name
    re.IGNORECASE,
)
_BRANCH = r"[\s\u00a0\u3000]*(?:[└├┗┣╰╚╠┕┝][─━═╴\s-]*[>►▶→]?|\|--+|\+--+|`--+)"
_ARROW = r"[-–—=]+>+|[→⇒➔➜➡⮕↪↳⤷⮡⟶▸▹►▶]\ufe0f?|(?:»|>>?)(?=\s)"
_DESCENT = lazy_pattern(
    rf"(?P<above>(?:[│┃║][\s\u00a0\u3000]*)*)(?P<mark>{_BRANCH}|{_ARROW})\s*(?P<again>(?:(?:{_ARROW})\s*)*)(?=\S)"
)
_BULLET = lazy_pattern(r"[•‣◦▪●○■□★☆◆◇✦✨🔥🆕⭐🌟🚀🏆🥇🥈🥉👑🎉📌💥🦙🤗]\ufe0f?\s*")
_DECORATIONS = lazy_pattern(rf"(?:{_BULLET.pattern})+|(?:\s*{_BULLET.pattern})+$")
# Links as Markdown, HTML and spreadsheets write them, emphasis, and tags around a name.
_ADDRESS = r"https?://[^\s<>\"']{1,2000}?"
_LINK = lazy_pattern(
    rf"\[(?P<markdown>[^][]+)\]\((?P<a>{_ADDRESS})(?:\s+\"[^\"]*\")?\)"
    rf"|<a\s[^<>]*?href=[\"']?(?P<b>{_ADDRESS})[\"']?(?:\s[^<>]*)?>(?P<html>[^<>]+)</a>"
    rf"|^=HYPERLINK\(\s*\"(?P<c>{_ADDRESS})\"\s*[,;]\s*\"(?P<formula>[^\"]+)\"\s*\)$",
    re.IGNORECASE,
)
_EMPHASIS = lazy_pattern(r"(?P<mark>\*{1,3}|`)(?P<text>[^*`]+)(?P=mark)")
_TAGS = lazy_pattern(
    r"<sup\b[^<>]*>[^<>]*</sup>|</?(?:b|i|u|em|strong|code|small|span|font|tt|br)\b[^<>]*>", re.IGNORECASE
)


class NamedParent(NamedTuple):
    """A parent in a text, and the word for the relation to it, if the text has one."""

    name: str
    relation: str | None = None


class PrintedName(NamedTuple):
    """A name without the marks around it, how deep below an earlier row these put it, and whether there were any."""

    name: str
    depth: int = 0
    marked: bool = False


def printed_name(text: str) -> PrintedName:
    """The name in a text with line breaks, arrows, branches, footnote marks or stars around it.

    Punctuation that may belong to a name stays: "Command R+" is another model than "Command R".
    """
    if _PLAIN_NAME.fullmatch(text):
        return PrintedName(text)
    name = " ".join(text.split())
    match = _DESCENT.match(name)
    depth = 0
    if match:
        depth = 1 + len(re.findall("[│┃║]", match["above"])) + len(re.findall(_ARROW, match["again"]))
        depth += max(len(re.findall("[→⇒➔➜➡↪↳⤷]", match["mark"])) - 1, 0)
    bare = name[match.end() :] if match else name
    bare = _DECORATIONS.sub("", _FOOTNOTES.sub("", bare)).strip()
    if not bare:
        return PrintedName(name)
    return PrintedName(bare, depth, bare != name)


def without_markup(text: str) -> tuple[str, str | None]:
    """A text without links, emphasis and tags of Markdown, HTML and spreadsheets, and where its first link leads."""
    link = _LINK.search(text)
    bare = _LINK.sub(lambda one: one["markdown"] or one["html"] or one["formula"], text) if link else text
    bare = " ".join(_TAGS.sub(" ", bare).split()) if "<" in bare else bare
    emphasis = _EMPHASIS.fullmatch(bare.strip())
    bare = (emphasis["text"] if emphasis else bare).strip()
    return bare or text, link and (link["a"] or link["b"] or link["c"])


def without_footnotes(text: str) -> str:
    """A text without the marks of footnotes at its end."""
    return _FOOTNOTES.sub("", text) or text


def organizations_of(text: str) -> list[str]:
    """The organizations in a text, apart by commas, semicolons, slashes or lines outside brackets."""
    names: list[str] = []
    for part in _ORGANIZATION.findall(text):
        if names and is_legal_form(part):
            names[-1] += f", {part.strip()}"
        elif part.strip():
            names.append(part.strip())
    return names


def is_legal_form(text: str) -> bool:
    """Whether a text is only the legal form of a company."""
    return bool(_LEGAL_FORM.fullmatch(text))


def mirrored(name: str) -> str | None:
    """The model that a quantized copy is likely a copy of, by its name."""
    match = _MIRROR.fullmatch(name)
    return match["base"] if match else None


def are_hub_ids(text: str) -> bool:
    """Whether a text is several ids of the Hub, apart by commas, semicolons, or signs and words between spaces."""
    return bool(_HUB_IDS.fullmatch(text))


def parse_parents(text: str, is_known: Callable[[str], bool]) -> tuple[list[NamedParent], list[tuple[str, str]]]:
    """The parents in a text, and the kind and message of each finding on how they were told apart.

    A known name is never split. Commas, semicolons, lines and slashes between spaces separate names; ``/``, ``&``,
    ``+`` and ``and`` do so only where each part is a known name, or an id of the Hub between spaces.
    """
    whole = printed_name(text).name
    if is_known(text) or is_known(whole):
        return [NamedParent(text if is_known(text) else whole)], []
    notes: list[tuple[str, str]] = []
    parts = _outside_brackets(text)
    if len(parts) > 1 and _REST.fullmatch(parts[-1]):
        notes.append(("ignored", f"{shown(parts.pop().strip())} names no model"))
    if len(parts) > 1 and not all(is_known(part) for part in parts):
        names = ", ".join(shown(part) for part in parts)
        notes.append(("faulty-markup", f"{shown(whole)} is read as several parents: {names}"))
    parents: list[NamedParent] = []
    merged = False
    for part in parts:
        name = printed_name(part).name
        if (others := _AND_OTHERS.search(name)) and not is_known(name):
            notes.append(("ignored", f"{shown(others[0].strip())} names no model"))
            name = name[: others.start()]
        for parent in _several(name, is_known, notes):
            # "Merge of A, B": the word before the first holds for all.
            parents.append(parent if parent.relation or not merged else NamedParent(parent.name, "merge"))
            merged = merged or parent.relation == "merge"
    return parents, notes


def _several(name: str, is_known: Callable[[str], bool], notes: list[tuple[str, str]]) -> list[NamedParent]:
    """The parents that weak separators put apart where all are known, else one."""
    if is_known(name):
        return [NamedParent(name)]
    related = _related(name, is_known, notes)
    if is_known(related.name):
        return [related]
    if are_hub_ids(related.name):
        pieces = _SPACED.split(related.name)
        names = ", ".join(map(shown, pieces))
        notes.append(("faulty-markup", f"{shown(related.name)} is read as several parents: {names}"))
        return [NamedParent(piece, related.relation) for piece in pieces]
    # A sign between spaces comes first, and then a slash: "Command R+ & T5", "Command R+/T5".
    known: list[str | None] = []
    for separator in _SEPARATORS:
        pieces = [piece.strip() for piece in separator.split(related.name)]
        known = [_known_as(piece, is_known, []) for piece in pieces] if len(pieces) > 1 else []
        if known and all(known):
            return [NamedParent(piece or "", related.relation) for piece in known]
    if any(known) and (known[0] or not _HUB_ID.fullmatch(related.name)):  # an organization is no model
        message = f"{shown(related.name)} is read as one parent, though a part of it is a model"
        notes.append(("faulty-markup", message))
    return [related]


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
        if relation == "unspecified":
            relation = ""
        if relation or (word in _BASED and form is _RELATION_OF):
            by_relation = f", by {relation!r}" if relation else ""
            notes.append(("read-as", f"{shown(text)} is read as {match['name']!r}{by_relation}"))
            name = _known_as(match["name"], is_known, notes) or match["name"]
            return NamedParent(name, relation or None)
    return NamedParent(_known_as(text, is_known, notes) or text)


def _known_as(name: str, is_known: Callable[[str], bool], notes: list[tuple[str, str]]) -> str | None:
    """The known name that a name is but for its size or its marks, or None."""
    bare = printed_name(name).name
    if is_known(bare):
        return bare
    match = _SIZED.fullmatch(bare)
    if match and is_known(match["name"]):
        notes.append(("read-as", f"{shown(bare)} is read as {match['name']!r}, of which it is a size"))
        return match["name"]
    return None


def possible_parents(text: str) -> set[str]:
    """Every name that `parse_parents` may find in a text, whatever is known."""
    found = {text, printed_name(text).name}
    for part in _outside_brackets(text):
        name = printed_name(part).name
        names = {part, name, _AND_OTHERS.sub("", name)}
        names |= {
            match["name"]
            for form in (_RELATION_OF, _RELATION_BEHIND)
            for one in names
            if (match := form.fullmatch(one))
        }
        names |= {printed_name(piece.strip()).name for one in names for by in _SEPARATORS for piece in by.split(one)}
        found |= names | {match["name"] for one in names if (match := _SIZED.fullmatch(one))}
    return found - {""}


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

"""What stands in the cells of printed tables: dates, sizes, parents, makers and ticks in the forms that papers use.

Each function gives the value in the form of its field and what was repaired on the way. What it does not know, it
gives back as it is: whether that is wrong, the records say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from modeltree.findings import InvalidDateError, shown
from modeltree.formats.repair.vocabulary import relation_of
from modeltree.records import PartialDate

__all__ = [
    "Named", "Repaired", "architecture_of", "date_of", "is_nothing", "is_root", "link_kind", "makers_of", "openness_of",
    "parents_of", "sizes_of", "unit_of",
]  # fmt: skip

_NOTHING = {"", "-", "--", "---", "–", "—", "−", "‐", "―", "n/a", "na", "n.a.", "?", "??", "unknown", "tbd", "tba", "…"}
_NOTHING |= {"not available", "not disclosed", "undisclosed", "not known", "unspecified", "...", "/", "·", "\\"}
_ROOTS = {"base model", "base", "base llm", "foundation model", "foundation", "none", "scratch", "from scratch"}
_ROOTS |= {"trained from scratch", "training from scratch", "pretrained from scratch", "itself", "self", "original"}

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
_MONTH += r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_DAY, _YEAR, _BETWEEN = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?", "(?P<year>[0-9]{4})", r"[\s,/-]\s*(?:of\s+)?"
_WRITTEN = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_DATES = [
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(?P<year>[0-9]{4})(?P<mark>[-./])(?P<month>[0-9]{1,2})(?:(?P=mark)(?P<day>[0-9]{1,2}))?",
        r"(?P<year>[0-9]{4})\s*年\s*(?P<month>[0-9]{1,2})\s*月(?:\s*(?P<day>[0-9]{1,2})\s*日)?",
        r"(?P<month>[0-9]{1,2})[-./](?P<year>[0-9]{4})",
        rf"{_MONTH}{_BETWEEN}{_YEAR}",
        rf"{_YEAR}{_BETWEEN}{_MONTH}",
        rf"{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}{_YEAR}",
        rf"{_MONTH}\s*{_DAY},?\s+{_YEAR}",
        rf"{_YEAR}{_BETWEEN}{_MONTH}{_BETWEEN}{_DAY}",
        r"(?P<first>[0-9]{1,2})(?P<mark>[-./])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{4})",
    )
]

_SIZE = re.compile(
    r"(?P<about>[~≈∼]?)\s*(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[a-z-]*)(?:\s+param(?:eter)?s?)?", re.IGNORECASE
)
_UNITS = {"k": "K", "m": "M", "b": "B", "t": "T", "bn": "B", "g": "B", "thousand": "K", "million": "M"}
_UNITS |= {"billion": "B", "trillion": "T", "millions": "M", "billions": "B", "mil": "M", "bil": "B"}
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
_UNIT = re.compile(r"[(\[]\s*(?:in\s+|#\s*)?(?P<unit>[a-z]+)\s*[)\]]|\bin\s+(?P<word>[a-z]+)\s*$", re.IGNORECASE)
_FEWEST = 1_000_000  # a number without unit that is less is no count of parameters

_TICKS = {
    "open": "✓ ✔ ✅ ☑ √ 🟢 🔓 yes y true open opensource public publicly available released",
    "closed": "✗ ✘ ❌ ✖ × ☒ 🔴 🔒 ❎ no n false closed closedsource private proprietary unavailable unreleased",
}
_OPENNESS = {word: openness for openness, words in _TICKS.items() for word in words.split()}
_OPENNESS |= {"openweights": "open", "openaccess": "open", "opensourced": "open", "fullyopen": "open"}
_OPENNESS |= {"publiclyavailable": "open", "notopen": "closed", "notavailable": "closed", "notreleased": "closed"}
_ACCESS = {"api": "api-only", "apionly": "api-only", "gated": "gated", "openweights": "open-weights"}
_ACCESS |= {"weights": "open-weights", "unreleased": "unreleased", "notreleased": "unreleased"}
_ARCHITECTURES = {
    "decoder": "dec decoder decoderonly deconly causaldecoder causallm autoregressive",
    "encoder": "enc encoder encoderonly enconly",
    "encoder-decoder": "encdec encoderdecoder seq2seq",
    "rnn": "rnn",
}
_ARCHITECTURE = {word: name for name, words in _ARCHITECTURES.items() for word in words.split()}

_LINKS = {
    "code": "github code codes repo repository git gitlab source sourcecode codemodels codemodel",
    "paper": "paper pdf arxiv preprint report technicalreport techreport publication reference",
    "weights": "weights model models checkpoint checkpoints ckpt huggingface hf huggingfacemodels modelcard download",
    "blog": "blog post announcement news blogpost",
    "website": "website homepage home page site project projectpage demo link url web",
}
_LINK_KINDS = {word: kind for kind, words in _LINKS.items() for word in words.split()} | {"🤗": "weights"}
_HOSTS = {"github.com": "code", "gitlab.com": "code", "huggingface.co": "weights", "hf.co": "weights"}
_HOSTS |= {"arxiv.org": "paper", "aclanthology.org": "paper", "openreview.net": "paper", "doi.org": "paper"}

_PHRASE = re.compile(
    r"(?P<word>[a-z][a-z -]{1,30}?)\s+(?:version\s+|variant\s+|model\s+)?(?:of|from|on)\s+(?P<name>\S.*)", re.IGNORECASE
)
_ASIDE = re.compile(r"(?P<name>.*\S)\s*\((?P<word>[^()]+)\)")
_BASED = {"based", "built", "derived", "initialized", "initialised"}
_REPLICATES = {"replicate", "replicates", "replicated", "reimplementation", "re-implementation"}
_REST = re.compile(r"(?:\s*,)?\s*(?:\band\s+)?(?:others|etc\.?|et al\.?|more|\.\.\.|…)\s*", re.IGNORECASE)
_STRONG = re.compile(r"[,;\n、，；]|\s/\s")
_WEAK = re.compile(r"[/&+]|\s+and\s+")
_COMPANY = re.compile(r"\s*(?:inc|ltd|llc|corp|co|gmbh)\.?\s*", re.IGNORECASE)


class Repaired(NamedTuple):
    """A value in the form of its field, and what was done to it, if anything."""

    value: str
    note: str | None = None


class Named(NamedTuple):
    """A parent in a cell, and the word for how the child was made from it, if the cell has one."""

    name: str
    relation: str | None = None


def is_nothing(text: str) -> bool:
    """Whether a cell says that nothing is known.

    Examples
    --------
    >>> [is_nothing(text) for text in ("", "–", "N/A", "none of these")]
    [True, True, True, False]
    """
    return text.strip().casefold() in _NOTHING


def is_root(text: str) -> bool:
    """Whether a cell for parents says that there is none: ``Base Model``, ``from scratch``."""
    return text.strip().casefold() in _ROOTS


def date_of(text: str) -> Repaired:
    """A date in the form of this library, where there is only one that it may be.

    Examples
    --------
    >>> date_of("Mar 2023").value, date_of("2023.3").value, date_of("14/03/2023").value, date_of("3/2023").value
    ('2023-03', '2023-03', '2023-03-14', '2023-03')
    >>> date_of("04/05/2023")
    Repaired(value='04/05/2023', note="'04/05/2023' may be 2023-04-05 or 2023-05-04")
    """
    plain = re.sub(r"\s*[‐-―−]\s*", "-", " ".join(text.split()))
    if _WRITTEN.fullmatch(plain):
        return Repaired(plain, None if plain == text.strip() else f"{shown(text)} is read as {plain}")
    if len(plain) > 40:
        return Repaired(text)
    for form in _DATES:
        match = form.fullmatch(plain)
        found = sorted(_readings(match.groupdict())) if match else []
        if len(found) == 1:
            return Repaired(found[0], f"{shown(text)} is read as {found[0]}")
        if found:
            return Repaired(text, f"{shown(text)} may be {' or '.join(found)}")
    return Repaired(text)


def _readings(parts: dict[str, str | None]) -> set[str]:
    """The dates that the parts of one may mean."""
    year = int(parts["year"] or 0)
    name, day = parts.get("name"), parts.get("day")
    if parts.get("first"):
        pair = int(parts["first"] or 0), int(parts["second"] or 0)
        triples = [(year, *pair), (year, *reversed(pair))]
    else:
        month = _MONTHS.index(name[:3].casefold()) + 1 if name else int(parts["month"] or 0)
        triples = [(year, month, int(day))] if day else [(year, month)]
    found = set()
    for triple in triples:
        try:
            found.add(str(PartialDate(*triple)))
        except InvalidDateError:
            continue
    return found


def unit_of(header: str) -> str | None:
    """The unit that the header of a column gives to the numbers in it.

    Examples
    --------
    >>> unit_of("Params (B)"), unit_of("#Params [in millions]"), unit_of("Size")
    ('B', 'M', None)
    """
    match = _UNIT.search(header)
    return _UNITS.get((match["unit"] or match["word"]).casefold()) if match else None


def sizes_of(text: str, unit: str | None = None) -> Iterator[Repaired]:
    """The sizes in a cell, each as papers write them.

    Parameters
    ----------
    text : str
        The cell.
    unit : {"K", "M", "B", "T"}, optional
        What numbers without one are counted in.

    Examples
    --------
    >>> [size.value for size in sizes_of("7B, 13B/65B")], [size.value for size in sizes_of("1.5 billion")]
    (['7B', '13B', '65B'], ['1.5B'])
    >>> next(sizes_of("7"))
    Repaired(value='', note="'7' has no unit")
    """
    grouped = _GROUPED.search(text)
    if grouped and "," in re.sub(r",\s", " ", grouped[0]):
        yield Repaired("", f"{shown(text)} may be one number or several")
        return
    for part in re.split(r"[,;/\n、，]|\s+(?:and|&|\|)\s+|(?<=[BMKbmk])\s+(?=[0-9])", text):
        if is_nothing(part) or not part.strip():
            continue
        match = _SIZE.fullmatch(part.strip())
        written = match["unit"].casefold() if match else ""
        known = (_UNITS.get(written) if written else unit) if match else None
        if match and not written and not unit:
            right = match["number"].isdigit() and int(match["number"][:20]) >= _FEWEST
            yield Repaired(part.strip()) if right else Repaired("", f"{shown(part.strip())} has no unit")
        elif match and known:
            value = f"{match['number']}{known}"
            plain = not match["about"] and (len(written) == 1 or not written) and len(match[0]) <= len(value) + 1
            yield Repaired(value, None if plain else f"{shown(part.strip())} is read as {value}")
        else:
            yield Repaired(part.strip())


def openness_of(text: str) -> dict[str, str]:
    """What a tick or a word says of openness: the fields ``openness`` and ``access``; ``{}`` where it is none known.

    Examples
    --------
    >>> openness_of("✅"), openness_of("API only"), openness_of("partly")
    ({'openness': 'open'}, {'openness': 'closed', 'access': 'api-only'}, {})
    """
    word = _key(text)
    found = {}
    if word in _OPENNESS or word in ("apionly", "api"):
        found["openness"] = _OPENNESS.get(word, "closed")
    if word in _ACCESS:
        found["access"] = _ACCESS[word]
    return found


def architecture_of(text: str) -> str | None:
    """The word of this library for how a model is built, or None.

    Examples
    --------
    >>> architecture_of("enc-dec"), architecture_of("Decoder-only"), architecture_of("Mamba")
    ('encoder-decoder', 'decoder', None)
    """
    return _ARCHITECTURE.get(_key(text))


def link_kind(label: str, address: str) -> tuple[str | None, str]:
    """Which link a label says that an address is, and which its host says.

    Examples
    --------
    >>> link_kind("github", "https://huggingface.co/x/y"), link_kind("LLaMA", "https://arxiv.org/abs/2302.13971")
    (('code', 'weights'), (None, 'paper'))
    """
    host = re.sub(r"^https?://(www\.)?([^/?#]*).*", r"\2", address, flags=re.DOTALL).casefold()
    return _LINK_KINDS.get(_key(label)), _HOSTS.get(host, "website")


def makers_of(text: str) -> list[str]:
    """The organizations in a cell, apart by commas, semicolons, slashes or lines.

    Examples
    --------
    >>> makers_of("UC Berkeley, CMU / Stanford"), makers_of("Johnson & Sons, Inc.")
    (['UC Berkeley', 'CMU', 'Stanford'], ['Johnson & Sons, Inc.'])
    """
    found: list[str] = []
    for part in re.split(r"[,;/\n、，]", text):
        if found and _COMPANY.fullmatch(part):
            found[-1] += f", {part.strip()}"
        elif part.strip():
            found.append(part.strip())
    return found


def parents_of(text: str, is_known: Callable[[str], bool]) -> tuple[list[Named], list[tuple[str, str]]]:
    """The parents in a cell, and what was done to tell them apart: the kinds of findings, and what they say.

    A name that is known is never taken apart. Commas, semicolons, lines and slashes between spaces part names;
    ``/``, ``&``, ``+`` and ``and`` do so only where each part is a name that is known.

    Parameters
    ----------
    text : str
        The cell.
    is_known : callable
        Says of a name whether a model goes by it.

    Examples
    --------
    >>> parents_of("Replicate of LLaMA", {"LLaMA"}.__contains__)[0]
    [Named(name='LLaMA', relation='replication')]
    >>> [parent.name for parent in parents_of("LLaMA/meta-llama/Llama-2, T5+", {"LLaMA"}.__contains__)[0]]
    ['LLaMA/meta-llama/Llama-2', 'T5+']
    """
    whole = " ".join(text.split())
    if is_known(whole):
        return [Named(whole)], []
    notes: list[tuple[str, str]] = []
    parts = _outside_brackets(text)
    rest = _REST.fullmatch(parts[-1]) if len(parts) > 1 else None
    if rest:
        notes.append(("ignored", f"{shown(parts.pop().strip())} names no model"))
    if len(parts) > 1:
        names = ", ".join(shown(part) for part in parts)
        if not all(is_known(part) for part in parts):
            notes.append(("faulty-markup", f"{shown(whole)} is read as several parents: {names}"))
    found: list[Named] = []
    for part in parts:
        cut = re.search(r"\s+(?:and|&)\s+(?:others|more)\s*$", part, re.IGNORECASE)
        if cut and not is_known(part):
            notes.append(("ignored", f"{shown(cut[0].strip())} names no model"))
            part = part[: cut.start()]  # noqa: PLW2901
        weak = [piece.strip() for piece in _WEAK.split(part)]
        if len(weak) > 1 and not is_known(part):
            if all(map(is_known, weak)):
                found += [Named(piece) for piece in weak]
                continue
            if any(map(is_known, weak)):
                notes.append(("faulty-markup", f"{shown(part)} is read as one parent, though a part of it is a model"))
        found.append(_related(part, is_known, notes))
    return found, notes


def _related(text: str, is_known: Callable[[str], bool], notes: list[tuple[str, str]]) -> Named:
    """A parent with the word for the relation that stands before its name, or in brackets behind it."""
    if is_known(text):
        return Named(text)
    for form in (_PHRASE, _ASIDE):
        match = form.fullmatch(text)
        if not match:
            continue
        word = match["word"].strip().casefold()
        relation = "replication" if word in _REPLICATES else str(relation_of(word) or "")
        if relation or (word in _BASED and form is _PHRASE):
            how = f", by {relation!r}" if relation else ""
            notes.append(("read-as", f"{shown(text)} is read as {match['name']!r}{how}"))
            return Named(match["name"], relation or None)
    return Named(text)


def _outside_brackets(text: str) -> list[str]:
    """The parts between the separators that do not stand in brackets."""
    depth, start, parts = 0, 0, []
    for match in re.finditer(r"[(\[{]|[)\]}]|" + _STRONG.pattern, text):
        if match[0] in "([{":
            depth += 1
        elif match[0] in ")]}":
            depth = max(depth - 1, 0)
        elif not depth:
            parts.append(text[start : match.start()])
            start = match.end()
    return [" ".join(part.split()) for part in (*parts, text[start:]) if part.strip()]


def _key(text: str) -> str:
    """A word without case, spaces, hyphens and what else is only spelling."""
    return re.sub(r"[\s\-‐-―_/&.:\ufe0f]+", "", text.casefold())

"""What drawings say, in several languages: words, numbers and dates; `languages.toml` beside this is the one table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

from modeltree._util.text import alternatives

LanguageName = Literal["en", "de", "fr", "es", "zh", "ja"]
Language = LanguageName | Mapping[str, str]
"""A language that the library knows, or a table of words by their English ones."""

_MONTHS = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "Jun.", "Jul.", "Aug.", "Sep.", "Oct.", "Nov.", "Dec.")
# The key under which a table says how thousands are written.
_THOUSAND = "1,000"
_PLACE = re.compile(r"{(\w*)[^}]*}")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a language by the English ones; what a table lacks is said in English."""

    name: str = "en"
    table: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __call__(self, text: str, /, **values: object) -> str:
        """An English text, with values at its ``{places}``, in the language."""
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return self.table.get(text, text).format(**shown)

    def count(self, count: int, one: str, many: str, **values: object) -> str:
        """The first text for one thing and the second for all other numbers, with the ``{count}`` and other values."""
        return self(one if count == 1 else many, count=count, **values)

    def number(self, number: float) -> str:
        """A whole number, its thousands set off."""
        return f"{number:,.0f}".replace(",", self.table.get(_THOUSAND, _THOUSAND)[1:-3])

    def listed(self, items: Iterable[str]) -> str:
        """Some things in a row."""
        return self(", ").join(items)

    def sentences(self, texts: Iterable[str]) -> str:
        """Some sentences in a row; empty ones are left out."""
        return self(" ").join(filter(None, texts))

    def date(self, year: int | str | None, month: int | None, day: int | None = None, quarter: bool = False) -> str:
        """A date in short: what is None is not said; in a quarter, its month stands for it."""
        if month is None:
            return str(year)
        text = self("Q{quarter}", quarter=(month + 2) // 3) if quarter else self(_MONTHS[month - 1])
        if day is not None:
            text = self("{day} {month}", day=day, month=text)
        return text if year is None else self("{month} {year}", month=text, year=str(year))


ENGLISH = Words()


def words_of(language: Language) -> Words:
    """The words of a language or table; a ValueError where there is no such language, or a text has other places."""
    if not isinstance(language, Mapping):
        if language not in get_args(LanguageName):
            known = alternatives(get_args(LanguageName))
            raise ValueError(f"language cannot be {language!r}: say {known}, or give a table of words")
        return Words(language, _shipped()[language])
    for text, other in language.items():
        if unknown := set(_PLACE.findall(str(other))) - set(_PLACE.findall(str(text))):
            raise ValueError(f"there is no {{{min(unknown)}}} in {text!r} for the words {other!r}")
        if text == _THOUSAND and not re.fullmatch(r"1\D?000", str(other)):
            raise ValueError(f"thousands cannot be written as in {other!r}: say 1000 with or without a mark")
    return Words("", MappingProxyType({str(text): str(other) for text, other in language.items()}))


@cache
def _shipped() -> dict[str, Mapping[str, str]]:
    """The table of each language that ships with the library."""
    texts = tomllib.loads((files("modeltree._util") / "languages.toml").read_text(encoding="utf-8"))
    return {
        name: MappingProxyType({english: others[name] for english, others in texts.items() if name in others})
        for name in get_args(LanguageName)
    }

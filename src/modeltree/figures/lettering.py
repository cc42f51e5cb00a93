"""The words around a figure, in which language, and what all of its text is set in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from modeltree._util.languages import ENGLISH, Language, Words, words_of
from modeltree._util.text import alternatives
from modeltree.draw.fonts import INTER, FontChoice, Typeface
from modeltree.layout.title_block import TitleBlock

__all__ = ["FontChoice", "Language", "LegendChoice", "Lettering"]

LegendChoice = bool | Mapping[str, str]
"""Whether there is a legend; or other texts by those that it has, empty ones to leave entries out."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """The language and the typeface of a drawing, and what stands in place of its own footnote and legend."""

    words: Words = ENGLISH
    typeface: Typeface = INTER
    footnote: str | None = None
    legend: LegendChoice = True

    @classmethod
    def of(
        cls, language: Language, font: FontChoice, footnote: str | None = None, legend: LegendChoice = True
    ) -> Lettering:
        """What options ask for; a ValueError where there is no such language or font."""
        words = words_of(language)
        return cls(words, Typeface.of(font, words.name), footnote, legend)

    def title_block(
        self, title: str | None, legend: Sequence[tuple[str, str]] = (), footnote: Iterable[str] = ()
    ) -> TitleBlock:
        """The words around the figure; a ValueError where the legend has no entry that is to be another."""
        notes = tuple(footnote) if self.footnote is None else tuple(filter(None, self.footnote.split("\n")))
        return TitleBlock(title, tuple(self._entries(legend)), notes)

    def _entries(self, legend: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
        if not isinstance(self.legend, Mapping):
            return legend if self.legend else ()
        known = [text for _, text in legend]
        for text in self.legend:
            if text not in known:
                raise ValueError(f"the legend has no entry {text!r}: it has {alternatives(known)}")
        entries = ((key, self.legend.get(text, text)) for key, text in legend)
        return [(key, text) for key, text in entries if text]


PLAIN = Lettering()
"""English, in Inter."""

"""Which models have the same color, and what the legend says of it."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from modeltree._util.languages import ENGLISH, Words
from modeltree._util.text import alternatives
from modeltree.analysis.licenses import licenses
from modeltree.draw.theme import MOST_GROUPS, Paint, Theme, outlined, painted
from modeltree.lineage import Lineage
from modeltree.records import Model, Openness

_Word = Literal["openness", "family", "organization", "domain", "license", "effective-license"]
ColorBy = _Word | Callable[[Model], Hashable]
"""What color says: a word, or a function that gets each model and returns its group, None where there is none."""
COLOR_WORDS: tuple[str, ...] = get_args(_Word)

_Key = Hashable
_NOT_KNOWN = ("other", "not known")
_COLOR = re.compile("#[0-9a-fA-F]{6}")
_OPENNESS = {"open": "open source", "closed": "closed source", "unknown": "openness not known"}
# What is said of all groups that have no color of their own, and of models in no group.
_OTHERS = {
    "family": ("other families", "in no family"),
    "organization": ("other organizations", "organization not known"),
    "domain": ("other domains", "domain not known"),
    "license": ("other licenses", "license not known"),
    "effective-license": ("other licenses", "license not known"),
}
_NOTES = {
    "family": "Colors: the family that a model belongs to first, by the weights passed on.",
    "organization": "Colors: the organization, of a joint model the first.",
    "effective-license": "Colors: the strictest of the licenses that reach a model by weights; no legal advice.",
}


@dataclass(frozen=True, slots=True)
class Groups:
    """Models in groups of one color, ``other`` and ``none`` among them: group keys by model id, legend, and a note."""

    keys: Mapping[str, str]
    legend: tuple[tuple[str, str], ...]
    note: str | None = None
    places: Mapping[str, int] = field(default_factory=dict)  # of the named groups, among the colors of a theme
    fills: Mapping[str, str] = field(default_factory=dict)  # of groups that have a color of their own
    hollow: frozenset[str] = frozenset()  # the models that have the edge of their group only

    def paints(self, theme: Theme) -> dict[str, Paint]:
        """The colors of each group, by its key."""
        named = {key: theme.categories[place] for key, place in self.places.items()}
        own = {key: painted(fill) for key, fill in self.fills.items()}
        return {
            **theme.openness,
            "other": theme.other,
            "none": theme.none,
            "hollow": outlined(theme.other, theme),
            **named,
            **own,
        }

    def paint(self, id: str, theme: Theme, paints: Mapping[str, Paint]) -> Paint:
        """The colors of a model: those of its group, or an outline in them."""
        paint = paints[self.keys[id]]
        return outlined(paint, theme) if id in self.hollow else paint


def groups_of(
    lineage: Lineage,
    models: Iterable[Model],
    by: ColorBy = "openness",
    words: Words = ENGLISH,
    palette: Mapping[str, str] | None = None,
    like: Groups | None = None,
    counts: Mapping[str, int] | None = None,
) -> Groups:
    """Group models that are in time order; the largest groups have names and colors, all further ones are one."""
    # Each model counts as one, unless it is said how many it stands for.
    # A color belongs to its group: that which it has in `like`, or else one that follows from its name and from those
    # that were there before it, so that more models do not make groups change their colors.
    models = tuple(models)
    if by == "openness":
        if palette:
            raise ValueError("the colors of openness are those of the theme: give palette= with another color_by")
        return _by_openness(models, words)
    if not callable(by) and by not in COLOR_WORDS:
        raise ValueError(f"cannot color by {by!r}: say {', '.join(COLOR_WORDS)}, or give a function")
    word = by if isinstance(by, str) else ""
    key: Callable[[Model], _Key] = by if callable(by) else _key_of(lineage, by, counts or {})
    keys = {model.id: key(model) for model in models}
    counted = ((key, counts[id] if counts else 1) for id, key in keys.items() if key is not None)
    largest, sizes = _largest(counted, 2 if by == "family" else 1)
    named = [key for key, _ in sizes.most_common() if key in largest]
    slugs = {key: f"{word}:{key}" if word else f"group:{index}" for index, key in enumerate(named)}
    groups = {id: "none" if key is None else slugs.get(key, "other") for id, key in keys.items()}
    names = _names(lineage, models, word, keys)
    other, none = map(words, _OTHERS.get(word, _NOT_KNOWN))
    legend = [(slugs[key], names.get(key, str(key))) for key in named]
    occurring = set(groups.values())
    legend += [(key, text) for key, text in (("other", other), ("none", none)) if key in occurring]
    hollow = frozenset(model.id for model in models if word == "family" and model.openness == Openness.CLOSED)
    if hollow:
        legend.append(("hollow", words(_OPENNESS["closed"])))
    fills = {slugs[key]: _fill_of(palette or {}, key, names.get(key)) for key in named}
    own = {slug: fill for slug, fill in fills.items() if fill}
    unknown = [name for name in palette or {} if name not in {*map(str, sizes), *names.values()}]
    if unknown:
        known = alternatives([names.get(key, str(key)) for key in named])
        raise ValueError(f"palette has {unknown[0]!r}, which is no group: say {known}")
    kept = like.places if like else {}
    places = {slug: kept[slug] for slug in slugs.values() if slug in kept}
    for group, slug in slugs.items():
        if slug not in places:
            taken = places.values()
            places[slug] = _wanted(group, taken) if largest[group] in taken else largest[group]
    note = words(_NOTES[word]) if word in _NOTES else None
    return Groups(groups, tuple(legend), note, places, own, hollow)


def _fill_of(palette: Mapping[str, str], key: _Key, name: str | None) -> str:
    """The color that a palette gives to a group, by its key or its name."""
    fill = palette.get(str(key), palette.get(name or "", ""))
    if fill and not _COLOR.fullmatch(fill):
        raise ValueError(f"{fill!r} is no color: write it like '#5b8def'")
    return fill.lower()


def _largest(groups: Iterable[tuple[_Key, int]], least: int) -> tuple[dict[_Key, int], Counter[_Key]]:
    """The largest groups, by those of models in time order, with a place among the colors for each; and all sizes."""
    # A group that becomes one of the largest takes the color that its name asks for, if none of them has that, and
    # keeps it as long as it is one: later models do not make others change theirs.
    sizes: Counter[_Key] = Counter()
    places: dict[_Key, int] = {}
    for group, count in groups:
        sizes[group] += count
        if group in places or sizes[group] < least:
            continue
        if len(places) == MOST_GROUPS:
            smallest = min(reversed(places), key=sizes.__getitem__)
            if sizes[smallest] >= sizes[group]:
                continue
            del places[smallest]
        places[group] = _wanted(group, places.values())
    return places, sizes


def _wanted(group: _Key, taken: Collection[int]) -> int:
    """The place that the name of a group asks for most of those that are free."""
    free = set(range(MOST_GROUPS)).difference(taken)
    return min(free, key=lambda place: zlib.crc32(f"{group} {place}".encode(errors="surrogatepass")))


def _by_openness(models: Iterable[Model], words: Words) -> Groups:
    keys = {model.id: str(model.openness) if model.openness else "unknown" for model in models}
    occurring = set(keys.values())
    return Groups(keys, tuple((key, words(text)) for key, text in _OPENNESS.items() if key in occurring))


def _key_of(lineage: Lineage, by: _Word, counts: Mapping[str, int]) -> Callable[[Model], _Key]:
    """What gives the group of a model, None where there is none."""

    def family(model: Model) -> _Key:
        family = lineage.family(model.id)
        return family.key if max(family.size, counts.get(str(family.key), 0)) > 1 else None

    def license(model: Model) -> _Key:
        return (model.license.spdx or model.license.name) if model.license else None

    if by == "effective-license":
        report = licenses(lineage)
        return lambda model: None if (word := report[model.id].effective) == "unknown" else word
    keys: dict[str, Callable[[Model], _Key]] = {
        "family": family,
        "license": license,
        "organization": lambda model: model.organizations[0] if model.organizations else None,
        "domain": lambda model: model.domain,
    }
    return keys[by]


def _names(lineage: Lineage, models: Iterable[Model], word: str, keys: Mapping[str, _Key]) -> dict[_Key, str]:
    """What groups are called where that is not their key."""
    if word == "family":
        return {key: lineage[str(key)].name for key in set(keys.values()) if key is not None}
    if word == "organization":
        return {key: record.name for key, record in lineage.organizations.items()}
    if word == "license":
        return {keys[model.id]: model.license.name for model in reversed(tuple(models)) if model.license}
    return {}

"""Which models have the same color, and what the legend says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from modeltree._util.languages import ENGLISH, Words
from modeltree.analysis.licenses import licenses
from modeltree.draw.theme import MOST_GROUPS, Paint, Theme
from modeltree.lineage import Lineage
from modeltree.records import Model

_Word = Literal["openness", "family", "organization", "domain", "license", "effective-license"]
ColorBy = _Word | Callable[[Model], Hashable]
"""What color says: a word, or a function that gets each model and returns its group, None where there is none."""
COLOR_WORDS: tuple[str, ...] = get_args(_Word)

_Key = Hashable
_NOT_KNOWN = ("other", "not known")
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

    def paints(self, theme: Theme) -> dict[str, Paint]:
        """The colors of each group, by its key."""
        fixed = {**theme.openness, "other": theme.other, "none": theme.none}
        named = (key for key, _ in self.legend if key not in fixed)
        return {**fixed, **dict(zip(named, theme.categories, strict=False))}


def groups_of(lineage: Lineage, models: Iterable[Model], by: ColorBy = "openness", words: Words = ENGLISH) -> Groups:
    """Group models that are in time order; the ten largest groups have names, all further ones are one."""
    models = tuple(models)
    if by == "openness":
        return _by_openness(models, words)
    if not callable(by) and by not in COLOR_WORDS:
        raise ValueError(f"cannot color by {by!r}: say {', '.join(COLOR_WORDS)}, or give a function")
    word = by if isinstance(by, str) else ""
    key: Callable[[Model], _Key] = by if callable(by) else _key_of(lineage, by)
    keys = {model.id: key(model) for model in models}
    sizes = Counter(key for key in keys.values() if key is not None)
    least = 2 if by == "family" else 1
    named = [key for key, size in sizes.most_common(MOST_GROUPS) if size >= least]
    slugs = {key: f"{word}:{key}" if word else f"group:{index}" for index, key in enumerate(named)}
    groups = {id: "none" if key is None else slugs.get(key, "other") for id, key in keys.items()}
    names = _names(lineage, models, word, keys)
    other, none = map(words, _OTHERS.get(word, _NOT_KNOWN))
    legend = [(slugs[key], names.get(key, str(key))) for key in named]
    occurring = set(groups.values())
    legend += [(key, text) for key, text in (("other", other), ("none", none)) if key in occurring]
    return Groups(groups, tuple(legend), words(_NOTES[word]) if word in _NOTES else None)


def _by_openness(models: Iterable[Model], words: Words) -> Groups:
    keys = {model.id: str(model.openness) if model.openness else "unknown" for model in models}
    occurring = set(keys.values())
    return Groups(keys, tuple((key, words(text)) for key, text in _OPENNESS.items() if key in occurring))


def _key_of(lineage: Lineage, by: _Word) -> Callable[[Model], _Key]:
    """What gives the group of a model, None where there is none."""

    def family(model: Model) -> _Key:
        family = lineage.family(model.id)
        return family.key if family.size > 1 else None

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

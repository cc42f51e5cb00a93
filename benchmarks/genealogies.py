"""Genealogies of any size that are shaped as a real one is."""  # noqa: INP001

from __future__ import annotations

import datetime
import math
import random

from modeltree import Derivation, Lineage, Model, datasets

__all__ = ["grown"]

# Of the timeline of Linux distributions that gnuclad draws: lineages, those with a parent, and further parents.
_LINEAGES, _BRANCHES, _FURTHER = 556, 460, 134
# How long they take to come about, in days, and after how many a model has a third of its chance left to have children.
_DAYS, _FADING = 7300, 1500
_FIRST = datetime.date(2004, 1, 1)


def grown(count: int, seed: int = 0) -> Lineage:
    """A lineage that has grown to so many models, with names of the survey's lengths.

    - More and more come about: in half of the time a quarter of all.
    - As many of all as in the timeline of Linux distributions have a parent, and as many have a further one. What has
      children already has more (a chance of one more than their number), and what is old has fewer (it fades).

    Parameters
    ----------
    count : int
        How many models.
    seed : int
        Of what is chosen at random.
    """
    chance = random.Random(seed)  # noqa: S311 (no secret)
    names = sorted({model.name for model in datasets.load("survey").models})
    days = sorted(int(_DAYS * chance.random() ** 0.5) for _ in range(count))
    models, steps = [], []
    children = [0] * count
    for number, day in enumerate(days):
        name = chance.choice(names)
        models.append(Model(id=f"m{number}", name=name, released=str(_FIRST + datetime.timedelta(days=day))))
        if not number:
            continue
        weights = [(1 + children[old]) * math.exp(-(day - days[old]) / _FADING) for old in range(number)]
        parents: list[int] = []
        if chance.random() < _BRANCHES / _LINEAGES:
            parents += chance.choices(range(number), weights)
        if parents and chance.random() < _FURTHER / _BRANCHES:
            parents += chance.choices(range(number), weights)
        for parent, relation in zip(dict.fromkeys(parents), ("finetune", "merge"), strict=False):
            children[parent] += 1
            steps.append(Derivation(parent=f"m{parent}", child=f"m{number}", relation=relation))
    return Lineage(models, steps)

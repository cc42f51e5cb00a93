"""A small lineage made as large as wanted, so that it looks as one of that size would."""  # noqa: INP001

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from modeltree import Lineage, Model
from modeltree.records import PartialDate

__all__ = ["enlarged", "insertions"]

_SIZES = tuple(f"-{count}B" for count in (1, 2, 3, 4, 6, 7, 8, 9, 11, 13, 14, 20, 30, 34, 40, 65, 70, 72))
_TUNED = ("-Chat", "-SFT", "-DPO", "-RL", "-Base", "-Code", "-Math", "-VL", "-zh", "-32k")
_VERSIONS = (" v1.1", " v2", " v3", " v4", " 1.5", " 2.5", " 3.5")
# So often a name gets an ending of these: short ones, so that names stay about as long as those of Figure 2.
_ENDINGS = ((55, _SIZES), (30, _VERSIONS), (15, _TUNED))


def enlarged(lineage: Lineage, count: int, seed: int = 0) -> Lineage:
    """A lineage with variants of its own models, so that it has so many.

    - All models stay. Each new one is a variant of one of them that is not younger: its name with an
      ending that real variants have (a size, which takes the place of one that is there, what it was tuned for, or a
      version), and the organizations of the original.
    - To be larger by a factor is, half of it on a logarithmic scale, that more is known of the same months, and half
      that time goes on. The number of models doubled in so many months, by a least-squares fit to the logarithm of
      how many there were at the end of each month that has any; at this rate it goes on for as many months as give
      the square root of the factor.
    - New models are spread over the dates that occur and over these following months in proportion to how many
      models there are, or by that growth would be.

    Parameters
    ----------
    lineage : Lineage
        Models with dates, most of them to the month.
    count : int
        How many models there are to be, no fewer than there are.
    seed : int
        Of what is chosen at random.
    """
    if count < len(lineage.models):
        raise ValueError(f"{count} models are fewer than the {len(lineage.models)} that there are")
    chance = random.Random(seed)  # noqa: S311 (no secret)
    weights = _weights(lineage.models, count / len(lineage.models))
    models = _with_variants(lineage.models, chance, list(weights), list(weights.values()), count)
    return Lineage(models, (), lineage.organizations.values(), about=lineage.about)


def insertions(lineage: Lineage, enlargement: Lineage, number: int, seed: int = 1) -> Iterator[Lineage]:
    """Lineages with one model more, each with another one, of a date that occurs."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    dates = [model.released for model in enlargement.models if model.released]
    for _ in range(number):
        models = _with_variants(lineage.models, chance, dates, None, len(enlargement.models) + 1, enlargement.models)
        yield Lineage(models, (), enlargement.organizations.values(), about=enlargement.about)


def _with_variants(
    originals: Sequence[Model],
    chance: random.Random,
    dates: Sequence[PartialDate],
    weights: Sequence[float] | None,
    count: int,
    there: Sequence[Model] | None = None,
) -> list[Model]:
    models = list(originals if there is None else there)
    taken = {_slug(model.name) for model in models} | {model.id for model in models}
    while len(models) < count:
        date = chance.choices(dates, weights)[0]
        original = chance.choice([model for model in originals if model.released and model.released <= date])
        (endings,) = chance.choices([kind for _, kind in _ENDINGS], [share for share, _ in _ENDINGS])
        stem = re.sub(r"-[0-9]+B$", "", original.name) if endings == _SIZES else original.name
        name = stem + chance.choice(endings)
        if (slug := _slug(name)) not in taken:
            taken.add(slug)
            models.append(
                Model(
                    id=slug,
                    name=name,
                    released=date,
                    organizations=original.organizations,
                    openness=original.openness,
                )
            )
    return models


def _slug(name: str) -> str:
    plain = name.lower().replace("α", "alpha").replace("σ", "sigma")
    return re.sub(r"[^a-z0-9.]+", "-", plain).strip("-.")


def _weights(models: Sequence[Model], factor: float) -> dict[PartialDate, float]:
    """How many models each date has, or after the last one would have."""
    counts = Counter(model.released for model in models if model.released)
    months = sorted(date for date in counts if date.month)
    rate = _growth(counts, months)
    following = round(math.log(factor) / 2 / rate)
    weights: dict[PartialDate, float] = {date: float(counts[date]) for date in sorted(counts)}
    last = _month_number(months[-1])
    for month in range(1, following + 1):
        year, number = divmod(last + month, 12)
        weights[PartialDate(year, number + 1)] = len(models) * (math.exp(rate * month) - math.exp(rate * (month - 1)))
    return weights


def _growth(counts: Counter[PartialDate], months: Sequence[PartialDate]) -> float:
    """By how much the logarithm of the number of models grows in a month."""
    places = [float(_month_number(month)) for month in months]
    totals = [math.log(sum(counts[date] for date in counts if date <= month)) for month in months]
    place, total = sum(places) / len(places), sum(totals) / len(totals)
    along = sum((x - place) * (y - total) for x, y in zip(places, totals, strict=True))
    return along / sum((x - place) ** 2 for x in places)


def _month_number(date: PartialDate) -> int:
    assert date.month is not None
    return 12 * date.year + date.month - 1

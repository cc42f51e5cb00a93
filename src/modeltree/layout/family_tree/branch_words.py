"""Words beside the branches of a family tree, where there is room for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from modeltree.layout.geometry import DOT, LabelBox, Layout, Measure, TextLine
from modeltree.layout.plane import Box, Point, overlapping, struck
from modeltree.layout.sheet import MARGIN

# The type, in ems of the labels, its least size in points, and its greatest share of that of the labels.
_TYPE, _LEAST, _MOST = 0.68, 6.0, 0.85
# In ems of the labels: from a word to its line or label, and around it.
_BESIDE, _AROUND = 0.3, 0.12
_HEIGHT = 1.15


def with_branch_words(layout: Layout, words: Mapping[str, str], measure: Measure) -> Layout:
    """A family tree with words beside the branches to some models, by their ids, where nothing is in the way."""
    em = layout.font_size
    size = max(_TYPE * em, _LEAST)
    if size > _MOST * em:
        return layout
    waiting = {box.id: box for box in layout.boxes if box.id in words and box.dot}
    lines = [pair for points in _courses(layout) for pair in pairwise(points)]
    taken: list[Box] = [*layout.boxes, *layout.ticks, *layout.texts, *layout.swatches, *layout.bands, *_trunks(layout)]
    taken += [Box.around([box.dot], DOT * em) for box in layout.boxes if box.dot]
    page = Box(x=0.0, y=0.0, width=layout.page.width, height=layout.page.height).padded(-MARGIN)
    placed: list[TextLine] = []
    for place in range(2):
        tried: dict[str, Box] = {}
        for model, box in waiting.items():
            spot = _spots(box, measure(words[model])[0] * size, _HEIGHT * size, em)[place]
            if page.contains(spot):
                tried[model] = spot.padded(_AROUND * em)
        models = {id(box): model for model, box in tried.items()}
        hit = {models[id(box)] for _, box in struck(list(tried.values()), lines)}
        for one, other in overlapping([*tried.values(), *taken]):
            pair = [models[id(box)] for box in (one, other) if id(box) in models]
            hit.update(pair[-1:])  # of two words the first stays
        for model in tried.keys() - hit:
            spot = tried[model].padded(-_AROUND * em)
            placed.append(TextLine(role="relation", text=words[model], x=spot.x, y=spot.y, width=spot.width,
                                   height=spot.height, size=size))  # fmt: skip
            taken.append(tried[model])
            del waiting[model]
    placed.sort(key=lambda line: (line.y, line.x))
    return replace(layout, texts=(*layout.texts, *placed))


def _courses(layout: Layout) -> Iterator[Sequence[Point]]:
    yield from (link.points for link in layout.links)
    yield from (lane.points for lane in layout.lanes)


def _spots(box: LabelBox, width: float, height: float, em: float) -> Sequence[Box]:
    """Where a word may stand: above the line that leads to the dot, or after the label."""
    assert box.dot is not None
    (x, y), gap = box.dot, _BESIDE * em
    before, after = x - (DOT * em + gap) - width, box.right + gap
    middle = box.center[1] - height / 2
    corners = ((before, y - gap - height), (after, middle))
    return [Box(x=left, y=top, width=width, height=height) for left, top in corners]


def _trunks(layout: Layout) -> Iterator[Box]:
    """The room that thick lines take."""
    for lane in layout.lanes:
        for index, (start, end) in enumerate(pairwise(lane.points)):
            yield Box.around([start, end], (lane.widths[index] if index < len(lane.widths) else 0.0) / 2)

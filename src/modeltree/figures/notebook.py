"""What a notebook shows of a lineage, a family, a model or a layout: HTML that is whole in itself.

All text that comes from data is escaped. Colors are those of the notebook, light or dark, and a figure is a picture
of its own, whose styles stay in it.
"""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from modeltree.figures.text import counted, summary
from modeltree.findings import LayoutError
from modeltree.graph.families import Family
from modeltree.layout.geometry import Layout
from modeltree.lineage import Lineage
from modeltree.records import Derivation, Model, Reference

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Page", "html_of", "page_of"]

# What is shown of long lists.
_MOST_FAMILIES, _MOST_MEMBERS, _MOST_KIN = 8, 40, 12
# Of more models than this the years are counted, and no figure is drawn.
_MOST_DRAWN = 400
# The figure: its width and the size of its type, in inches and points.
_WIDTH, _TYPE = 12.0, 9.0
_INCH = 72.0
# Where an SVG has most of its numbers, and what of them is finer than a hundredth of a point.
_PATH, _FINER = re.compile(r' d="[^"]*"'), re.compile(r"(\.[0-9]{2})[0-9]+")
# Of an address that is written out.
_MOST_LETTERS = 48

_STYLE = """
.modeltree{font-family:var(--jp-content-font-family,system-ui,sans-serif);font-size:13px;line-height:1.45;
max-width:64em;padding:2px 0 6px;color:var(--jp-content-font-color1,inherit);font-variant-numeric:tabular-nums}
.modeltree p{margin:0 0 .3em}.modeltree .title{font-size:15px;font-weight:600}
.modeltree .title .quiet{font-weight:400;font-size:13px}
.modeltree .quiet{opacity:.68}
.modeltree table{margin:.7em 0;border-collapse:collapse;border:0}
.modeltree tr{background:none!important}
.modeltree th,.modeltree td{text-align:left!important;font-size:13px;padding:2px 18px 2px 0;border:0;
white-space:nowrap;background:none}
.modeltree th{font-weight:400;opacity:.68;border-bottom:1px solid rgba(128,128,128,.4)}
.modeltree td.number,.modeltree th.number{text-align:right!important}
.modeltree .bar{display:inline-block;height:7px;background:currentColor;opacity:.4;border-radius:1px}
.modeltree img{display:block;margin:.7em 0 0;width:100%;height:auto;border-radius:4px}
.modeltree svg{display:block;margin:.7em 0 0;fill:currentColor;font-size:11px}
.modeltree dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 18px;margin:.6em 0 0}
.modeltree dt{float:none;width:auto;margin:0;font-weight:400;font-style:normal;opacity:.68}
.modeltree dd{float:none;width:auto;margin:0;padding:0;overflow-wrap:anywhere}
.modeltree dd p{margin:0}.modeltree a{color:var(--jp-content-link-color,#1a6fc4)}
""".replace("\n", "")


@dataclass(frozen=True, slots=True)
class Page:
    """A lineage's page in a notebook.

    Parameters
    ----------
    title : str
        What the frame is called.
    document : str
        The whole page.
    height : int
        Of the frame, in pixels.
    """

    title: str
    document: str = field(repr=False)
    height: int

    def _repr_html_(self) -> str:
        # In a frame without an origin: the page's scripts run, but see nothing of the notebook.
        sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
        style = "border:1px solid rgba(128,128,128,.4);border-radius:4px"
        return (
            f'<iframe title="{escape(self.title)}" width="100%" height="{self.height}" style="{style}" '
            f'sandbox="{sandbox}" srcdoc="{escape(self.document)}"></iframe>'
        )


def page_of(lineage: Lineage, height: int, options: Mapping[str, Any]) -> Page:
    """The page of a lineage for a notebook; see `modeltree.Lineage.page`.

    Raises
    ------
    ValueError
        When the height is not a positive number.
    """
    from modeltree.figures.pages import lineage_page

    if height <= 0:
        raise ValueError(f"the height of a page is a number of pixels, 1 or more, not {height}")
    title = options.get("title") or lineage.about.title or "Models and what they were made from"
    return Page(title, lineage_page(lineage, **options), height)


def html_of(shown: Lineage | Family | Model | Layout) -> str:
    """What a notebook shows of one of these."""
    match shown:
        case Lineage():
            parts = _lineage(shown)
        case Family():
            parts = _family(shown)
        case Model():
            parts = _model(shown)
        case Layout():
            parts = _layout(shown)
    return f'<div class="modeltree"><style>{_STYLE}</style>{"".join(parts)}</div>'


# The lineage


def _lineage(lineage: Lineage) -> Iterator[str]:
    years = {row.date.year: row.models for row in lineage.growth("year") if row.date}
    span = f", {'–'.join(dict.fromkeys(map(str, (min(years), max(years)))))}" if years else ""
    yield _head(lineage.about.title or "Lineage", summary(lineage) + span)
    yield from _families(lineage)
    if sum(years.values()) > _MOST_DRAWN:
        yield _years(years)
    elif years:
        yield from _evolution(lineage)


def _families(lineage: Lineage) -> Iterator[str]:
    """The largest ones as a table, with bars as long as they are large."""
    families = lineage.families()
    several = sum(size > 1 for size in families.sizes)
    if not several:
        return
    largest = families.sizes[0]
    yield '<table><thead><tr><th>family</th><th class="number">models</th><th>first</th><th>last</th><th></th></tr>'
    yield "</thead><tbody>"
    for family in families[: min(several, _MOST_FAMILIES)]:
        first, last = map(str, family.span) if family.span else ("", "")
        bar = f'<span class="bar" style="width:{max(120 * family.size / largest, 1):.0f}px"></span>'
        cells = f'<td>{escape(family.name)}</td><td class="number">{family.size:,}</td><td>{first}</td><td>{last}</td>'
        yield f"<tr>{cells}<td>{bar}</td></tr>"
    yield "</tbody></table>"
    if several > _MOST_FAMILIES:
        more = counted(several - _MOST_FAMILIES, "smaller family", "smaller families")
        yield f'<p class="quiet">and {more}</p>'


def _evolution(lineage: Lineage) -> Iterator[str]:
    from modeltree.figures.recipes import evolution_figure

    try:
        figure = evolution_figure(lineage, page=(_WIDTH, None), font_size=_TYPE, title="")
    except LayoutError:  # a name may be wider than the page; the rest is shown all the same
        return
    yield _image(figure, f"The evolution figure of {lineage.about.title or 'the lineage'}")


def _years(counts: Mapping[int, int]) -> str:
    """How many models there are of each year, as bars."""
    years = range(min(counts), max(counts) + 1)
    step, high, margin = max(min(46.0, 860 / len(years)), 4.0), 80, 14
    every = math.ceil(40 / step)  # so that what is written below them does not run together
    most = max(counts.values())
    parts = []
    for place, year in enumerate(years):
        x, count = margin + place * step, counts.get(year, 0)
        top = 16 + high * (1 - count / most)
        words = f'x="{x + step / 2:.1f}" text-anchor="middle"'
        parts.append(
            f'<rect x="{x + 0.1 * step:.1f}" y="{top:.1f}" width="{0.8 * step:.1f}" height="{16 + high - top:.1f}" '
            f'opacity=".4"><title>{year}: {count:,}</title></rect>'
        )
        if every == 1:
            parts.append(f'<text {words} y="{top - 5:.1f}">{count:,}</text>')
        if place % every == 0:
            parts.append(f'<text {words} y="{high + 31}" opacity=".68">{year}</text>')
    size = f'width="{step * len(years) + 2 * margin:.0f}" height="{high + 36}"'
    return f'<svg {size} role="img" aria-label="Models by year">{"".join(parts)}</svg>'


# A family


def _family(family: Family) -> Iterator[str]:
    span = f"{family.span[0]} to {family.span[1]}" if family.span else "no date known"
    counts = (
        counted(family.size, "model"),
        span,
        f"depth {family.depth}",
        counted(len(family.organizations), "organization"),
    )
    yield _head(family.name, " · ".join(counts))
    rows = [("root", escape(family.root))] if family.root else []
    rows.append(("models", _listed(map(escape, family.members), family.size, _MOST_MEMBERS)))
    if family.organizations:
        makers = _listed(map(escape, family.organizations), len(family.organizations), _MOST_MEMBERS)
        rows.append(("organizations", makers))
    yield _definitions(rows)


# A model


def _model(model: Model) -> Iterator[str]:
    reference = getattr(model, "_lineage", None)
    lineage = reference() if reference else None
    yield f'<p class="title">{escape(model.name)} <span class="quiet">{escape(model.id)}</span></p>'
    yield _definitions([*_facts(model, lineage), *_descent(model, lineage), *_sources(model)])


def _facts(model: Model, lineage: Lineage | None) -> Iterator[tuple[str, str]]:
    makers = [lineage.organizations[id].name if lineage else id for id in model.organizations]
    license = model.license
    spdx = f" ({license.spdx})" if license and license.spdx and license.spdx != license.name else ""
    known = {
        "also called": ", ".join(model.aliases),
        "kind": model.kind,
        "released": str(model.released) if model.released else "",
        "organization": ", ".join(makers),
        "openness": ", ".join(word for word in (model.openness, model.access) if word),
        "license": license.name + spdx if license else "",
        "sizes": ", ".join(map(str, model.sizes)),
        "training data": model.training_data,
        "domain": model.domain,
        "architecture": model.architecture,
        "note": model.note,
    }
    yield from ((label, escape(value)) for label, value in known.items() if value)


def _descent(model: Model, lineage: Lineage | None) -> Iterator[tuple[str, str]]:
    if lineage is None:
        return
    above, below = lineage.parents(model.id), lineage.children(model.id)
    kin = {
        "derived from": [(parent, lineage.derivation(parent, model.id)) for parent in above],
        "led to": [(child, lineage.derivation(model.id, child)) for child in below[:_MOST_KIN]],
    }
    for label, steps in kin.items():
        lines = [_step(lineage[other], step) for other, step in steps]
        if label == "led to" and len(below) > _MOST_KIN:
            lines.append(f"and {len(below) - _MOST_KIN:,} more")
        if lines:
            yield label, "".join(f"<p>{line}</p>" for line in lines)


def _step(other: Model, step: Derivation) -> str:
    note = f": {escape(step.note)}" if step.note else ""
    vouched = f" {_references(step.references)}" if step.references else ""
    return f'{escape(other.name)} <span class="quiet">by {escape(step.relation)}{note}{vouched}</span>'


def _sources(model: Model) -> Iterator[tuple[str, str]]:
    if links := [_link(address, kind) for kind, address in model.links if address]:
        yield "links", " · ".join(links)
    if model.references:
        yield "references", _references(model.references)
    if model.corrections:
        said = [
            f"{escape(correction.source)} prints “{escape(correction.printed)}” as {escape(correction.field)}: "
            f"{escape(correction.reason)} {_references(correction.references)}"
            for correction in model.corrections
        ]
        yield "corrections", "".join(f"<p>{line}</p>" for line in said)


def _references(references: Sequence[Reference]) -> str:
    return " · ".join(_link(reference.url, _brief(reference)) for reference in references)


def _brief(reference: Reference) -> str:
    text = re.sub("^https?://(www[.])?", "", reference).rstrip("/")
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


def _link(address: str, text: str) -> str:
    if not address.startswith(("https://", "http://")):
        return escape(text)
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'


# A layout


def _layout(layout: Layout) -> Iterator[str]:
    width, height = layout.page.width, layout.page.height
    counts = [
        (len(layout.boxes), "model"),
        (len(layout.ticks), "date"),
        (len(layout.links), "link"),
    ]
    said = (
        f"{width:.0f} × {height:.0f} pt ({width / _INCH:.1f} × {height / _INCH:.1f} in)",
        f"type of {layout.font_size:.1f} pt",
        *(counted(number, noun) for number, noun in counts if number),
    )
    yield _head("Layout", " · ".join(said))
    yield _image(_drawn(layout), "The layout")


def _drawn(layout: Layout) -> Figure:
    """The layout with all labels alike: it does not know what they stand for."""
    from modeltree.draw.icons import badge
    from modeltree.draw.mpl import draw_layout
    from modeltree.draw.saving import LayoutFigure
    from modeltree.draw.style import Look, Style
    from modeltree.draw.theme import LIGHT, Paint

    plain = Style(Paint(LIGHT.panel, LIGHT.leader, LIGHT.ink), LIGHT.edge_width)
    makers = {icon.organization or "" for icon in layout.icons}
    look = Look(
        LIGHT,
        {box.id: plain for box in layout.boxes},
        {swatch.key: plain for swatch in layout.swatches},
        {maker: badge(maker, LIGHT.badge_lightness, 0.0) for maker in makers},
    )
    page = layout.page
    figure = LayoutFigure(figsize=(page.width / _INCH, page.height / _INCH), facecolor=LIGHT.page)
    draw_layout(layout, figure.add_axes((0.0, 0.0, 1.0, 1.0)), look)
    return figure


# What all have in common


def _head(title: str, counts: str) -> str:
    return f'<p class="title">{escape(title)}</p><p class="quiet">{escape(counts)}</p>'


def _definitions(rows: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(label)}</dt><dd>{value}</dd>' for label, value in rows)}</dl>"


def _listed(items: Iterator[str], count: int, most: int) -> str:
    """The first items of a list, and how many more there are."""
    shown = [item for item, _ in zip(items, range(most), strict=False)]
    rest = f" and {count - most:,} more" if count > most else ""
    return ", ".join(shown) + rest


def _image(figure: Figure, description: str) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg")
    svg = _PATH.sub(lambda path: _FINER.sub(r"\1", path.group()), buffer.getvalue().decode())
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{escape(description)}" src="data:image/svg+xml;base64,{data}">'

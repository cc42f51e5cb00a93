"""Pieces of HTML for notebooks; each picture of an object is whole in itself and loads nothing.

Colors are those of the notebook, light or dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

# Of an address that is written out.
_MOST_LETTERS = 48

STYLE = """
.modeltree{font-family:var(--jp-content-font-family,system-ui,sans-serif);font-size:13px;line-height:1.45;
max-width:64em;padding:2px 0 6px;color:var(--jp-content-font-color1,inherit);font-variant-numeric:tabular-nums}
.modeltree p{margin:0 0 .3em}.modeltree .title{font-size:15px;font-weight:600}
.modeltree .title .quiet{font-weight:400;font-size:13px}
.modeltree .quiet{opacity:.68}
.modeltree table{margin:.7em 0;border-collapse:collapse;border:0}
.modeltree tr{background:none!important}
.modeltree th,.modeltree td{text-align:left!important;font-size:13px;padding:2px 18px 2px 0;border:0;
white-space:nowrap;background:none}
.modeltree td.text{white-space:normal}
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


def block(parts: Iterable[str]) -> str:
    """What a notebook shows of one object: some pieces and their style."""
    return f'<div class="modeltree"><style>{STYLE}</style>{"".join(parts)}</div>'


def head(title: str, counts: str) -> str:
    """A title, and a quiet line below it."""
    return f'<p class="title">{escape(title)}</p><p class="quiet">{escape(counts)}</p>'


def definitions(rows: Iterable[tuple[str, str]]) -> str:
    """Labels, each with its value in HTML."""
    return f"<dl>{''.join(f'<dt>{escape(label)}</dt><dd>{value}</dd>' for label, value in rows)}</dl>"


def table(header: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells in HTML; the header has the name and the class of each column."""
    classes = [f' class="{name}"' if name else "" for _, name in header]
    names = "".join(f"<th{kind}>{escape(name)}</th>" for (name, _), kind in zip(header, classes, strict=True))
    lines = ("".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, classes, strict=True)) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>"


def image(source: str, description: str) -> str:
    """A picture by its address."""
    return f'<img alt="{escape(description)}" src="{source}">'


def link(address: str, text: str) -> str:
    """A text that leads to an address, if that is one of the web."""
    if not address.startswith(("https://", "http://")):
        return escape(text)
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(text)}</a>'


def brief(address: str) -> str:
    """An address as it is written out: without what all have, and not too long."""
    text = re.sub("^https?://(www[.])?", "", address).rstrip("/")
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"

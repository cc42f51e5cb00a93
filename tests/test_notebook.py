"""What a notebook shows: whole HTML, all text escaped, and plain text whatever happens."""

from __future__ import annotations

import base64
import gc
import itertools
import json
import math
import re
import shutil
import sys
import weakref
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas
import polars
import pytest
from hypothesis import given, settings
from IPython.core.formatters import DisplayFormatter
from playwright.sync_api import sync_playwright

import modeltree
from modeltree._util.html import STYLE
from modeltree.findings import Finding, LayoutError, MissingExtraError, Position
from modeltree.formats import Reading
from modeltree.lineage import Lineage
from modeltree.records import About, Correction, Derivation, License, Links, Model, Organization, Reference
from strategies import examples, full_lineages, lineages

SURVEY = modeltree.datasets.load("survey")
READING = Reading(SURVEY, (Finding("cycle", "a -> b -> a", "break it"), Finding("license-missing", "a has no license")))
EVIL = "</script></iframe><img src=x onerror=\"alert('1')\">&amp;"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ELEMENTS = {
    "a", "dd", "div", "dl", "dt", "img", "p", "rect", "span", "style", "svg", "table", "tbody", "td", "text",
    "th", "thead", "title", "tr",
}  # fmt: skip
VOID = {"img", "br", "hr", "input", "meta", "link"}


class Checked(HTMLParser):
    """Elements and text of some HTML that is well formed."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    @property
    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}


def checked(shown: Any) -> Checked:
    """What is shown, which loads nothing and runs nothing."""
    page = Checked(shown._repr_html_())
    assert page.tags <= ELEMENTS
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("src", "data:image/svg+xml;base64,").startswith("data:image/svg+xml;base64,")
        assert re.match("https?://", attributes.get("href") or "https://"), attributes
        assert "href" not in attributes or (attributes["rel"] == "noopener noreferrer" and tag == "a")
    assert "url(" not in STYLE
    return page


def picture(page: Checked) -> str:
    source = next(attributes["src"] for tag, attributes in page.elements if tag == "img")
    assert source
    return base64.b64decode(source.partition(",")[2]).decode()


def pair(**about: Any) -> Lineage:
    """A model made from another one."""
    return Lineage(
        [Model(id="a", name="A", released=2022, organizations=["meta"]), Model(id="b", name="B", released=2023)],
        [Derivation(parent="a", child="b", relation="merge", note="A note.", references=["arxiv:2302.13971"])],
        about=About(**about),
    )


# In IPython


@pytest.mark.parametrize(
    "shown",
    [SURVEY, SURVEY.family("Vicuna"), SURVEY["Vicuna"], modeltree.evolution(SURVEY.clade("opt")), READING],
    ids=["lineage", "family", "model", "drawing", "reading"],
)
def test_ipython_shows_html_and_plain_text(shown: Any) -> None:
    data, _ = DisplayFormatter().format(shown)
    assert set(data) == {"text/plain", "text/html"}
    assert data["text/plain"] == repr(shown)
    assert data["text/html"] == shown._repr_html_()
    checked(shown)


def test_nothing_is_drawn_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = modeltree.evolution(SURVEY)
    monkeypatch.setattr(drawing, "_lay_out", lambda *_: pytest.fail("laid out"))
    data, _ = DisplayFormatter(active_types=["text/plain"]).format(drawing)
    assert data == {"text/plain": repr(drawing)}


# Lineage


def test_a_lineage() -> None:
    page = checked(SURVEY)
    assert page.text.startswith(
        "Open GPT-like models and their kin 185 models, 302 derivations, 80 organizations, 2015–2023 "
        "family models first last LLaMA 21 2023-02-24 2023-06-27"
    )
    smaller = sum(family.size > 1 for family in SURVEY.families()) - 8
    assert f"and {smaller} smaller families 2015: 1 1 2015" in page.text
    assert page.text.endswith("2023: 78 78 2023")
    assert len(SURVEY._repr_html_()) < 12_000


def test_bars_are_as_long_as_families_are_large() -> None:
    page = checked(SURVEY)
    widths = [float(re.findall(r"width:(\d+)px", a["style"] or "")[0]) for _, a in page.elements if "style" in a]
    sizes = [family.size for family in SURVEY.families()[:8]]
    assert widths == [round(120 * size / sizes[0]) for size in sizes]


def test_a_lineage_without_dates_has_no_bars() -> None:
    page = checked(Lineage([Model(id="a", name="A")]))
    assert page.text == "Lineage 1 model, 0 derivations, 0 organizations"
    assert "svg" not in page.tags
    assert checked(Lineage([])).text == "Lineage 0 models, 0 derivations, 0 organizations"


def test_a_lineage_that_cannot_be_drawn_is_shown_all_the_same() -> None:
    lineage = Lineage([Model(id="a", name="W" * 400, released=2022)])
    drawing = modeltree.evolution(lineage, page=(12, None), font_size=9)
    for ask in (drawing.figure, drawing._repr_html_, lambda: drawing.layout):
        with pytest.raises(LayoutError):
            ask()
    page = checked(lineage)
    assert page.text == "Lineage 1 model, 0 derivations, 0 organizations, 2022 2022: 1 1 2022"


def test_the_years_are_counted() -> None:
    counts = {2018: 100, 2019: 0, 2020: 301}
    models = [Model(id=f"{y}-{n}", name=f"{y} {n}", released=y) for y, count in counts.items() for n in range(count)]
    page = checked(Lineage(models))
    assert "img" not in page.tags
    assert page.text.endswith("2018: 100 100 2018 2019: 0 0 2019 2020: 301 301 2020")
    heights = [float(attributes["height"] or "") for tag, attributes in page.elements if tag == "rect"]
    assert heights == [pytest.approx(80 * count / 301, abs=0.06) for count in counts.values()]


def test_a_long_time_has_narrow_bars_and_few_words() -> None:
    models = [Model(id=f"m{n}", name=f"M{n}", released=1950 + n % 75) for n in range(450)]
    page = checked(Lineage(models))
    places = [float(attributes["x"] or "") for tag, attributes in page.elements if tag == "text"]
    assert len(places) == math.ceil(75 / 4)
    assert min(later - earlier for earlier, later in itertools.pairwise(places)) > 35
    assert sum(tag == "rect" for tag, _ in page.elements) == 75
    assert places[-1] < 900


# Family and drawings


def test_a_family() -> None:
    page = checked(SURVEY.family("Vicuna"))
    assert page.text.startswith(
        "LLaMA 21 models · 2023-02-24 to 2023-06-27 · depth 2 · 27 organizations root llama models llama, alpaca,"
    )


def test_long_families_are_cut_short() -> None:
    models = [Model(id=f"m{n:04}", name=f"M{n}") for n in range(1042)]
    page = checked(Lineage(models).families(lambda model: "all of them")[0])
    assert page.text.startswith(
        "all of them 1,042 models · no date known · depth 0 · 0 organizations models m0000, m0001,"
    )
    assert page.text.endswith(", m0039 and 1,002 more")


def test_a_drawing() -> None:
    drawing = modeltree.evolution(SURVEY.clade("opt"), page=(8, None), font_size=10.0, links=True, title="OPT & kin")
    layout, page = drawing.layout, checked(drawing)
    assert page.tags == {"div", "style", "img"}
    assert [attributes["alt"] for tag, attributes in page.elements if tag == "img"] == ["OPT & kin"]
    assert all(f"{box.label}</text>" in picture(page) for box in layout.boxes)
    assert repr(drawing) == "<Drawing: evolution, 'OPT & kin'; save it as .svg, .pdf, .png, .json>"
    size = f"{layout.page.width:.0f} × {layout.page.height:.0f} pt"
    assert repr(layout) == f"<Layout: {len(layout.boxes)} labels in type of 10 pt on {size}>"


@pytest.mark.parametrize("draw", [modeltree.growth, modeltree.family_sizes, modeltree.largest_families])
def test_drawings_of_many_models(draw: Any) -> None:
    assert "<svg" in picture(checked(draw(SURVEY)))


def test_a_diagram(monkeypatch: pytest.MonkeyPatch) -> None:
    diagram = modeltree.diagram(SURVEY.clade("bloom"))
    assert "BLOOMZ</text>" in picture(checked(diagram))
    assert repr(diagram) == "<Drawing: diagram, 'BLOOM and its descendants'; save it as .svg, .pdf, .png, .dot, .gv>"
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    without = Checked(diagram._repr_html_())
    assert without.tags == {"div", "style", "p", "pre"}
    assert "pip install" in without.text
    assert "BLOOMZ" in without.text


# Findings


def test_a_reading() -> None:
    page = checked(READING)
    assert page.text == (
        f"Lineage {SURVEY.about.title!r}: 185 models, 302 derivations, 80 organizations, 2015 to 2023 1 error, 1 note "
        "severity kind finding where error cycle a -> b -> a; break it note license-missing a has no license"
    )
    assert repr(READING) == f"<Reading: {SURVEY!r}, 1 error, 1 note>"
    lineage, findings = READING
    assert (lineage, len(findings)) == (SURVEY, 2)
    assert checked(Reading(pair(), ())).text.endswith("no findings")
    many = Reading(pair(), tuple(Finding("cycle", f"number {number}") for number in range(1053)))
    assert checked(many).text.endswith("number 49 and 1,003 more")


# Models


def test_a_model() -> None:
    page = checked(SURVEY["Vicuna"])
    assert page.text.startswith("Vicuna vicuna also called Vicuna-13B, Vicuna-7B kind model released 2023-03-30")
    assert "organization lmsys openness open, open-weights" in page.text
    assert "derived from" not in page.text, "a record knows itself and no other"
    addresses = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert "https://lmsys.org/blog/2023-03-30-vicuna/" in addresses


def test_a_card_says_all_that_is_known() -> None:
    model = Model(
        id="m", name="M", aliases=["Em"], kind="application", released="2023-02", organizations=["x"],
        openness="open", access="gated", license=License(name="As is", spdx="MIT"), sizes=["7B", "13B"],
        training_data="much", domain="code", architecture="rnn", note="Noted.",
        links=Links(code="https://example.org/code"), references=["doi:10.1093/bib/bbac409"],
        corrections=[Correction(field="name", printed="N", source="table", reason="It is M.")],
    )  # fmt: skip
    assert checked(model).text == (
        "M m also called Em kind application released 2023-02 organization x openness open, gated license As is (MIT) "
        "sizes 7B, 13B training data much domain code architecture rnn note Noted. links code "
        "references doi:10.1093/bib/bbac409 corrections table prints “N” as name: It is M."
    )


def test_a_record_knows_nothing_of_its_lineage() -> None:
    lineage = pair()
    model, gone = lineage["b"], weakref.ref(lineage)
    assert lineage.subgraph(["b"])["b"] is model
    assert model == Model(id="b", name="B", released=2023)
    del lineage
    gc.collect()
    assert gone() is None
    assert checked(model).text == "B b kind model released 2023"


# What comes from data


def test_nothing_that_data_say_becomes_markup() -> None:
    reference = Reference("https://example.org/'onclick=alert(1)'")
    evil = Model(
        id="</style><script>", name=EVIL, aliases=[f"{EVIL}2"], released=2022, organizations=["<b>"],
        license=License(name=EVIL), training_data=EVIL, note=EVIL, references=[reference],
        links=Links(code="https://example.org/'onclick='alert(1)"),
        corrections=[Correction(field="name", printed=EVIL, source="<i>", reason=EVIL, references=[reference])],
    )  # fmt: skip
    lineage = Lineage(
        [evil, Model(id="b", name="B", released=2022)],
        [Derivation(parent=evil.id, child="b", relation="merge", note=EVIL, references=[reference])],
        [Organization(id="<b>", name=EVIL)],
        about=About(title=EVIL),
    )
    page = checked(lineage[evil.id])
    assert page.text.count(EVIL) == 7
    assert page.tags == {"div", "style", "p", "span", "dl", "dt", "dd", "a"}
    assert checked(lineage).text.count(EVIL) == 2
    assert EVIL in checked(lineage.family("b")).text
    checked(modeltree.evolution(lineage))
    finding = Finding("cycle", EVIL, hint=EVIL, position=Position(Path(EVIL)))
    assert checked(Reading(lineage, (finding,))).text.count(EVIL) == 3
    frame = Checked(modeltree.page(lineage)._repr_html_())
    assert [tag for tag, _ in frame.elements] == ["iframe"]


def test_only_web_addresses_are_links() -> None:
    model = Model(id="a", name="A")
    links = Links.model_construct(paper="javascript:alert(1)", code=None, weights=None, blog=None, website=None)
    page = checked(model.model_copy(update={"links": links}))
    assert page.text.endswith("links paper")
    assert "a" not in page.tags


@given(full_lineages())
@settings(max_examples=examples(25))
def test_whatever_is_known_of_a_model_is_shown(lineage: Lineage) -> None:
    for id in lineage:
        page, model = checked(lineage[id]), lineage[id]
        for text in filter(None, (model.name, model.note, model.training_data, *model.aliases)):
            assert " ".join(text.split()) in page.text


# The page


def test_a_page() -> None:
    page = modeltree.page(SURVEY, height=480, title="A title & more")
    assert repr(page) == "<Drawing: page, 'A title & more'; save it as .html>"
    ((tag, attributes),) = Checked(page._repr_html_()).elements
    assert tag == "iframe"
    assert attributes["srcdoc"] == page.document
    assert page.document.startswith("<!doctype html>")
    assert attributes["height"] == "480"
    assert attributes["title"] == "A title & more"
    # Without an origin, whatever is in it can see nothing of the notebook.
    assert "allow-same-origin" not in (attributes["sandbox"] or "")
    assert "allow-downloads" in (attributes["sandbox"] or "")  # figures and tables can be saved
    assert modeltree.page(SURVEY).height == 640
    assert modeltree.page(pair()).title == "Models and what they were made from"


def test_a_page_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="1 or more, not 0"):
        modeltree.page(SURVEY, height=0)
    with pytest.raises(LayoutError, match="no model"):
        modeltree.page(Lineage([]))
    assert "figure" in modeltree.page(Lineage([Model(id="a", name="A")])).document  # by generations, without dates


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs headless Chromium")
def test_the_page_works_in_its_frame(tmp_path: Path) -> None:
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><meta charset='utf-8'>{modeltree.page(SURVEY)._repr_html_()}", encoding="utf-8")
    said: list[str] = []
    with (
        sync_playwright() as browsers,
        browsers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        tab = browser.new_page(viewport={"width": 1200, "height": 760})
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: said.append(request.url) if request.url.startswith("http") else None)
        tab.goto(file.as_uri())
        frame = tab.frames[1]
        label = frame.get_by_role("button", name=re.compile("^Vicuna,"))
        label.first.click()
        frame.get_by_text("70K conversations").wait_for()
        assert frame.evaluate("origin") == "null"
        assert frame.title() == SURVEY.about.title
    assert said == []


# Tables


def rows_with_values_at_the_end() -> Lineage:
    plain = [Model(id=f"m{n:03}", name=f"M{n}") for n in range(250)]
    full = Model(
        id="z", name="Z", aliases=["Zed"], openness="open", access="gated", license=License(name="L", spdx="MIT"),
        sizes=["7B"], training_data="much", domain="code", architecture="rnn", note="Noted.", organizations=["x"],
        references=["arxiv:2302.13971"],
        links=Links(paper="https://a.org", code="https://b.org", weights="https://c.org", blog="https://d.org",
                    website="https://e.org"),
    )  # fmt: skip
    return Lineage([*plain, full], [Derivation(parent="m000", child="z", relation="finetune")])


@pytest.mark.parametrize(
    "lineage",
    [SURVEY, SURVEY.clade("llama"), rows_with_values_at_the_end(), Lineage([Model(id="a", name="A")]), Lineage([])],
    ids=["survey", "clade", "late-values", "one-model", "empty"],
)
def test_polars_takes_the_rows_as_they_are(lineage: Lineage) -> None:
    rows = lineage.to_records()
    frame = polars.DataFrame(rows)
    assert frame.to_dicts() == rows
    several = {"aliases", "organizations", "references", "parents", "children"}
    assert dict(frame.schema) == {
        name: polars.List(polars.Int64) if name == "sizes"
        else polars.List(polars.String) if name in several else polars.String
        for name in frame.columns
    }  # fmt: skip
    assert list(frame.columns) == list(rows[0] if lineage else [])


@pytest.mark.parametrize("lineage", [SURVEY, rows_with_values_at_the_end(), Lineage([])], ids=["survey", "late", "0"])
def test_pandas_takes_the_rows_as_they_are(lineage: Lineage) -> None:
    rows = lineage.to_records()
    frame = pandas.DataFrame(rows)
    assert len(frame) == len(lineage)
    found = [
        {name: None if not isinstance(value, list) and pandas.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]
    assert found == rows


@given(lineages())
@settings(max_examples=examples(25))
def test_no_frame_loses_anything(lineage: Lineage) -> None:
    assert polars.DataFrame(lineage.to_records()).to_dicts() == lineage.to_records()


def test_rows_are_read_like_a_list() -> None:
    rows = SURVEY.to_records()
    assert len(rows) == len(SURVEY)
    assert rows[0]["id"] == rows[:1][0]["id"] == next(iter(rows))["id"] == next(iter(SURVEY))
    assert list(rows) == rows
    assert rows == SURVEY.to_records()
    assert rows != pair().to_records()
    assert repr(rows) == repr(list(rows))
    assert json.loads(json.dumps(list(rows))) == rows


def test_without_polars_rows_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("polars", "pyarrow"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(MissingExtraError, match="pip install polars"):
        SURVEY.to_records().__arrow_c_stream__()

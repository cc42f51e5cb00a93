"""The page of a lineage: one document that allows nothing but itself, in which data are text."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import re
from collections import Counter
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.text import Text as TextArtist
from PIL import Image as Picture

import modeltree
from modeltree import Derivation, Lineage, Model, Organization, datasets
from modeltree._util.text import printable
from modeltree.draw.artists import draw_layout
from modeltree.draw.display import Image, Layer, Line, Look, Style, Text, display_list
from modeltree.draw.icons import Badge
from modeltree.draw.page_html import Numbers, Palette, figure_markup, link_sample, page_document
from modeltree.draw.theme import DARK, LIGHT, Paint
from modeltree.figures.evolution import evolution_contents
from modeltree.figures.family_tree import RELATION_WORDS
from modeltree.figures.page import page_data
from modeltree.findings import LayoutError
from modeltree.layout.geometry import (
    Band,
    Guide,
    IconBox,
    LabelBox,
    Lane,
    Layout,
    Leader,
    Link,
    Page,
    Panel,
    Swatch,
    TextLine,
    TickBox,
)
from modeltree.records import About
from strategies import examples

HOSTILE = "</script><img src=x onerror=alert(1)>\u2028\"'&amp;<!--<script>"
WHOLE = datasets.load("survey")
SURVEY = WHOLE.select(lambda model: model.kind != "dataset")  # what a page shows


class Reader(HTMLParser):
    """What a browser would see: elements with their attributes, and the text in each."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.setdefault(tag, []).append("")
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]][-1] += data

    def named(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def data(self) -> dict[str, list[dict[str, object]]]:
        found: dict[str, list[dict[str, object]]] = json.loads(self.texts["script"][0])
        return found


def small(name: str = "A model", **more: object) -> Lineage:
    maker = Organization(id="lab", name=f"Lab {name}", url="https://example.org")
    parent = Model.model_validate({
        "id": "one", "name": name, "released": "2023-01", "organizations": ["lab"], "openness": "open", "note": name,
        "license": name, "training_data": name,
    })  # fmt: skip
    child = Model(id="two", name="Second", aliases=(f"alias {name}",), released="2023-03")
    step = Derivation(parent="one", child="two", relation="finetune", note=name)
    undated = Model(id="three", name="Third")
    return Lineage([parent, child, undated], [step], [maker], about=About(title=name))


@pytest.fixture(scope="module")
def page() -> Reader:
    return Reader(modeltree.page(WHOLE).document)


def hash_of(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


# What a browser is allowed


def test_the_policy_allows_the_one_script_and_the_one_style_and_no_more(page: Reader) -> None:
    policy = next(meta["content"] for meta in page.named("meta") if "http-equiv" in meta)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": hash_of(page.texts["script"][1]),
        "style-src": hash_of(page.texts["style"][0]),
        "font-src": "data:",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert [script.get("type") for script in page.named("script")] == ["application/json", None]
    assert len(page.named("style")) == 1


def test_nothing_is_fetched_and_nothing_is_styled_or_scripted_in_place(page: Reader) -> None:
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        for name in ("src", "href", "xlink:href", "action", "srcset", "poster", "data"):
            assert attributes.get(name, "#").startswith(("#", "data:")), (tag, attributes)
    assert re.findall(r"url\((?!data:)", page.texts["style"][0]) == []
    assert "@import" not in page.texts["style"][0]
    assert {"name": "referrer", "content": "no-referrer"} in page.named("meta")


def test_scripts_make_no_markup_of_texts() -> None:
    for script in (files("modeltree.draw") / "page").iterdir():
        if script.name.endswith(".js"):
            text = script.read_text(encoding="utf-8")
            assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function", text)


def test_the_page_itself_is_small(page: Reader) -> None:
    script, style = page.texts["script"][1], page.texts["style"][0]
    own = style[style.index("--accent") :]  # after the faces and the colors of the figures
    template = (files("modeltree.draw") / "page" / "page.html").read_text(encoding="utf-8")
    assert len(script.encode()) + len(own.encode()) + len(template.encode()) < 100_000
    assert not re.search(r"^ |^//|^/\*", script + own, re.MULTILINE)  # comments are for those who change it


def test_it_is_the_same_each_time() -> None:
    assert modeltree.page(WHOLE).document == modeltree.page(datasets.load("survey")).document


@pytest.mark.parametrize(("option", "value", "message"), [
    ("theme", "blue", "theme cannot be 'blue'"),
    ("view", "graph", "view cannot be 'graph'"),
    ("view", "tree", "there is no tree of these models: say 'timeline' or 'table'"),
])  # fmt: skip
def test_a_page_can_begin_only_with_what_it_has(option: str, value: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        modeltree.page(Lineage([Model(id="m", name="M", released="2020")]), **{option: value})


# What comes from data is text


@pytest.fixture(scope="module")
def plain() -> Reader:
    return Reader(modeltree.page(small()).document)


@pytest.mark.parametrize("text", [HOSTILE, "$title ${data} $$", "<b>", "&lt;", "]]>", "\u202eabc", "🦙 智谱"])
def test_any_name_is_just_a_name(text: str, plain: Reader) -> None:
    reader = Reader(modeltree.page(small(text)).document)
    # How many dates there is room for on the axis of the tree depends on how long names are.
    dates = {"g", "rect", "text", "path"}
    found, expected = (Counter(tag for tag, _ in each.elements) for each in (reader, plain))
    assert found.keys() == expected.keys()
    assert {tag: found[tag] for tag in found if tag not in dates} == {
        tag: expected[tag] for tag in expected if tag not in dates
    }
    shown = printable(text)
    model, second = reader.data["models"][:2]
    assert (model["n"], model["x"], model["y"], second["a"]) == (
        shown,
        shown,
        [["license", shown], ["training data", shown]],
        [f"alias {shown}"],
    )
    assert reader.texts["title"] == reader.texts["h1"] == [shown]
    labels = [attributes.get("aria-label") for attributes in reader.named("g")]
    assert f"{shown}, 2023-01, Lab {shown}" in labels
    assert shown in reader.texts["text"]


@settings(max_examples=examples(10))
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp", "Zs"]), min_size=1, max_size=30))
def test_no_text_ends_the_data(text: str) -> None:
    numbers = Numbers({}, {})
    layout = Layout(page=Page(9, 9), font_size=9, boxes=(), icons=(), leaders=(), axis=(), ticks=())
    look = Look(LIGHT, {}, {})
    drawn = figure_markup(layout, [look, look], Palette([LIGHT, DARK]), numbers, "key", text)
    assert Reader(drawn).named("svg")[0]["aria-label"] == text
    assert Reader(modeltree.page(Lineage([Model(id="m", name=text, released="2020")])).document).data["models"][0][
        "n"
    ] == printable(text)


# What is in it


def test_every_dated_model_has_a_place_in_the_timeline_and_the_others_are_in_the_data(page: Reader) -> None:
    places = {attributes["id"]: attributes for attributes in page.named("g") if "id" in attributes}
    for place, model in enumerate(SURVEY.models):
        assert page.data["models"][place]["i"] == model.id
        assert (f"timeline-{place}" in places) == (model.released is not None)
        if model.released:
            assert places[f"timeline-{place}"]["aria-label"].startswith(f"{model.name}, {model.released}")
            assert places[f"timeline-{place}"]["role"] == "button"
    undated = [model for model in SURVEY.models if not model.released]
    assert undated
    assert all("d" not in page.data["models"][place] for place in range(len(SURVEY) - len(undated), len(SURVEY)))


def test_there_are_two_figures_and_the_first_is_shown(page: Reader) -> None:
    tabs = [attributes["data-figure"] for attributes in page.named("button") if attributes.get("role") == "tab"]
    assert tabs == [*page.data["figures"], "table"] == ["timeline", "tree", "table"]
    bases = [attributes for attributes in page.named("div") if attributes.get("class") == "base"]
    assert [("hidden" in attributes, attributes["data-figure"]) for attributes in bases] == [
        (False, "timeline"), (True, "tree"),
    ]  # fmt: skip
    assert "Left out because no date is known: AI Anywhere" in "".join(page.texts["p"])


def test_colors_are_those_of_the_figures_in_both_themes(page: Reader) -> None:
    style = page.texts["style"][0]
    light, dark = (
        dict(re.findall(r"--([\w-]+):([^;}]+)", rule))
        for rule in re.findall(r":root(?:\[data-theme=\"dark\"\])?\{color-scheme:\w+;([^}]*)\}", style)
    )
    groups = evolution_contents(SURVEY, applications=True).groups
    for theme, found in ((LIGHT, light), (DARK, dark)):
        paints = groups.paints(theme)
        for place, model in enumerate(SURVEY.models):
            if model.released:
                label = next(g for g in page.named("g") if g.get("id") == f"timeline-{place}")
                kind = label["class"].split()[-1]
                shown = Paint(*(found[f"{kind}{part}"] for part in "fet"))
                assert shown == paints[groups.keys[model.id]], model.id
        assert found["page"] == theme.page
    classes = {name for _, attributes in page.elements for name in attributes.get("class", "").split()}
    for name in classes:
        if re.fullmatch(r"[op]\d+", name):
            assert f".{name}{{" in style or f".{name}>" in style, name


def test_one_typeface_goes_with_it_and_has_the_letters_of_names() -> None:
    plain, other = modeltree.page(small()).document, modeltree.page(small("Ωmega")).document
    assert plain.count("font/woff;base64") == other.count("font/woff;base64") == 2
    assert 'textLength="' not in plain + other
    fitted = modeltree.page(small("智谱")).document.count('lengthAdjust="spacingAndGlyphs"')
    assert fitted == 4  # a name and a badge, in two figures


def test_cards_have_all_that_is_known() -> None:
    data = page_data(SURVEY)
    assert json.loads(json.dumps(data)) == data
    models = {model["i"]: model for model in data["models"]}
    glm = SURVEY["glm"]
    assert [row[:4] for row in models["glm"]["p"]] == [
        [entry.field, entry.printed, entry.source, entry.reason] for entry in glm.corrections
    ]
    assert [data["organizations"][place][0] for place in models["glm"]["o"]] == [
        SURVEY.organizations[id].name for id in glm.organizations
    ]
    assert dict(models["glm"]["y"])["sizes"] == "110M, 335M, 410M, 515M, 2B, 10B"
    assert models["llama"]["a"] == ["LLaMA 1"]
    assert models["copilot-in-azure-quantum"]["k"] == "application"
    for step, (parent, child, relation, *rest) in zip(SURVEY.derivations, data["steps"], strict=True):
        assert (data["models"][parent]["i"], data["models"][child]["i"]) == (step.parent, step.child)
        assert data["relations"][relation] == [step.relation, step.relation.passes, RELATION_WORDS[step.relation]]
        assert (rest[0] if rest else []) == list(step.references)
        assert (rest[1] if len(rest) > 1 else None) == step.note


def test_families_of_a_model_begin_with_its_primary_one() -> None:
    data = page_data(SURVEY)
    for model in SURVEY.models:
        row = data["models"][list(SURVEY).index(model.id)]
        named = [data["models"][data["families"][number]]["i"] for number in row.get("f", [])]
        family = SURVEY.family(model.id)
        assert named[:1] == ([family.key] if family.size > 1 else [])
        assert set(named) == {other.key for other in SURVEY.families() if model.id in other and other.size > 1}


def test_title_and_counts() -> None:
    reader = Reader(modeltree.page(small(), title="Mine & yours").document)
    assert reader.texts["h1"] == ["Mine & yours"]
    assert reader.texts["span"][:4] == ["3 models", "1 derivation", "1 organization", "2023"]
    assert Reader(modeltree.page(small(), title="").document).texts["h1"] == ["Models and what they were made from"]


def test_colors_can_say_something_else() -> None:
    assert "LLaMA" in Reader(modeltree.page(SURVEY, color_by="family").document).texts["li"]


def test_icons_of_ones_own_are_in_it_once(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    Picture.new("RGBA", (32, 32), "#ff0000").save(buffer, "png")
    (tmp_path / "lab.png").write_bytes(buffer.getvalue())
    models = [Model(id=f"m{number}", name=f"M{number}", released="2020", organizations=("lab",)) for number in range(3)]
    lineage = Lineage(models, (), [Organization(id="lab", name="Lab", icon="lab")])
    reader = Reader(modeltree.page(lineage, icon_dir=tmp_path).document)
    assert len(reader.named("image")) == 1
    assert reader.named("image")[0]["href"].startswith("data:image/png;base64,")
    assert [use["href"] for use in reader.named("use")] == ["#i0"] * 3


# Layouts of all parts

LABELS = {"x": 40.0, "y": 20.0, "width": 60.0, "height": 18.0}
PLAIN = Style(Paint("#ffffff", "#000000", "#000000"), 0.9, "Plain one")
PARTS = Layout(
    page=Page(300, 200),
    font_size=12,
    boxes=(
        LabelBox(id="a", label="A", tick="2020", text_x=60, **LABELS),
        LabelBox(id="b", label="B", tick=None, text_x=160, **{**LABELS, "x": 140.0}),
        LabelBox(id="fold", label="5 more", tick=None, text_x=160, **{**LABELS, "x": 140.0, "y": 90.0}),
    ),
    icons=(IconBox(id="a", organization="lab", x=42, y=22, width=14, height=14),),
    leaders=(Leader("2020", ("a",), ((10, 10), (10, 20))),),
    axis=((0, 5), (300, 5)),
    ticks=(
        TickBox(id="2020", label="2020", kind="year", x=0, y=0, width=30, height=10),
        TickBox(id="2020-02", label="Feb.", kind="month", x=50, y=0, width=30, height=10),
    ),
    panels=(Panel(tick="2020", x=30, y=10, width=80, height=40),),
    texts=(
        TextLine(role="footnote", text="A < note", size=8, x=0, y=180, width=50, height=10),
        TextLine(role="continuation", text="…", size=8, x=100, y=180, width=50, height=10),
    ),
    swatches=(
        Swatch(key="link:adapter", x=0, y=150, width=20, height=10),
        Swatch(key="plain", x=40, y=150, width=20, height=10),
    ),
    links=(
        Link("a", "b", ((100, 29), (140, 29)), "finetune", True),
        Link("a", "fold", ((100, 30), (140, 99)), "successor", False),
        Link("b", "fold", ((160, 38), (160, 90))),
    ),
    bands=(Band(id="2020-01", x=30, y=10, width=80, height=4), Band(id="2020-02", x=110, y=10, width=80, height=4)),
    guides=(Guide("2020", ((15, 10), (15, 200))),),
    lanes=(Lane("a", ((100, 29), (200, 29))),),
)


def parts_looks() -> list[Look]:
    labels = {"a": PLAIN, "b": Style(PLAIN.paint, 1.8, "B", dashed=True), "fold": Style(PLAIN.paint, 0.9, "5 more")}
    return [
        Look(theme, labels, {"plain": PLAIN}, {"lab": Badge("LA", fill, "#ffffff")})
        for theme, fill in ((LIGHT, "#123456"), (DARK, "#fefefe"))
    ]


def drawn_parts() -> Reader:
    looks = parts_looks()
    palette = Palette([LIGHT, DARK])
    numbers = Numbers({"a": 0, "b": 1}, {("a", "b"): 7})
    reader = Reader(figure_markup(PARTS, looks, palette, numbers, "parts", 'All "parts"'))
    assert reader.named("svg")[0]["aria-label"] == 'All "parts"'
    reader.texts["rules"] = [palette.rules(), palette.colors(0), palette.colors(1)]
    return reader


def test_all_parts_of_a_layout_are_drawn() -> None:
    groups = [attributes.get("class", "") for attributes in drawn_parts().named("g")]
    for name in ("band", "guide", "panel", "lane", "axis", "leader", "tick", "models", "sample", "words"):
        assert name in groups
    assert {"link", "link descent", "link idea"} <= set(groups)
    assert groups.index("link idea") < groups.index("link descent")  # what recedes is behind


def test_each_second_month_is_darker() -> None:
    assert [g["class"] for g in drawn_parts().named("g") if g.get("class") in ("odd", "even")] == ["odd", "even"]


def test_branches_have_no_head_and_other_links_have_one() -> None:
    reader = drawn_parts()
    assert [attributes.get("class") for attributes in reader.named("path")].count("head") == 2
    assert [g["id"] for g in reader.named("g") if "link-" in g.get("id", "")] == ["parts-link-7"]
    assert [g["id"] for g in reader.named("g") if "lane-" in g.get("id", "")] == ["parts-lane-0"]


def test_what_stands_for_several_models_is_no_button() -> None:
    labels = {g["aria-label"]: g for g in drawn_parts().named("g") if "aria-label" in g}
    assert (labels["Plain one"]["role"], labels["Plain one"]["id"]) == ("button", "parts-0")
    assert labels["5 more"]["role"] == "img"
    assert "id" not in labels["5 more"]


def test_edges_lie_within_their_labels_and_may_be_dashed() -> None:
    rects = drawn_parts().named("rect")
    (plain,) = (rect for rect in rects if rect["x"] == "40.45" and rect["y"] == "20.45")
    assert (plain["width"], plain["height"], plain["rx"]) == ("59.1", "17.1", "3.51")
    assert "stroke-width" not in plain
    (dashed,) = (rect for rect in rects if "stroke-dasharray" in rect)
    assert (dashed["stroke-width"], dashed["stroke-dasharray"], dashed["x"]) == ("1.8", "5.4 3.6", "140.9")


def test_a_badge_that_is_like_its_label_has_a_ring() -> None:
    reader = drawn_parts()
    badge = reader.named("circle")[0]
    assert (badge["class"], badge["stroke-width"], badge["r"]) == ("o0", "0.6", "6.7")
    rules, light, dark = reader.texts["rules"]
    assert "circle.o0{fill:var(--o0f);stroke:var(--o0r)}" in rules
    assert "--o0r:#123456" in light  # where it differs, the ring cannot be seen
    assert "--o0r:#808080" in dark


def test_samples_of_links_are_lines() -> None:
    weights, ideas, unknown = (Reader(link_sample(kind)) for kind in ("weights", "ideas", "none of them"))
    assert weights.named("svg")[0]["class"] == "sample link descent"
    assert "stroke-dasharray" not in weights.named("path")[0]
    assert "stroke-dasharray" in ideas.named("path")[0]
    assert unknown.named("svg")[0]["class"] == "sample link"
    assert "stroke-dasharray" not in unknown.named("path")[0]


def test_the_display_list_is_in_the_order_of_painting_and_has_a_color_for_each_look() -> None:
    items = display_list(PARTS, parts_looks())
    layers = [item.layer for item in items]
    assert layers == sorted(layers, key=get_args(Layer).index)
    assert set(layers) == set(get_args(Layer))
    for part in (part for item in items for part in item.parts if not isinstance(part, Image)):
        assert len(part.color if isinstance(part, Line | Text) else part.fill) == 2


def test_both_renderers_draw_one_display_list() -> None:
    reader = drawn_parts()
    axes = Figure().add_axes((0, 0, 1, 1))
    draw_layout(PARTS, axes, parts_looks()[0])
    assert sorted(text.get_text() for text in axes.findobj(TextArtist) if text.get_text()) == sorted(
        reader.texts["text"]
    )
    assert len(axes.findobj(Circle)) == len(reader.named("circle"))
    assert len(axes.findobj(Rectangle)) + len(axes.findobj(FancyBboxPatch)) == 1 + len(
        reader.named("rect")
    )  # the ground
    assert len(axes.findobj(PathPatch)) == len(reader.named("path"))


# Files


def test_the_whole_page_is_saved(tmp_path: Path) -> None:
    modeltree.page(small(), title="Saved").save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == modeltree.page(small(), title="Saved").document


def test_or_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("before", encoding="utf-8")
    with pytest.raises(LayoutError, match="there is nothing to show: no model"):
        modeltree.page(Lineage([])).save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "before"
    with pytest.raises(FileNotFoundError):
        modeltree.page(small()).save(tmp_path / "missing" / "page.html")


def test_a_page_needs_a_figure() -> None:
    with pytest.raises(ValueError, match="at least one figure"):
        page_document("Title", [], [], {}, Numbers({}, {}))


# Without dates


def undated(count: int, parents: int, chance: random.Random) -> Lineage:
    """Models without dates, each of several of those before it."""
    models = [Model(id=f"m{number}", name=f"Model {number}" * chance.randint(1, 2)) for number in range(count)]
    relations = ["finetune", "merge", "distillation", "successor", "unspecified"]
    edges = {
        (chance.randrange(number), number)
        for number in range(1, count)
        if chance.random() < 0.9
        for _ in range(chance.randint(0, parents))
    }
    steps = [Derivation(parent=f"m{a}", child=f"m{b}", relation=chance.choice(relations)) for a, b in sorted(edges)]
    return Lineage(models, steps)


@pytest.mark.parametrize(("count", "parents"), [(1, 1), (2, 1), (5, 2), (40, 1), (40, 3), (200, 2)])
def test_models_without_dates_have_a_tree_by_generations(count: int, parents: int) -> None:
    lineage = undated(count, parents, random.Random(count))
    drawing = modeltree.page(lineage)
    (part,) = drawing._parts
    layout = part.lay_out()
    assert layout.faults() == ()
    assert {box.id for box in layout.boxes} == set(lineage)
    left = {box.id: box.x for box in layout.boxes}
    assert all(left[link.parent] < left[link.child] for link in layout.links)
    named = {(parent, stub.id) for stub in layout.stubs for parent in stub.parents}
    drawn = {(link.parent, link.child) for link in layout.links}
    assert named | drawn == {(edge.parent, edge.child) for edge in lineage.derivations}
    reader = Reader(drawing.document)
    assert reader.data["figures"] == ["tree"]
    assert sum("m " in g.get("class", "") for g in reader.named("g")) == count


def test_a_generation_is_a_column() -> None:
    lineage = undated(30, 1, random.Random(3))
    (part,) = modeltree.page(lineage)._parts
    layout = part.lay_out()
    heads = [tick.label for tick in layout.ticks]
    assert heads[:3] == ["Generation 1", "Generation 2", "Generation 3"]
    depth = len(set(heads))
    assert depth == len(lineage.generations())
    kin = {id for link in layout.links for id in (link.parent, link.child)}
    left = {box.id: box.x for box in layout.boxes}
    starts = [[tick.x for tick in layout.ticks if tick.label == head] for head in dict.fromkeys(heads)]
    for number, layer in enumerate(lineage.generations()):
        for id in kin & set(layer):
            assert any(left[id] >= start - 0.01 for start in starts[number])


def test_what_has_no_derivation_has_no_tree_and_what_has_few_dates_has_generations() -> None:
    def keys(lineage: Lineage) -> list[str]:
        return [part.title for part in modeltree.page(lineage)._parts]

    one, two = Model(id="a", name="A", released="2020"), Model(id="b", name="B", released="2021")
    step = Derivation(parent="a", child="b", relation="finetune")
    assert keys(Lineage([one, two])) == ["Timeline"]
    assert keys(Lineage([one, two], [step])) == ["Timeline", "Family tree"]
    rest = [Model(id=f"c{number}", name="C") for number in range(9)]
    more = [Derivation(parent="c0", child=f"c{number}", relation="finetune") for number in range(1, 9)]
    assert keys(Lineage([one, two, *rest], [step, *more])) == ["Timeline", "Generations"]
    assert keys(Lineage(rest)) == ["Generations"]


# Data sets


@pytest.mark.parametrize("shown", [False, True])
def test_data_sets_are_left_out_unless_asked_for(shown: bool) -> None:
    reader = Reader(modeltree.page(WHOLE, datasets=shown).document)
    kinds = [model.get("k") for model in reader.data["models"]]
    assert kinds.count("dataset") == (sum(model.kind == "dataset" for model in WHOLE.models) if shown else 0)
    assert any("data sets (" in text for text in reader.texts["p"]) != shown
    labels = [attributes.get("aria-label", "") for attributes in reader.named("g")]
    assert any(label.startswith("The Pile,") for label in labels) == shown


def test_relations_say_what_passes_on(page: Reader) -> None:
    classes = {word: passes for word, passes, _ in page.data["relations"]}
    assert (classes["finetune"], classes["data"], classes["successor"]) == ("weights", "outputs", "ideas")


# Many models


def test_of_many_models_figures_show_what_is_not_folded_and_the_data_have_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeltree.figures.page._ROOM", 100_000.0)
    reader = Reader(modeltree.page(SURVEY).document)
    assert len(reader.data["models"]) == len(SURVEY)
    figures = ("timeline", "tree")
    shown = {key: {g["id"].split("-")[1] for g in reader.named("g") if re.fullmatch(rf"{key}-\d+", g.get("id", ""))}
             for key in figures}  # fmt: skip
    assert 0 < len(shown["tree"]) < len(SURVEY) / 2
    dated = {str(place) for place, model in enumerate(SURVEY.models) if model.released}
    assert shown["timeline"] == shown["tree"] & dated
    monkeypatch.setattr("modeltree.figures.page._LATEST", 30)
    loose = Lineage(SURVEY.models, (), SURVEY.organizations.values())
    monkeypatch.setattr("modeltree.figures.page._ROOM", 1.0)
    reader = Reader(modeltree.page(loose).document)  # nothing is left of it
    assert sum(g.get("id", "").startswith("timeline-") for g in reader.named("g")) == 30


def test_what_is_too_much_for_a_page_is_refused_with_what_to_do() -> None:
    with pytest.raises(LayoutError, match=r"20,001 models are too many for a page, .* up to 20,000: draw a part"):
        modeltree.page(Lineage([Model(id=f"m{number}", name="M") for number in range(20_001)]))

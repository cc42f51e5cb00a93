"""The page in a browser: pointing, choosing, searching, filtering, zooming; it says nothing and fetches nothing."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

import modeltree
from modeltree import Derivation, Lineage, Model, Organization, datasets
from modeltree.draw.theme import LIGHT
from modeltree.figures.coloring import groups_of

ROOT = Path(__file__).parents[1]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs headless Chromium")]

WHOLE = datasets.load("survey")
SURVEY = WHOLE.select(lambda model: model.kind != "dataset")  # what a page shows
PLACES = {id: place for place, id in enumerate(SURVEY)}
HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"><b>bold</b>"
Page = Any  # of Playwright, which is imported when it is needed
Open = Callable[..., Page]

# Points at models one by one until nothing changes any more. Of each: the most elements that were added between
# two frames, how many changes there were elsewhere than in what lies over the figure, and how many models are lit.
HOVER = """async (places) => {
  const frame = () => new Promise(requestAnimationFrame);
  const overlay = document.getElementById("overlay");
  const observer = new MutationObserver(() => {});
  const whole = { subtree: true, childList: true, attributes: true };
  const size = (node) => node.nodeType === Node.ELEMENT_NODE ? 1 + node.querySelectorAll("*").length : 0;
  const results = [];
  for (const place of places) {
    observer.observe(document.documentElement, whole);
    document.getElementById(`timeline-${place}`).firstElementChild.dispatchEvent(
      new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
    let [most, outside, quiet] = [0, 0, 0];
    while (quiet < 3) {
      const records = observer.takeRecords();
      const added = records.flatMap((record) => [...record.addedNodes]).reduce((sum, node) => sum + size(node), 0);
      [most, quiet] = [Math.max(most, added), records.length ? 0 : quiet + 1];
      outside += records.filter((record) => !overlay.contains(record.target)).length;
      await frame();
    }
    observer.disconnect();
    results.push([most, outside, overlay.querySelectorAll(".m").length]);
  }
  return results;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with playwright.sync_playwright() as running:
        chromium = running.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "survey.html"
    modeltree.page(WHOLE).save(path)
    return path


@pytest.fixture
def opened(browser: Any, survey: Path) -> Iterator[Open]:
    """Opens a page; when the test is done, nothing has been said on the console and nothing fetched."""
    contexts, said, fetched = [], [], []

    def note(page: Page) -> None:
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: fetched.append(request.url))

    def open_page(fragment: str = "", path: Path = survey, **options: Any) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options}))
        contexts[-1].on("page", note)
        page = contexts[-1].new_page()
        page.goto(path.as_uri() + fragment)
        # With its own type the header is a pixel lower, and in the next frame the figure is as much larger.
        until(page, "document.documentElement.dataset.ready && document.fonts.status === 'loaded'")
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert [url for url in fetched if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in fetched if url.startswith("file:")]) == len(contexts)


def until(page: Page, condition: str) -> None:
    """Wait for a condition; Playwright's own way of waiting is what the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(25)
    pytest.fail(f"never true: {condition}")


def node(page: Page, id: str, figure: str = "timeline") -> Any:
    return page.locator(f"#{figure}-{PLACES[id]}")


def lit(page: Page, kind: str) -> set[str]:
    names: list[str] = page.locator(f"#overlay .m.{kind}").evaluate_all(
        "nodes => nodes.map((node) => node.querySelector('text:last-child').textContent)"
    )
    return set(names)


def names(ids: tuple[str, ...], *, dated: bool = True) -> set[str]:
    return {SURVEY[id].name for id in ids if SURVEY[id].released or not dated}


def sift(page: Page, label: str, value: str) -> None:
    if page.locator("#filters").is_hidden():
        page.locator("#show-filters").click()
    page.get_by_label(label, exact=True).select_option(value)


def scale(page: Page) -> float:
    matrix: float = page.evaluate("document.querySelector('.base:not([hidden]) .world').getCTM().a")
    return matrix


# Pointing


@pytest.mark.parametrize("id", ["llama", "vicuna", "gpt-3", "llava"])
def test_hover_lights_ancestry_and_descent_and_fades_the_rest(opened: Open, id: str) -> None:
    page = opened()
    node(page, id).hover()
    assert lit(page, "self") == {SURVEY[id].name}
    assert lit(page, "ancestor") == names(SURVEY.ancestors(id))
    assert lit(page, "descendant") == names(SURVEY.descendants(id))
    page.wait_for_timeout(200)
    assert page.locator("#figures").evaluate("part => getComputedStyle(part).opacity") == "0.3"
    page.mouse.move(2, 2)
    until(page, "!document.querySelector('#stage').classList.contains('fading')")
    assert lit(page, "self") == set()


def test_what_is_lit_in_the_tree_are_its_own_lines(opened: Open) -> None:
    page = opened("#view=tree", reduced_motion="reduce")
    page.locator("#zoom-fit").click()
    node(page, "vicuna", "tree").hover()
    assert lit(page, "ancestor") == names(SURVEY.ancestors("vicuna"), dated=False)
    number = [(step.parent, step.child) for step in SURVEY.derivations].index(("llama", "vicuna"))
    own = page.locator(f"#tree-link-{number} path").first.get_attribute("d")
    drawn = page.locator("#overlay .curves path.ancestor").evaluate_all(
        "paths => paths.map((p) => p.getAttribute('d'))"
    )
    assert any(own in path for path in drawn)


def test_focus_lights_and_arrows_lead_through_time_and_descent(opened: Open) -> None:
    page = opened()
    page.locator("#stage").focus()
    page.keyboard.press("Tab")
    current = "document.activeElement.getAttribute('aria-label')"
    assert page.evaluate(current).startswith(SURVEY.models[0].name)
    page.keyboard.press("ArrowRight")
    assert page.evaluate(current).startswith(SURVEY.models[1].name)
    page.keyboard.press("End")
    last = [model for model in SURVEY.models if model.released][-1]
    assert page.evaluate(current).startswith(last.name)
    page = opened("#model=vicuna")
    page.locator("#stage").focus()
    page.keyboard.press("Tab")
    assert page.evaluate(current).startswith("Vicuna")
    page.keyboard.press("ArrowUp")
    parent = SURVEY["llama"]  # not ChatGPT, whose outputs it learnt from
    assert page.evaluate(current).startswith(parent.name)
    assert lit(page, "self") == {parent.name}
    above, below = len(SURVEY.ancestors(parent.id)), len(SURVEY.descendants(parent.id))
    assert page.locator("#live").text_content().strip().startswith(f"{parent.name}: {above} ancestor")
    assert f"{below} descendant" in page.locator("#live").text_content()
    assert page.locator(".m[tabindex]").count() == 1


# The card


def test_a_click_opens_the_card_and_escape_gives_the_focus_back(opened: Open) -> None:
    page = opened()
    node(page, "glm").click()
    card = page.get_by_role("dialog", name="GLM")
    assert card.is_visible()
    assert page.evaluate("document.activeElement.id") == "card"
    text = card.inner_text()
    for part in (
        "18 March 2021",
        "Tsinghua University",
        "MIT",
        "110M, 335M",
        "Printed otherwise",
        "GLM-130B",
        "successor",
    ):
        assert part in text
    for correction in SURVEY["glm"].corrections:
        assert correction.printed in text
        assert correction.reason in text
    for link in card.locator("a").all():
        assert link.get_attribute("href").startswith(("https://", "http://"))
        assert link.get_attribute("rel") == "noopener noreferrer"
        assert link.get_attribute("target") == "_blank"
    page.keyboard.press("Escape")
    assert not card.is_visible()
    assert page.evaluate("document.activeElement.id") == f"timeline-{PLACES['glm']}"


def test_a_card_leads_to_parents_and_children(opened: Open) -> None:
    page = opened("#model=vicuna")
    page.locator("#card .steps").first.get_by_role("button", name="LLaMA", exact=True).click()
    assert page.locator("#card h2").inner_text() == "LLaMA"
    more = page.get_by_role("button", name="more")
    shown = page.locator("#card .steps li").count()
    more.click()
    assert page.locator("#card .steps li").count() == len(SURVEY.children("llama")) > shown
    page.go_back()
    until(page, "document.querySelector('#card h2').textContent === 'Vicuna'")


# What is lit is what the state says


def fading(page: Page) -> bool:
    value: bool = page.evaluate("document.querySelector('#stage').classList.contains('fading')")
    return value


def test_escape_puts_out_what_is_lit_and_a_search_lights_only_what_it_finds(opened: Open) -> None:
    page = opened()
    node(page, "vicuna").click()
    assert fading(page)
    page.keyboard.press("Escape")
    assert not fading(page)
    assert page.evaluate("document.activeElement.id") == f"timeline-{PLACES['vicuna']}"
    page.keyboard.press("/")
    page.keyboard.type("bloom")
    assert not fading(page)
    assert lit(page, "self") | lit(page, "ancestor") | lit(page, "descendant") == set()
    assert "out" not in (node(page, "bloomz").get_attribute("class") or "").split()
    assert "out" in (node(page, "vicuna").get_attribute("class") or "").split()


def test_nothing_is_lit_when_the_focus_leaves_the_models(opened: Open) -> None:
    page = opened()
    page.locator("#stage").focus()
    page.keyboard.press("Tab")
    assert fading(page)
    page.keyboard.press("Shift+Tab")
    assert not fading(page)
    node(page, "vicuna").click()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not fading(page)


def test_a_search_puts_out_the_kin_of_an_open_card_until_it_is_cleared(opened: Open) -> None:
    page = opened("#model=vicuna")
    assert lit(page, "self") == {"Vicuna"}
    page.locator("#search").fill("bloom")
    assert not fading(page)
    page.locator("#search").fill("")
    assert lit(page, "self") == {"Vicuna"}


def test_the_stage_shrinks_beside_the_card_so_that_the_whole_figure_is_seen(opened: Open) -> None:
    page = opened("#model=vicuna", viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page.wait_for_timeout(100)
    card = page.locator("#card").bounding_box()
    for model in SURVEY.models:
        if model.released:
            box = node(page, model.id).bounding_box()
            assert box["x"] + box["width"] <= card["x"], model.id


# Two models


def way(page: Page) -> list[str]:
    found: list[str] = page.locator("#card .way li button").all_inner_texts()
    return found


def test_the_way_between_two_models_by_mouse(opened: Open) -> None:
    page = opened()
    node(page, "llava").click()
    node(page, "stablevicuna").click(modifiers=["Shift"])
    card = page.get_by_role("dialog", name="LLaVA and StableVicuna")
    assert "LLaVA and StableVicuna both descend from Vicuna." in card.inner_text()
    assert way(page) == ["LLaVA", "Vicuna", "StableVicuna"]
    step = SURVEY.derivation("vicuna", "stablevicuna")
    assert "fine-tuning" in card.locator(".way li").nth(2).inner_text()
    assert card.locator(".way li").nth(2).locator("a").count() == len(step.references)
    assert lit(page, "self") == {"LLaVA", "StableVicuna"}
    assert lit(page, "ancestor") == {"Vicuna"}
    rows = {row[0]: row[1:] for row in (text.split("\t") for text in card.locator("tbody tr").all_inner_texts())}
    assert rows["Released"] == ["17 April 2023", "28 April 2023"]
    assert rows["Ancestors"] == [str(len(SURVEY.ancestors(id))) for id in ("llava", "stablevicuna")]
    until(page, "location.hash === '#model=llava&second=stablevicuna'")
    page.keyboard.press("Escape")
    assert page.locator("#card h2").inner_text() == "LLaVA"
    page.go_back()
    until(page, "document.querySelector('#card h2').textContent === 'LLaVA and StableVicuna'")


def test_the_way_between_two_models_by_keys_alone(opened: Open) -> None:
    page = opened()
    page.keyboard.press("/")
    page.keyboard.type("alpaca")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Compare with another model").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("llama")
    page.keyboard.press("Enter")
    assert "Alpaca descends from LLaMA." in page.locator("#card").inner_text()
    assert way(page) == ["Alpaca", "LLaMA"]
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    page = opened("#model=vicuna")
    page.locator("#stage").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+Enter")
    assert way(page) == ["Vicuna", "LLaMA"]


@pytest.mark.parametrize(
    ("one", "other"), [("llava", "bloom"), ("vicuna", "codex"), ("bert", "mt0"), ("minigpt-4", "blip-2")]
)
def test_the_common_ancestors_are_those_of_the_library(opened: Open, one: str, other: str) -> None:
    page = opened(f"#model={one}&second={other}")
    nearest = {SURVEY[id].name for id in SURVEY.most_recent_common_ancestors(one, other)}
    text = page.locator("#card").inner_text()
    if not nearest:
        assert "have no common ancestor" in text
        return
    assert all(name in text for name in nearest)
    chain = [next(model.id for model in SURVEY.models if model.name == name) for name in way(page)]
    assert (chain[0], chain[-1]) == (one, other)
    top = next(index for index, id in enumerate(chain) if SURVEY[id].name in nearest)
    for index in range(len(chain) - 1):
        parent, child = (chain[index + 1], chain[index]) if index < top else (chain[index], chain[index + 1])
        assert SURVEY.derivation(parent, child)


def test_depth_and_relations_decide_which_kin_is_lit(opened: Open) -> None:
    page = opened("#model=vicuna")
    page.get_by_label("Steps").select_option("1")
    assert lit(page, "ancestor") == names(tuple(SURVEY.parents("vicuna")))
    assert lit(page, "descendant") == names(tuple(SURVEY.children("vicuna")))
    assert "2 ancestors" in page.locator("#card .kin").inner_text()
    page.get_by_label("Steps").select_option("all")
    page.get_by_role("button", name="outputs").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="ideas").click()
    assert lit(page, "ancestor") == names(SURVEY.ancestors("vicuna", relations="weights"))
    assert lit(page, "descendant") == names(SURVEY.descendants("vicuna", relations="weights"))
    until(page, "location.hash === '#model=vicuna&passes=w'")
    again = opened("#" + page.url.split("#")[1])
    assert lit(again, "ancestor") == lit(page, "ancestor")
    assert again.get_by_role("button", name="ideas").get_attribute("aria-pressed") == "false"


def test_the_card_says_what_a_model_has_led_to_and_which_licenses_reach_it(opened: Open) -> None:
    page = opened("#model=llama")
    report = modeltree.impact(SURVEY, "llama")
    text = page.locator("#card").inner_text()
    assert f"{len(report.affected)} descend from it" in text
    for word, count in report.by_class.items():
        if word != "unknown":
            assert f"{count} by {word}" in text
    page = opened("#model=llava")
    record = modeltree.licenses(SURVEY)["llava"]
    text = page.locator("#card").inner_text()
    assert f"Licenses along the chain {len(record.inherited)}" in text
    for terms in record.inherited:
        assert terms.name in text
    assert f"Commercial use of all of it: {record.commercial}" in text
    page.locator("#card .steps").last.get_by_role("button", name="Vicuna").click()
    assert way(page) == ["LLaVA", "Vicuna"]


# Searching


def test_search_finds_by_alias_and_by_keys_alone(opened: Open) -> None:
    page = opened()
    page.keyboard.press("/")
    page.keyboard.type("llama 1")
    options = page.locator("#results [role=option]")
    assert "LLaMA" in options.first.inner_text()
    assert page.locator("#search").get_attribute("aria-expanded") == "true"
    assert page.locator("#search").get_attribute("aria-activedescendant") == "result-0"
    page.keyboard.press("Enter")
    assert page.locator("#card h2").inner_text() == "LLaMA"
    assert page.locator("#results").is_hidden()


def test_arrows_go_through_what_was_found(opened: Open) -> None:
    page = opened()
    page.locator("#search").fill("chat")
    options = page.locator("#results [role=option]")
    assert options.locator("time").count() == 12  # models; the others are what models have
    page.keyboard.press("ArrowDown")
    second = page.locator("#results [aria-selected=true]").locator("b").inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert page.locator("#results [aria-selected=true]").get_attribute("id") == f"result-{options.count() - 1}"
    page.locator("#results [role=option]").nth(1).click()
    assert page.locator("#card h2").inner_text() == second


@pytest.mark.parametrize(
    ("text", "first", "key"),
    [
        ("openai", "Organization: OpenAI (13)", "org"),
        ("multimodal", "Domain: multimodal (", "domain"),
        ("adapter", "Made by: adapter (", "relation"),
        ("apache", "License: Apache 2.0", "license"),
    ],
)
def test_search_finds_what_models_have_and_filters_by_it(opened: Open, text: str, first: str, key: str) -> None:
    page = opened()
    page.keyboard.press("/")
    page.keyboard.type(text)
    option = page.locator("#results [role=option]").first
    assert option.inner_text().startswith(first)
    count = int(option.inner_text().rpartition("(")[2].rstrip(")"))
    page.keyboard.press("Enter")
    assert page.locator("#shown").inner_text().startswith(f"{count} of {len(SURVEY)} match")
    assert page.locator("#search").input_value() == ""
    until(page, f"location.hash.includes('{key}=')")
    taken = page.get_by_role("button", name="Take off the filter")
    taken.focus()
    page.keyboard.press("Enter")
    assert taken.count() == 0
    assert page.locator("#timeline .m.out").count() == 0


def test_search_finds_families_after_models_of_the_name(opened: Open) -> None:
    page = opened()
    page.locator("#search").fill("llama")
    texts = page.locator("#results [role=option]").all_inner_texts()
    assert texts[0].startswith("LLaMA")
    size = next(family.size for family in SURVEY.families() if family.key == "llama")
    assert f"Family: LLaMA ({size})" in texts


@pytest.mark.parametrize("text", ["vicunna", "vicna", "vicune", "vciuna"])
def test_search_forgives_one_letter(opened: Open, text: str) -> None:
    page = opened()
    page.locator("#search").fill(text)
    assert page.locator("#results [role=option]").first.locator("b").inner_text() == "Vicuna"
    assert "Nothing is called just that" in page.locator("#results").inner_text()
    assert "out" not in (node(page, "vicuna").get_attribute("class") or "").split()


def test_a_model_without_a_date_is_found_and_has_a_card(opened: Open) -> None:
    page = opened()
    assert node(page, "poe").count() == 0
    page.locator("#search").fill("poe")
    page.keyboard.press("Enter")
    assert "no date is known" in page.get_by_role("dialog", name="Poe").inner_text()
    assert lit(page, "ancestor") == names(SURVEY.ancestors("poe"))  # its kin have places
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "search"


def test_what_is_not_found_is_said(opened: Open) -> None:
    page = opened()
    page.locator("#search").fill("no such model")
    assert page.locator("#results").inner_text().startswith("No model, organization")
    page.keyboard.press("Escape")
    assert page.locator("#results").is_hidden()
    page.keyboard.press("Escape")
    assert page.locator("#search").input_value() == ""


# Filters

FILTERS: list[tuple[str, str, Callable[[Model], bool]]] = [
    ("Family", "llama", lambda model: model.id in next(f for f in SURVEY.families() if f.key == "llama")),
    ("Organization", "Meta", lambda model: "meta" in model.organizations),
    ("Openness", "closed", lambda model: model.openness == "closed"),
    ("Domain", "multimodal", lambda model: model.domain == "multimodal"),
    ("Kind", "application", lambda model: model.kind == "application"),
    ("License", "Apache 2.0 (Apache-2.0)", lambda model: model.license and model.license.spdx == "Apache-2.0"),
    ("Made by", "adapter", lambda model: any(SURVEY.derivation(parent, model.id).relation == "adapter"
                                             for parent in SURVEY.parents(model.id))),
]  # fmt: skip


@pytest.mark.parametrize(("label", "value", "meets"), FILTERS, ids=[label for label, *_ in FILTERS])
def test_filters_fade_what_does_not_meet_them(
    opened: Open, label: str, value: str, meets: Callable[[Model], bool]
) -> None:
    page = opened()
    page.locator("#show-filters").click()
    before = node(page, "llama").bounding_box()
    sift(page, label, value)
    dated = [model for model in SURVEY.models if model.released]
    all_kept = {model.id for model in SURVEY.models if meets(model)}
    kept = {model.id for model in dated} & all_kept
    assert kept
    assert len(kept) < len(dated)
    out = page.locator("#timeline .m.out").evaluate_all("nodes => nodes.map((node) => +node.id.split('-')[1])")
    assert {SURVEY.models[place].id for place in out} == {model.id for model in dated} - kept
    assert page.locator("#shown").inner_text().startswith(f"{len(all_kept)} of {len(SURVEY)} match")
    assert node(page, "llama").bounding_box() == before
    page.get_by_role("button", name="Reset").click()
    assert page.locator("#timeline .m.out").count() == 0


# Zooming


def test_wheel_keys_and_buttons_zoom(opened: Open) -> None:
    page = opened()
    fit = scale(page)
    anchor = node(page, "codex").bounding_box()
    page.mouse.move(anchor["x"] + anchor["width"] / 2, anchor["y"] + anchor["height"] / 2)
    page.mouse.wheel(0, -300)
    until(page, f"document.querySelector('.world').getCTM().a > {fit * 1.3}")
    zoomed = node(page, "codex").bounding_box()
    for axis, extent in (("x", "width"), ("y", "height")):  # what is under the pointer stays there
        assert zoomed[axis] + zoomed[extent] / 2 == pytest.approx(anchor[axis] + anchor[extent] / 2, abs=1.5)
    page.locator("#stage").focus()
    page.keyboard.press("0")
    until(page, f"Math.abs(document.querySelector('.world').getCTM().a - {fit}) < 1e-4")
    page.keyboard.press("+")
    until(page, f"document.querySelector('.world').getCTM().a > {fit * 1.45}")
    page.get_by_role("button", name="Zoom out").click()
    until(page, f"document.querySelector('.world').getCTM().a < {fit * 1.05}")
    for _ in range(60):
        page.mouse.wheel(0, -600)
    page.wait_for_timeout(100)
    assert scale(page) * 12 < 100  # there is an end to it


def test_drag_moves_and_is_no_click(opened: Open) -> None:
    page = opened()
    box = node(page, "codex").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] - 95, box["y"] + 45, steps=5)
    page.mouse.up()
    page.wait_for_timeout(60)
    moved = node(page, "codex").bounding_box()
    assert (moved["x"] - box["x"], moved["y"] - box["y"]) == pytest.approx((-100, 40), abs=1)
    assert page.locator("#card").is_hidden()


def test_two_fingers_zoom_and_a_tap_opens(opened: Open) -> None:
    page = opened(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    before = scale(page)
    page.evaluate("""() => {
      const send = (kind, id, x, y) => document.querySelector("#timeline").dispatchEvent(
        new PointerEvent(kind, { pointerId: id, pointerType: "touch", clientX: x, clientY: y, bubbles: true }));
      document.querySelector("#stage").setPointerCapture = () => {};
      send("pointerdown", 1, 150, 500); send("pointerdown", 2, 250, 500);
      send("pointermove", 1, 125, 500); send("pointermove", 2, 275, 500);
      send("pointerup", 1, 125, 500); send("pointerup", 2, 275, 500);
    }""")
    until(page, f"document.querySelector('.world').getCTM().a > {before * 1.3}")
    assert scale(page) == pytest.approx(before * 1.5, rel=0.05)
    page = opened(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    node(page, "gpt-1").tap()
    assert page.locator("#card h2").inner_text() == "GPT-1"


@pytest.mark.parametrize("viewport", [(390, 844), (1440, 900)])
@pytest.mark.parametrize("id", ["llama", "glm", "qwen-chat", "replika"])
def test_the_card_does_not_cover_its_model(opened: Open, viewport: tuple[int, int], id: str) -> None:
    page = opened(f"#model={id}", viewport={"width": viewport[0], "height": viewport[1]}, reduced_motion="reduce")
    page.wait_for_timeout(100)
    model, card = node(page, id).bounding_box(), page.locator("#card").bounding_box()
    stage = page.locator("#stage").bounding_box()
    assert stage["x"] <= model["x"]
    assert stage["y"] <= model["y"]
    assert model["x"] + model["width"] <= card["x"] or model["y"] + model["height"] <= card["y"]


def test_a_new_address_brings_its_model_beside_the_card(opened: Open) -> None:
    page = opened("#view=tree", reduced_motion="reduce")
    for id in ("vicuna", "bert", "minigpt-4"):
        page.evaluate("fragment => { location.hash = fragment; }", f"#view=tree&model={id}")
        until(page, f"document.querySelector('#card h2')?.textContent === {SURVEY[id].name!r}")
        page.wait_for_timeout(100)  # both what the browser tells of a new address have come
        model, card = node(page, id, "tree").bounding_box(), page.locator("#card").bounding_box()
        assert model["x"] >= page.locator("#stage").bounding_box()["x"]
        assert model["x"] + model["width"] <= card["x"]


def test_children_are_seen_beside_the_card_where_not_all_kin_can_be(opened: Open) -> None:
    page = opened("#view=tree&model=vicuna", reduced_motion="reduce")
    page.wait_for_timeout(100)
    card = page.locator("#card").bounding_box()
    for id in ("vicuna", *SURVEY.children("vicuna")):
        model = node(page, id, "tree").bounding_box()
        assert model["x"] + model["width"] <= card["x"]


def test_what_is_lit_stays_below_the_dates(opened: Open) -> None:
    page = opened("#view=tree&model=vicuna", reduced_motion="reduce")
    page.wait_for_timeout(100)
    page.locator("#stage").focus()
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('.ruler').getAttribute('transform') !== 'translate(0 0.00)'")
    strip, stage = page.locator(".strip").bounding_box(), page.locator("#stage").bounding_box()
    assert strip["y"] == pytest.approx(stage["y"], abs=0.5)
    layers = "[...document.querySelector('#overlay .world').children].map((part) => part.classList[0])"
    assert page.evaluate(layers) == ["curves", "lit", "dates"]


@pytest.mark.parametrize("view", ["timeline", "tree"])
def test_axis_and_dates_do_not_fade(opened: Open, view: str) -> None:
    page = opened(f"#view={view}&model=vicuna")
    page.wait_for_timeout(200)
    assert page.locator("#figures").evaluate("part => getComputedStyle(part).opacity") == "0.3"
    for part in ("axis", "tick"):
        assert page.locator(f"#overlay .{part} path, #overlay .{part} text").count() > 0
        seen = page.locator(f"#overlay .{part}").first.evaluate("""part => {
          let opacity = 1;
          for (let at = part; at; at = at.parentElement) opacity *= getComputedStyle(at).opacity;
          return opacity;
        }""")
        assert seen == 1


def test_zoom_stays_where_it_is_when_the_window_changes(opened: Open) -> None:
    page = opened("#at=3_400_200")
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_timeout(200)
    middle = page.evaluate("""() => {
      const { a, e, f } = document.querySelector(".world").getCTM();
      const { clientWidth, clientHeight } = document.querySelector("#stage");
      return [(clientWidth / 2 - e) / a, (clientHeight / 2 - f) / a];
    }""")
    assert middle == pytest.approx([400, 200], abs=0.1)


# The address


def test_the_address_has_the_view(opened: Open) -> None:
    page = opened()
    page.get_by_role("tab", name="Family tree").click()
    node(page, "bloom", "tree").click()
    sift(page, "Openness", "open")
    page.get_by_role("button", name="Dark or light").click()
    page.wait_for_timeout(400)
    assert {"view=tree", "model=bloom", "open=open", "theme=dark"} <= set(page.url.split("#")[1].split("&"))
    again = opened("#" + page.url.split("#")[1])
    assert again.locator("#card h2").inner_text() == "BLOOM"
    assert again.get_by_role("tab", name="Family tree").get_attribute("aria-selected") == "true"
    assert again.locator("#shown").inner_text() == page.locator("#shown").inner_text()
    assert again.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"
    assert scale(again) == pytest.approx(scale(page), rel=0.01)


@pytest.mark.parametrize(
    "fragment",
    [
        "#%E0%A4%A",
        "#view=__proto__&model=constructor&theme=%22%3E%3Cscript%3E&family=toString&org=__proto__",
        "#at=NaN_1_2",
        "#at=1e999_0_0",
        "#at=-5_0_0&from=9999&until=x&q=",
        "#q=" + "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E" * 100,
        "#javascript:alert(1)",
    ],
)
def test_hostile_addresses_do_nothing(opened: Open, fragment: str) -> None:
    page = opened(fragment)
    assert page.locator("#card").is_hidden()
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.dataset.theme ?? null") is None
    assert 0.1 < scale(page) < 10
    assert page.get_by_role("tab", name="Timeline").get_attribute("aria-selected") == "true"


def test_back_and_forward(opened: Open) -> None:
    page = opened()
    node(page, "bert").click()
    node(page, "gpt-2").click()
    page.get_by_role("tab", name="Family tree").click()
    page.go_back()
    until(page, 'document.querySelector("[role=tab]").ariaSelected === "true"')
    assert page.locator("#card h2").inner_text() == "GPT-2"
    page.go_back()
    until(page, "document.querySelector('#card h2').textContent === 'BERT'")
    page.go_forward()
    until(page, "document.querySelector('#card h2').textContent === 'GPT-2'")


# How it looks


def test_colors_follow_the_system_until_they_are_chosen(opened: Open) -> None:
    page = opened(color_scheme="dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(20, 23, 28)"
    page.get_by_role("button", name="Dark or light").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"


def test_paper_has_the_whole_figure_and_nothing_to_press(opened: Open) -> None:
    page = opened("#view=tree&model=vicuna", color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(
        "[...document.querySelectorAll('button, input, select')].every((part) => !part.checkVisibility())"
    )
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    sheet = page.locator("#tree").bounding_box()
    for id in ("gpt-1", "claude-2"):
        box = page.locator(f"#tree-{PLACES[id]}").bounding_box()
        assert sheet["x"] <= box["x"] < box["x"] + box["width"] <= sheet["x"] + sheet["width"]
        assert sheet["y"] <= box["y"] < box["y"] + box["height"] <= sheet["y"] + sheet["height"]
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#tree").get_attribute("viewBox") is None


def test_products_have_a_shape_of_their_own(opened: Open) -> None:
    page = opened()
    round_ones = page.evaluate("""() => [...document.querySelectorAll("#timeline .m")].filter((node) => {
      const box = node.firstElementChild;
      return Math.abs(box.getAttribute("rx") - box.getAttribute("height") / 2) < 0.01;
    }).map((node) => +node.id.split("-")[1])""")
    products = {model.id for model in SURVEY.models if model.kind == "application" and model.released}
    assert {SURVEY.models[place].id for place in round_ones} == products
    assert page.locator(".key .product").is_visible()
    assert not page.locator(".key .dataset").is_visible()


def test_controls_are_large_enough_to_be_hit(opened: Open) -> None:
    for size in ((390, 844), (1280, 800)):
        page = opened("#model=llama", viewport={"width": size[0], "height": size[1]})
        page.locator("#show-filters").click()
        small = page.evaluate("""() => [
          ...document.querySelectorAll("button, select, input, summary, .links a")].filter((part) => {
          const { width, height } = part.getBoundingClientRect();
          return part.checkVisibility() && (width < 24 || height < 24);
        }).map((part) => part.outerHTML)""")
        assert small == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_filters_are_not_cut_off(opened: Open) -> None:
    page = opened(viewport={"width": 1280, "height": 800})
    page.locator("#show-filters").click()
    for select in page.locator("#filters select").all():
        box = select.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 1280


def test_a_phone_begins_with_labels_that_can_be_read(opened: Open) -> None:
    for view in ("timeline", "tree"):
        page = opened(f"#view={view}", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
        stage = page.locator("#stage").bounding_box()
        seen = 0
        for box in page.locator(f"#{view} .m").evaluate_all(
            "nodes => nodes.map((node) => node.getBoundingClientRect())"
        ):
            inside = stage["x"] <= box["x"] and box["x"] + box["width"] <= stage["x"] + stage["width"]
            seen += inside and stage["y"] <= box["y"] and box["y"] + box["height"] <= stage["y"] + stage["height"]
        assert seen >= 25
        assert scale(page) * page.locator(f"#{view}").evaluate("svg => +svg.dataset.type") >= 8.9


def test_one_skips_to_the_figure(opened: Open) -> None:
    page = opened("#model=vicuna")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the figure"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "stage"
    assert page.url.endswith("#model=vicuna")


def test_tabs_have_panels(opened: Open) -> None:
    page = opened()
    page.get_by_role("tab", name="Family tree").click()
    assert page.get_by_role("tabpanel", name="Family tree").is_visible()
    for tab in page.get_by_role("tab").all():
        panel = page.locator(f"#{tab.get_attribute('aria-controls')}")
        assert panel.get_attribute("role") == "tabpanel"
        assert panel.get_attribute("aria-labelledby") == tab.get_attribute("id")


def test_forced_colors_and_more_contrast(opened: Open) -> None:
    page = opened("#model=vicuna", forced_colors="active", color_scheme="dark")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for part, paint in (
        ("#overlay .axis path", "stroke"),
        ("#timeline .m text:last-child", "fill"),
        ("#timeline .m rect", "stroke"),
    ):
        assert page.locator(part).first.evaluate(f"part => getComputedStyle(part).{paint}") != ground
    page = opened(contrast="more")
    quiet, ink = (
        page.evaluate(f"getComputedStyle(document.querySelector('{part}')).color") for part in (".counts", "h1")
    )
    assert quiet == ink


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from the npm registry."""
    folder = tmp_path_factory.mktemp("axe")
    subprocess.run(["npm", "pack", "--silent", "axe-core@4"], cwd=folder, check=True, timeout=300, capture_output=True)
    with tarfile.open(next(folder.glob("axe-core-*.tgz"))) as package:
        script = package.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


@pytest.mark.npm
@pytest.mark.skipif(os.environ.get("MODELTREE_NPM") != "1", reason="fetches an npm package: set MODELTREE_NPM=1")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(390, 844), (1280, 800)])
@pytest.mark.parametrize(
    "fragment",
    [
        "",
        "#model=llava",
        "#view=tree&model=llava&second=bloom",
        "#q=chat&org=OpenAI",
        "#view=table&sort=-8&model=llama",
        "#org=Meta&at=4_300_150&until=2022-12&color=family",
    ],
)
def test_axe_finds_nothing(opened: Open, axe: str, scheme: str, size: tuple[int, int], fragment: str) -> None:
    page = opened(fragment, bypass_csp=True, color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    page.locator("#show-filters").click()
    if "q=" in fragment:
        page.locator("#search").focus()
    page.evaluate(axe)
    # The badge of an organization is a picture, though of letters: that rule would have a model be called by it.
    found = page.evaluate("""async () => (await axe.run(document, {
      rules: { "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: false } },
    })).violations.map(({ id, nodes }) => [id, nodes.length, nodes[0].html])""")
    assert found == []


def test_a_page_begins_in_a_language_with_a_theme_and_a_view(opened: Open, tmp_path: Path) -> None:
    path = tmp_path / "de.html"
    modeltree.page(WHOLE, language="de", theme="dark", view="tree").save(path)
    page = opened(path=path, color_scheme="light")
    assert page.get_by_role("tab", name="Stammbaum").get_attribute("aria-selected") == "true"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"
    page.keyboard.press("/")
    page.keyboard.type("llava")
    page.keyboard.press("Enter")
    text = page.locator("#card").inner_text()
    for word in (
        "17. April 2023",
        "offen, offene Gewichte",
        "Lizenzen entlang der Kette",
        "Gemacht aus",
        "Destillation",
    ):
        assert word in text
    page.wait_for_timeout(400)
    assert "view" not in page.url
    page.get_by_role("tab", name="Tabelle").click()
    page.get_by_role("button", name="Dunkel oder hell").click()
    until(page, "location.hash.includes('view=table') && location.hash.includes('theme=')")
    again = opened("#" + page.url.split("#")[1], path=path)
    assert again.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_names_stay_in_their_boxes(opened: Open) -> None:
    page = opened()
    page.evaluate("document.fonts.ready")
    outside = page.evaluate("""() => [...document.querySelectorAll(".base:not([hidden]) .m")].filter((node) => {
      const [box, text] = [node.querySelector("rect"), node.lastElementChild].map((part) => part.getBBox());
      return text.x < box.x || text.x + text.width > box.x + box.width;
    }).map((node) => node.getAttribute("aria-label"))""")
    assert outside == []


def test_little_moves_for_those_who_want_that(opened: Open) -> None:
    page = opened(reduced_motion="reduce")
    fit = scale(page)
    page.locator("#zoom-in").click()
    page.evaluate("new Promise(requestAnimationFrame)")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert scale(page) == pytest.approx(1.5 * fit, rel=1e-3)


def test_every_control_has_a_name(opened: Open) -> None:
    page = opened("#model=llama")
    nameless = page.evaluate("""() =>
      [...document.querySelectorAll("button, input, select, a, [role=dialog], .m")].filter(
      (part) => !(part.getAttribute("aria-label") || part.getAttribute("aria-labelledby") || part.textContent.trim()))
      .map((part) => part.outerHTML)""")
    assert nameless == []


# What is not to be trusted


def test_hostile_names_are_names(opened: Open, tmp_path: Path) -> None:
    models = [
        Model(
            id="<b>a", name=HOSTILE, aliases=(f"{HOSTILE}2",), released="2023-01", organizations=("lab",), note=HOSTILE
        ),
        Model(id='"b', name="javascript:alert(1)", released="2023-02", training_data=HOSTILE, license=HOSTILE),
    ]
    step = Derivation(parent="<b>a", child='"b', relation="finetune", note=HOSTILE)
    path = tmp_path / "hostile.html"
    lineage = Lineage(models, [step], [Organization(id="lab", name=HOSTILE)])
    modeltree.page(lineage, title=HOSTILE).save(path)
    page = opened(path=path)
    page.locator("#search").fill("script>")
    assert page.locator("#results [role=option]").locator("b").first.inner_text() == HOSTILE
    page.keyboard.press("Enter")
    assert page.locator("#card h2").inner_text() == HOSTILE
    page.locator("#card .steps button").click()
    assert HOSTILE in page.locator("#card").inner_text()
    assert page.title() == HOSTILE
    assert page.locator("img, #card b, h1 *").count() == 0


def test_addresses_that_are_none_of_the_web_are_no_links(opened: Open, survey: Path, tmp_path: Path) -> None:
    path = tmp_path / "changed.html"  # the records would refuse such a thing; the page does so once more
    document = survey.read_text(encoding="utf-8")
    path.write_text(document.replace('["paper","https://arxiv.org/abs/2302.13971"]', '["paper","javascript:alert(1)"]'))
    page = opened("#model=llama", path=path)
    assert "paper" in page.locator("#card .links").inner_text()
    assert page.locator("#card .links a").count() == page.locator("#card .links li").count() - 1


def test_a_lineage_of_one_model_is_a_page(opened: Open, tmp_path: Path) -> None:
    modeltree.page(Lineage([Model(id="m", name="Only", released="2020")])).save(tmp_path / "one.html")
    page = opened(path=tmp_path / "one.html")
    page.locator("#timeline-0").click()
    assert page.locator("#card h2").inner_text() == "Only"
    assert page.locator("#shown").inner_text() == ""


@pytest.mark.parametrize("released", [None, "2023-03", "2023-03-14"])
def test_models_of_one_month_are_a_page_without_a_slider(opened: Open, tmp_path: Path, released: str | None) -> None:
    path = tmp_path / "month.html"
    modeltree.page(Lineage([Model(id=id, name=id, released=released) for id in "ab"])).save(path)
    page = opened(path=path)
    assert page.locator("#time").is_hidden()


def test_models_without_dates_are_found_have_cards_and_light_their_kin(opened: Open, tmp_path: Path) -> None:
    undated = [Model(id=model.id, name=model.name, aliases=model.aliases) for model in SURVEY.models]
    lineage = Lineage(undated, SURVEY.derivations)
    modeltree.page(lineage).save(tmp_path / "undated.html")
    page = opened(path=tmp_path / "undated.html")
    assert page.get_by_role("tab").all_inner_texts() == ["Generations", "Table"]
    page.keyboard.press("/")
    page.keyboard.type("llava")
    page.keyboard.press("Enter")
    assert "no date is known" in page.get_by_role("dialog", name="LLaVA").inner_text()
    assert lit(page, "ancestor") == names(lineage.ancestors("llava"), dated=False)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Vicuna")
    assert page.locator("#shown").inner_text() == ""


# Time, colors, and where one is


def test_time_is_set_by_keys_and_what_came_later_is_not_there(opened: Open) -> None:
    page = opened("#model=gpt-3", reduced_motion="reduce")
    before = node(page, "gpt-3").bounding_box()
    slider = page.get_by_role("slider", name="As of")
    slider.focus()
    assert slider.get_attribute("aria-valuetext") == "All times"
    for key in ("Home", "End", *["ArrowLeft"] * 8):
        page.keyboard.press(key)
    assert slider.get_attribute("aria-valuetext") == "December 2022"
    past = SURVEY.as_of("2022-12")
    shown = page.locator("#timeline .m").evaluate_all(
        "nodes => nodes.filter((node) => node.checkVisibility({ visibilityProperty: true })).map((node) => node.id)"
    )
    assert {SURVEY.models[int(id.split("-")[1])].id for id in shown} == set(past)
    assert node(page, "gpt-3").bounding_box() == before
    assert lit(page, "descendant") == {past[id].name for id in past.descendants("gpt-3")}
    assert f"{len(past.descendants('gpt-3'))} descendants" in page.locator("#card .kin").inner_text()
    assert page.locator("#shown").inner_text().startswith(f"{len(past)} of {len(SURVEY)} match")
    page.wait_for_timeout(400)
    assert "until=2022-12" in page.url
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Family tree").click()
    hidden = page.evaluate("document.querySelectorAll('#tree .later[id*=link]').length")
    assert hidden > 20
    page.get_by_role("tab", name="Table").click()
    assert page.locator("#table table").get_attribute("aria-rowcount") == str(len(past) + 1)
    page.get_by_role("button", name="Reset").click()
    assert slider.get_attribute("aria-valuetext") == "All times"
    assert page.evaluate("document.querySelectorAll('.base:not([hidden]) .later').length") == 0


@pytest.mark.parametrize(("motion", "stride", "rest"), [("reduce", 12, 1500), ("no-preference", 1, 160)])
def test_time_plays_until_it_is_paused_or_at_its_end(opened: Open, motion: str, stride: int, rest: int) -> None:
    page = opened(reduced_motion=motion)
    page.clock.install(time="2026-01-01")
    page.clock.pause_at("2026-01-02")
    slider, shown = page.get_by_role("slider", name="As of"), page.locator("#time output")
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    at = []
    for _ in range(4):
        at.append(int(slider.input_value()))
        page.clock.run_for(rest - 1)
        assert int(slider.input_value()) == at[-1]
        page.clock.run_for(1)
    assert at == [0, stride, 2 * stride, 3 * stride]
    page.get_by_role("button", name="Pause").click()
    paused = shown.inner_text()
    page.clock.run_for(2 * rest)
    assert shown.inner_text() == paused
    slider.fill("77")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(100 * rest)
    assert shown.inner_text() == "All times"
    assert page.get_by_role("button", name="Play").is_visible()


@pytest.mark.parametrize("word", ["family", "organization", "domain", "license"])
def test_color_says_something_else_as_a_figure_would(opened: Open, word: Any) -> None:
    page = opened("#model=llama")
    drawn = page.locator("#timeline .m").evaluate_all("nodes => nodes.map((node) => node.getAttribute('class'))")
    page.get_by_label("Color:").select_option(word)
    groups = groups_of(SURVEY, SURVEY.models, word)
    paints = groups.paints(LIGHT)
    shown: dict[str, str] = (
        page.evaluate("""() => Object.fromEntries([...document.querySelectorAll("#timeline .m")].map(
      (node) => [node.id.split("-")[1], getComputedStyle(node.firstElementChild).fill]))""")
    )
    for place, fill in shown.items():
        wanted = groups.paint(SURVEY.models[int(place)].id, LIGHT, paints).fill
        assert fill == f"rgb({', '.join(str(int(wanted[at : at + 2], 16)) for at in (1, 3, 5))})", place
    legend = page.locator(".about[data-figure=timeline] .legend li:visible").all_inner_texts()
    assert legend == [text for _, text in groups.legend]
    assert len(legend) <= 9
    lit_one = page.locator("#overlay .m.self rect").evaluate("rect => getComputedStyle(rect).fill")
    assert lit_one == shown[str(PLACES["llama"])]
    page.wait_for_timeout(400)
    assert f"color={word}" in page.url
    page.get_by_label("Color:").select_option("openness")
    again = page.locator("#timeline .m").evaluate_all("nodes => nodes.map((node) => node.getAttribute('class'))")
    assert again == drawn
    assert page.locator(".about[data-figure=timeline] .legend li:visible").all_inner_texts() == [
        "open source", "closed source",
    ]  # fmt: skip


def test_a_small_map_shows_where_one_is_and_leads_elsewhere(opened: Open) -> None:
    page = opened(reduced_motion="reduce")
    assert page.locator("#map").is_hidden()
    page.evaluate("location.hash = 'at=4_300_150'")
    until(page, "!document.getElementById('map').hidden")
    box = page.locator("#map").bounding_box()
    frame = page.locator("#map .seen").bounding_box()
    assert frame["width"] < box["width"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=3)
    page.mouse.up()
    page.wait_for_timeout(100)
    frame = page.locator("#map .seen").bounding_box()
    assert frame["x"] + frame["width"] / 2 == pytest.approx(box["x"] + box["width"] * 0.6, abs=2)


def test_matches_outside_the_view_are_counted_and_one_key_away(opened: Open) -> None:
    page = opened("#org=Meta&at=4_300_150", reduced_motion="reduce")
    outside = """() => {
      const stage = document.getElementById("stage").getBoundingClientRect();
      return [...document.querySelectorAll("#timeline .m:not(.out)")].filter((node) => {
        const box = node.firstElementChild.getBoundingClientRect();
        return box.right < stage.left || box.left > stage.right || box.bottom < stage.top || box.top > stage.bottom;
      }).length;
    }"""
    button = page.locator("#outside")
    count = page.evaluate(outside)
    assert count > 2
    assert button.inner_text().startswith(f"{count} matches outside the view ")
    button.focus()
    for _ in range(20):
        if button.is_hidden():
            break
        before = page.evaluate("document.querySelector('.world').getAttribute('transform')")
        page.keyboard.press("Enter")
        until(page, f"document.querySelector('.world').getAttribute('transform') !== '{before}'")
        left = page.evaluate(outside)
        assert button.is_hidden() if left == 0 else button.inner_text().startswith(f"{left} match")
    page.locator("#zoom-fit").click()
    page.wait_for_timeout(100)
    assert button.is_hidden()
    page.get_by_role("button", name="Reset").click()
    assert button.is_hidden()


# The table, and what one takes along

FORMULA = '=HYPERLINK("https://example.org","x")'


def column(page: Page, number: int) -> list[str]:
    cells: list[str] = page.locator(f"#table tbody tr > :nth-child({number})").all_inner_texts()
    return cells


def taken(page: Page, label: str) -> Path:
    page.locator("#export summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=label).click()
    path: Path = download.value.path()
    return path


def test_the_table_has_all_models_and_is_sorted_and_filtered_by_keys_alone(opened: Open) -> None:
    page = opened()
    page.get_by_role("tab", name="Timeline").focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Table"
    assert column(page, 1) == [model.name for model in SURVEY.models]
    page.get_by_role("button", name="Led to").focus()
    page.keyboard.press("Enter")
    assert page.locator("#table th[aria-sort=ascending]").inner_text().startswith("Led to")
    page.keyboard.press("Enter")
    assert page.locator("#table th[aria-sort=descending]").inner_text().startswith("Led to")
    counts = [len(SURVEY.children(id)) for id in SURVEY]
    assert column(page, 9) == [str(count) for count in sorted(counts, reverse=True)]
    page.wait_for_timeout(400)
    assert {"view=table", "sort=-8"} <= set(page.url.split("#")[1].split("&"))
    page.keyboard.press("Tab")
    for key, row in (("End", -1), ("Home", 0), ("ArrowDown", 1)):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.textContent") == column(page, 1)[row]
    second = column(page, 1)[1]
    page.keyboard.press("Enter")
    assert page.locator("#card h2").inner_text() == second
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == second
    again = opened("#view=table&sort=1&open=closed")
    closed = [model.name for model in SURVEY.models if model.openness == "closed"]
    assert sorted(column(again, 1)) == sorted(closed)
    dates = column(again, 2)
    assert dates == sorted(dates, key=lambda date: (date == "", date))
    again.get_by_role("tab", name="Timeline").click()  # which has not been shown yet
    assert 0.1 < scale(again) < 10
    assert again.locator("#timeline").get_attribute("viewBox") is None


def test_an_address_may_lead_to_a_model_in_the_table(opened: Open) -> None:
    page = opened("#view=table&model=llama")
    assert page.locator("#card h2").inner_text() == "LLaMA"
    row, table = page.locator("#table .chosen"), page.locator("#table").bounding_box()
    assert row.locator("th").inner_text() == "LLaMA"
    assert table["y"] < row.bounding_box()["y"] < table["y"] + table["height"] - 34
    page.get_by_role("tab", name="Timeline").click()
    assert lit(page, "self") == {"LLaMA"}
    page.get_by_role("tab", name="Table").click()
    page.keyboard.press("ArrowLeft")
    page.set_viewport_size({"width": 1000, "height": 700})
    page.wait_for_timeout(100)
    assert 0.1 < scale(page) < 10


def test_of_a_large_table_only_rows_in_sight_are_built(opened: Open, tmp_path: Path) -> None:
    models = [Model(id=f"m{number}", name=f"Model {number}", released="2020") for number in range(10_000)]
    modeltree.page(Lineage(models)).save(tmp_path / "many.html")
    page = opened("#view=table", path=tmp_path / "many.html")
    rows = "document.querySelectorAll('#table tbody tr').length"
    assert 20 < page.evaluate(rows) < 150
    assert page.locator("#table table").get_attribute("aria-rowcount") == "10001"
    page.locator("#table [tabindex='0']").focus()
    page.keyboard.press("End")
    last = page.locator("#table tbody tr").last
    assert last.inner_text().startswith("Model 9999")
    assert last.get_attribute("aria-rowindex") == "10001"
    assert page.evaluate("document.activeElement.textContent") == "Model 9999"
    assert page.evaluate(rows) < 150
    page.keyboard.press("Enter")
    assert page.locator("#card h2").inner_text() == "Model 9999"
    page.locator("#search").fill("Model 77")
    until(page, f"{rows} === {sum('77' in str(number)[:2] for number in range(10_000))}")


def test_a_table_is_saved_so_that_no_name_is_a_formula_or_breaks_a_line(opened: Open, tmp_path: Path) -> None:
    hostile = [FORMULA, "+1", "-2", "@SUM(A1)", "  =1", "＝1", 'say "a", b', HOSTILE, "plain"]
    models = [Model(id=f"m{number}", name=name, released="2020") for number, name in enumerate(hostile)]
    document = modeltree.page(Lineage(models), title="A/B: c").document  # records would refuse a line break
    (tmp_path / "hostile.html").write_text(document.replace('"n":"plain"', '"n":"two\\nlines"'), encoding="utf-8")
    page = opened("#view=table", path=tmp_path / "hostile.html", accept_downloads=True)
    text = taken(page, "Table as CSV").read_bytes().decode("utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert header[:3] == ["id", "Name", "Released"]
    saved = {row[0]: row[1] for row in rows}
    for number, name in enumerate(hostile):
        shown = page.evaluate(f"JSON.parse(document.getElementById('data').textContent).models[{number}].n")
        assert saved[f"m{number}"] == ("'" if name.strip()[0] in "=+-@＝" else "") + shown
    assert saved[f"m{len(hostile) - 1}"] == "two\nlines"
    assert {len(row) for row in rows} == {len(header)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_is_saved_as_it_is_seen(opened: Open, theme: str) -> None:
    page = opened(f"#view=tree&model=vicuna&theme={theme}", accept_downloads=True, reduced_motion="reduce")
    page.wait_for_timeout(300)
    stage = page.evaluate(
        "(({ clientWidth, clientHeight }) => [clientWidth, clientHeight])(document.getElementById('stage'))"
    )
    ground = (255, 255, 255) if theme == "light" else (20, 23, 28)
    root = ElementTree.parse(taken(page, "Figure as SVG")).getroot()
    assert [float(root.attrib["width"]), float(root.attrib["height"])] == stage
    text = ElementTree.tostring(root, encoding="unicode")
    assert "var(" not in text
    assert text.count("@font-face") == 2
    assert f"rgb({', '.join(map(str, ground))})" in text
    lights = page.evaluate("getComputedStyle(document.querySelector('#overlay .curves .ancestor')).stroke")
    assert lights in text
    names = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Vicuna", "LLaMA"} <= names
    with Image.open(taken(page, "Figure as PNG")) as picture:
        assert list(picture.size) == [2 * length for length in stage]
        assert picture.convert("RGB").getpixel((3, picture.height - 3)) == ground
        spread = [high - low for low, high in picture.convert("RGB").getextrema()]
    assert min(spread) > 100  # something is drawn
    assert page.evaluate("document.activeElement.textContent") == "Export"


def test_the_link_is_copied(opened: Open) -> None:
    page = opened("#view=table", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#export summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    until(page, "document.getElementById('live').textContent.startsWith('The link is copied')")
    assert page.evaluate("navigator.clipboard.readText()").endswith("#view=table")
    page.get_by_role("tab", name="Timeline").click()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    page.locator("#export summary").click()
    page.get_by_role("button", name="Copy link").click()
    page.wait_for_timeout(100)
    assert not page.evaluate("navigator.clipboard.readText()").endswith("#view=table")


# In a frame


def test_the_recipe_of_the_documentation_embeds_it(browser: Any, survey: Path, tmp_path: Path) -> None:
    recipe = re.search(r"```html\n(.*?)```", (ROOT / "docs" / "howto_page.md").read_text(encoding="utf-8"), re.DOTALL)
    assert recipe
    shutil.copy(survey, tmp_path / "lineage.html")
    policy = "default-src 'none'; frame-src 'self'; style-src 'unsafe-inline'"
    host = (
        f'<!doctype html><meta http-equiv="Content-Security-Policy" content="{policy}"><title>Host</title>{recipe[1]}'
    )
    (tmp_path / "host.html").write_text(host, encoding="utf-8")
    handler = partial(QuietHandler, directory=str(tmp_path))
    said: list[str] = []
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), handler) as server,
        browser.new_context(viewport={"width": 1200, "height": 800}, accept_downloads=True) as context,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/host.html")
        (frame,) = (each for each in page.frames if each.url.endswith("lineage.html"))
        frame.locator(f"#timeline-{PLACES['llama']}").click()
        assert frame.locator("#card h2").inner_text() == "LLaMA"
        frame.locator("#export summary").click()
        with page.expect_download() as download:
            frame.get_by_role("button", name="Figure as SVG").click()
        assert ElementTree.parse(download.value.path()).getroot().tag.endswith("svg")
        server.shutdown()
    assert [text for text in said if "favicon" not in text] == []


class QuietHandler(SimpleHTTPRequestHandler):
    """A server that says nothing of what it serves."""

    def log_message(self, *arguments: Any) -> None:
        pass


def test_a_model_that_is_chosen_among_many_can_be_read(opened: Open, tmp_path: Path) -> None:
    models = [Model(id=f"m{number}", name=f"Model {number}") for number in range(1200)]
    steps = [Derivation(parent=f"m{number // 3}", child=f"m{number}", relation="finetune") for number in range(1, 1200)]
    modeltree.page(Lineage(models, steps)).save(tmp_path / "many.html")
    page = opened(path=tmp_path / "many.html", reduced_motion="reduce")
    type_size = float(page.locator("#tree").get_attribute("data-type"))
    assert scale(page) * type_size < 4.5
    page.locator("#search").fill("model 700")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert scale(page) * type_size == pytest.approx(9, abs=0.1)
    box, stage = page.locator("#tree-700").bounding_box(), page.locator("#stage").bounding_box()
    assert stage["x"] <= box["x"]
    assert box["x"] + box["width"] <= stage["x"] + stage["width"]


# 3,000 models


def test_a_figure_is_laid_out_only_when_its_tab_is_opened(opened: Open) -> None:
    page = opened()
    assert page.locator("#tree").count() == 0
    page.get_by_role("tab", name="Family tree").click()
    assert node(page, "vicuna", "tree").is_visible()
    sift(page, "Openness", "closed")
    closed = {place for place, model in enumerate(SURVEY.models) if model.openness == "closed"}
    for name in ("Timeline", "Family tree", "Timeline"):  # each is sifted when it is shown
        page.get_by_role("tab", name=name).click()
        kept = page.locator(".base:not([hidden]) .m:not(.out)").evaluate_all("nodes => nodes.map((node) => node.id)")
        assert kept
        assert {int(id.split("-")[1]) for id in kept} <= closed


def test_letters_that_are_specks_are_not_set(opened: Open) -> None:
    page = opened(viewport={"width": 240, "height": 300})
    page.locator("#stage").focus()
    page.keyboard.press("0")
    until(page, "document.getElementById('stage').classList.contains('tiny')")
    texts = "[...document.querySelectorAll('#timeline .m text')].filter((text) => text.checkVisibility()).length"
    assert page.evaluate(texts) == 0
    for _ in range(8):
        page.keyboard.press("+")
        page.wait_for_timeout(250)
    until(page, f"{texts} > 0")


@pytest.mark.scale
@pytest.mark.skipif(os.environ.get("MODELTREE_SCALE") != "1", reason="takes a minute: set MODELTREE_SCALE=1")
def test_3000_models_open_with_few_layouts_and_a_hover_changes_little_at_a_time(
    browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes a page wait is counted: layouts that scripts force, and what changes between two frames."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "benchmarks")])
    from enlargement import enlarged

    large = enlarged(datasets.load("survey-figure2"), 3000)
    chance = random.Random(0)
    ids = [model.id for model in large.models]
    pairs = [(ids[chance.randrange(max(place - 1500, 0), place)], ids[place]) for place in range(1, len(ids))]
    steps = [Derivation(parent=parent, child=child, relation="finetune") for parent, child in pairs]
    path = tmp_path / "large.html"
    modeltree.page(Lineage(large.models, steps, large.organizations.values())).save(path)
    assert path.stat().st_size < 6e6
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        page = context.new_page()
        counters = context.new_cdp_session(page)
        counters.send("Performance.enable")

        def layouts() -> int:
            metrics = counters.send("Performance.getMetrics")["metrics"]
            return next(int(one["value"]) for one in metrics if one["name"] == "LayoutCount")

        page.goto(path.as_uri())
        until(page, "document.documentElement.dataset.ready")
        opening = layouts()
        elements = page.evaluate("document.querySelectorAll('*').length")
        hovers = page.evaluate(HOVER, [0, 1, 5, 20, 60, 200, 400, 900, 1500, 2000, 2500, 2900])
        hovering = layouts() - opening
    assert opening < 10
    assert elements < 6 * 3000  # those of the figure that is shown
    assert max(lit for _, _, lit in hovers) > 300
    assert max(added for added, _, _ in hovers) < 400
    assert max(outside for _, outside, _ in hovers) < 5
    assert hovering < 10 * len(hovers)

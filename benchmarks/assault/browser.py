"""Pages and figures of hostile names in real Chromium, PDF annotations, icon folders, and Mermaid's own parser.

    python benchmarks/assault/browser.py --count 3000

Nothing may run, be fetched, or be said on the console. Needs Chromium and playwright; `npm` for Mermaid.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from names import hostile_lineage
from playwright.sync_api import Page, sync_playwright
from tally import HOSTILE, Tally, options

import modeltree
from modeltree import Lineage, Model, ModelTreeError, Organization

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ACTIVE = """() => {
  const bad = [...document.querySelectorAll("iframe, object, embed, base, form[action], foreignObject script")]
    .map((node) => node.outerHTML.slice(0, 200));
  for (const node of document.querySelectorAll("*")) {
    for (const {name, value} of node.attributes) {
      if (name.startsWith("on")) bad.push(`${name}=${value}`);
      const address = /(^|:)(href|src|action|data)$/.test(name) && value.trim();
      if (address && !/^(https?:|#|data:image\\/|data:,$|$)/i.test(address)) bad.push(`${name}=${value}`);
    }
  }
  return bad;
}"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
ICONS = (
    SVG.format("<script>document.title='x'</script><rect width='9' height='9'/>"),
    SVG.format("<rect width='9' height='9' onload='alert(1)'/>"),
    SVG.format("<image xlink:href='https://x.invalid/a.png' width='9' height='9'/>"),
    SVG.format("<image xlink:href='file:///etc/passwd' width='9' height='9'/>"),
    SVG.format("<foreignObject><iframe src='https://x.invalid'/></foreignObject>"),
    SVG.format("<use xlink:href='https://x.invalid/a.svg#a'/><style>@import url(https://x.invalid/a.css);</style>"),
    '<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SVG.format("<text>&a;</text>"),
    '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n + 1} "{("&a" + (str(n) if n else "") + ";") * 10}">' for n in range(9)
    ) + "]>" + SVG.format("<text>&a9;</text>"),
    SVG.replace("0 0 9 9", "0 0 1e9 1e9").format("<rect width='1e9' height='1e9'/>"),
    SVG.replace("0 0 9 9", "0 0 0 0").format(""),
    "<svg" * 100_000, "", "\0", "<html><script>alert(1)</script></html>",
)  # fmt: skip
MERMAID = """async text => {
  const parsed = await mermaid.parse(text);
  const {svg} = await mermaid.render("drawing", text);
  document.body.innerHTML = svg;
  return [...document.querySelectorAll(".node")].map((element) => element.textContent.trim());
}"""


class Watched:
    """A tab that notes what it says and asks for."""

    def __init__(self, browser: Any) -> None:
        self.noted: list[str] = []
        self.page: Page = browser.new_page()
        self.page.on("console", lambda message: self.noted.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.noted.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.noted.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.noted.append(f"request: {request.url}"))

    def opened(self, path: Path) -> list[str]:
        """What happens when a file is opened, besides that it is."""
        self.noted.clear()
        self.page.goto(path.as_uri())
        self.page.wait_for_timeout(100)
        return [
            each for each in self.noted if each != f"request: {path.as_uri()}" and not each.startswith("request: data:")
        ]


def figures(tally: Tally, lineage: Lineage, tab: Watched, folder: Path, icons: Path) -> None:
    """The page and the figures as SVG and PDF."""
    drawings: dict[str, Callable[[], Any]] = {
        "page.html": lambda: modeltree.page(lineage, icon_dir=icons),
        "evolution.svg": lambda: modeltree.evolution(lineage, icon_dir=icons, links=True),
        "tree.svg": lambda: modeltree.family_tree(lineage),
        "diagram.svg": lambda: modeltree.diagram(lineage),
        "evolution.pdf": lambda: modeltree.evolution(lineage, icon_dir=icons),
    }
    for name, draw in drawings.items():
        path = folder / name
        failed = tally.attempt(f"{name} drawn", lambda: draw().save(path), (ModelTreeError, ValueError), lineage.ids)
        if isinstance(failed, Exception):
            continue
        if path.suffix == ".pdf":
            links(tally, path)
            continue
        noted = tab.opened(path)
        tally.check(not noted, f"{name} is silent", noted)
        active = tab.page.evaluate(ACTIVE)
        tally.check(not active, f"{name} is inactive", active)
        if name == "page.html":
            noted = explored(tab, tally.random.choice(HOSTILE))
            tally.check(not noted, f"{name} explored", noted)
            active = tab.page.evaluate(ACTIVE)
            tally.check(not active, f"{name} explored, inactive", active)


def explored(tab: Watched, text: str) -> list[str]:
    """What a page says while somebody searches, chooses, and goes to an odd address."""
    page = tab.page
    tab.noted.clear()
    page.keyboard.press("/")
    for box in page.query_selector_all("input[type=search], input:not([type])")[:1]:
        box.fill(text)
        box.press("Enter")
    for node in page.query_selector_all("svg .m, svg a, button")[:6]:
        node.dispatch_event("click")
    page.evaluate("text => { location.hash = text }", text)
    page.wait_for_timeout(50)
    return [each for each in tab.noted if not each.startswith(("request: data:", "request: file:"))]


def links(tally: Tally, path: Path) -> None:
    """What a PDF may do: links to the web alone."""
    content = path.read_bytes()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            content += zlib.decompress(stream)
        except zlib.error:
            continue
    wrong = re.findall(
        rb"/(?:JavaScript|JS|Launch|SubmitForm|ImportData|EmbeddedFile|OpenAction|AA|RichMedia)\b", content
    )
    tally.check(not wrong, "PDF is inactive", wrong)
    for address in re.findall(rb"/URI \((.*?)(?<!\\)\)", content, re.DOTALL):
        tally.check(re.match(rb"https?://[\x21-\x7e]+$", address) is not None, "PDF links", address)


def icon_folder(tally: Tally, folder: Path) -> tuple[Path, list[Organization]]:
    """A folder of icons, one of which wants more than to be seen; some are no pictures, and one is in another folder."""
    icons = folder / "icons"
    icons.mkdir()
    (icons / "a.svg").write_text(tally.random.choice(ICONS))
    (icons / "b.png").write_bytes(base64.b64decode("iVBORw0KGgoAAAANSUhEUgAA") + tally.random.randbytes(50))
    return icons, [Organization(id=each, name=each, icon=each) for each in "ab"]


def main() -> int:
    """Open pages until there are enough checks."""
    tally = Tally("browser", options(__doc__, count=3000, seconds=1500))
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
        tempfile.TemporaryDirectory() as downloads,
    ):
        tab, library = Watched(browser), None
        if shutil.which("npm"):
            subprocess.run(["npm", "pack", "--silent", "mermaid@11"], cwd=downloads, check=True, capture_output=True)
            subprocess.run(["tar", "xzf", next(Path(downloads).glob("*.tgz"))], cwd=downloads, check=True)
            library = Path(downloads, "package", "dist", "mermaid.min.js")
        while tally:
            lineage = hostile_lineage(tally.random)
            if lineage is None:
                continue
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                icons, organizations = icon_folder(tally, folder)
                models = [
                    Model.model_validate({**dict(model), "organizations": tally.random.sample("ab", 1)})
                    for model in lineage.models
                ]
                whole = Lineage(models, lineage.derivations, organizations)
                figures(tally, lineage, tab, folder, icons)
                figures(tally, whole, tab, folder, icons)
                for _ in range(5):
                    another = hostile_lineage(tally.random)
                    if library and another is not None:
                        draw_mermaid(tally, another, browser, library, folder)
    return tally.report()


def draw_mermaid(tally: Tally, lineage: Lineage, browser: Any, library: Path, folder: Path) -> None:
    """Mermaid shows the names as they are, and nothing runs."""
    path = folder / "x.mmd"
    modeltree.save(lineage, path)
    tab = Watched(browser)
    try:
        tab.page.set_content("<body></body>")
        tab.page.add_script_tag(path=library)
        tab.page.evaluate("mermaid.initialize({startOnLoad: false})")
        names = tally.attempt(
            "mermaid drawn", lambda: tab.page.evaluate(MERMAID, path.read_text()), (), path.read_text()
        )
        if isinstance(names, list):
            right = [" ".join(model.name.replace("\ufeff", " ").split()) for model in lineage.models]
            tally.check(
                [" ".join(name.replace("\ufeff", " ").split()) for name in names] == right,
                "mermaid names",
                (names, right),
            )
            active = tab.page.evaluate(ACTIVE)
            tally.check(not active, "mermaid is inactive", active)
        noted = [each for each in tab.noted if "data:" not in each]
        tally.check(not noted, "mermaid is silent", noted)
    finally:
        tab.page.close()


if __name__ == "__main__":
    raise SystemExit(main())

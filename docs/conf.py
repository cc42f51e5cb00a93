"""The site: `pip install -e ".[docs]" && sphinx-build -W docs docs/_build`."""

from __future__ import annotations

import ast
import contextlib
import inspect
import io
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from unittest import mock

import matplotlib
from matplotlib.figure import Figure
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

import modeltree
from modeltree.cli.main import main
from modeltree.draw.theme import DARK
from modeltree.figures.drawing import FigureDrawing
from modeltree.formats.catalog import catalog_schema

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
os.environ["MODELTREE_EXAMPLES"] = str(EXAMPLES)  # for the cells of tutorials

project = "modeltree"
author = "the modeltree authors"
copyright = "the modeltree authors"
version = release = modeltree.__version__
extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = [
    "_build",
    "generated/catalog_fields.md",
    "gallery/*.ipynb",
    "gallery/*.py",
    "gallery/sg_execution_times.rst",
    "sg_execution_times.rst",
]
templates_path = ["_templates"]
suppress_warnings = ["config.cache"]  # the scraper of the gallery is a function
html_theme = "pydata_sphinx_theme"
html_title = "modeltree"
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_theme_options = {
    "navbar_align": "left",
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
    "footer_start": ["copyright"],
    "footer_end": [],
}
html_sidebars = {"index": []}
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_in_temp = True
nb_execution_timeout = 300
nb_merge_streams = True

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc's sections say the types
numpydoc_show_class_members = False


GALLERY_IMAGE = """
.. image:: /{path}
   :alt: {alt}
   :class: sphx-glr-single-img only-{ground}
"""


def drawings_scraper(block: tuple[str, str, int], block_vars: Mapping[str, object], gallery: object) -> str:
    """The drawing that a block ends with, as a picture of the gallery for a light page and one for a dark page."""
    values = block_vars["example_globals"]
    assert isinstance(values, dict)
    drawing = values.get("___")
    if not isinstance(drawing, FigureDrawing | Figure):
        return ""
    paths = block_vars["image_path_iterator"]
    assert isinstance(paths, Iterator)
    alt = " ".join(getattr(drawing, "description", "").split()) or Path(str(block_vars["src_file"])).stem
    parts = []
    for ground, shown in (("light", drawing), ("dark", on_dark_ground(block[1], values))):
        path = Path(next(paths))
        if isinstance(shown, Figure):
            shown.savefig(path, dpi=150)
        else:
            shown.save(path, dpi=150)
        parts.append(GALLERY_IMAGE.format(path=path.relative_to(HERE).as_posix(), alt=alt, ground=ground))
    return "".join(parts)


def on_dark_ground(code: str, values: Mapping[str, object]) -> FigureDrawing | Figure:
    """What a block ends with if the theme is dark where it asks for none."""
    *before, last = ast.parse(code).body
    assert isinstance(last, ast.Expr)
    scope = dict(values)
    with contextlib.ExitStack() as stack:
        for name in modeltree.__all__:
            function = getattr(modeltree, name)
            if inspect.isfunction(function) and "theme" in inspect.signature(function).parameters:
                stack.enter_context(mock.patch.object(modeltree, name, partial(function, theme="dark")))
        stack.enter_context(matplotlib.rc_context({"figure.facecolor": DARK.page}))
        exec(compile(ast.Module(before, []), "gallery", "exec"), scope)
        drawing = eval(compile(ast.Expression(last.value), "gallery", "eval"), scope)
    assert isinstance(drawing, FigureDrawing | Figure)
    return drawing


def add_dark_thumbnails(app: Sphinx, page: str, source: list[str]) -> None:
    """Two thumbnails for each example, as there are two pictures."""
    from sphinx_gallery.utils import scale_image

    if page != "gallery/index":
        return

    def both(match: re.Match[str]) -> str:
        """The thumbnail that there is, and one of the second picture."""
        images, name = HERE / "gallery" / "images", match["name"]
        if not (dark := images / f"{name}_002.png").exists():
            raise ExtensionError(f"the gallery has no dark picture {dark.name}")
        scale_image(dark, images / "thumb" / f"{name}_dark_thumb.png", *sphinx_gallery_conf["thumbnail_size"])
        light = match[0]
        return "".join(
            f"{one}\n    :class: only-{ground}\n\n"
            for ground, one in (("light", light), ("dark", light.replace("_thumb.png", "_dark_thumb.png")))
        )

    source[0], count = re.subn(r"  \.\. image:: \S+/(?P<name>\w+)_thumb\.png\n    :alt:", both, source[0])
    if count != len(list((EXAMPLES / "gallery").glob("*.py"))):
        raise ExtensionError(f"the gallery has {count} thumbnails, which is not one for each example")


sphinx_gallery_conf = {
    "examples_dirs": [str(EXAMPLES / "gallery")],
    "gallery_dirs": ["gallery"],
    "filename_pattern": r"\.py",
    "image_scrapers": (drawings_scraper,),
    "capture_repr": (),
    "download_all_examples": False,
    "show_memory": False,
    "show_signature": False,
    "min_reported_time": 1e9,
    "within_subsection_order": "FileNameSortKey",
    "thumbnail_size": (480, 400),
    "abort_on_example_error": True,
}


def command_line() -> str:
    """The page of all commands, as each says of itself."""

    def printed(*words: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as stream:
            main([*words, "--help"])
        return stream.getvalue()

    whole = printed()
    names = [line.split()[0] for line in whole.splitlines() if line.startswith("    ") and line[4:5].isalpha()]
    parts = [f"## {name}\n\n```text\n{printed(name)}```\n" for name in names]
    return (
        "# The command line\n\nWhat each command prints for `--help`.\n\n```text\n"
        + whole
        + "```\n\n"
        + "\n".join(parts)
    )


def catalog_fields() -> str:
    """What a catalogue may have, a table for each part, from its schema."""
    parts = []
    for name, part in catalog_schema()["$defs"].items():
        rows = [
            f"| `{field}` | {' '.join(one.get('description', '').split()).replace('|', chr(92) + '|')} |"
            for field, one in part.get("properties", {}).items()
        ]
        if rows:
            head = f"## {name}\n\n{part.get('description', '')}\n\n| key | what it is |\n|---|---|\n"
            parts.append(head + "\n".join(rows) + "\n")
    return "\n".join(parts)


GENERATED = HERE / "generated"
GENERATED.mkdir(exist_ok=True)
(GENERATED / "command_line.md").write_text(command_line(), encoding="utf-8")
(GENERATED / "catalog_fields.md").write_text(catalog_fields(), encoding="utf-8")
(HERE / "notebooks").mkdir(exist_ok=True)
for notebook in EXAMPLES.glob("*.ipynb"):
    shutil.copy(notebook, HERE / "notebooks")


def write_atlas_page(app: Sphinx, error: Exception | None) -> None:
    """The page of the whole atlas, beside the pages of the site."""
    if error is None and app.builder.format == "html":
        modeltree.page(modeltree.datasets.load("atlas")).save(Path(app.outdir) / "atlas.html")


def setup(app: Sphinx) -> None:
    """Add what is made when all pages are."""
    app.connect("source-read", add_dark_thumbnails)
    app.connect("build-finished", write_atlas_page)

"""The site: `pip install -e ".[docs]" && sphinx-build -W docs docs/_build`."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from matplotlib.figure import Figure
from sphinx.application import Sphinx

import modeltree
from modeltree.cli.main import main
from modeltree.figures.drawing import FigureDrawing
from modeltree.formats.catalog.draft import catalog_schema

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"

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


def drawings_scraper(block: tuple[str, str, int], block_vars: Mapping[str, object], gallery: object) -> str:
    """The drawing that a block ends with, as a picture of the gallery."""
    from sphinx_gallery.scrapers import figure_rst

    values = block_vars["example_globals"]
    assert isinstance(values, dict)
    drawing = values.get("___")
    if not isinstance(drawing, FigureDrawing | Figure):
        return ""
    paths = block_vars["image_path_iterator"]
    assert isinstance(paths, Iterator)
    path = next(paths)
    if isinstance(drawing, Figure):
        drawing.savefig(path, dpi=150)
    else:
        drawing.save(path, dpi=150)
    return str(figure_rst([path], HERE, getattr(drawing, "description", "")))


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
    app.connect("build-finished", write_atlas_page)

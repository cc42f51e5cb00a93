"""Text becomes ink in every drawing and format, whatever characters it has: what cannot is replaced."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import modeltree
from modeltree import Derivation, Lineage, Model, Organization
from modeltree._util.text import UNWRITABLE, printable
from modeltree.figures.drawing import Drawing

# What a record may hold, and besides what only an option may: half a character, and what XML has not.
IN_RECORDS = "\ufeff\u202e\u2066\u200b\xad\x85\x90\u2028\ue000\ufdd0\U000e0041\U0010ffff\u0301\ufe0f&<\"'"
ANYWHERE = IN_RECORDS + "\ud800\udfff\x00\x1b\x7f\n\t\r\ufffe\uffff"
TITLE = f"Ti{ANYWHERE}tle"


@pytest.fixture(scope="module")
def lineage() -> Lineage:
    models = [
        Model(
            id=f"m{number}",
            name=f"N{letter}n{number}",
            aliases=(f"A{letter}a",),
            organizations=(f"o{number}",),
            released=f"2023-{number % 12 + 1:02}",
            license=f"L{letter}l",
            note=f"S{letter}s",
        )
        for number, letter in enumerate(IN_RECORDS)
    ]
    steps = [
        Derivation(parent="m0", child=model.id, relation="finetune", note=f"E{letter}e")
        for model, letter in zip(models[1:], IN_RECORDS[1:], strict=True)
    ]
    makers = [Organization(id=f"o{number}", name=f"{letter}O") for number, letter in enumerate(IN_RECORDS)]
    return Lineage(models, steps, makers)


def drawings(lineage: Lineage) -> dict[str, Drawing]:
    def group(model: Model) -> str:
        return TITLE + model.id[-1]

    return {
        "evolution": modeltree.evolution(lineage, title=TITLE, color_by=group, highlight="m2", outline="m1"),
        "family_tree": modeltree.family_tree(lineage, title=TITLE, color_by=group, collapse="depth=3"),
        "largest_families": modeltree.largest_families(lineage, title=TITLE),
        "growth": modeltree.growth(lineage, title=TITLE),
        "family_sizes": modeltree.family_sizes(lineage, title=TITLE),
        "diagram": modeltree.diagram(lineage, title=TITLE, color_by=group, cluster="family"),
        "page": modeltree.page(lineage, title=TITLE, color_by="license"),
    }


KINDS = ("evolution", "family_tree", "largest_families", "growth", "family_sizes", "diagram", "page")


@pytest.mark.parametrize("kind", KINDS)
def test_drawings_of_hostile_text(kind: str, lineage: Lineage, tmp_path: Path) -> None:
    drawing = drawings(lineage)[kind]
    assert drawing.title == printable(TITLE)
    for suffix in drawing.suffixes:
        if kind == "diagram" and suffix in (".svg", ".pdf", ".png") and not shutil.which("dot"):
            continue
        path = tmp_path / f"x{suffix}"
        drawing.save(path)
        content = path.read_bytes()
        if suffix == ".pdf":
            _check_pdf(path)
        if suffix in (".pdf", ".png"):
            continue
        text = content.decode()
        assert not UNWRITABLE.search(text)
        assert not re.search("[\ufeff\u202e\u2066]", text)
        if suffix == ".svg":
            ElementTree.fromstring(text)
            assert "�" in text
        elif suffix == ".json":
            json.loads(text)
        elif suffix == ".html":
            HTMLParser().feed(text)


def _check_pdf(path: Path) -> None:
    """That a program which is not ours can read its text."""
    assert path.read_bytes().startswith(b"%PDF")
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True)
        assert done.stdout.strip()
        assert not done.stderr


def test_every_character_is_replaced_or_harmless() -> None:
    for number in range(sys.maxunicode + 1):
        letter = printable(chr(number))
        assert len(letter) == 1
        assert not UNWRITABLE.match(letter)
        assert letter == chr(number) or letter in " \ufffd"

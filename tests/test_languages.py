"""The words of drawings: one table, complete in each language, and everywhere in use."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

import modeltree
from modeltree import datasets
from modeltree._util.languages import ENGLISH, LanguageName, Words, words_of
from modeltree.analysis.licenses import _COMMERCIAL
from modeltree.cli import main as cli
from modeltree.records import Derivation, Domain, Model, Openness, Organization

SOURCE = Path(modeltree.__file__).parent
SURVEY = datasets.load("survey")
OTHERS = [name for name in get_args(LanguageName) if name != "en"]
# What a page says of models by their fields.
VALUES = {str(word) for word in (*Openness, *Domain, *_COMMERCIAL)}
PLACE = re.compile(r"{\w+}")


def literals(folder: str) -> set[str]:
    return {
        node.value
        for path in (SOURCE / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def said_by_the_page() -> set[str]:
    """The texts that scripts of the page say, and those of its frame."""
    page = SOURCE / "draw" / "page"
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in page.glob("*.js"))
    texts = set(re.findall(r'\bsay\("([^"]+)"', scripts))
    for pair in re.findall(r'\bcounted\([^"]+"([^"]+)", "([^"]+)"\)', scripts):
        texts.update(pair)
    # Those of tables, which are said by the values that models have.
    tables = re.findall(
        r"^const (?:ACCESS|FIELD_WORDS|KINDS?|LABELS) = \{(.*?)\};", scripts, flags=re.MULTILINE | re.DOTALL
    )
    for table in tables:
        texts.update(re.findall(r': "([^"]+)"', table))
    assert len(tables) == 5
    return texts | set(re.findall(r"\[\[(.*?)\]\]", (page / "page.html").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", OTHERS)
def test_each_language_has_what_the_page_says(name: str) -> None:
    assert (said_by_the_page() | VALUES) - set(words_of(name).table) == set()


def test_the_frame_of_the_page_has_no_words_of_its_own() -> None:
    text = (SOURCE / "draw" / "page" / "page.html").read_text(encoding="utf-8")
    rest = re.sub(r"\[\[.*?\]\]", "", text)
    assert re.findall(r'(?:aria-label|title|placeholder)="[^"$(]*[a-z][^"$]*"', rest) == []
    assert re.findall(r">[^<$]*[A-Za-z]{3}[^<$]*<", rest) == []


@pytest.mark.parametrize("name", OTHERS)
def test_each_language_has_all_words_with_their_places(name: str) -> None:
    tables = {other: words_of(other).table for other in OTHERS}
    for text in {text for table in tables.values() for text in table}:
        assert text in tables[name], f"{name} lacks {text!r}"
        assert sorted(PLACE.findall(tables[name][text])) == sorted(PLACE.findall(text)), text


def test_no_words_are_left_over() -> None:
    said = set().union(*map(literals, ("_util", "figures", "draw", "layout")))
    assert set(words_of("de").table) - said - said_by_the_page() - VALUES == set()


class Recorder(Words):
    """Words that remember what they have no other words for."""

    lacking: set[str] = set()  # noqa: RUF012

    def __call__(self, text: str, /, **values: object) -> str:
        if text not in self.table:
            self.lacking.add(text)
        return super().__call__(text, **values)


def test_no_words_are_lacking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recorder = Recorder("de", words_of("de").table)
    monkeypatch.setattr("modeltree.figures.drawing.words_of", lambda language: recorder)
    monkeypatch.setattr("modeltree.figures.table.words_of", lambda language: recorder)
    models = [Model(id=f"m{number}", name=f"M{number}") for number in range(90)]
    steps = [Derivation(parent=f"m{number}", child=f"m{number + 1}", relation="merge") for number in range(0, 88, 2)]
    pairs = modeltree.Lineage(models, steps)
    later = datasets.load("survey-table1")
    for color in ("openness", "family", "organization", "domain", "license", "effective-license"):
        _ = modeltree.evolution(SURVEY, color_by=color, highlight="Vicuna").layout
    _ = modeltree.evolution(later, changes=modeltree.diff(SURVEY, later), links=True).layout
    _ = modeltree.evolution(SURVEY, outline="LLaMA", grain="quarter").layout
    for rule in (None, "smaller=5", "depth=1"):
        _ = modeltree.family_tree(SURVEY, collapse=rule, highlight="Vicuna").layout
    _ = modeltree.family_tree(SURVEY, page=(4, 4)).layout
    for grain in ("year", "quarter", "month"):
        modeltree.growth(SURVEY, grain=grain, since=2020, relations="weights").save(tmp_path / "a.svg")
    modeltree.growth(SURVEY).save(tmp_path / "a.svg")
    for by in ("base", "component"):
        modeltree.family_sizes(SURVEY, by=by, relations=None).save(tmp_path / "a.svg")
        modeltree.family_sizes(pairs, by=by, relations=["finetune", "merge"]).save(tmp_path / "a.svg")
    for count in (1, 3):
        _ = modeltree.largest_families(SURVEY, count=count, relations=None).layout
    _ = modeltree.diagram(SURVEY).source
    modeltree.page(SURVEY).save(tmp_path / "a.html")
    modeltree.page(pairs).save(tmp_path / "a.html")
    _ = modeltree.table(SURVEY, fields=["base", "relation", "released", "organizations", "openness", "sizes",
                                        "training_data", "architecture", "license", "link"]).markdown  # fmt: skip
    assert recorder.lacking == set()


@pytest.mark.parametrize(
    ("name", "ticks", "number", "day"),
    [
        ("de", {"März", "Mai", "Okt."}, "1.234.567", "3. März 2023"),
        ("fr", {"mars", "mai", "oct."}, "1\u202f234\u202f567", "3 mars 2023"),
        ("es", {"mar.", "may.", "oct."}, "1.234.567", "3 mar. 2023"),
        ("zh", {"3月", "5月", "10月"}, "1,234,567", "2023年3月3日"),
        ("ja", {"3月", "5月", "10月"}, "1,234,567", "2023年3月3日"),
    ],
)
def test_months_and_numbers(name: LanguageName, ticks: set[str], number: str, day: str) -> None:
    words = words_of(name)
    assert words.number(1234567) == number
    assert words.date("2023", 3, 3) == day
    for draw in (modeltree.evolution, modeltree.family_tree):
        layout = draw(SURVEY, language=name).layout
        shown = {tick.label for tick in layout.ticks}
        assert shown & {"Mar.", "May", "Oct."} == set()
        assert ticks <= shown or draw is modeltree.family_tree


def test_english_is_what_it_was() -> None:
    assert ENGLISH.count(1200, "{count} model", "{count} models") == "1,200 models"
    assert ENGLISH.date("2023", 3, 14) == "14 Mar. 2023"
    assert ENGLISH.date(2023, None) == "2023"


def test_the_page_says_what_it_says_in_which_language() -> None:
    document = modeltree.page(SURVEY, language="de").document
    assert '<html lang="de">' in document
    for word in (
        "Stammbaum",
        "quelloffen",
        "Anmerkungen",
        "Ableitungen",
        "Gezeichnet: ",
        "Zur Abbildung springen",
        "Vorfahren",
    ):
        assert word in document


def test_a_table_of_words() -> None:
    table = {
        "open source": "free",
        "Mar.": "III",
        "1,000": "1'000",
        "Drawn: {models}, every one that has a date.": "{models}",
    }
    layout = modeltree.evolution(SURVEY, language=table).layout
    texts = [line.text for line in layout.texts]
    assert "free" in texts
    assert "closed source" in texts, "what a table lacks is English"
    assert "III" in {tick.label for tick in layout.ticks}
    assert words_of(table).number(12345) == "12'345"


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("xx", "language cannot be 'xx': say 'en', 'de', 'fr', 'es', 'zh' or 'ja', or give a table of words"),
        ({"Drawn: {models}.": "{model}"}, "there is no {model} in 'Drawn: {models}.'"),
        ({"1,000": "thousand"}, "thousands cannot be written as in 'thousand'"),
    ],
)
def test_no_language(language: object, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        modeltree.evolution(SURVEY, language=language)  # type: ignore[arg-type]


def test_legend_and_footnote_are_replaced_or_left_out() -> None:
    def words(**options: object) -> dict[str, list[str]]:
        layout = modeltree.evolution(SURVEY, **options).layout  # type: ignore[arg-type]
        roles: dict[str, list[str]] = {"legend": [], "footnote": []}
        for line in layout.texts:
            if line.role in roles:
                roles[line.role].append(line.text)
        assert len(layout.swatches) == len(roles["legend"])
        return roles

    assert words(footnote="", legend=False) == {"legend": [], "footnote": []}
    assert words(footnote="One.\nTwo.")["footnote"] == ["One.", "Two."]
    assert words(legend={"open source": "free", "closed source": ""})["legend"] == ["free"]
    with pytest.raises(ValueError, match="the legend has no entry 'opn': it has 'open source' or 'closed source'"):
        modeltree.evolution(SURVEY, legend={"opn": "free"})


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.json"
    options = ["--language", "de", "--font", "DejaVu Serif", "--footnote", "Hier.", "--no-legend", "-o", str(path)]
    assert cli.main(["evolution", *options]) == 0
    assert capsys.readouterr().err == ""
    text = path.read_text(encoding="utf-8")
    assert "März" in text
    assert "Hier." in text
    assert "quelloffen" not in text


def test_letters_without_a_typeface_are_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = modeltree.Lineage([Model(id="a", name="𖨀", released="2023", organizations=("b",))], [],
                             [Organization(id="b", name="B")])  # fmt: skip
    modeltree.save(made, tmp_path / "a.yaml")
    command = ["evolution", "--data", str(tmp_path / "a.yaml"), "-o", str(tmp_path / "a.png")]
    assert cli.main([*command, "--icon-dir", str(tmp_path)]) == 0
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("note: no icon for 1 organization of 1: B")
    assert second.startswith("warning: no typeface here has 1 letter of this drawing, such as 𖨀 (Bamum)")

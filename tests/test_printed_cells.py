"""What stands in the cells of printed tables: markup becomes text, and the forms of papers become values."""

from __future__ import annotations

from pathlib import Path

import pytest

from modeltree.findings import Position
from modeltree.formats.printed.latex import latex_cell
from modeltree.formats.printed.markdown import markdown_cell
from modeltree.values.names import organizations_of, parse_parents
from modeltree.values.quantities import parse_date, parse_sizes
from modeltree.values.words import openness_of

HERE = Position(Path("cell"), 1, 1)


# Cells


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("**LLaMA** _2_ ~~old~~", "LLaMA 2 old"),
        ("open_llama_7b __x__ snake_case_", "open_llama_7b x snake_case_"),
        ("`a_b*c` \\*d\\* 2 * 3", "a_b*c *d* 2 * 3"),
        ("A&amp;B &lt;C&gt; &nbsp;D", "A&B <C> D"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("LLaMA[^1] 2<sup>b</sup> †", "LLaMA 2"),
        ("![logo](x.png) Falcon", "Falcon"),
        ("[Falcon](https://f.org) [[code](https://c.org)] ([paper](https://p.org), [blog](https://b.org))", "Falcon"),
        ("<a href='https://x.org'>Qwen</a> <b>7</b>", "Qwen 7"),
        ("**half", "half"),
        ("Command R+ C# GPT-4o* Q*", "Command R+ C# GPT-4o* Q*"),
        ("`` a`b `` ```c", "a`b ```c"),
        ("$\\sim$7B", "~7B"),
    ],
)
def test_markdown_in_a_cell(source: str, text: str) -> None:
    assert markdown_cell(source, HERE).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"\textbf{LLaMA}~2", "LLaMA 2"),
        (r"{\bf Bold} \emph{x\textsubscript{y}}", "Bold xy"),
        (r"50\% \& \#1 a\_b \$5", "50% & #1 a_b $5"),
        (r"$10^{12}$ $\alpha_2$ 7B--13B", "10^12 α_2 7B–13B"),
        (r"GPT$^{1}$ T5\textsuperscript{b}", "GPT T5"),
        (r"\'Etude na\"{\i}ve \c{c}a \v{s}", "Étude naïve ça š"),
        (r"\begin{tabular}[c]{@{}l@{}}one\\ two\end{tabular}", "one\ntwo"),
        (r"\textcolor{red}{x} \cellcolor[HTML]{FF0000}y", "x y"),
        (r"\href{https://x.org}{Qwen} \url{https://y.org}", "Qwen"),
        (r"\gpt{4} \ours", r"\gpt{4} \ours"),
        ("{" * 40 + "deep" + "}" * 40, ""),
    ],
)
def test_latex_in_a_cell(source: str, text: str) -> None:
    assert latex_cell(source, HERE).text == text


@pytest.mark.parametrize(
    ("text", "date"),
    [
        *[("2023", "2023"), ("2023-03", "2023-03"), ("2023–03", "2023-03"), ("2023/3", "2023-03")],
        *[("March, 2023", "2023-03"), ("Sept. 2023", "2023-09"), ("2023 Mar", "2023-03"), ("March of 2023", "2023-03")],
        *[("14th March 2023", "2023-03-14"), ("Mar 14, 2023", "2023-03-14"), ("2023年3月14日", "2023-03-14")],
        *[("2023.03.14", "2023-03-14"), ("14.03.2023", "2023-03-14"), ("05/05/2023", "2023-05-05")],
        # What spreadsheets make of a month, and a part of a year
        *[("Mar-23", "2023-03"), ("Mar '23", "2023-03"), ("2023 Q1", "2023-01"), ("Q4'23", "2023-10")],
        *[("early 2023", "2023"), ("mid-March 2023", "2023-03"), ("H1 2023", "2023"), ("2023年底", "2023")],
        *[("2023 (March)", "2023-03"), ("2023-03-14 (paper)", "2023-03-14"), ("2023?", "2023")],
        *[("Tue Mar 14 12:00:00 2023", "2023-03-14"), ("1.6787952E9", "2023-03-14"), ("abril de 2023", "2023-04")],
        # Other languages, ranges, labels, and days that are not known
        *[
            ("24 febbraio 2023", "2023-02-24"),
            ("1º de março de 2023", "2023-03-01"),
            ("24 февраля 2023 г.", "2023-02-24"),
        ],
        *[("2023년 2월", "2023-02"), ("令和5年3月", "2023-03"), ("2/24/23", "2023-02-24"), ("'23", "2023")],
        *[("2023/04 - 2023/06", "2023-04"), ("Nov 2023 – Jan 2024", "2023-11"), ("2023-04 to 2023-06", "2023-04")],
        *[("Announced: May 2023", "2023-05"), ("2023-04-00", "2023-04"), ("2023-00-00", "2023")],
        # Ambiguous, or none: as they are
        *[("4/5/23", "4/5/23"), ("Jul–Sep", "Jul–Sep"), ("令和99年13月", "令和99年13月")],
        *[("04/05/2023", "04/05/2023"), ("Mar 23", "Mar 23"), ("12e3", "12e3"), ("Winter 2022/23", "Winter 2022/23")],
        *[("2023/13", "2023/13"), ("31 Feb 2023", "31 Feb 2023"), ("2022-2023", "2022-2023"), ("23.03", "23.03")],
    ],
)
def test_dates(text: str, date: str) -> None:
    found, note = parse_date(text)
    assert found == date
    assert bool(note) == (found != text or text in ("04/05/2023", "4/5/23")), "what is repaired is said"


@pytest.mark.parametrize(
    ("text", "unit", "sizes"),
    [
        ("7B, 13B;65B", None, ["7B", "13B", "65B"]),
        ("7B 13B and 1B7", None, ["7B", "13B", "1B7"]),
        ("0.5 / 7", "B", ["0.5B", "7B"]),
        ("1.1 million, 7bn, ~2 Billion parameters", None, ["1.1M", "7B", "2B"]),
        ("125000000", None, ["125000000"]),
        ("-", "B", []),
        ("Large (340M)", None, ["340M"]),
        ("between 7B and 13B", None, ["7B", "13B"]),
        ("8x7B MoE / 7B dense", None, ["56B", "7B"]),
        ("1.3万亿，7억, 7 млрд, 7 miliardi", None, ["1300000000000", "700000000", "7B", "7B"]),
        # Reported, or left to the records
        ("7", None, [""]),
        ("1,300M", None, [""]),
        ("8x7B, >1T, 7B-13B", None, ["56B", "1T", "7B", "13B"]),
    ],
)
def test_sizes(text: str, unit: str | None, sizes: list[str]) -> None:
    assert [size.value for size in parse_sizes(text, unit)] == sizes


@pytest.mark.parametrize(
    ("text", "parents", "kinds"),
    [
        ("LLaMA", ["LLaMA"], []),
        ("LLaMA, BLOOM", ["LLaMA", "BLOOM"], []),
        ("LLaMA\nBLOOM", ["LLaMA", "BLOOM"], []),
        ("LLaMA/BLOOM", ["LLaMA", "BLOOM"], []),
        ("LLaMA & BLOOM", ["LLaMA", "BLOOM"], []),
        ("LLaMA and BLOOM", ["LLaMA", "BLOOM"], []),
        ("Salt, Pepper", ["Salt, Pepper"], []),
        ("LLaMA, GPT", ["LLaMA", "GPT"], ["faulty-markup"]),
        ("LLaMA/GPT", ["LLaMA/GPT"], ["faulty-markup"]),
        ("meta-llama/Llama-2", ["meta-llama/Llama-2"], []),
        ("Command R+", ["Command R+"], []),
        ("Several (LLaMA, BLOOM)", ["Several (LLaMA, BLOOM)"], []),
        ("GPT 3.5 and others", ["GPT 3.5"], ["ignored"]),
        ("LLaMA, etc.", ["LLaMA"], ["ignored"]),
        ("Replicate of LLaMA", ["LLaMA"], ["read-as"]),
    ],
)
def test_parents(text: str, parents: list[str], kinds: list[str]) -> None:
    found, notes = parse_parents(text, {"LLaMA", "BLOOM", "Salt, Pepper", "Command R+"}.__contains__)
    assert [parent.name for parent in found] == parents
    assert [kind for kind, _ in notes] == kinds


def test_makers_and_openness() -> None:
    assert organizations_of("UC Berkeley / CMU, Foo, Inc.; A & B") == ["UC Berkeley", "CMU", "Foo, Inc.", "A & B"]
    assert openness_of("✔️") == openness_of("Open-Source") == {"openness": "open"}
    assert openness_of("open weights") == {"openness": "open", "access": "open-weights"}
    assert openness_of("△") == {}

"""Tables in Markdown and in LaTeX: what is read, and that each fault of the printing is reported where it stands."""

from __future__ import annotations

import contextlib
import re
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree import datasets
from modeltree.findings import KINDS, Finding, Position, SourceError
from modeltree.formats.printed.latex import read_latex
from modeltree.formats.printed.markdown import read_markdown
from modeltree.formats.repair.claims import Reading
from modeltree.formats.repair.policy import Policy
from modeltree.lineage import Lineage
from modeltree.records import Links
from strategies import examples
from work import growth

HERE = Position(Path("cell"), 1, 1)

Read = Callable[..., Reading]


@pytest.fixture
def markdown(tmp_path: Path) -> Read:
    """Reads a text as Markdown."""

    def read(text: str, **options: Any) -> Reading:
        path = tmp_path / "models.md"
        path.write_text(textwrap.dedent(text))
        return read_markdown(path, **options)

    return read


@pytest.fixture
def latex(tmp_path: Path) -> Read:
    """Reads a text as LaTeX."""

    def read(text: str, **options: Any) -> Reading:
        path = tmp_path / "models.tex"
        path.write_text(textwrap.dedent(text))
        return read_latex(path, **options)

    return read


def told(findings: tuple[Finding, ...], *leave_out: str) -> list[str]:
    """The findings as kind, place and text; what is only missing is left out, as is what is said of the columns."""
    dull = {"missing-date", "license-missing", "missing-relation", *leave_out}
    return [
        f"{finding.position.line}:{finding.position.column} {finding.kind}: "
        + "; ".join(filter(None, (finding.message.replace(str(finding.position.path), "PATH"), finding.done)))
        for finding in findings
        if finding.kind not in dull and finding.position
    ]


def edges(lineage: Lineage) -> set[tuple[str, str, str]]:
    return {(lineage[step.parent].name, lineage[step.child].name, str(step.relation)) for step in lineage.derivations}


# A table with the faults that printed tables have

FAULTY = """\
# Models

**Table 3. Some models**

| Model | Release Date | Backbone | #Param | Open source | Released by | Score |
|:------|--------------|:--------:|-------:|---|---|---|
| Ada [[github](https://x.org/a)] [[paper](https://x.org/p)] | 2023-02 | Base Model | 7B, 13B | ✅ | Alpha, Beta | 1 |
| **Bob** | Mar 2023 | Ada | ~7B | ❌ | - | 2 |
| Cat (enc-dec) [[github](https://huggingface.co/c/cat)] | 2023.3 | Ada | 7B/13B | yes | – | 3 |
| Dan | Bob | Replicate of Ada | 7B | ◐ | N/A | 4 |
| Eve | 04/05/2023 | Ada, Fay | 7 | √ | Gamma | 5 | 6 |
| Fay | 2023-13 | ada | big, 1B7 |
|   | 2023 | Ada | 1B | ✅ | - | 7 |
| Fay | 2023-06 | Fay | 1B, 1B | ✅ | - | 8 |
| spilt words | - |  | - | | | |
| **Bold heading** | | | | | | |
| Gus | 2023-07 | base model | \\\\textasciitilde 7B | \u2705 | Delta | 9 |
"""


def test_each_fault_is_reported_where_it_stands(markdown: Read) -> None:
    lineage, findings = markdown(FAULTY)
    assert told(findings) == [
        "5:1 read-as: table 1 ('Table 3. Some models') is read, with 11 rows",
        "5:1 unread-column: nothing is read from 1 column ('Score'), and no model has a license",
        "5:3 read-as: the column 'Model' is read as 'name'",
        "5:11 read-as: the column 'Release Date' is read as 'released'",
        "5:26 read-as: the column 'Backbone' is read as 'parents'",
        "5:37 read-as: the column '#Param' is read as 'sizes'",
        "5:46 read-as: the column 'Open source' is read as 'openness'",
        "5:60 read-as: the column 'Released by' is read as 'organizations'",
        "5:74 ignored: nothing is read from the column 'Score'",
        "7:3 possible-same: 'Ada' and 'ada' may be the same model",
        "7:74 read-as: parent 'Base Model' is read as none",
        "7:97 read-as: openness '✅' (3 cells) is read as 'open'",
        "7:101 read-as: organizations 'Alpha, Beta' names 2: 'Alpha', 'Beta'",
        "8:13 read-as: date 'Mar 2023' is read as 2023-03",
        "8:30 read-as: size '~7B' (2 cells) is read as 7B",
        "8:36 read-as: openness '❌' is read as 'closed'",
        "9:3 faulty-markup: the link 'github' leads to huggingface.co; it is kept as 'code'",
        "9:3 read-as: name 'Cat (enc-dec)' is read as 'Cat', by architecture 'encoder-decoder'",
        "9:60 read-as: date '2023.3' is read as 2023-03",
        "9:84 read-as: openness 'yes' is read as 'open'",
        "9:90 faulty-markup: '–' stands in 1 cell (line 9) where in 4 '-' stands; all are read as not known",
        "10:9 faulty-markup: a column of dates has the name of a model, 'Bob'",
        "10:9 bad-date: released of model 'Dan': 'Bob' is no date; it is left out",
        "10:15 read-as: parents: 'Replicate of Ada' is read as 'Ada', by 'replication'",
        "10:39 unknown-word: openness of model 'Dan': '◐' is no openness; it is left out",
        "10:43 faulty-markup: 'N/A' stands in 1 cell (line 10) where in 4 '-' stands; all are read as not known",
        "11:9 ambiguous-date: date '04/05/2023' may be 2023-04-05 or 2023-05-04; it is left out",
        "11:22 ambiguous-parent: parent 'Fay' may be 'Fay' or 'Fay-2'; 'Fay' is taken",
        "11:33 bad-size: size '7' has no unit; it is left out",
        "11:37 read-as: openness '√' is read as 'open'",
        "11:53 faulty-markup: the row has 8 cells, the header 7; left out: '6'",
        "12:3 faulty-markup: the row has 4 cells, the header 7; the others are taken for empty",
        "12:9 impossible-date: released of model 'Fay': '2023-13' is no date: month 13 is not between 1 and 12; "
        "it is left out",
        "12:19 missing-parent: missing parent 'ada' of 'Fay'; a placeholder is kept",
        "12:25 bad-size: sizes of model 'Fay': 'big' is no number of parameters; it is left out",
        "13:2 missing-key: a row without a name: '2023', 'Ada'; the row is left out",
        "14:3 same-name: 'Fay' stands at PATH:12:3 already, with other openness, released, sizes; "
        "both are kept, each with its own id",
        "14:19 ambiguous-parent: parent 'Fay' may be 'Fay' or 'Fay-2'; 'Fay' is taken",
        "14:25 faulty-markup: size '1B' stands twice; it is read once",
        "15:3 faulty-markup: nothing but a name: 'spilt words'; it is read as a model",
        "15:20 faulty-markup: nothing stands in 3 cells (line 15, 15, 15) where in 4 '-' stands; "
        "all are read as not known",
        "16:3 ignored: 'Bold heading' heads the rows below; it is no model",
        "17:19 read-as: parent 'base model' is read as none",
        "17:32 faulty-markup: stray LaTeX in '\\\\textasciitilde 7B'; it is read as '~7B'",
    ]
    names = ["Ada", "Bob", "Cat", "Fay", "Gus", "Dan", "Eve", "Fay", "ada", "spilt words"]
    assert [model.name for model in lineage.models] == names
    assert lineage["Ada"].links == Links(paper="https://x.org/p", code="https://x.org/a")
    assert edges(lineage) == {
        *[("Ada", "Bob", "unspecified"), ("Ada", "Cat", "unspecified"), ("Ada", "Dan", "replication")],
        *[("Ada", "Eve", "unspecified"), ("Fay", "Eve", "unspecified"), ("ada", "Fay", "unspecified")],
        ("Fay", "Fay", "unspecified"),
    }
    assert {finding.kind for finding in findings} <= KINDS.keys()
    assert lineage.about.title == "Table 3. Some models"


# The same table in all forms


def as_pipes(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]])


def as_html(rows: list[list[str]]) -> str:
    def line(tag: str, row: list[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>"

    return "\n".join(["<table>", line("th", rows[0]), *(line("td", row) for row in rows[1:]), "</table>"])


def as_latex(rows: list[list[str]]) -> str:
    lines = [" & ".join(row).replace("#", "\\#").replace("~", "\\textasciitilde{}") + r" \\" for row in rows]
    head = r"\begin{tabular}{" + "l" * len(rows[0]) + r"} \toprule"
    return "\n".join([head, lines[0], r"\midrule", *lines[1:], r"\bottomrule \end{tabular}"])


@pytest.mark.parametrize("form", [as_pipes, as_html, as_latex])
def test_a_table_is_read_alike_in_all_forms(form: Callable[[list[list[str]]], str], tmp_path: Path) -> None:
    curated = datasets.load("survey-table1")
    rows = [["Model", "#Params", "Backbone", "Release Date", "Training Data", "Open?"]]
    for model in curated.models:
        parents = [curated[parent].name for parent in curated.parents(model.id)]
        sizes = ", ".join(map(str, model.sizes))
        data = model.training_data or "-"
        rows.append([model.name, sizes, ", ".join(parents) or "Base Model", str(model.released or "-"), data, "✓"])
    path = tmp_path / "table"
    path.write_text(form(rows))
    lineage, findings = (read_latex if form is as_latex else read_markdown)(path, relation="finetune")
    kept = ("name", "sizes", "released", "training_data", "openness")
    assert {tuple(getattr(model, name) for name in kept) for model in lineage.models} == {
        tuple(getattr(model, name) for name in kept) for model in curated.models
    }
    assert {edge[:2] for edge in edges(lineage)} == {edge[:2] for edge in edges(curated)}
    assert {finding.kind for finding in findings} == {"read-as", "missing-date", "license-missing"}


# Rows and columns that are merged


def test_a_cell_over_several_rows_is_read_in_each(markdown: Read) -> None:
    lineage, findings = markdown("""
        <table>
          <caption>Some <b>models</b></caption>
          <thead><tr><th rowspan=2>Model</th><th rowspan="2">Base</th><th colspan='2'>Facts</th></tr>
                 <tr><th>Date</th><th>Params (B)</th></tr></thead>
          <tr><td colspan="4">Large ones</td></tr>
          <tr><td rowspan="2">Ada</td><td>-</td><td>2023</td><td>7</td></tr>
          <tr><td>-</td><td>2023</td><td>13</td></tr>
          <tr><td>Bob<td rowspan="3"><a href="https://example.org">Ada</a><td>2024<td>7
          <tr><td>Cat<td>2025<td>7
          <tr><td>Dan<td>2026<td>7
        </table>
        """)
    assert told(findings, "read-as") == [
        "6:23 ignored: 'Large ones' heads the rows below; it is no model",
        "7:23 faulty-markup: 'Ada' is one cell over 2 rows; it is read in each of them",
        "9:30 ignored: an address of the parent 'Ada' is not read",
        "9:30 faulty-markup: 'Ada' is one cell over 3 rows; it is read in each of them",
    ]
    assert [(model.name, [str(size) for size in model.sizes], str(model.released)) for model in lineage.models] == [
        ("Ada", ["7B", "13B"], "2023"),
        ("Bob", ["7B"], "2024"),
        ("Cat", ["7B"], "2025"),
        ("Dan", ["7B"], "2026"),
    ]
    assert edges(lineage) == {("Ada", child, "unspecified") for child in ("Bob", "Cat", "Dan")}


def test_rows_of_one_model_that_contradict_each_other(markdown: Read) -> None:
    lineage, findings = markdown("""
        <table>
          <tr><th>Model<th>Date<th>GitHub
          <tr><td rowspan=2>Ada<td>2023<td>https://x.org/a
          <tr><td>2024<td>https://x.org/b
        </table>
        """)
    assert str(lineage["Ada"].released) == "2023"
    assert lineage["Ada"].links.code == "https://x.org/a"
    assert lineage["Ada"].references == ("https://x.org/b",)
    assert [text for text in told(findings, "read-as") if "one cell" not in text] == [
        "5:11 faulty-markup: released of 'Ada' is '2023' in a row above, and '2024' here; the first is kept"
    ]


def test_further_columns(markdown: Read) -> None:
    columns = {"Field": "domain", "What": "kind"}
    lineage, findings = markdown(
        "|Model|AKA|Arch.|Field|What|Access|License|Notes|\n|-|-|-|-|-|-|-|-|\n"
        "|Ada|A, Aa|Decoder-only|Language|Model|Gated|MIT|so|\n|Bob|-|Mamba|Code|-|-|[Own](https://x.org)|-|",
        columns=columns,
    )
    ada, bob = lineage["Ada"], lineage["Bob"]
    assert (ada.aliases, ada.architecture, ada.domain, ada.kind) == (("A", "Aa"), "decoder", "language", "model")
    assert (ada.access, ada.note, bob.license and bob.license.name) == ("gated", "so", "Own")
    assert [text for text in told(findings, "read-as") if "faulty-markup" not in text] == [
        "4:8 unknown-word: architecture of model 'Bob': 'Mamba' is no architecture; it is left out"
    ]


PAPER = r"""
\section{Open models}
\begin{table}[t]
\caption[short]{Open \textbf{models}~\cite{x} % a comment & no cell
 as of 2023.}
\resizebox{\linewidth}{!}{
\begin{tabular}{@{}l|c p{3cm} >{\raggedright}c l@{}}
\toprule
\multirow{2}{*}{\textbf{Model}} & \multicolumn{2}{c}{\textbf{Facts}} & \multirow{2}{*}{Base} & Open?\\ \cmidrule{2-3}
 & Release Date & \#Params (B) & & \\
\midrule
\multicolumn{5}{c}{\textit{Base models}}\\ \midrule
\rowcolor{gray!10} Ada~\citep{ada} & 2023.02 & 7, 13, $\sim$65 & -- & \checkmark \\
Bob-4$^{\dagger}$ & Mar.\ 2023 & -- & N/A & \xmark \\[2pt]
% Old & 2020 & 1 & - & \checkmark \\
\hline
Cat & 2023-03 & 7 & \multirow{2}{*}{Ada} & \ding{51} \\
\ours{} & 2023 & 7 & & \ding{55} \\
Hyb\'eride \& Co & 2023-07 & 13 & \makecell{Ada\\Cat} & $\times$ \\
Few & 2023 \\
\bottomrule
\end{tabular}}
\end{table}
\begin{verbatim}
\begin{tabular}{l} Model \\ X \\ \end{tabular}
\end{verbatim}
\begin{longtable}{ll}
\caption{Scores}\\
\hline Model & Score \\ \hline \endfirsthead
\hline Model & Score \\ \hline \endhead
\multicolumn{2}{r}{continued}\\ \endfoot
Ada & 3 \\
\end{longtable}
"""


def test_a_table_of_a_paper(latex: Read) -> None:
    lineage, findings = latex(PAPER)
    assert told(findings) == [
        "7:1 read-as: table 1 ('Open models as of 2023.') is read, with 7 rows",
        "9:1 read-as: the column 'Model' is read as 'name'",
        "9:72 read-as: the column 'Base' is read as 'parents'",
        "9:96 read-as: the column 'Open?' is read as 'openness'",
        "10:4 read-as: the column 'Release Date' is read as 'released'",
        "10:19 read-as: the column '#Params (B)' is read as 'sizes', in B",
        "12:1 ignored: 'Base models' heads the rows below; it is no model",
        "13:20 ignored: citation 'ada'",
        "13:38 read-as: date '2023.02' is read as 2023-02",
        "13:48 read-as: size '~65' is read as 65B",
        "13:71 read-as: openness '✓' (2 cells) is read as 'open'",
        "14:1 ignored: footnote mark '†'",
        "14:21 read-as: date 'Mar. 2023' is read as 2023-03",
        "14:39 faulty-markup: 'N/A' stands in 1 cell (line 14) where in 2 '–' stands; all are read as not known",
        "14:45 read-as: openness '✗' (2 cells) is read as 'closed'",
        "17:21 faulty-markup: 'Ada' is one cell over 2 rows; it is read in each of them",
        "18:1 faulty-markup: macro '\\\\ours' is not expanded; it is kept as it is",
        "19:57 read-as: openness '×' is read as 'closed'",
        "20:1 faulty-markup: the row has 2 cells, the header 5; the others are taken for empty",
        "27:1 read-as: table 2 ('Scores') is read, with 1 row",
        "27:1 unread-column: nothing is read from 1 column ('Score'), and no model has a parent or a date or a license",
        "29:8 read-as: the column 'Model' is read as 'name'",
        "29:16 ignored: nothing is read from the column 'Score'",
        "32:1 read-as: model 'Ada' stands in an earlier table: what this one adds is added to it",
    ]
    assert {(model.name, str(model.released)) for model in lineage.models} == {
        *[("Ada", "2023-02"), ("Bob-4", "2023-03"), ("Cat", "2023-03"), (r"\ours", "2023"), ("Few", "2023")],
        ("Hybéride & Co", "2023-07"),
    }
    assert [str(size) for size in lineage["Ada"].sizes] == ["7B", "13B", "65B"]
    assert {edge[:2] for edge in edges(lineage)} == {
        *[("Ada", "Cat"), ("Ada", r"\ours"), ("Ada", "Hybéride & Co"), ("Cat", "Hybéride & Co")]
    }


def test_cells_of_rows_that_a_cell_reaches_and_that_are_not_empty(latex: Read) -> None:
    lineage, findings = latex(r"""
        \begin{tabular}{ll}
        Model & Base \\
        Ada & \\
        Bob & \multirow{9}{*}{Ada} \\
        Cat & Bob \\
        Dan & \\
        Eve & \\
        Fay & \multirow{-2}{*}{Bob} \\
        \end{tabular}
        """)
    assert "6:7 faulty-markup: 'Bob' stands where 'Ada' reaches; 'Bob' is kept" in told(findings)
    assert {edge[:2] for edge in edges(lineage)} == {("Ada", "Bob"), ("Bob", "Cat"), ("Bob", "Eve"), ("Bob", "Fay")}


# Which tables and columns

SEVERAL = """
# First

| Model | Size |
|---|---|
| Ada | 7B |

# Second

**Table 2: Others**

| Who | Ancestor | How | Mood |
|---|---|---|---|
| Bob | Ada | fine-tuned | good |
| Cat | Ada, Bob | LoRA, merge | fork |

| Name | Stars |
|---|---|
| Somebody | 3 |

```
| Model |
|---|
| Code |
```
<!--
| Model |
|---|
| Comment |
-->
"""


def names(reading: Reading) -> list[str]:
    return [model.name for model in reading.lineage.models]


def test_which_tables_are_read(markdown: Read) -> None:
    assert names(markdown(SEVERAL)) == ["Ada"]
    assert names(markdown(SEVERAL, table=3)) == ["Somebody"]
    assert names(markdown(SEVERAL, table="FIRST")) == ["Ada"]
    unread = [text for text in told(markdown(SEVERAL).findings) if "it is not read" in text]
    assert unread == [
        "12:1 ignored: table 2 ('Table 2: Others') has no column of models: 'Who', 'Ancestor', 'How', 'Mood'; "
        "it is not read",
        "17:1 ignored: table 3 has no column of models: 'Name', 'Stars'; it is not read",
    ]


def test_columns_of_ones_own(markdown: Read) -> None:
    columns = {"Who": "name", "ancestor": "parents", "Mood": "ignored"}
    lineage, findings = markdown(SEVERAL, columns=columns)
    assert edges(lineage) == {("Ada", "Bob", "finetune"), ("Ada", "Cat", "adapter"), ("Bob", "Cat", "merge")}
    assert not [text for text in told(findings) if "Mood" in text]
    lineage, findings = markdown(SEVERAL, table="others", columns={"Who": "name", "Ancestor": "parents", "Mod": "note"})
    assert any(text.endswith("unknown-key: no column is headed 'Mod'") for text in told(findings))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"table": 9}, "no table 9: there are table 1; table 2 .'Table 2: Others'.; table 3"),
        ({"table": "nowhere"}, "no table 'nowhere'"),
        ({"table": 2}, "no column of table 2 .* is one of models: 'Who', 'Ancestor'"),
    ],
)
def test_tables_that_there_are_not(markdown: Read, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        markdown(SEVERAL, **options)
    assert [finding.kind for finding in caught.value.problems] == ["no-table"]


def test_what_can_be_no_option(markdown: Read) -> None:
    with pytest.raises(ValueError, match="column 'Who': 'nme' is no field; there is 'name'|there is name"):
        markdown(SEVERAL, columns={"Who": "nme"})
    with pytest.raises(ValueError, match="'fork' is no relation"):
        markdown(SEVERAL, relation="fork")


def test_the_relation_that_is_said(markdown: Read) -> None:
    text = "|Model|Base|\n|-|-|\n|Ada|-|\n|Bob|Ada|\n|Cat|Ada (LoRA)|\n|Dan|based on Ada|\n|Eve|distilled from Ada|"
    lineage, _ = markdown(text, relation="merge")
    assert edges(lineage) == {
        *[("Ada", "Bob", "merge"), ("Ada", "Cat", "adapter"), ("Ada", "Dan", "merge"), ("Ada", "Eve", "distillation")]
    }


def test_aliases_and_policies(markdown: Read) -> None:
    text = "|Model|Base|Date|\n|-|-|-|\n|Ada-1|-|2023|\n|Bob|Ada|no date|"
    lineage, findings = markdown(text, aliases={"Ada": "Ada-1"})
    assert edges(lineage) == {("Ada-1", "Bob", "unspecified")}
    assert "missing-parent" not in {finding.kind for finding in findings}
    with pytest.raises(SourceError, match="models.md:4:6: missing parent 'Ada'"):
        markdown(text, policy=Policy(missing_parent="refuse"))
    with pytest.raises(SourceError, match="models.md:4:10: .*'no date' is no date"):
        markdown(text, policy=Policy(bad_value="refuse"))


@pytest.mark.parametrize("read", [read_markdown, read_latex])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there is no table in the text"),
        (b"no table | here\n", "there is no table in the text"),
        (b"| Model |\n|---|\n| \xff |", "models:3:3: not UTF-8: byte 0xff"),
        (b"a\nb\0", r"models:2:2: character U\+0000"),
        (b" " * (8 * 2**20 + 1), "the file is too large: more than 8 MiB"),
    ],
)
def test_what_is_no_text_with_tables(tmp_path: Path, read: Read, content: bytes, message: str) -> None:
    path = tmp_path / "models"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_markdown(tmp_path / "models.md")
    with pytest.raises(IsADirectoryError):
        read_latex(tmp_path)


# Rows of pipes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "|Model|Base|\n|-|-|-|\n|Ada|-|",
            "2:1 faulty-markup: the row of dashes has 3 cells, the header 2; it is read as one",
        ),
        ("|Model|Base|\n|-|-|\n|Ada|-|\n|-|-|", "4:1 faulty-markup: another row of dashes; it is left out"),
        ("|Model|Base|\n|-|-|\n|Ada|-|\n|Model|Base|", "4:2 ignored: the header stands here again"),
        ("|Model|Base|\n|-|-|\n|Ada|-|\n| | |", "4:2 ignored: a row that is empty"),
        (
            "|Model|Date|Year|\n|-|-|-|\n|Ada|2023|1|",
            "1:13 ignored: nothing is read from the column 'Year': 'released' is read from another column",
        ),
        ("|Model|Paper|\n|-|-|\n|Ada|ours|", "3:6 ignored: 'ours' has no web address"),
        ("|Model|Paper|\n|-|-|\n|Ada|[x](a.md)|", "3:6 ignored: 'a.md' is no web address"),
        ("|Model|Method|\n|-|-|\n|Ada|LoRA|", None),
        ("|Model|Base|Method|\n|-|-|-|\n|Ada|-|LoRA|", "3:8 unknown-base: 'LoRA', but of what is not said"),
        ("<table><tr><th>Model<tr><td>Ada", "1:1 faulty-markup: <table> is not closed; it ends at the next empty line"),
    ],
)  # fmt: skip
def test_faults_of_rows(markdown: Read, text: str, said: str | None) -> None:
    reading = markdown(text)
    assert names(reading) == ["Ada"]
    assert [line for line in told(reading.findings) if "read-as" not in line] == ([said] if said else [])


def test_where_a_table_ends(markdown: Read) -> None:
    text = "Model|Base\n-|-\nAda|-\n{}\nZoe|-"
    for line in ("", "# Heading", "> quoted", "---", "<div>", "- item"):
        assert names(markdown(text.format(line))) == ["Ada"], line
    assert names(markdown(text.format("Bob"))) == ["Ada", "Bob", "Zoe"], "a line without pipes is a row, as on GitHub"


def test_links_and_references(markdown: Read) -> None:
    lineage, _ = markdown("""
        | Model | Paper | GitHub | Links |
        |---|---|---|---|
        | [Ada](https://hf.co/ada) | arXiv:2302.13971 | https://github.com/a | [blog](https://b.org) https://c.org |
        | Bob | [one](https://arxiv.org/abs/1), [two](https://arxiv.org/abs/2) | [repo] | <https://d.org> |

        [repo]: https://github.com/b "its title"
        """)
    ada, bob = lineage["Ada"], lineage["Bob"]
    assert ada.links == Links(
        code="https://github.com/a", weights="https://hf.co/ada", blog="https://b.org", website="https://c.org"
    )
    assert ada.references == ("arxiv:2302.13971",)
    assert bob.links == Links(paper="https://arxiv.org/abs/1", code="https://github.com/b", website="https://d.org")
    assert bob.references == ("https://arxiv.org/abs/2",)


# Bad input

_PIECES = [
    *["| Model | Base | Size | Date | Open |\n|---|---|---|---|---|\n", "|", "|", "\n"],
    *["\n|", "Ada", "Bob", "7B", "2023-03"],
    *["<table>", "</table>", "<tr>", "<td>"],
    *["<td rowspan=3 colspan=99999>", "<th>Model", "[a](", "](https://x.org)", "`"],
    *["**", "_", "<br>", "<!--", "-->", "```\n", "\\", "&#0;"],
    *["&amp;", "[^1]", "✅", "–", ",", "/", " of ", "(", ")"],
    *["\\begin{tabular}{ll}", "\\end{tabular}", "Model & Base & Date \\\\"],
    *[" & ", "\\\\", "\\hline ", "\\multirow{3}{*}{"],
    *["\\multicolumn{2}{c}{", "{", "}", "$", "^", "%"],
    *["\\textbf{", "\\foo", "\\cite{x}", "\\endhead ", "\ud7ff", "\x85", "\u2028"],
]  # fmt: skip


@settings(max_examples=examples(150))
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=40).map("".join))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_text(text, newline="")
    height = len(re.split("\r\n?|\n", text))
    for read in (read_markdown, read_latex):
        try:
            findings = read(path).findings
        except SourceError as error:
            findings = error.problems
        for finding in findings:
            assert finding.position is None or 0 <= finding.position.line <= height


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes"
    path.write_bytes(content)
    for read in (read_markdown, read_latex):
        with pytest.raises(SourceError):
            read(path)


_HEAD = "| Model | Base |\n|---|---|\n"
_TEX = r"\begin{tabular}{ll} Model & Base \\ \hline "


BAD_INPUT: list[tuple[Read, Callable[[int], str], int]] = [
    (read_markdown, lambda size: " " * size, 4_000_000),
    (read_markdown, lambda size: "|" * size, 400_000),
    (read_markdown, lambda size: _HEAD + "|" * size, 400_000),
    (read_markdown, lambda size: "<" * size + "<!--" * (size // 4), 400_000),
    (read_markdown, lambda size: "<table>" * size, 50_000),
    (read_markdown, lambda size: "<table></table>" * size, 5001),
    (read_markdown, lambda size: "<table><tr><th>Model" + "<tr><td colspan=100000 rowspan=65000>x" * size, 2000),
    (read_markdown, lambda size: "|" + "-" * size + "\n|" + "-" * size, 400_000),
    (read_markdown, lambda size: _HEAD + ("|" + "*a_`" * size + "|\n") * 50, 900),
    (read_markdown, lambda size: _HEAD + ("|" + "[a](" * size + "|\n") * 50, 900),
    (read_markdown, lambda size: _HEAD + ("|" + "\\a$" * size + "|\n") * 20, 1300),
    (read_latex, lambda size: "\\" * size, 400_000),
    (read_latex, lambda size: _TEX + "{" * size, 400_000),
    (read_latex, lambda size: _TEX + "&" * size, 400_000),
    (read_latex, lambda size: _TEX + r"\multirow{9999}{*}{x} & a \\ " * size, 3000),
    (read_latex, lambda size: r"\caption{\section{" * size, 20_000),
    (read_latex, lambda size: r"\begin{tabular}{l}a\end{tabular}" * size, 5001),
    (read_latex, lambda size: r"\begin{tabular}" + "{l}" * size, 100_000),
]


def read_or_refuse(read: Read, path: Path) -> None:
    with contextlib.suppress(SourceError):
        read(path)


@pytest.mark.parametrize(("read", "made", "size"), BAD_INPUT)
def test_bad_input_of_any_size_is_read_or_refused(
    tmp_path: Path, read: Read, made: Callable[[int], str], size: int
) -> None:
    """Most need a tenth of a second. An expression that backtracks, whose steps are not seen, would not come back."""
    (tmp_path / "bad").write_text(made(size))
    read_or_refuse(read, tmp_path / "bad")


@pytest.mark.parametrize(("read", "made", "size"), BAD_INPUT)
def test_bad_input_takes_work_in_proportion(tmp_path: Path, read: Read, made: Callable[[int], str], size: int) -> None:
    def prepare(size: int) -> Callable[[], object]:
        path = tmp_path / f"{size}"
        path.write_text(made(size))
        return partial(read_or_refuse, read, path)

    assert growth(prepare, size // 20) < 2.5


def test_more_rows_than_are_read(markdown: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeltree.formats.parsing.limits.PRINTED_ROWS", 2)
    monkeypatch.setattr("modeltree.formats.parsing.limits.PRINTED_ROWS", 2)
    reading = markdown(_HEAD + "|Ada|-|\n|Bob|-|\n|Cat|-|\n|Dan|-|\n")
    assert names(reading) == ["Ada", "Bob"]
    assert "5:1 too-large: more than 2 rows; reading ends here" in told(reading.findings)
    reading = markdown("<table><tr><th>Model<tr><td>Ada<tr><td>Bob</table>")
    assert names(reading) == ["Ada"]
    assert "1:40 too-large: more than 2 rows; reading ends here" in told(reading.findings)


def test_more_rows_of_latex_than_are_read(latex: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modeltree.formats.parsing.limits.PRINTED_ROWS", 2)
    reading = latex(_TEX + r"Ada & - \\ Bob & - \\ Cat & - \\ \end{tabular}")
    assert names(reading) == ["Ada"]
    assert any("too-large: more than 2 rows; reading ends here" in text for text in told(reading.findings))


@pytest.mark.parametrize("header", ["Organization", "Organisation", "Organisations", "License", "Licence"])
def test_headers_are_known_in_british_spelling_too(markdown: Read, header: str) -> None:
    (model,) = markdown(f"| Model | {header} |\n|---|---|\n| Ada | MIT |\n").lineage.models
    assert model.organizations or model.license


def test_names_with_variants_and_sizes_in_brackets(tmp_path: Path) -> None:
    path = tmp_path / "models.md"
    path.write_text(
        "| Model | Base Model | Developer |\n|---|---|---|\n"
        "| [Swallow](https://e.org/s)<br>([7b](https://e.org/7), [70b-chat](https://e.org/70)) | Llama 2 (**70b**) "
        "| Tokyo Tech (Okazaki, Yokota), AIST |\n"
        "| Q (old) | | |\n"
    )
    lineage, _ = read_markdown(path, relation="finetune")
    assert lineage["Swallow"].id == "Swallow"
    assert lineage.parents("Swallow") == ("Llama-2-70b",)
    assert lineage["Llama-2-70b"].name == "Llama 2 (70b)"
    assert lineage["Swallow"].organizations == ("Tokyo-Tech-(Okazaki,-Yokota)", "AIST")
    assert lineage["Q (old)"].id == "Q-old"


def test_rows_of_one_model_may_have_a_license_that_is_known_and_one_that_is_not(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    rows = "<tr><td rowspan=2>A</td><td>2020</td><td>Own terms</td></tr><tr><td>2020</td><td>Apache 2.0</td></tr>"
    path.write_text(f"<table><tr><th>Model</th><th>Released</th><th>License</th></tr>{rows}</table>")
    lineage, findings = read_markdown(path)
    assert [str(model.license and model.license.name) for model in lineage.models] == ["Own terms"]
    assert any(finding.message.startswith("license of 'A' is 'Own terms' in a row above") for finding in findings)

"""Tables as CSV: every cell as it is written and where it is; what is wrong is said, and hostile files do no harm."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeltree.findings import Position
from modeltree.formats.parsing import limits
from modeltree.formats.parsing.csvtree import DELIMITERS, CsvTable, parse_csv, read_csv
from strategies import examples

FILE = Path("table.csv")


def parse(text: str) -> CsvTable:
    return parse_csv(text.encode(), FILE)


def said(table: CsvTable) -> list[str]:
    """The problems, without the name of the file."""
    return [str(problem).removeprefix(f"{FILE}:") for problem in table.problems]


# What is read

CELLS = st.text(st.sampled_from("a ,;|\t\"'=é\r\n0"), max_size=6)


@given(
    header=st.lists(st.text(st.sampled_from("abcd"), min_size=1, max_size=3), min_size=2, max_size=4, unique=True),
    data=st.data(),
    delimiter=st.sampled_from(DELIMITERS),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_what_the_standard_writer_writes_is_read_back(
    header: list[str], data: st.DataObject, delimiter: str, line_end: str, mark: str
) -> None:
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=5))
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows([header, *rows])
    table = parse(mark + file.getvalue())
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    assert (table.columns, table.delimiter, table.problems, table.whole) == (tuple(header), delimiter, (), True)
    assert list(table.rows) == [dict(zip(header, row, strict=True)) for row in filled]


@given(st.lists(st.lists(st.text(st.sampled_from("abé =;"), max_size=3), min_size=2, max_size=2), max_size=6))
def test_cells_without_quotes_are_what_the_standard_reader_takes_them_for(rows: list[list[str]]) -> None:
    text = "x,y\n" + "".join(f"{a},{b}\n" for a, b in rows)
    expected = [row for row in csv.DictReader(io.StringIO(text)) if any(cell.strip() for cell in row.values())]
    assert list(parse(text).rows) == expected


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_a_position_is_where_the_cell_begins(rows: list[list[str]], line_end: str) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator=line_end, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    text = file.getvalue()
    table = parse(text)
    lines = re.split("\r\n|\r|\n", text)
    for number, row in enumerate(table.rows):
        for column in table.columns:
            at = table.position(number, column)
            rest = "\n".join([lines[at.line - 1][at.column - 1 :], *lines[at.line :]])
            written = row[column].replace("\r\n", "\n").replace("\r", "\n").replace('"', '""')
            assert rest.startswith(f'"{written}"')


def test_a_position_is_of_the_record_where_no_column_is_meant() -> None:
    table = parse('name,note\n"a\nb",1\n\nc,2\nd\n')
    assert [table.position(row).line for row in range(3)] == [2, 5, 6]
    assert (table.position(0, "note"), table.position(2, "note")) == (Position(FILE, 3, 4), Position(FILE, 6, 1))
    assert (table.position(), table.position(column="note")) == (Position(FILE, 1, 1), Position(FILE, 1, 6))
    assert parse_csv(b"", FILE).position() == Position(FILE, 1, 1)


def test_the_header_alone_tells_what_separates_cells() -> None:
    assert parse("a;b,c;d\n1;2;3\n").rows[0] == {"a": "1", "b,c": "2", "d": "3"}
    assert parse("a\tb\n1,5\t2\n").rows[0] == {"a": "1,5", "b": "2"}
    assert parse("name\nLLaMA; 7B\n").rows[0] == {"name": "LLaMA; 7B"}


def test_cells_are_text_and_nothing_else() -> None:
    row = parse("a,b,c,d\n=1+1,-2,+3,@SUM(A1)\n").rows[0]
    assert row == {"a": "=1+1", "b": "-2", "c": "+3", "d": "@SUM(A1)"}
    assert parse(" a , b\n 007 ,x\n").rows[0] == {"a": " 007 ", "b": "x"}


def test_rows_are_a_sequence() -> None:
    rows = parse("a\n1\n2\n3\n").rows
    assert rows[-1] == {"a": "3"}
    assert rows[1:] == [{"a": "2"}, {"a": "3"}]
    assert repr(rows) == "<3 rows>"
    with pytest.raises(IndexError):
        rows[3]


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert read_csv(file).rows[0] == {"a": "1", "b": "2"}
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "none.csv")


# What is wrong


@pytest.mark.parametrize(
    ("text", "problem", "rows"),
    [
        ("a,b\n1\n2,3\n", "2:1: the record has 1 cell where the header has 2; separate as many", 2),
        ("a,b\n1,2,\n", "2:1: the record has 3 cells where the header has 2; separate as many", 1),
        ("a,b\n1,2,3\n", "2:1: the record has 3 cells where the header has 2; separate as many", 1),
        ("a,b,a\n1,2,3\n", "1:5: two columns are called 'a'; rename one; column 3 is left out, column 1 is kept", 1),
        ("a,,b,\n1,2,3,4\n", "1:1: columns 2, 4 have no name; name it in the first line; its cells are left out", 1),
        ('a,b\n"1"x,2\n', '2:1: text after the quote that closes a cell: \'x\'; write a " in a cell as ""', 1),
        ('a,b\n1,2\n3,"4\n5,6\n', '3:3: a quote that is not closed; close it with a "; reading ends here', 1),
        ("a,b\n1,2\n\0", "3:1: the character U+0000, which no text file has; save it as UTF-8 text", 0),
        ("", "1:1: the file is empty; write a header", 0),
        (" \n\n", "1:1: the file is empty; write a header", 0),
        (",,\n,,\n", "1:1: the header names no column; write the names", 0),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_kept(text: str, problem: str, rows: int) -> None:
    table = parse(text)
    assert [line[: len(problem)] for line in said(table)] == [problem]
    assert len(table.rows) == rows
    assert table.whole == ("reading ends here" not in said(table)[0])


def test_a_lost_cell_is_an_error_and_a_missing_one_a_warning() -> None:
    severities = [str(problem.severity) for problem in parse("a,b\n1\n1,2,3\n1,2,,\n").problems]
    assert severities == ["warning", "error", "warning"]


def test_other_encodings_are_told_with_their_place() -> None:
    assert said(parse_csv("a,b\n1,é\n".encode("latin-1") + "é".encode(), FILE)) == [
        "2:3: not UTF-8: byte 0xe9; save the file as UTF-8 text; reading ends here"
    ]
    for content in ("a,b".encode("utf-16-be"), b"\xff\xfea\0,\0\xd8\xd8", b"a,b\n1,\x81\n", b"a,b\n1,\xe9\0\n"):
        assert parse_csv(content, FILE).problems[0].kind == "encoding", content


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "cp1252"])
def test_utf_16_and_windows_1252_are_read_with_a_note(encoding: str) -> None:
    mark = "\ufeff" if encoding.endswith("e") else ""
    table = parse_csv(f"{mark}name;maker\n“Älpha”;Müller\n".encode(encoding), FILE)
    assert table.rows[0] == {"name": "“Älpha”", "maker": "Müller"}
    [note] = table.problems
    assert (note.kind, str(note.severity)) == ("read-as", "note")
    assert ("Windows-1252" if encoding == "cp1252" else "UTF-16") in str(note)


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;,,"])
def test_a_line_for_excel_names_the_delimiter(line: str) -> None:
    table = parse(f"{line}\r\na,b;c,d,e\r\n1,2;3\r\n")
    assert (table.columns, table.rows[0], table.problems) == (("a,b", "c,d,e"), {"a,b": "1,2", "c,d,e": "3"}, ())
    assert str(table.position(0, "c,d,e")) == f"{FILE}:3:5"
    assert parse("sep=\ta\n").columns == ("sep=", "a")


def test_a_cell_with_text_after_its_quote_is_kept_with_it() -> None:
    assert parse('a,b\n"x"y, "z, w" \n').rows[0] == {"a": "xy", "b": "z, w"}


# How much is read


@pytest.mark.parametrize(
    ("limit", "most", "text", "problem", "rows"),
    [
        ("TEXT_BYTES", 2**20, "a\n" + " " * 2**20, ": the file is too large: more than 1 MiB", 0),
        ("ROWS", 2, "a\n1\n2\n3\n", "4:1: the table is too large: more than 2 records", 2),
        ("VALUES", 4, "a,b\n1,2\n3,4\n5,6\n", "4:1: the table is too large: more than", 2),
        ("COLUMNS", 2, "a,b,c\n", "1:1: a record of more than 2 cells", 0),
        ("COLUMNS", 2, "a,b\n1,2\n1,2,3,4,5\n", "3:1: a record of more than 2 cells", 1),
        ("CELL", 9, 'a,b\n1,"0123456789"\n', "2:3: a cell of more than 9 characters; shorten it; the cell is", 1),
        ("CELL", 9, "a,b\n1,0123456789\n", "2:3: a cell of more than 9 characters; shorten it; the cell is", 1),
    ],
)
def test_size_is_bounded(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: int, text: str, problem: str, rows: int
) -> None:
    monkeypatch.setattr(limits, limit, most)
    table = parse(text)
    assert str(table.problems[-1]).removeprefix(f"{FILE}").removeprefix(":" * (problem[0] != ":")).startswith(problem)
    assert len(table.rows) == rows


def test_no_more_problems_are_said_than_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROBLEMS", 3)
    table = parse("a,b\n" + "1\n" * 10)
    assert len(table.problems) == 4
    assert str(table.problems[-1]) == "table.csv: 7 more records have such faults"
    assert len(table.rows) == 10


@settings(max_examples=examples(300))
@given(st.binary(max_size=60) | st.text(st.sampled_from('a,";\n\r \t|\ufeff'), max_size=40).map(str.encode))
def test_no_bytes_do_harm(content: bytes) -> None:
    table = parse_csv(content, FILE)
    assert table.whole or table.problems
    for number, row in enumerate(table.rows):
        assert tuple(row) == table.columns
        for column in table.columns:
            assert table.position(number, column).line >= 1
    assert all(problem.position for problem in table.problems)

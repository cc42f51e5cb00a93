"""Title, legend and footnote: nothing overlaps, nothing leaves the page, no word is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import stub_measure
from modeltree.findings import LayoutError
from modeltree.layout.plane import Box, overlapping
from modeltree.layout.sheet import Frame, TitleBlock, set_title_block

LEGEND = (("open", "open source"), ("closed", "closed source"))
words = st.text("abc 悟道-", max_size=60)
title_blocks = st.builds(
    TitleBlock,
    title=st.none() | words,
    legend=st.lists(st.tuples(st.sampled_from(["open", "closed"]), words), max_size=4).map(tuple),
    footnote=st.lists(words, max_size=3).map(tuple),
)


def written(frame: Frame, role: str) -> list[str]:
    return [line.text for line in (*frame.texts, *frame.notes) if line.role == role]


@given(title_blocks, st.sampled_from([120.0, 400.0, 1008.0, 5000.0]), st.sampled_from([0.0, 14.0, 30.0]))
def test_whatever_the_words(title_block: TitleBlock, width: float, margin: float) -> None:
    frame = set_title_block(title_block, stub_measure, width, margin)
    header: list[Box] = [*frame.texts, *frame.swatches]
    for parts, height in ((header, frame.header), (list(frame.notes), frame.footer)):
        assert list(overlapping(parts)) == []
        assert all(margin - 1e-6 <= part.x and part.right <= width - margin + 1e-6 for part in parts)
        assert all(part.y >= 0 and part.bottom <= height + 1e-6 for part in parts)
    assert all(part.y >= margin - 1e-6 for part in header)
    assert all(note.bottom <= frame.footer - margin + 1e-6 for note in frame.notes)
    assert [swatch.key for swatch in frame.swatches] == [key for key, _ in title_block.legend]
    for role, texts in {
        "title": [title_block.title or ""],
        "legend": [text for _, text in title_block.legend],
        "footnote": title_block.footnote,
    }.items():
        assert "".join(written(frame, role)).replace(" ", "") == "".join(texts).replace(" ", "")


def test_none_leaves_the_margins() -> None:
    frame = set_title_block(TitleBlock(), stub_measure, 1000, 14)
    assert (frame.header, frame.footer, frame.texts, frame.swatches, frame.notes) == (14, 14, (), (), ())


def test_the_legend_stands_beside_a_short_title() -> None:
    frame = set_title_block(TitleBlock("Title", LEGEND), stub_measure, 1008, 18)
    title, *entries = frame.texts
    assert (title.x, title.y, title.bold) == (18, 18, True)
    assert all(title.y < entry.y and entry.bottom < title.bottom for entry in entries)
    assert entries[-1].right == pytest.approx(1008 - 18)


def test_the_legend_stands_below_a_long_title() -> None:
    frame = set_title_block(
        TitleBlock("A title that goes as far as the right margin, or nearly so " + "x" * 20, LEGEND),
        stub_measure,
        1008,
        18,
    )
    *_, title = [line for line in frame.texts if line.role == "title"]
    assert all(swatch.y > title.bottom for swatch in frame.swatches)
    assert frame.swatches[0].x == 18


def test_a_legend_that_is_too_long_for_a_line_takes_several() -> None:
    entries = tuple((f"key-{number}", "a meaning") for number in range(9))
    frame = set_title_block(TitleBlock(legend=entries), stub_measure, 300, 18)
    assert len({swatch.y for swatch in frame.swatches}) > 1
    one = set_title_block(
        TitleBlock(legend=(("key", "a meaning of many words, and more of them"),)), stub_measure, 120, 18
    )
    assert len(one.texts) > 1


def test_samples_stand_beside_their_words() -> None:
    frame = set_title_block(TitleBlock(legend=LEGEND), stub_measure, 1008, 18)
    for swatch, word in zip(frame.swatches, frame.texts, strict=True):
        assert swatch.center[1] == pytest.approx(word.center[1])
        assert 0 < word.x - swatch.right < word.size


def test_lines_break_at_spaces_and_long_words_anywhere() -> None:
    frame = set_title_block(TitleBlock(footnote=("one two " + "x" * 400 + " three",)), stub_measure, 500, 18)
    lines = written(frame, "footnote")
    assert lines[0] == "one two"
    assert lines[-1].endswith("x three")
    assert len({len(line) for line in lines[1:-1]}) == 1, "as much of a long word as will go"


def test_words_grow_with_the_page_but_less() -> None:
    sizes = [
        set_title_block(TitleBlock("T"), stub_measure, width, 10).texts[0].size for width in (100, 1008, 4032, 40_000)
    ]
    assert sizes == sorted(sizes)
    assert (sizes[1], sizes[2]) == (19, 38)


@pytest.mark.parametrize(
    "title_block",
    [TitleBlock("T"), TitleBlock(legend=(("open", "x"),)), TitleBlock(footnote=("x",))],
    ids=["title", "legend", "footnote"],
)
def test_a_page_too_narrow_for_a_letter(title_block: TitleBlock) -> None:
    with pytest.raises(LayoutError, match="a page 30 pt wide is too narrow for the words around the figure"):
        set_title_block(title_block, stub_measure, 30, 14)

"""Long work tells a function, a bar on a terminal, or nobody."""

from __future__ import annotations

import io
import sys

import pytest

from modeltree._util.progress import progress_reporter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_function_is_told_everything() -> None:
    heard: list[tuple[str, int, int | None]] = []
    with progress_reporter(lambda *said: heard.append(said)) as tell:
        tell("read", 0, None)
        tell("read", 5, 10)
    assert heard == [("read", 0, None), ("read", 5, 10)]


def test_a_bar_on_a_terminal_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress_reporter() as tell:
        tell("read", 0, None)
        tell("check", 5, 10)
        tell("check", 6, 10)  # too soon
        tell("check", 10, 10)
    lines = stream.getvalue().split("\r")
    assert lines[1:4] == ["read", "check [############            ]  50%", "check [########################] 100%"]
    assert lines[4].strip() == ""
    assert len(lines[4]) == len(lines[3])


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_written_elsewhere(
    progress: bool | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if progress is False:
        monkeypatch.setattr(sys, "stderr", Terminal())
    with progress_reporter(progress) as tell:
        tell("read", 1, 2)
    assert progress is None or sys.stderr.getvalue() == ""  # type: ignore[attr-defined]
    assert capsys.readouterr().err == ""


def test_the_bar_goes_also_when_work_is_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert stream.getvalue().endswith(" \r")


def interrupted() -> None:
    with progress_reporter() as tell:
        tell("read", 1, 2)
        raise KeyboardInterrupt

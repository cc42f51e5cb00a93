"""DOT as a picture: through the program ``dot`` where there is one, else through pygraphviz in this process."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import graphviz

from modeltree.findings import DiagramError, MissingExtraError

__all__ = ["rendered"]

# The library in this process can draw one picture at a time.
_ONE_AT_A_TIME = threading.Lock()
_PDF_DATE = re.compile(rb"/CreationDate \(D:[^)]*\)")


def rendered(source: str, kind: str) -> bytes:
    """DOT as a picture.

    Parameters
    ----------
    source : str
        The DOT.
    kind : str
        What Graphviz calls the format: ``"svg"``, ``"pdf"``, ``"png"``, ….

    Raises
    ------
    DiagramError
        When Graphviz cannot draw it; the message is Graphviz's own.
    MissingExtraError
        When there is no Graphviz.
    """
    data = _by_program(source, kind) if shutil.which("dot") else _in_process(source, kind)
    return _undated(data) if kind == "pdf" else data


def _by_program(source: str, kind: str) -> bytes:
    try:
        return bytes(graphviz.pipe("dot", kind, source.encode(), quiet=True))
    except graphviz.CalledProcessError as error:
        said = error.stderr.decode(errors="replace") if error.stderr else f"dot ended with {error.returncode}"
        raise DiagramError(_failure(kind, said)) from error
    except (graphviz.ExecutableNotFound, OSError) as error:
        raise DiagramError(f"cannot run the dot that is on the PATH, {shutil.which('dot')}: {error}") from error


def _in_process(source: str, kind: str) -> bytes:
    try:
        import pygraphviz
    except ImportError as error:
        raise MissingExtraError(
            f"drawing {kind.upper()} needs Graphviz: install it (https://graphviz.org/download), so that dot is on the "
            "PATH, or the extra graphviz, which brings it along: pip install 'modeltree-lineage[graphviz]'"
        ) from error
    with _ONE_AT_A_TIME, tempfile.TemporaryFile() as said, _errors_into(said):
        try:
            return bytes(pygraphviz.AGraph(string=source).draw(format=kind, prog="dot"))
        # What it raises depends on where the library failed, and is a TypeError for formats that it does not know.
        except (ValueError, TypeError, OSError) as error:
            said.seek(0)
            text = said.read().decode(errors="replace")
            raise DiagramError(_failure(kind, text or str(error))) from error


@contextmanager
def _errors_into(file: IO[bytes]) -> Iterator[None]:
    """Let go into a file what a C library writes to standard error: what failed, and warnings of fonts."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # it is closed
        yield
        return
    try:
        os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _failure(kind: str, said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("Fontconfig warning")]
    return f"Graphviz cannot draw this as {kind}: {' '.join(lines)}"


def _undated(pdf: bytes) -> bytes:
    """The same file each time: without the date at which it was made, and with all else where it was."""
    return _PDF_DATE.sub(lambda match: b" " * len(match[0]), pdf)

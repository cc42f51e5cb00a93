"""Writing files whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: str | bytes | Iterable[bytes | memoryview]) -> None:
    """Write a file so that it has its whole new content or, if that fails with an OSError, still its old one."""
    # A file that is replaced keeps its permissions, and a link keeps pointing at what it points at. What is there and
    # is no ordinary file, as a device or a pipe, is written to as it is.
    pieces = [content.encode()] if isinstance(content, str) else [content] if isinstance(content, bytes) else content
    target = Path(os.path.realpath(path))
    if Path(path).exists() and not target.is_file():
        with Path(path).open("wb") as file:
            file.writelines(pieces)
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
    unfinished = target.with_name(f".{target.name[:50]}.{secrets.token_hex(8)}.tmp")
    try:
        with unfinished.open("xb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())  # or after a power cut the new name could have no content
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except OSError as error:
        if error.filename == os.fspath(unfinished):
            error.filename = os.fspath(path)  # the file that was asked for
        raise
    finally:
        unfinished.unlink(missing_ok=True)

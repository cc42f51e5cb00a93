"""Writing files whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path

_DESCRIPTORS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")


def expanded(path: str | os.PathLike[str]) -> Path:
    """A path whose ``~`` is the folder of its user; an OSError where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "there is no such user, or no folder of one", os.fspath(path)) from None


def refuse_pipe(path: Path) -> None:
    """Refuse to read a pipe or device, whose end may never come, and which cannot be read twice."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "a pipe or device is not read: save what it gives in a file", os.fspath(path))


def is_stream(path: Path) -> bool:
    """Whether what is written to a path goes to a descriptor, a pipe or a device: no file can stand beside it."""
    return _descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir())


def _descriptor(path: str | os.PathLike[str]) -> int | None:
    """The number of the open file that a path stands for."""
    match = _DESCRIPTOR.fullmatch(os.fspath(path))
    return int(match[1]) if match else _DESCRIPTORS.get(os.fspath(path))


def write_whole(path: str | os.PathLike[str], content: str | bytes | Iterable[bytes | memoryview]) -> None:
    """Write a file so that it has its whole new content or, if that fails with an OSError, still its old one."""
    # A file that is replaced keeps its permissions, and a link keeps pointing at what it points at. What is there and
    # is no ordinary file, as a device or a pipe, is written to as it is.
    pieces = [content.encode()] if isinstance(content, str) else [content] if isinstance(content, bytes) else content
    if (descriptor := _descriptor(path)) is not None:
        # Opened by its path, a file that a shell appends to would be replaced, or written from its beginning.
        with open(os.dup(descriptor), "wb") as file:  # noqa: PTH123
            file.writelines(pieces)
        return
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

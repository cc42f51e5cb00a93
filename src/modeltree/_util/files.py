"""Reading files within bounds, and writing them whole or not at all, one by one or several together."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import signal
import stat
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Self

if sys.platform != "win32":
    import fcntl

_DESCRIPTORS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")


def expanded(path: str | os.PathLike[str]) -> Path:
    """A path whose ``~`` is the folder of its user; an OSError where there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise FileNotFoundError(errno.ENOENT, "there is no such user, or no folder of one", os.fspath(path)) from None


def bytes_of(path: Path, most: int) -> bytes:
    """The bytes of a file, or one more than `most` where it has more; memory is taken for as many as there are."""
    with path.open("rb") as file:
        size = min(os.fstat(file.fileno()).st_size, most)
        content = file.read(size + 1)
        # A file that grows, or that does not say how large it is.
        return content if len(content) <= size else content + file.read(most - size)


def refuse_pipe(path: Path) -> None:
    """Refuse to read a pipe or device, whose end may never come, and which cannot be read twice."""
    if _is_special(path):
        raise OSError(errno.EINVAL, "a pipe or device is not read: save what it gives in a file", os.fspath(path))


def is_stream(path: str | Path) -> bool:
    """Whether what is written to a path goes to a descriptor, a pipe or a device: no file can stand beside it."""
    return _descriptor(path) is not None or _is_special(path)


def _is_special(path: str | Path) -> bool:
    """Whether a path is there and is neither a file nor a folder."""
    mode = _mode(path)
    return mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _mode(path: str | Path) -> int | None:
    """Of what kind something is, and who may do what with it; None where it cannot be found."""
    try:
        return os.stat(path).st_mode  # noqa: PTH116  (a path takes as long to make)
    except (OSError, ValueError):
        return None


def _descriptor(path: str | os.PathLike[str]) -> int | None:
    """The number of the open file that a path stands for."""
    match = _DESCRIPTOR.fullmatch(os.fspath(path))
    return int(match[1]) if match else _DESCRIPTORS.get(os.fspath(path))


Content = str | bytes | Iterable[bytes | memoryview]

_LOCK_SECONDS = 10.0
# An unfinished file that nothing was written to for so long belongs to a process that was killed.
_STALE_SECONDS = 3600.0
_UNFINISHED = re.compile("[0-9a-f]{16}[.]tmp")
# What is written at once, between two looks at whether Ctrl-C was pressed.
_PIECE = 1 << 23


def write_whole(path: str | os.PathLike[str], content: Content) -> None:
    """Write a file so that it has its whole new content or, after any exception, still its old one."""
    # A file that is replaced keeps its permissions, and a link keeps pointing at what it points at. What is there and
    # is no ordinary file, as a device or a pipe, is written to as it is.
    write_together({os.fspath(path): content})


def write_together(contents: Mapping[str, Content] | Mapping[Path, Content]) -> None:
    """Write several files, as `write_whole` writes one; after any exception all of them are what they were.

    Only a process that is killed while the files change places leaves some new and some old ones. An interrupt by
    Ctrl-C is raised at once while content is made or written, and else when nothing is half done.
    """
    unfinished: list[tuple[str | Path, Path, Path]] = []
    backups: dict[Path, Path | None] = {}
    with _Interrupts() as interrupts:
        try:
            for path, content in contents.items():
                pieces = _pieces(content)
                with interrupts.allowed():
                    if _write_stream(path, pieces):
                        continue
                target = Path(os.path.realpath(path))
                mode = _mode(target)
                if mode is not None and not os.access(target, os.W_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
                _remove_stale(target)
                unfinished.append((path, target, _beside(target)))
                _write_new(path, unfinished[-1][-1], mode, pieces, interrupts)
            folders = {target.parent for _, target, _ in unfinished} if len(unfinished) > 1 else set()
            with _locked(folders, interrupts):
                if len(unfinished) > 1:
                    for _, target, _ in unfinished:
                        backups[target] = _beside(target) if target.exists() else None
                        _back_up(target, backups[target])
                try:
                    for path, target, new in unfinished:
                        with _named(path, new):
                            new.replace(target)
                    unfinished.clear()
                except BaseException:
                    for target, backup in backups.items():
                        if backup is not None:
                            backup.replace(target)
                        else:
                            target.unlink(missing_ok=True)
                    raise
        finally:
            for path in [*(new for _, _, new in unfinished), *filter(None, backups.values())]:
                path.unlink(missing_ok=True)


class _Interrupts:
    """Ctrl-C while files are written: it is raised where that is allowed, and else at the end.

    Only the main thread is interrupted by it, and only where a function of Python says how.
    """

    def __enter__(self) -> Self:
        self._allowed = False
        self._held: tuple[int, FrameType | None] | None = None
        here = threading.current_thread() is threading.main_thread()
        self._handler = signal.getsignal(signal.SIGINT) if here else None
        if callable(self._handler):
            signal.signal(signal.SIGINT, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        if callable(self._handler):
            signal.signal(signal.SIGINT, self._handler)
            self._raise()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._held = number, frame
        if self._allowed:
            self._allowed = False  # for another one that comes before what is half done is removed
            self._raise()

    def _raise(self) -> None:
        if self._held is not None and callable(self._handler):
            held, self._held = self._held, None
            self._handler(*held)

    @contextlib.contextmanager
    def allowed(self) -> Iterator[None]:
        """Raise one that was held, and others as they come."""
        self._allowed = True
        try:
            self._raise()
            yield
        finally:
            self._allowed = False


def _pieces(content: Content) -> Iterator[bytes | memoryview]:
    """Content in pieces none of which takes long to write."""
    content = content.encode() if isinstance(content, str) else content
    for piece in [content] if isinstance(content, bytes) else content:
        for start in range(0, len(piece), _PIECE):
            yield memoryview(piece)[start : start + _PIECE]


def _write_stream(path: str | Path, pieces: Iterable[bytes | memoryview]) -> bool:
    """Write to a descriptor, a pipe or a device as it is; whether the path is one."""
    if not is_stream(path):
        return False
    descriptor = _descriptor(path)
    # Opened by its path, a file that a shell appends to would be replaced, or written from its beginning.
    with open(path if descriptor is None else os.dup(descriptor), "wb") as file:  # noqa: PTH123
        file.writelines(pieces)
    return True


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name[:50]}.{secrets.token_hex(8)}.tmp")


def _write_new(
    path: str | Path, new: Path, mode: int | None, pieces: Iterable[bytes | memoryview], interrupts: _Interrupts
) -> None:
    """Write a file of which nobody may read more than of the one that it replaces, if there is one, by its mode."""
    with _named(path, new):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(new, flags, 0o666 if mode is None else mode & 0o777)
        with open(descriptor, "wb") as file, interrupts.allowed():  # noqa: PTH123
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())  # or after a power cut the new name could have no content
        if mode is not None:
            new.chmod(stat.S_IMODE(mode))


def _back_up(target: Path, backup: Path | None) -> None:
    """Keep what a file holds under another name."""
    if backup is not None:
        try:
            os.link(target, backup)
        except OSError:  # a file system without such links
            shutil.copy2(target, backup)


def _remove_stale(target: Path) -> None:
    """Remove what a save of the same file left that was killed."""
    begin = f".{target.name[:50]}."
    with contextlib.suppress(OSError):
        for name in os.listdir(target.parent):  # noqa: PTH208  (paths take four times as long)
            if name.startswith(begin) and _UNFINISHED.fullmatch(name, len(begin)):
                path = target.parent / name
                if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                    path.unlink(missing_ok=True)


@contextlib.contextmanager
def _named(path: str | Path, new: Path) -> Iterator[None]:
    """Errors are about the file that was asked for."""
    try:
        yield
    except OSError as error:
        if error.filename == os.fspath(new):
            error.filename = os.fspath(path)
        raise


@contextlib.contextmanager
def _locked(folders: Iterable[Path], interrupts: _Interrupts) -> Iterator[None]:
    """Keep other processes and threads from exchanging several files in the same folders at the same time.

    Where a file system knows no locks, or somebody keeps one for long, the work is done without.
    """
    with contextlib.ExitStack() as stack:
        until = time.monotonic() + _LOCK_SECONDS
        for folder in sorted(folders) if sys.platform != "win32" else ():
            with contextlib.suppress(OSError):
                descriptor = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, descriptor)
                while not lock(descriptor) and time.monotonic() < until:
                    with interrupts.allowed():
                        time.sleep(0.005)
        yield


def lock(descriptor: int) -> bool:
    """Whether no other process has a lock on a file or folder; it is ours until it is closed."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True

"""Runs in processes of their own, with limits on time and memory, that say what they find line by line."""  # noqa: INP001

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from modeltree.findings import LayoutError

__all__ = ["Clock", "News", "said_by", "say"]

News = dict[str, Any]
"""What a run found, by name; under ``"failure"`` is why it found no more."""

_MEMORY = 4 << 30
_LOST, _SLOW = "out of memory", "over {:g} s"


def said_by(script: Path, task: News, limit: float) -> tuple[list[News], str]:
    """What a script says, run with ``--child`` and a task in a process that can be stopped.

    Parameters
    ----------
    script : Path
        It calls `say`.
    task : dict
        As JSON; it is given on.
    limit : float
        In seconds of processor time; three times as much by the clock.

    Returns
    -------
    (list of dict, str)
        What it said, and how it ended if it did not end well: in case it said nothing.
    """
    command = [sys.executable, str(script), "--child", json.dumps({**task, "limit": limit})]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    process = subprocess.Popen(  # noqa: S603 (a script that stands beside this one)
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    late = False
    try:
        said, complaints = process.communicate(timeout=3 * limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, complaints = process.communicate()
        late = True
    ending = ""
    if late or process.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        ending = _SLOW.format(limit)
    elif process.returncode:
        ending = (complaints.strip().splitlines() or [f"ended with {process.returncode}"])[-1]
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")], ending  # libraries talk


def say(findings: Callable[[], Iterator[News]], limit: float) -> None:
    """What happens in the process of a run: each finding is said at once, so that it is known if the next is lost."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 5))
    try:
        for news in findings():
            print(json.dumps(news), flush=True)
    except MemoryError:
        print(json.dumps({"failure": _LOST}), flush=True)
    except ImportError as error:
        print(json.dumps({"failure": f"not installed: {error.name}"}), flush=True)
    except (RecursionError, LayoutError, subprocess.CalledProcessError) as error:
        print(json.dumps({"failure": type(error).__name__}), flush=True)


class Clock:
    """Seconds of processor time, with those of programs that were called, and seconds by the clock."""

    def __init__(self) -> None:
        self._begin = (self._processor(), time.perf_counter())

    def read(self) -> dict[str, float]:
        """How many have passed."""
        return {"seconds": self._processor() - self._begin[0], "wall": time.perf_counter() - self._begin[1]}

    @staticmethod
    def _processor() -> float:
        called = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + called.ru_utime + called.ru_stime

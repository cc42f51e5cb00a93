"""What all attacks share: options, bounds, counts, made-up lineages, and names that are made to do harm."""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from modeltree import Derivation, Lineage, Model
from modeltree.records import Relation

__all__ = ["HOSTILE", "Tally", "hostile_name", "lineage_of", "options", "tree_of"]

RELATIONS = tuple(Relation)

HOSTILE = (
    "[]", '["a"]', '["a","b"]', "{}", "null", "nan", "None", "-", "~", "a, b", "a; b", "a/b", "a + b", "a and b", "&nbsp;",
    "&bogus;", "&#x0;", "&amp;", "<b>", "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<!--", "-->",
    "]]>", "<![CDATA[x", "javascript:alert(1)", "\"><img src=x onerror=alert(1)>", "' onload='alert(1)", "\\", "\\N", "\\l",
    "\\G", "%", "%23", "#", "#fff", "=1+1", "+1", "@x", "-1", "'x", '"', '""', "'", "`", "``x``", "*a", "&a", "!!x", "? x",
    ": x", "x:", "- x", "|", ">", "---", "...", "{{x}}", "${x}", "$x$", "\\input{x}", "end", "graph", "subgraph", "click",
    "%%", "x-->y", "o--o", "node", "strict", "1", "01", "1.0", "1e5", "0x1f", "true", "yes", "NO", "on", "2023", "2023-01-01",
    "a\tb", "a b", "\u00a0x", "\u2028", "\u2029", "\ufeff", "\u200b", "\u202e", "\u200f", "\x7f", "\x85", "e\u0301", "\u00e9",
    "\U0001f999", "漢字", "עברית", "\u1100\u1161", "ﬁ", "İ", "ß", "\ud7ff", "\uffff", "\U0010ffff", "a" * 300, "(" * 40, "[" * 40,
    "//", "../x", "/etc/passwd", "C:\\x", "file:///etc/passwd", "a:b", "::", "CON", ".", "..", "a,b;(c):1", "_", "__proto__",
    "constructor", "toString", "\\u0000", "\\x00", "%00", "%s", "%n", "{0}", "&lt;", "&#60;", "`end`", "x\\", '\\"', "a|b",
)  # fmt: skip
"""Texts that mean something in a format that the library writes, or that programs trip over."""

_PIECES = "&<>\"'\\/;:,|[]{}()#%@!*?`~^$=+-_. \t\u2028\ufeff\u200b\u202eaZ0é漢\U0001f999"


def options(described: str | None, *, count: int, seconds: float) -> argparse.Namespace:
    """The options that every attack has, with its own bounds."""
    parser = argparse.ArgumentParser(description=described, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=count, metavar="N", help=f"how many checks; {count:,} by default")
    parser.add_argument("--seconds", type=float, default=seconds, help=f"how long at most; {seconds:g} by default")
    parser.add_argument("--seed", type=int, default=0, help="another one makes other inputs")
    parser.add_argument("--only", metavar="WORD", default="", help="only the parts whose name has this word in it")
    return parser.parse_args()


class Tally:
    """The checks of an attack, its bounds, and the faults found: one example of each kind.

    Parameters
    ----------
    name : str
        What the attack is called.
    bounds : Namespace
        As `options` gives them.
    """

    def __init__(self, name: str, bounds: argparse.Namespace) -> None:
        self.name, self.bounds = name, bounds
        self.random = random.Random(bounds.seed)  # noqa: S311 (nothing secret is drawn)
        self.counts: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self._start, self._lock = time.monotonic(), threading.Lock()

    def __bool__(self) -> bool:
        """Whether there is more to do."""
        return sum(self.counts.values()) < self.bounds.count and self.seconds < self.bounds.seconds

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._start

    def check(self, right: bool, kind: str, what: object = "") -> bool:
        """Count a check of some kind; what is wrong is a fault."""
        with self._lock:
            self.counts[kind] += 1
        if not right:
            self.fault(kind, what)
        return right

    def fault(self, kind: str, what: object = "") -> None:
        """Note that something is wrong; the first of its kind is shown at once."""
        if not self.faults[kind]:
            print(f"  FAULT {kind}: {str(what)[:600]}", file=sys.stderr, flush=True)
        self.faults[kind] += 1

    def attempt(
        self, kind: str, call: Callable[[], object], allowed: tuple[type[BaseException], ...], what: object
    ) -> Any:
        """What a call returns, or the error that is allowed; any other is a fault."""
        self.counts[kind] += 1
        try:
            return call()
        except allowed as error:
            return error
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "modeltree/" in frame.filename]
            place = f"{frames[-1].filename.rpartition('modeltree/')[2]}:{frames[-1].lineno}" if frames else "?"
            self.fault(f"{kind}: {type(error).__name__} at {place}", f"{str(what)[:300]} -> {str(error)[:200]}")
            return error

    def report(self) -> int:
        """Print a line of a table, and how often what is wrong; 1 where anything is."""
        total = sum(self.counts.values())
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.counts.most_common())
        wrong = sum(self.faults.values())
        print(f"| {self.name} | {total:,} | {wrong:,} | {self.seconds:.0f} s | {kinds} |", flush=True)
        for kind, count in self.faults.items():
            print(f"  {count:,} × {kind}", file=sys.stderr, flush=True)
        return 1 if wrong else 0


def hostile_name(chance: random.Random) -> str:
    """A text of the list above, several of them, or any characters that have a meaning somewhere."""
    match chance.randrange(4):
        case 0 | 1:
            name = chance.choice(HOSTILE)
        case 2:
            name = chance.choice(" :/-.,&").join(chance.sample(HOSTILE, 2))
        case _:
            name = "".join(chance.choices(_PIECES, k=chance.randint(1, 12)))
    return name


def tree_of(chance: random.Random, size: int) -> Iterator[tuple[int, int]]:
    """The edges of a random graph without cycles, as wide, deep and full of merges as chance has it."""
    near, most = chance.choice((1, 2, 5, size)), chance.choice((1, 1, 2, 3, 6))
    for child in range(1, size):
        pool = range(max(0, child - near), child) if chance.random() < 0.7 else range(child)
        for parent in chance.sample(pool, min(len(pool), chance.randint(0 if near > 1 else 1, most))):
            yield parent, child


def lineage_of(chance: random.Random, ids: Sequence[str], names: Sequence[str] | None = None) -> Lineage:
    """A random lineage of models that are called so."""
    edges = tree_of(chance, len(ids))
    return Lineage(
        [
            Model(id=id, name=name, released=chance.choice((None, 2020, "2021-03", "2022-07-01")))
            for id, name in zip(ids, names or ids, strict=True)
        ],
        [
            Derivation(parent=ids[parent], child=ids[child], relation=chance.choice(RELATIONS))
            for parent, child in edges
        ],
    )

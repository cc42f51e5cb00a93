"""Finding a record by whatever it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import Self

from modeltree._util import collector_paused
from modeltree.findings import AmbiguousNameError, UnknownModelError, UnknownNameError, nearest, shown
from modeltree.records import Model, Organization

_MANY = 10_000
"""Of more records, the first names are searched for in a text of all: to note where each is takes longer."""
_FEW_LOOKS = 20
_LOOKED_AT = 10_000
"""How many names that have a part of an unknown one are looked at."""
_ALIKE = 1000
"""With how many names an unknown one is compared."""


class NameTable:
    """Ids, display names and aliases, and whose they are.

    An id comes first, then a name or alias written exactly so, then one that differs only in case. Punctuation
    always counts: "Command R" is not "Command R+".
    """

    def __init__(
        self, records: Iterable[Model | Organization], unknown: type[UnknownNameError] = UnknownModelError
    ) -> None:
        listed = {record.id: (record.name, *record.aliases) for record in records}
        self._ids: Sequence[str] = tuple(listed)
        self._is_id: Callable[[str], bool] = listed.__contains__
        self._called: Callable[[], Iterable[tuple[str, tuple[str, ...]]]] = listed.items
        self._unknown = unknown
        self._looks_left = 0

    @classmethod
    def of(cls, ids: Sequence[str], called: Callable[[], Iterable[tuple[str, tuple[str, ...]]]]) -> Self:
        """The table of names that are no ids, for some models; what these are called is asked for when it is needed."""
        table = cls(())
        table._ids, table._called = ids, called
        table._looks_left = _FEW_LOOKS if len(ids) > _MANY else 0
        return table

    def owners(self, name: str) -> list[str]:
        """The ids of all records that a name may mean, in their order."""
        if not isinstance(name, str):
            raise TypeError(f"a name is a str, not {shown(name)}")
        if self._is_id(name):
            return [name]
        if self._looks_left and "_folded" not in self.__dict__:
            self._looks_left -= 1
            return self._text.owners(name)
        return self._exact.get(name) or self._folded.get(name.casefold()) or []

    def find(self, name: str) -> str:
        """The id of the record that goes by a name."""
        owners = self.owners(name)
        if len(owners) > 1:
            raise AmbiguousNameError(name, owners)
        if not owners:
            many = len(self._ids) > _MANY
            raise self._unknown(name, self._text.alike(name) if many else (*self._ids, *self._exact))
        return owners[0]

    @cached_property
    def _text(self) -> _NamesText:
        return _NamesText(self._ids, self._called())

    @cached_property
    def _exact(self) -> dict[str, list[str]]:
        owners: dict[str, list[str]] = {}
        for id, names in self._called():
            for name in dict.fromkeys(names):
                owners.setdefault(name, []).append(id)
        return owners

    @cached_property
    def _folded(self) -> dict[str, list[str]]:
        """The owners of each name, whatever its case."""
        with collector_paused():
            owners = {id.casefold(): [id] for id in self._ids}
            if len(owners) < len(self._ids):  # some ids differ only in case
                owners = {}
                for id in self._ids:
                    owners.setdefault(id.casefold(), []).append(id)
            for name, ids in self._exact.items():
                known = owners.setdefault(name.casefold(), [])
                known += [id for id in ids if id not in known]
        return owners


class _NamesText:
    """All ids and names as one text, a line each and whatever their case, in which some are searched for."""

    _SAMPLED = 1 << 20  # in how many letters parts of a name are counted, to look for the rarest first

    def __init__(self, ids: Sequence[str], called: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._names, self._owners = list[str](), list[str]()
        for id, others in called:
            for name in dict.fromkeys(others):
                if name != id:
                    self._names.append(name)
                    self._owners.append(id)
        self._ids = ids
        self._text = "\n".join(chain(("",), ids, self._names, ("",))).casefold()
        step = max(1, len(self._text) // self._SAMPLED) << 10
        self._sample = "".join(self._text[start : start + 1024] for start in range(0, len(self._text), step))

    def owners(self, name: str) -> list[str]:
        """The ids of all that go by a name: those that are written exactly so, or else in another case."""
        entries = self._entries(self._found(f"\n{name.casefold()}\n"))
        exact = [owner for written, owner in entries if written == name]
        return list(dict.fromkeys(exact or [owner for _, owner in entries]))

    def alike(self, name: str) -> list[str]:
        """Names that have the rarest parts of a name; those that are most like it are among them, if any is."""
        folded = name.casefold().strip()[:200]
        if not folded:
            return []
        text = self._text
        length = max(3, -(-len(folded) // 5))
        parts = {folded[start : start + length] for start in range(0, len(folded), length)}
        parts |= {f"\n{folded[:length]}"} if len(folded) <= length else set()
        lines: dict[str, int] = {}
        for part in sorted(parts, key=lambda part: (self._sample.count(part), part)):
            for at in islice(self._found(part), _LOOKED_AT):
                if len(lines) >= _ALIKE:
                    break
                start = at if text[at] == "\n" else text.rfind("\n", 0, at)
                end = text.find("\n", start + 1)
                fits = abs(end - start - 1 - len(folded)) < 5 or text.startswith(f"\n{folded}", start)
                if fits and end > start:
                    lines[text[start + 1 : end]] = start
        close = nearest(folded, lines, 10)
        starts = sorted(lines[line] for line in close)
        written = dict(zip(starts, self._entries(starts), strict=True))
        return [written[lines[line]][0] for line in close]

    def _found(self, part: str) -> Iterator[int]:
        """Where a part stands, one place after another."""
        at = self._text.find(part)
        while at >= 0:
            yield at
            at = self._text.find(part, at + 1)

    def _entries(self, starts: Iterable[int]) -> list[tuple[str, str]]:
        """What stands in the lines that begin somewhere, ascending, as it is written, and whose it is."""
        entries, line, before, ids = [], 0, 0, len(self._ids)
        for start in starts:
            line += self._text.count("\n", before, start)
            before = start
            entries.append(
                (self._ids[line], self._ids[line])
                if line < ids
                else (self._names[line - ids], self._owners[line - ids])
            )
        return entries

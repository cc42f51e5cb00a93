"""Finding a record by whatever it goes by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Self

from modeltree._util.garbage import collector_paused
from modeltree.findings import AmbiguousNameError, UnknownModelError, UnknownNameError, shown
from modeltree.records import Model, Organization

__all__ = ["NameTable"]


class NameTable:
    """Ids, display names and aliases, and whose they are.

    An id comes first, then a name or alias written exactly so, then one that differs only in case. Punctuation
    always counts: "Command R" is not "Command R+".

    Parameters
    ----------
    records : iterable of Model or Organization
        What can be found.
    unknown : type of UnknownNameError
        The error for a name that nothing goes by.
    """

    def __init__(
        self, records: Iterable[Model | Organization], unknown: type[UnknownNameError] = UnknownModelError
    ) -> None:
        listed = {record.id: (record.name, *record.aliases) for record in records}
        self._known: Mapping[str, object] = listed
        self._called: Callable[[], Iterable[tuple[str, tuple[str, ...]]]] = listed.items
        self._unknown = unknown

    @classmethod
    def of(cls, known: Mapping[str, object], called: Callable[[], Iterable[tuple[str, tuple[str, ...]]]]) -> Self:
        """The table of some models by their ids; what they are called besides is asked for when an id is not enough."""
        table = cls(())
        table._known, table._called = known, called
        return table

    def owners(self, name: str) -> list[str]:
        """The ids of all records that a name may mean, in their order."""
        if not isinstance(name, str):
            raise TypeError(f"a name is a str, not {shown(name)}")
        if name in self._known:
            return [name]
        return self._exact.get(name) or self._folded.get(name.casefold()) or []

    def find(self, name: str) -> str:
        """The id of the record that goes by a name.

        Raises
        ------
        UnknownNameError
            When there is none; the message has the nearest names.
        AmbiguousNameError
            When there are several.
        """
        owners = self.owners(name)
        if len(owners) > 1:
            raise AmbiguousNameError(name, owners)
        if not owners:
            raise self._unknown(name, (*self._known, *self._exact))
        return owners[0]

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
            owners = {id.casefold(): [id] for id in self._known}
            if len(owners) < len(self._known):  # some ids differ only in case
                owners = {}
                for id in self._known:
                    owners.setdefault(id.casefold(), []).append(id)
            for name, ids in self._exact.items():
                known = owners.setdefault(name.casefold(), [])
                known += [id for id in ids if id not in known]
        return owners

"""Which models a selection keeps."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from modeltree.records import Domain, Kind, Model, Openness, PartialDate, one_of

__all__ = ["Conditions", "Date"]

Date = PartialDate | datetime.date | str | int


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the models of a selection meet; None where anything will do.

    Parameters
    ----------
    where : callable, optional
        Gets a `Model`, says whether to keep it.
    organizations : set of str, optional
        Made by any of these, by id.
    domains : set of Domain, optional
        For any of these.
    openness, kind : optional
        Of this openness and kind.
    first, last : datetime.date, optional
        Released within, for certain.
    """

    where: Callable[[Model], bool] | None
    organizations: frozenset[str] | None
    domains: frozenset[Domain] | None
    openness: Openness | None
    kind: Kind | None
    first: datetime.date | None
    last: datetime.date | None

    @classmethod
    def of(
        cls,
        where: Callable[[Model], bool] | None,
        organizations: Iterable[str] | None,
        domains: Domain | str | Iterable[Domain | str] | None,
        openness: Openness | str | None,
        kind: Kind | str | None,
        since: Date | None,
        until: Date | None,
    ) -> Conditions:
        """Conditions in words, as `modeltree.Lineage.select` takes them."""
        words = [domains] if isinstance(domains, str) else domains
        return cls(
            where=where,
            organizations=None if organizations is None else frozenset(organizations),
            domains=None if words is None else frozenset(one_of(Domain, word) for word in words),
            openness=None if openness is None else one_of(Openness, openness),
            kind=None if kind is None else one_of(Kind, kind),
            first=None if since is None else PartialDate.parse(since).lower,
            last=None if until is None else PartialDate.parse(until).upper,
        )

    def met_by(self, model: Model) -> bool:
        """Whether a model meets them all."""
        date = model.released
        return (
            (self.where is None or self.where(model))
            and (self.organizations is None or not self.organizations.isdisjoint(model.organizations))
            and (self.domains is None or model.domain in self.domains)
            and (self.openness is None or model.openness == self.openness)
            and (self.kind is None or model.kind == self.kind)
            and (self.first is None or (date is not None and date.lower >= self.first))
            and (self.last is None or (date is not None and date.upper <= self.last))
        )

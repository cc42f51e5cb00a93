"""Tables of any size: plain rows stay columns, the others go the way of rows, and both together are the lineage.

A row is plain when nothing is to be reported of it and all that it says can be taken as it stands. The others are
read row by row by an `Claims`, with every plain row that they may have to do with: those that they name, those with
whose ids, aliases or organizations theirs may collide, and those that lead into a cycle. So all rules on what is wrong
stand in one place, and what it costs is told by how much is wrong.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from modeltree._util.progress import Progress, no_progress
from modeltree.findings import Finding
from modeltree.formats.repair.claims import Claims, Reading
from modeltree.formats.repair.models import repaired
from modeltree.formats.repair.policy import Policy
from modeltree.formats.tables.columns import Table
from modeltree.formats.tables.rows import Chosen, Options, add_named, read_edges, read_nodes, read_organizations

__all__ = ["MANY", "Tables", "reading_by_columns", "reading_by_rows", "reading_of"]

MANY = 2000
"""Of so many rows plain ones stay columns: of fewer, records cost less than numpy and Arrow cost at the start."""


class Tables(NamedTuple):
    """The tables that are read together."""

    nodes: Chosen | None
    edges: Chosen | None
    organizations: Table | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class How:
    """What is done with them, see `read_table`."""

    options: Options
    policy: Policy
    aliases: Mapping[str, str]
    notes: bool = True
    progress: Progress = no_progress


def reading_of(
    tables: Tables,
    options: Options,
    policy: Policy | None,
    aliases: Mapping[str, str] | None,
    *,
    notes: bool,
    progress: Progress | None,
) -> Reading:
    """The lineage of some tables, and everything found."""
    how = How(options, policy or Policy(), aliases or {}, notes, progress or no_progress)
    count = sum(table.count for table in (tables.nodes, tables.edges) if table)
    how.progress("read", count, count)
    reading = reading_by_columns(tables, how) if count >= MANY else None
    return reading or reading_by_rows(tables, how)


def reading_by_rows(tables: Tables, how: How) -> Reading:
    """The lineage of some tables by a record for each row."""
    claims = Claims(findings=list(tables.findings))
    if tables.nodes is not None:
        read_nodes(claims, tables.nodes, how.options)
    if tables.edges is not None:
        read_edges(claims, tables.edges, how.options)
    if tables.nodes is None:
        add_named(claims)
    if tables.organizations is not None:
        read_organizations(claims, tables.organizations, how.options.separator)
    return repaired(claims, how.policy, how.aliases, notes=how.notes)


def reading_by_columns(tables: Tables, how: How) -> Reading | None:
    """The same lineage with plain rows as columns; None where the tables have a form that is read row by row."""
    if importlib.util.find_spec("pyarrow") is None:
        return None
    from modeltree.formats.tables.merging import merged
    from modeltree.formats.tables.whole import whole_of

    whole = whole_of(tables, how)
    return None if whole is None else merged(whole, how)

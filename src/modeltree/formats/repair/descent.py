"""The derivations of a source on their way to a lineage: parents are found, loops are cut, doubles are decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ValidationError

from modeltree.findings import Finding, shown
from modeltree.formats.repair.audit import Unsaid, newer_parent
from modeltree.formats.repair.claims import Intake, Step, place_of
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.vocabulary import is_local_path, mirrored, relation_of, repository_in_cache
from modeltree.formats.repair.wording import worded
from modeltree.graph.validation import find_cycles
from modeltree.records import Derivation, Model, Relation

__all__ = ["Descent"]

Pair = tuple[str, str]

LEFT_OUT = "the derivation is left out"


@dataclass
class Descent:
    """The derivations of a source, and what is done about those that cannot stand.

    Parameters
    ----------
    intake : Intake
        What the source says.
    policy : Policy
        What is done about what is wrong.
    aliases : mapping of str to str
        For names as written, those that are meant.
    ids : mapping of int to str
        The id of the model that stands for an asset.
    models : mapping of str to Model
        The models by id.
    placeholder : callable
        Makes a model of a name that is not listed, and returns its id.
    report : callable
        Takes a finding, and the action that the policy has for it.
    """

    intake: Intake
    policy: Policy
    aliases: Mapping[str, str]
    ids: Mapping[int, str]
    models: Mapping[str, Model]
    placeholder: Callable[[str], str]
    report: Callable[[Finding, str], None]

    def __post_init__(self) -> None:
        # What the source calls a model comes before the id that was made of that, and both before other names.
        self._owners: dict[str, dict[str, None]] = {}
        for number, id in self.ids.items():
            self._owners.setdefault(self.intake.assets[number].name, {})[id] = None
        for names in ([(id, id) for id in self.models], self._other_names()):
            known = set(self._owners)
            for name, id in names:
                if name not in known:
                    self._owners.setdefault(name, {})[id] = None
        self._made: dict[str, str] = {}
        self.unsaid: list[Unsaid] = []

    def _other_names(self) -> list[Pair]:
        return [(alias, id) for id, model in self.models.items() for alias in model.aliases]

    def derivations(self) -> list[Derivation]:
        """The derivations that stay."""
        kept: dict[Pair, tuple[Derivation, Step]] = {}
        for step in self.intake.steps:
            derivation = self._derivation(step)
            if derivation:
                self._decide(kept, derivation, step)
        for pair, (_, step) in list(kept.items()):
            if self._is_newer(pair, step):
                del kept[pair]
        self._break_cycles(kept)
        return [derivation for derivation, _ in kept.values()]

    def _derivation(self, step: Step) -> Derivation | None:
        child = self.ids.get(step.child) if isinstance(step.child, int) else self._found(step.child, "child", step)
        parent = self._found(step.parent, "parent", step, child) if child else None
        if child is None or parent is None:
            return None
        if child == parent:
            action = self.policy.self_loop
            message = f"self-loop: {shown(child)} is derived from itself"
            self._say("self-loop", message, (child,), step, {"drop": LEFT_OUT}, action)
            return None
        fields = dict(step.fields)
        relation = self._relation(step, (parent, child), fields)
        if relation is None:
            return None
        try:
            return Derivation(parent=parent, child=child, relation=relation, **fields)
        except ValidationError as error:
            details = error.errors()
        what = f"derivation of {shown(child)} from {shown(parent)}"
        for finding in worded(details, what, {"": Derivation}, (child,)):
            self._say(finding.kind, finding.message, (child,), step, {"drop": "it is left out"}, self.policy.bad_value)
        return Derivation(parent=parent, child=child, relation=relation)

    # Names

    def _found(self, written: str, end: str, step: Step, other: str | None = None) -> str | None:
        """The id of the model that a name means, of a placeholder where there is none, or None."""
        name = self.aliases.get(written.strip(), written.strip())
        owners = list(self._owners.get(name, ()))
        if len(owners) > 1:
            action: str = self.policy.ambiguous_parent
            message = f"{end} {shown(name)} may be {' or '.join(map(shown, owners))}"
            done = {"first": f"{shown(owners[0])} is taken", "drop": LEFT_OUT}
            self._say("ambiguous-parent", message, tuple(owners), step, done, action)
            return owners[0] if action == "first" else None
        if owners:
            return owners[0]
        if name in self._made:
            if other is not None:
                self._missing(name, end, step, other)
            return self._made[name]
        cached = None if self.intake.names else repository_in_cache(name)
        if cached:
            message = f"{end} {shown(name)} of {shown(other)} is a folder of a cache"
            self._say(
                "cache-path-parent", message, (other or cached,), step, {"": f"it is read as {shown(cached)}"}, ""
            )
            return self._found(cached, end, step, other)
        if not self.intake.names and is_local_path(name):
            action = self.policy.local_path_parent
            message = f"{end} {shown(name)} of {shown(other)} is a path of somebody's computer"
            done = {"drop": LEFT_OUT, "placeholder": "a placeholder is kept"}
            self._say("local-path-parent", message, (other,) if other else (), step, done, action)
            return self._placed(name) if action == "placeholder" else None
        return self._missing(name, end, step, other)

    def _missing(self, name: str, end: str, step: Step, other: str | None) -> str | None:
        action = self.policy.missing_parent
        if not name:
            self._say("bad-value", f"a {end} without a name", (other,) if other else (), step, {"": LEFT_OUT}, "")
            return None
        whose = f" of {shown(other)}" if other else ""
        done = {"drop": LEFT_OUT, "placeholder": "a placeholder is kept"}
        self._say(
            f"missing-{end}", f"missing {end} {shown(name)}{whose}", (other,) if other else (), step, done, action
        )
        if action != "placeholder":
            return None
        if (copied := mirrored(name)) and not self.intake.names and name not in self._made:
            message = f"{shown(name)} is by its name a copy of {shown(copied)}"
            self._say("mirror-parent", message, (name,), step, {}, "")
        return self._placed(name)

    def _placed(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = self.placeholder(name)
        return self._made[name]

    # Relations

    def _relation(self, step: Step, pair: Pair, fields: dict[str, object]) -> Relation | None:
        """The relation of a derivation, or None where the derivation is left out for it."""
        word = step.word
        if isinstance(word, Relation):
            return word
        parent, child = pair
        if word is None or not word.strip():
            self.unsaid.append(Unsaid(child, parent, place_of(step.where)))
            return Relation.UNSPECIFIED
        if relation := relation_of(word):
            return relation
        action = self.policy.unknown_relation
        message = f"{shown(word)} is no relation known, of {shown(child)} to {shown(parent)}"
        done = {"keep": "it is 'unspecified', with the word in its note", "drop": LEFT_OUT}
        self._say("unknown-relation", message, (child, parent), step, done, action)
        said = f"relation in the source: {' '.join(word.split())}"
        fields["note"] = f"{said}; {fields['note']}" if fields.get("note") else said
        return Relation.UNSPECIFIED if action == "keep" else None

    def _decide(self, kept: dict[Pair, tuple[Derivation, Step]], new: Derivation, step: Step) -> None:
        """Keep a derivation, or decide between it and an earlier one of the same pair."""
        pair = (new.parent, new.child)
        if pair not in kept:
            kept[pair] = new, step
            return
        old, first = kept[pair]
        at = place_of(first.where)
        what = f"{shown(new.child)} is derived from {shown(new.parent)} at {at} already"
        unspecified = {old.relation, new.relation} - {Relation.UNSPECIFIED}
        if old.relation == new.relation or len(unspecified) < 2:
            more = old.relation == Relation.UNSPECIFIED and new.relation != old.relation
            kept[pair] = (new, step) if more else (old, first)
            done = f"{str(kept[pair][0].relation)!r} is kept"
            self._say("repeated-derivation", what, (new.child, new.parent), step, {"": done}, "")
            return
        action = self.policy.conflicting_relation
        message = f"{what}, by {str(old.relation)!r} and not {str(new.relation)!r}"
        done_for = {"first": f"{str(old.relation)!r} is kept", "last": f"{str(new.relation)!r} is kept"}
        self._say("conflicting-relation", message, (new.child, new.parent), step, done_for, action)
        if action == "last":
            kept[pair] = new, step

    # Time

    def _is_newer(self, pair: Pair, step: Step) -> bool:
        """Whether a derivation is left out for a parent that is newer than its child."""
        newer = newer_parent(*(self.models[id] for id in pair))
        if newer is None:
            return False
        action = self.policy.parent_newer
        done = {"keep": "the derivation is kept", "drop": LEFT_OUT}
        self._say(newer.kind, newer.message, newer.ids, step, done, action)
        return action == "drop"

    def _break_cycles(self, kept: dict[Pair, tuple[Derivation, Step]]) -> None:
        """Leave out one derivation of each cycle: the one that time contradicts most, else the last in the source."""
        while cycles := list(self._cycles(kept)):
            order = {pair: place for place, pair in enumerate(kept)}
            gone: set[Pair] = set()
            for cycle in cycles:
                pairs = list(pairwise((*cycle, cycle[0])))
                if gone & set(pairs):
                    continue  # cut already, or found anew
                worst = max(pairs, key=lambda pair: (self._contradiction(pair), order[pair]))
                gone.add(worst)
                parent, child = worst
                by_time = self._contradiction(worst) > 0
                why = f"{shown(parent)} is newer" if by_time else "it is the last in the source"
                done = {"break": f"the derivation of {shown(child)} from {shown(parent)} is left out: {why}"}
                message = f"cycle: {' -> '.join((*cycle, cycle[0]))}"
                self._say("cycle", message, tuple(cycle), kept[worst][1], done, self.policy.cycle)
            for pair in gone:
                del kept[pair]

    def _cycles(self, kept: dict[Pair, tuple[Derivation, Step]]) -> Iterator[tuple[str, ...]]:
        ids = sorted(self.models)
        numbers = {id: number for number, id in enumerate(ids)}
        parents: list[list[int]] = [[] for _ in ids]
        for parent, child in kept:
            parents[numbers[child]].append(numbers[parent])
        for cycle in find_cycles(parents):
            yield tuple(ids[number] for number in cycle)

    def _contradiction(self, pair: Pair) -> int:
        """By how many days a parent is newer than its child."""
        parent, child = (self.models[id].released for id in pair)
        days = (parent.lower - child.lower).days if parent and child else 0
        return max(days, 0)

    def _say(
        self, kind: str, message: str, ids: tuple[str, ...], step: Step, done: Mapping[str, str], action: str
    ) -> None:
        where = place_of(step.where)
        self.report(Finding(kind, message, ids=ids, position=where, done=done.get(action)), action)

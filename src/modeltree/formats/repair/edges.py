"""From claimed derivations to edges: parents are found, cycles are cut, and of doubles one is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from pydantic import ValidationError

from modeltree.findings import Finding, shown
from modeltree.formats.repair.claims import ClaimedDerivation, Claims, position_of
from modeltree.formats.repair.policy import Policy
from modeltree.formats.repair.record_findings import Ids, Unsaid, findings_from_pydantic, newer_parent
from modeltree.graph.validation import cycle_text, find_cycles
from modeltree.records import WEIGHTS, Derivation, Model, Relation
from modeltree.values.addresses import is_local_path, parse_hub_address, repository_in_cache
from modeltree.values.names import are_hub_ids, mirrored, parse_parents
from modeltree.values.words import is_missing, is_root, relation_of

Pair = tuple[str, str]
Kept = dict[Pair, tuple[Derivation, ClaimedDerivation]]

_LONGEST_PARENTS = 4000
_LOOKS = 50  # for cycles that go on where others are cut
_LEFT_OUT = "the derivation is left out"


def joined_notes(one: str | None, other: str | None) -> str | None:
    """The remarks of two sources, each once."""
    if not one or not other or one in other or other in one:
        return max(one or "", other or "", key=len) or None
    return f"{one}\n{other}"


@dataclass
class EdgeRepair:
    """The derivations of a source, and what is done about those that cannot stand."""

    claims: Claims
    policy: Policy
    aliases: Mapping[str, str]
    ids: Mapping[int, str]  # of the model that stands for a claimed one
    models: Mapping[str, Model]  # by id
    others: Mapping[str, Model]  # known besides, by id
    placeholder: Callable[[str], str]  # makes a model of a name that is not listed, and returns its id
    report: Callable[[Finding, str], None]  # takes a finding, and the action that the policy has for it

    def __post_init__(self) -> None:
        # What the source calls a model comes before the id that was made of that, and both before other names.
        self._owners: dict[str, dict[str, None]] = {}
        for index, id in self.ids.items():
            self._owners.setdefault(self.claims.models[index].name, {})[id] = None
        others = [(alias, id) for id, model in self.models.items() for alias in model.aliases]
        for names in ([(id, id) for id in self.models], others):
            known = set(self._owners)
            for name, id in names:
                if name not in known and (id == name or name not in self.others):
                    self._owners.setdefault(name, {})[id] = None
        self._placeholders: dict[str, str] = {}
        self.unsaid: list[Unsaid] = []
        self.pairs: list[Pair] = []

    def derivations(self) -> list[Derivation]:
        """The derivations that stay."""
        kept: Kept = {}
        for claim in self.claims.derivations:
            for one in self._claims_in(claim):
                if derivation := self._derivation(one):
                    self._keep_one(kept, derivation, one)
        self.pairs = list(kept)
        for pair, (derivation, claim) in list(kept.items()):
            if self._is_dropped_as_newer(pair, derivation.relation, claim):
                del kept[pair]
        self._break_cycles(kept)
        return [derivation for derivation, _ in kept.values()]

    def _derivation(self, claim: ClaimedDerivation) -> Derivation | None:
        child = self.ids.get(claim.child) if isinstance(claim.child, int) else self._found(claim.child, "child", claim)
        parent = self._found(claim.parent, "parent", claim, child) if child else None
        if child is None or parent is None:
            return None
        if child == parent:
            message = f"self-loop: {shown(child)} is derived from itself"
            self._report("self-loop", message, (child,), claim, {"drop": _LEFT_OUT}, self.policy.self_loop)
            return None
        fields = dict(claim.fields)
        relation = self._relation(claim, (parent, child), fields)
        if relation is None:
            return None
        try:
            return Derivation(parent=parent, child=child, relation=relation, **fields)
        except ValidationError as error:
            details = error.errors()
        what = f"derivation of {shown(child)} from {shown(parent)}"
        for finding in findings_from_pydantic(details, what, {"": Derivation}, (child,)):
            done = {"drop": "it is left out"}
            self._report(finding.kind, finding.message, (child,), claim, done, self.policy.bad_value)
        return Derivation(parent=parent, child=child, relation=relation)

    # Names

    def _is_known(self, name: str) -> bool:
        meant = self.aliases.get(name, name)
        return meant in self._owners or meant in self.others

    def _is_list(self, text: str) -> bool:
        """Whether what may be a path is a list: of ids of the Hub, with blanks between, or of models that are there."""
        return are_hub_ids(text) or " / " in text or all(map(self._is_known, text.split("/")))

    def _claims_in(self, claim: ClaimedDerivation) -> Iterator[ClaimedDerivation]:
        """A derivation for each of the parents that a text names, and none for one that says that there are none."""
        text = claim.parent
        name = text.strip()
        if self._is_known(name) or name in self._placeholders or not name or len(name) > _LONGEST_PARENTS:
            yield claim
            return
        if is_missing(name):
            return
        if self.claims.exact:
            yield claim
            return
        if is_root(name) and (self.claims.names or " " in name):  # an id may be "base"
            self._note("read-as", f"parent {shown(name)} is read as none", (), claim)
            return
        hub = parse_hub_address(name)
        if hub and not hub.is_dataset and (self._is_known(hub.id) or not self.claims.names):
            done = f"it is read as {shown(hub.id)}"
            self._note("read-as", f"{shown(name)} is an address of the Hub", (), claim, done)
            yield replace(claim, parent=hub.id)
            return
        is_path = not self.claims.names and (repository_in_cache(name) or is_local_path(name))
        if is_path and not self._is_list(name):
            yield claim
            return
        parents, notes = parse_parents(text if self.claims.in_rows else " ".join(text.split()), self._is_known)
        for kind, note in notes:
            hint = "part names by commas" if kind == "faulty-markup" else None
            self._note(kind, f"parents: {note}", (), claim, hint=hint)
        words = [word.strip() for word in claim.word.split(",")] if isinstance(claim.word, str) else []
        for index, parent in enumerate(parents):
            word = words[index] if len(words) == len(parents) > 1 else claim.word
            yield replace(claim, parent=parent.name, word=parent.relation or word)

    def _found(
        self, written: str, end: str, claim: ClaimedDerivation, other: str | None = None, *, unwrapped: bool = False
    ) -> str | None:
        """The id of the model that a name means, of a placeholder where there is none, or None."""
        name = self.aliases.get(written.strip(), written.strip())
        owners = list(self._owners.get(name, ()))
        if len(owners) > 1:
            action: str = self.policy.ambiguous_parent
            message = f"{end} {shown(name)} may be {' or '.join(map(shown, owners))}"
            done = {"first": f"{shown(owners[0])} is taken", "drop": _LEFT_OUT}
            self._report("ambiguous-parent", message, tuple(owners), claim, done, action)
            return owners[0] if action == "first" else None
        if owners or name in self.others:
            return owners[0] if owners else name
        if name in self._placeholders:
            if other is not None:
                self._missing(name, end, claim, other)
            return self._placeholders[name]
        # What is in the cache is unwrapped once: a repository may be called like a folder of it.
        cached = None if self.claims.names or unwrapped else repository_in_cache(name)
        if cached:
            message = f"{end} {shown(name)} of {shown(other)} is a folder of a cache"
            self._note("cache-path-parent", message, (other or cached,), claim, f"it is read as {shown(cached)}")
            return self._found(cached, end, claim, other, unwrapped=True)
        if not self.claims.names and is_local_path(name):
            action = self.policy.local_path_parent
            message = f"{end} {shown(name)} of {shown(other)} is a path of somebody's computer"
            done = {"drop": _LEFT_OUT, "placeholder": "a placeholder is kept"}
            self._report("local-path-parent", message, (other,) if other else (), claim, done, action)
            return self._placed(name) if action == "placeholder" else None
        return self._missing(name, end, claim, other)

    def _missing(self, name: str, end: str, claim: ClaimedDerivation, other: str | None) -> str | None:
        action = self.policy.missing_parent
        if not name:
            self._note("bad-value", f"a {end} without a name", (other,) if other else (), claim, _LEFT_OUT)
            return None
        whose = f" of {shown(other)}" if other else ""
        done = {"drop": _LEFT_OUT, "placeholder": "a placeholder is kept"}
        message = f"missing {end} {shown(name)}{whose}"
        self._report(f"missing-{end}", message, (other,) if other else (), claim, done, action)
        if action != "placeholder":
            return None
        if (copied := mirrored(name)) and not self.claims.names and name not in self._placeholders:
            message = f"{shown(name)} is by its name a copy of {shown(copied)}"
            self._note("mirror-parent", message, (name,), claim)
        return self._placed(name)

    def _placed(self, name: str) -> str:
        if name not in self._placeholders:
            self._placeholders[name] = self.placeholder(name)
        return self._placeholders[name]

    # Relations

    def _relation(self, claim: ClaimedDerivation, pair: Pair, fields: dict[str, object]) -> Relation | None:
        """The relation of a derivation, or None where the derivation is left out for it."""
        word = claim.word
        if isinstance(word, Relation):
            return word
        parent, child = pair
        if word is None or (is_missing(word) and relation_of(word) is None):
            self.unsaid.append(Unsaid(child, parent, position_of(claim.where)))
            return Relation.UNSPECIFIED
        if relation := relation_of(word):
            return relation
        action = self.policy.unknown_relation
        message = f"{shown(word)} is no relation known, of {shown(child)} to {shown(parent)}"
        done = {"keep": "it is 'unspecified', with the word in its note", "drop": _LEFT_OUT}
        self._report("unknown-relation", message, (child, parent), claim, done, action)
        note = f"relation in the source: {' '.join(word.split())}"
        fields["note"] = f"{note}; {fields['note']}" if fields.get("note") else note
        return Relation.UNSPECIFIED if action == "keep" else None

    def _keep_one(self, kept: Kept, new: Derivation, claim: ClaimedDerivation) -> None:
        """Keep a derivation, or decide between it and an earlier one of the same pair."""
        pair = (new.parent, new.child)
        if pair not in kept:
            kept[pair] = new, claim
            return
        old, first = kept[pair]
        at = position_of(first.where)
        what = f"{shown(new.child)} is derived from {shown(new.parent)} at {at} already"
        unspecified = {old.relation, new.relation} - {Relation.UNSPECIFIED}
        if old.relation == new.relation or len(unspecified) < 2:
            more = old.relation == Relation.UNSPECIFIED and new.relation != old.relation
            stays = new if more else old
            known = dict.fromkeys([*old.references, *new.references])
            stays = stays.model_copy(update={"references": tuple(known), "note": joined_notes(old.note, new.note)})
            kept[pair] = stays, claim if more else first
            done = f"{str(kept[pair][0].relation)!r} is kept"
            self._note("repeated-derivation", what, (new.child, new.parent), claim, done)
            return
        action: str = self.policy.conflicting_relation
        if (old.relation in WEIGHTS) != (new.relation in WEIGHTS) and action != "refuse":
            kept[pair] = (new, claim) if new.relation in WEIGHTS else (old, first)
            left = old.relation if new.relation in WEIGHTS else new.relation
            done = f"{str(kept[pair][0].relation)!r} is kept, for it passes weights on, and {str(left)!r} is left out"
            self._note("repeated-derivation", what, (new.child, new.parent), claim, done)
            return
        message = f"{what}, by {str(old.relation)!r} and not {str(new.relation)!r}"
        done_for = {"first": f"{str(old.relation)!r} is kept", "last": f"{str(new.relation)!r} is kept"}
        self._report("conflicting-relation", message, (new.child, new.parent), claim, done_for, action)
        if action == "last":
            kept[pair] = new, claim

    # Time

    def _is_dropped_as_newer(self, pair: Pair, relation: Relation, claim: ClaimedDerivation) -> bool:
        """Whether a derivation is left out for a parent that is newer than its child."""
        newer = newer_parent(self._model(pair[0]), self._model(pair[1]), relation)
        if newer is None:
            return False
        action = self.policy.parent_newer
        done = {"keep": "the derivation is kept", "drop": _LEFT_OUT}
        self._report(newer.kind, newer.message, newer.ids, claim, done, action)
        return action == "drop"

    def _model(self, id: str) -> Model:
        return self.models[id] if id in self.models else self.others[id]

    def _break_cycles(self, kept: Kept) -> None:
        """Leave out one derivation of each cycle: the one that time contradicts most, else the last in the source."""
        ids = sorted({id for pair in kept for id in pair})
        indices = {id: index for index, id in enumerate(ids)}
        order = {pair: index for index, pair in enumerate(kept)}

        def badness(above: int, below: int) -> tuple[int, ...]:
            pair = ids[above], ids[below]
            # What passes weights on stays where something else can go.
            return kept[pair][0].relation not in WEIGHTS, self._contradiction(pair), order[pair]

        for look in range(_LOOKS):
            parents: list[list[int]] = [[] for _ in ids]
            for parent, child in kept:
                parents[indices[child]].append(indices[parent])
            # The last look leaves no cycle.
            cycles = list(find_cycles(parents, badness if look < _LOOKS - 1 else None))
            for cycle in cycles:
                parent, child = worst = ids[cycle.worst[0]], ids[cycle.worst[1]]
                by_time = self._contradiction(worst) > 0
                why = f"{shown(parent)} is newer" if by_time else "it is the last in the source"
                done = {"break": f"the derivation of {shown(child)} from {shown(parent)} is left out: {why}"}
                names = tuple(ids[index] for index in cycle.nodes)
                self._report("cycle", cycle_text(names, cycle.length), names, kept[worst][1], done, self.policy.cycle)
            for cycle in cycles:
                del kept[ids[cycle.worst[0]], ids[cycle.worst[1]]]
            if not cycles:
                return

    def _contradiction(self, pair: Pair) -> int:
        """By how many days a parent is newer than its child."""
        parent, child = (self._model(id).released for id in pair)
        days = (parent.lower - child.lower).days if parent and child else 0
        return max(days, 0)

    def _report(
        self, kind: str, message: str, ids: Ids, claim: ClaimedDerivation, done: Mapping[str, str], action: str
    ) -> None:
        """Report what the policy decides about; `done` has what is done, by action."""
        where = position_of(claim.where)
        self.report(Finding(kind, message, None, ids, position=where, done=done.get(action)), action)

    def _note(
        self, kind: str, message: str, ids: Ids, claim: ClaimedDerivation, done: str = "", hint: str | None = None
    ) -> None:
        where = position_of(claim.where)
        self.report(Finding(kind, message, hint, ids, position=where, done=done or None), "")

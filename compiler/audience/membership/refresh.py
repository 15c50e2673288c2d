"""Refresh: bring audiences up to date with people, definitions and time, in one transaction.

A full refresh asks everybody. Otherwise those are asked who changed since the last one, and those for whom time
alone can have changed an answer in between; a law says that it comes to the same. An audience that is new or means
something else is always refreshed in full.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from audience.analysis import due, texts_first
from audience.errors import UnsupportedByDialect, UsageError
from audience.ir import ComparesInstant, Constant, IsTimestamp, Not, Or, Order, Predicate
from audience.language.nodes import Definition
from audience.lowering import insert_members
from audience.membership.audiences import Dynamic, Kept, Known, Type, read_kept, unknown_key, write_state
from audience.membership.causes import explain
from audience.membership.define import store_definitions, wrong_type
from audience.membership.environment import Environment
from audience.membership.settle import match_scope
from audience.membership.triggers import keep_triggers
from audience.people import table
from audience.resolution.normalize import normalize
from audience.store.home import Writing
from audience.store.ledger import Cause
from audience.store.members import MATCHED, SCOPE, Moved, Reason, Stage
from audience.values import Instant

LATENESS = 10 * 60 * 1_000_000
"""In microseconds: how long before the last refresh a change of a person can be stamped and still be new. A row is
stamped when it is written and seen when it is committed, by another clock than ours."""

Progress = Callable[[float, str], None]
"""Told how much is done, from 0 to 1, and which audience is next."""


class Mode(StrEnum):
    """Who is asked."""

    FULL = "full"
    INCREMENTAL = "incremental"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did. `now` is its instant; `moved` says for each audience how many entered and left.

    `full` are the audiences for which everybody was asked, `stopped` those that stand still, with the reason.
    `last_sequence` is the number of the last transition, whoever wrote it.
    """

    now: int
    moved: Mapping[str, Moved]
    full: frozenset[str]
    stopped: Mapping[str, str]
    last_sequence: int


def refresh(
    environment: Environment,
    keys: Collection[str] = (),
    *,
    definitions: Mapping[str, Definition] | None = None,
    broken: Mapping[str, str] | None = None,
    mode: Mode | None = None,
    emit_initial: bool = False,
    progress: Progress = lambda _share, _key: None,
) -> Refreshed:
    """Refresh some dynamic audiences, or all of them.

    `definitions` are stored first; what they change reaches every audience that refers to them in the same run.
    `broken` says of others why their definition cannot be read: those that are kept stand still, with all that refer
    to them, and so does one whose definition is of the other type. Without a `mode` it is incremental where it is
    known who changed, and full elsewhere. `emit_initial` has those notified who are members when an audience begins.
    UsageErrors: A401 for an unknown key, A707 for an incremental refresh where nothing tells who changed.
    """
    if mode is Mode.INCREMENTAL and not _tells_changes(environment):
        raise UsageError(
            "A707",
            "nothing tells who changed, so no refresh can be incremental",
            "name the column that does as `changed_at` in [users] of audience.toml, or refresh in full",
        )
    chosen = mode or (Mode.INCREMENTAL if _tells_changes(environment) else Mode.FULL)
    with environment.home.writing(environment.name) as writing:
        halted = dict(broken or {})
        if definitions:
            halted |= _store(environment, writing, definitions)
        known = environment.known(writing.database)
        if chosen is Mode.DUE and definitions is None and broken is None:
            # Nobody has read the definitions, so what was wrong with one may still be.
            standing = {key: held.kept.error for key, held in known.dynamic.items() if held.kept.error is not None}
            halted = standing | halted
        for key, named in _relying(known, halted).items():
            halted.setdefault(key, f"`{key}` refers to `{named}`, which stands still")
        running = _Running(environment, writing, known, halted, chosen, emit_initial, progress)
        return running.refresh(_chosen(known, keys, halted))


def _store(environment: Environment, writing: Writing, definitions: Mapping[str, Definition]) -> dict[str, str]:
    """Store definitions, except those that would change an audience's type: why not, by key."""
    held = {row.key: row for row in read_kept(writing.database, environment.name)}
    wrong = {key: wrong_type(held.get(key), definition) for key, definition in definitions.items()}
    store_definitions(environment, writing, {key: definitions[key] for key, error in wrong.items() if error is None})
    return {key: str(error) for key, error in wrong.items() if error is not None}


def _relying(known: Known, keys: Iterable[str]) -> dict[str, str]:
    """The audiences that refer to some dynamic ones, or to others that do, each with the one that it names."""
    found: dict[str, str] = {}
    rest = [key for key in keys if key in known.dynamic]
    while rest:
        key = rest.pop()
        for other in known.referring(key):
            if other in known.dynamic and other not in found:
                found[other] = key
                rest.append(other)
    return found


def _tells_changes(environment: Environment) -> bool:
    return environment.foreign is None or environment.foreign.changed_at is not None


def _chosen(known: Known, keys: Collection[str], halted: Mapping[str, str]) -> dict[str, Dynamic]:
    """The audiences to refresh: those named, and all whose members are not those of their meaning."""
    for key in keys:
        if key not in known.dynamic and key not in known.broken and key not in halted:
            raise unknown_audience(key, known)
    return {
        key: audience
        for key, audience in known.dynamic.items()
        if key not in halted
        and (not keys or key in keys or (audience.kept.activated_at is not None and not audience.stands))
    }


def unknown_audience(key: str, known: Known) -> UsageError:
    """The error for a key that is no dynamic audience of an environment, with those that are."""
    if key in known.static:
        return UsageError("A707", f"`{key}` is a static audience", "its members are added and removed, not refreshed")
    return unknown_key(key, known.kept())


@dataclass(frozen=True, slots=True)
class _Running:
    """One refresh, inside its transaction."""

    environment: Environment
    writing: Writing
    known: Known
    halted: Mapping[str, str]
    mode: Mode
    emit_initial: bool
    progress: Progress

    def refresh(self, audiences: Mapping[str, Dynamic]) -> Refreshed:
        full = {key: held for key, held in audiences.items() if self.mode is Mode.FULL or not held.stands}
        rest = {key: held for key, held in audiences.items() if key not in full}
        stopped = {key: str(error) for key, (_, error) in self.known.broken.items()} | dict(self.halted)
        stage = Stage(self.writing)
        moved = self._ask_everybody(stage, full, stopped) | self._ask_some(stage, rest)
        stage.close()
        for key in (*full, *rest):
            if key not in stopped:
                write_state(self.writing.database, self.writing.environment, self._state(audiences[key], key in full))
        self._stop(stopped)
        keep_triggers(self.environment, self.writing)
        self.progress(1.0, "")
        return Refreshed(
            self.writing.now, moved, frozenset(full.keys() - stopped.keys()), stopped, self.writing.sequence
        )

    def _ask_everybody(
        self, stage: Stage, audiences: Mapping[str, Dynamic], stopped: dict[str, str]
    ) -> dict[str, Moved]:
        run = self.environment.run(self.known, self.writing.now)
        distinct = self.environment.foreign is not None
        reasons: dict[str, Reason] = {}
        for at, (key, audience) in enumerate(audiences.items()):
            self.progress(at / (len(audiences) + 1), key)
            try:
                query = insert_members(run, audience.predicate, key, MATCHED, distinct=distinct)
            except UnsupportedByDialect as error:
                stopped[key] = str(error)
                continue
            self.writing.database.run(query, doing=f"asking for the members of {key}")
            reasons[key] = self._reason(audience)
        if not reasons:
            return {}
        return self._write(stage, {key: audiences[key] for key in reasons}, reasons, scoped=False)

    def _ask_some(self, stage: Stage, audiences: Mapping[str, Dynamic]) -> dict[str, Moved]:
        if not audiences:
            return {}
        self._find_scope(audiences)
        done = iter(range(len(audiences)))
        match_scope(
            self.environment,
            self.writing,
            audiences,
            tell=lambda key: self.progress(next(done) / (len(audiences) + 1), key),
        )
        reasons = {key: self._reason(audience) for key, audience in audiences.items()}
        return self._write(stage, audiences, reasons, scoped=True)

    def _write(
        self, stage: Stage, audiences: Mapping[str, Dynamic], reasons: Mapping[str, Reason], *, scoped: bool
    ) -> dict[str, Moved]:
        moved = stage.find(reasons, scoped=scoped)
        by_time = {
            key: audience
            for key, audience in audiences.items()
            if reasons[key].cause is Cause.PERSON and moved[key] != Moved()
        }
        explain(self.environment, self.writing, stage, by_time)
        stage.write()
        return moved

    def _find_scope(self, audiences: Mapping[str, Dynamic]) -> None:
        """Fill `SCOPE` with who changed since the oldest refresh among these, and for whom time is due."""
        database, run = self.writing.database, self.environment.run(self.known, self.writing.now)
        refreshed = [audience.kept.refreshed_at for audience in audiences.values()]
        since = min(instant if instant is not None else 0 for instant in refreshed)
        moving = due([held.predicate for held in audiences.values()], since, self.writing.now)
        asked: list[Predicate] = [moving if run.dialect.capabilities.extracts else texts_first(moving)]
        if self.mode is Mode.INCREMENTAL:
            if self.environment.foreign is None:
                change = min(audience.kept.refreshed_change for audience in audiences.values())
                table.scope_changed(self.writing, change)
            else:
                asked.append(self._changed(audiences))
        wanted = normalize(Or(tuple(asked)))
        if wanted != Constant(False):
            database.run(insert_members(run, wanted, "", SCOPE), doing="asking for whom time is due")

    def _changed(self, audiences: Mapping[str, Dynamic]) -> Predicate:
        """Whoever says that they changed since, and whoever does not say when they did."""
        assert self.environment.foreign is not None, "people of our own have a change number"
        held = self.environment.foreign.changed_at
        assert held is not None, "an incremental refresh was refused without it"
        since = min(audience.kept.watermark or 0 for audience in audiences.values()) - LATENESS
        return Or((ComparesInstant(held, Order.GREATER_OR_EQUAL, Instant(since)), Not(IsTimestamp(held))))

    def _reason(self, audience: Dynamic) -> Reason:
        kept = audience.kept
        if kept.activated_at is None:
            return Reason(audience.meaning, Cause.ACTIVATION, notify=self.emit_initial)
        same = (kept.meaning, kept.people) == (audience.meaning, audience.people)
        cause = Cause.PERSON if same else Cause.DEFINITION
        return Reason(audience.meaning, cause)

    def _state(self, audience: Dynamic, in_full: bool) -> Kept:
        """How far the audience is."""
        kept, now = audience.kept, self.writing.now
        looked = in_full or self.mode is Mode.INCREMENTAL
        return replace(
            kept,
            meaning=audience.meaning,
            people=audience.people,
            activated_at=now if kept.activated_at is None else kept.activated_at,
            refreshed_at=now,
            refreshed_change=self.writing.change if looked else kept.refreshed_change,
            watermark=now if looked else kept.watermark,
            error=None,
        )

    def _stop(self, stopped: Mapping[str, str]) -> None:
        """Store why audiences stand still; of one that has never been read there is nothing to be kept."""
        for key, kept in self.known.kept().items():
            mended = kept.type is Type.STATIC and kept.error is not None
            if key in stopped or mended:
                stored = replace(kept, error=stopped.get(key))
                write_state(self.writing.database, self.writing.environment, stored)

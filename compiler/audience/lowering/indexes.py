"""Which indexes could serve a condition: read from the condition as it is compiled, so that an engine finds them.

An AND is served where one of its parts is, an OR where all of them are. What an engine's indexes can serve says its
dialect, in `Capabilities.indexing`; whether a plan uses one, only the engine can say.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from audience.catalog import Relation
from audience.ir import describe
from audience.ir.nodes import And, Constant, Or, Predicate
from audience.lowering.dialect import Dialect
from audience.lowering.indexing import Indexing, Key
from audience.lowering.predicate import Lowering
from audience.lowering.query import render
from audience.lowering.scope import InlineScope
from audience.lowering.selection import Run

NAME_WORDS_MAX = 44
"""Signs of a name that say what an index holds; with what tells it from others, engines take 63."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index that could serve a condition; `serves` are the parts of it, in plain English."""

    name: str
    key: Key
    serves: tuple[str, ...]

    def statement(self, dialect: Dialect, relation: Relation, *, concurrently: bool) -> str:
        """The SQL that creates it on a relation."""
        tree = _indexing(dialect).statement(self.name, relation, self.key, concurrently=concurrently)
        return render(tree, dialect, pretty=False)


@dataclass(frozen=True, slots=True)
class Unserved:
    """A part of a condition that keeps indexes from serving the whole, and why."""

    condition: str
    reason: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """The indexes that could serve a condition, or what keeps them from it; neither where it matches nobody."""

    indexes: tuple[Index, ...] = ()
    unserved: tuple[Unserved, ...] = ()


def candidate_indexes(run: Run, predicate: Predicate) -> Candidates:
    """The indexes that could serve the query of a predicate."""
    indexing, lowering = _indexing(run.dialect), run.lowering(InlineScope(run.catalog, run.dialect))
    found = _find(indexing, lowering, predicate)
    if not found.served:
        return Candidates(unserved=tuple(dict.fromkeys(found.unserved)))
    serves: dict[str, tuple[Key, list[str]]] = {}
    for key, condition in found.keys:
        _, conditions = serves.setdefault(_identity(run, key), (key, []))
        if condition not in conditions:
            conditions.append(condition)
    indexes = (Index(_name(run, key), key, tuple(conditions)) for key, conditions in serves.values())
    return Candidates(indexes=tuple(indexes))


def analyze(dialect: Dialect, relation: Relation) -> str:
    """The statement that gathers statistics of a relation and of what its indexes hold."""
    return render(_indexing(dialect).analysis(relation), dialect, pretty=False)


@dataclass(frozen=True, slots=True)
class _Found:
    """The keys that serve a predicate, each with the leaf that it serves; else what is in the way."""

    keys: tuple[tuple[Key, str], ...] = ()
    unserved: tuple[Unserved, ...] = ()
    served: bool = True


def _find(indexing: Indexing, lowering: Lowering, predicate: Predicate) -> _Found:
    match predicate:
        case And(operands):
            parts = [_find(indexing, lowering, operand) for operand in operands]
            served = [part for part in parts if part.served]
            return _joined(served) if served else _joined(parts)
        case Or(operands):
            parts = [_find(indexing, lowering, operand) for operand in operands]
            unserved = [part for part in parts if not part.served]
            return _joined(unserved) if unserved else _joined(parts)
        case Constant(True):
            return _unserved("everybody", "it is true of all people")
        case Constant():
            return _Found()
        case _:
            condition = lowering.filter(predicate)
            if isinstance(condition, exp.Boolean):
                # The types of the columns decide it, and nobody is looked up.
                return _find(indexing, lowering, Constant(bool(condition.this)))
            if keys := indexing.keys(condition):
                return _Found(keys=tuple((key, describe(predicate)) for key in keys))
            return _unserved(describe(predicate), indexing.reason(predicate, lowering.scope.catalog))


def _unserved(condition: str, reason: str) -> _Found:
    return _Found(unserved=(Unserved(condition, reason),), served=False)


def _joined(parts: Sequence[_Found]) -> _Found:
    keys = tuple(key for part in parts for key in part.keys)
    return _Found(keys, tuple(found for part in parts for found in part.unserved), all(part.served for part in parts))


def _indexing(dialect: Dialect) -> Indexing:
    known = dialect.capabilities.indexing
    assert known is not None, "the dialect has no indexes to be made by hand"
    return known


def _identity(run: Run, key: Key) -> str:
    return f"{key.method} {key.operators} {render(key.expression.copy(), run.dialect, pretty=False)}"


def _name(run: Run, key: Key) -> str:
    """Words that say what it holds, and signs that no index of another key has."""
    words = [*getattr(run.catalog.relation, "name", ())[-1:], *_words(key.expression)]
    said = "_".join(filter(None, (re.sub(r"\W+", "_", word, flags=re.ASCII).strip("_") for word in words)))
    mark = hashlib.sha256("\0".join([*words, _identity(run, key)]).encode()).hexdigest()
    return f"{said[:NAME_WORDS_MAX].casefold()}_{mark[:8]}"


def _words(expression: exp.Expr) -> Iterable[str]:
    """The column and the keys below it."""
    words = [found.name for found in expression.find_all(exp.Column, bfs=False)]
    words += [found.expression.name for found in expression.find_all(exp.JSONExtract, bfs=False)]
    return dict.fromkeys(words)

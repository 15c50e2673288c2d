"""Queries that stand inside a procedure of the database: which people a statement touched, and what they answer.

They read variables of the procedure. What few people answer to many conditions is one list a person: every condition
is prepared once, and the people are read once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from audience.catalog import Catalog, Column
from audience.ir.nodes import Constant, Predicate
from audience.lowering.build import aliased, cast, column, function, is_not_null, paren, select
from audience.lowering.materialize import keys_of_person
from audience.lowering.predicate import Variable
from audience.lowering.query import Query, compose
from audience.lowering.scalars import key_text
from audience.lowering.scope import InlineScope, Scope
from audience.lowering.selection import Run, select_people


@dataclass(frozen=True, slots=True)
class Touched:
    """The variables that hold the people a statement touched: lists of ids as they stand in the column, and as texts.

    The former are for an index on the column; where its type takes two ids for one, the latter tell them apart.
    """

    native: Variable
    ids: Variable


def select_touched(catalog: Catalog, run: Run) -> Query:
    """The ids of the people of a relation that has the columns of the run's, as `native` and as the text `user_id`."""
    scope = InlineScope(catalog, run.dialect)
    columns = [aliased(scope.column(catalog.id), "native"), aliased(keys_of_person(scope)[0], "user_id")]
    tree = select(columns, run.dialect.relation(catalog.relation), is_not_null(column(catalog.id.name)))
    return compose(tree, run.dialect)


def select_answers(run: Run, predicates: Sequence[Predicate], touched: Touched) -> Query:
    """A row for each row of the people touched: id and tenant as text, and the list of what they answer in `answers`.

    An answer is TRUE where the predicate at its place holds; FALSE and NULL are the same.
    """

    def columns(scope: Scope) -> list[exp.Expr]:
        asked = run.lowering(scope)
        answers = cast(exp.Array(expressions=[asked.filter(predicate) for predicate in predicates]), "BOOLEAN[]")
        keys = zip(("user_id", "tenant"), keys_of_person(scope), strict=True)
        return [*(aliased(key, called) for called, key in keys), aliased(answers, "answers")]

    key: Column = run.catalog.id
    held = InlineScope(run.catalog, run.dialect).column(key)
    # A variable has the collation of what it was filled from, so the key is marked whatever its own.
    text = run.dialect.text(key_text(run.dialect, key.kind, held.copy()))
    among = [_is_in(held, touched.native), _is_in(text, touched.ids)]
    tree, parameters = select_people(run, Constant(True), columns, among)
    return compose(tree, run.dialect, parameters=parameters)


def _is_in(key: exp.Expr, listed: Variable) -> exp.Expr:
    """IN a list that is unfolded, which is looked up one by one in an index, or all at once without one."""
    unfolded = function("unnest", listed.read())
    return exp.In(this=paren(key), query=exp.Subquery(this=exp.Select(expressions=[unfolded])))

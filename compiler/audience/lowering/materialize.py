"""Statements that write what a condition selects: its members into a table, its people into a temporary copy.

A copy is what many conditions about few people are asked of: the relation is read once, and the conditions read the
copy through a catalog that is the same in everything else.
"""

from dataclasses import replace

from sqlglot import exp

from audience.catalog import Catalog, Column, Table
from audience.ir.nodes import Constant, Predicate
from audience.lowering.build import aliased, column, name, select, string
from audience.lowering.query import Query, compose
from audience.lowering.scalars import key_text
from audience.lowering.scope import InlineScope, Scope
from audience.lowering.selection import Run, select_people

MEMBER_COLUMNS = ("audience", "user_id", "tenant")


def insert_members(
    run: Run, predicate: Predicate, audience: str, into: tuple[str, ...], *, distinct: bool = True
) -> Query:
    """INSERT the people that match into the columns `audience`, `user_id` and `tenant` of a table, all as text.

    No tenant is the empty text. `distinct` writes a pair once however many rows it has among the people; it costs,
    and is of no use where an id cannot repeat.
    """

    def columns(scope: Scope) -> list[exp.Expr]:
        keys = zip(MEMBER_COLUMNS, [string(audience), *keys_of_person(scope)], strict=True)
        return [aliased(key, called) for called, key in keys]

    tree, parameters = select_people(run, predicate, columns)
    if distinct:
        tree.set("distinct", exp.Distinct())
    table = exp.Schema(this=run.dialect.relation(Table(into)), expressions=[name(held) for held in MEMBER_COLUMNS])
    statement = exp.Insert(this=table, expression=tree)
    return compose(statement, run.dialect, parameters=parameters, unbound=run.unbound(predicate, tree))


def copy_people(run: Run, predicate: Predicate | None, ids: tuple[str, ...] | None, into: str) -> Query:
    """CREATE a temporary table of people with every column of the catalog: see `copied`.

    They are those that match, everybody without a predicate; and those whose id stands in the column `user_id` of the
    table `ids`: a text, never NULL, and without a collation of its own, so that an index on the people's id serves.
    Where an engine can do so, the table ends with its transaction; elsewhere the caller drops it.
    """
    wanted = Constant(True) if predicate is None else predicate
    among = [] if ids is None else [_is_listed(run, ids)]
    tree, parameters = select_people(
        run, wanted, lambda scope: [scope.column(held) for held in _columns(run.catalog)], among
    )
    properties: list[exp.Expr] = [exp.TemporaryProperty()]
    if run.dialect.capabilities.drops_at_commit:
        properties.append(exp.OnCommitProperty())
    statement = exp.Create(
        this=run.dialect.relation(Table((into,))),
        kind="TABLE",
        expression=tree,
        properties=exp.Properties(expressions=properties),
    )
    return compose(statement, run.dialect, parameters=parameters, unbound=run.unbound(wanted, tree))


def copied(catalog: Catalog, into: str) -> Catalog:
    """The catalog of a copy; `Run.within` has no place in it, because a copy has the catalog's columns only."""
    return replace(catalog, relation=Table((into,)))


def keys_of_person(scope: Scope) -> list[exp.Expr]:
    """A person's id and tenant as text; no tenant is the empty text."""
    catalog = scope.catalog
    tenant: exp.Expr = string("")
    if catalog.tenant is not None:
        tenant = key_text(scope.dialect, catalog.tenant.kind, scope.column(catalog.tenant), absent="")
    return [key_text(scope.dialect, catalog.id.kind, scope.column(catalog.id)), tenant]


def _columns(catalog: Catalog) -> list[Column]:
    special = [held for held in (catalog.id, catalog.tenant, catalog.document) if held is not None]
    return list({held.name: held for held in (*special, *catalog.columns)}.values())


def _is_listed(run: Run, ids: tuple[str, ...]) -> exp.Expr:
    """IN, which names no column of both tables in one place; as a filter, it may be NULL for whoever has no id."""
    listed = select([column("user_id")], run.dialect.relation(Table(ids)))
    key = key_text(run.dialect, run.catalog.id.kind, InlineScope(run.catalog, run.dialect).column(run.catalog.id))
    return exp.In(this=key, query=exp.Subquery(this=listed))

"""Queries about people themselves, without a condition: how many rows, which ids stand twice, what values look like."""

from sqlglot import exp

from audience.catalog import Catalog, Column, Relation
from audience.catalog.kinds import JsonKind
from audience.lowering.build import aliased, binary, cast, column, function, integer, is_not_null, name, select
from audience.lowering.dialect import Dialect
from audience.lowering.query import Query, compose, render


def describe_columns(dialect: Dialect, relation: Relation) -> str:
    """The statement that describes the columns of a relation; empty where the engine looks into its own catalog."""
    description = dialect.description(relation)
    return "" if description is None else render(description, dialect)


def count_rows(dialect: Dialect, relation: Relation) -> Query:
    """One number: all rows."""
    return compose(select([function("count", exp.Star())], dialect.relation(relation)), dialect)


def duplicate_ids(dialect: Dialect, catalog: Catalog, limit: int) -> Query:
    """Ids that stand more than once, the most frequent first: (id, tenant, times, such ids in all)."""
    user, tenant, times = column("id"), column("tenant"), column("times")
    # Rows are grouped by what they compare by, and a column can have a collation of its own.
    id_text = dialect.text(cast(column(catalog.id.name), "VARCHAR"))
    tenant_text: exp.Expr = cast(exp.Null(), "VARCHAR")
    if catalog.tenant is not None:
        tenant_text = dialect.text(cast(column(catalog.tenant.name), "VARCHAR"))
    keys: list[exp.Expr] = [
        exp.Alias(this=id_text, alias=name("id")),
        exp.Alias(this=tenant_text, alias=name("tenant")),
    ]
    counted = function("count", exp.Star())
    groups = select(
        [user, tenant, aliased(counted, "times")],
        select(keys, dialect.relation(catalog.relation)),
        is_not_null(user.copy()),
        alias="people",
    )
    groups.set("group", exp.Group(expressions=[user.copy(), tenant.copy()]))
    groups.set("having", exp.Having(this=binary(exp.GT, counted.copy(), integer(1))))
    in_all = exp.Window(this=function("count", exp.Star()))
    found = select([user.copy(), tenant.copy(), times, aliased(in_all, "in_all")], groups, alias="repeated")
    order: list[exp.Expr] = [exp.Ordered(this=times.copy(), desc=True)]
    order += [exp.Ordered(this=dialect.text(key.copy())) for key in (user, tenant)]
    found.set("order", exp.Order(expressions=order))
    found.set("limit", exp.Limit(expression=integer(limit)))
    return compose(found, dialect)


def sample_of_people(dialect: Dialect, catalog: Catalog, rows: int) -> Query:
    """One row a person: each typed column as JSON text, and the document as text."""
    columns = [dialect.as_json(described.kind, column(described.name)) for described in catalog.columns]
    document = exp.Null() if catalog.document is None else _document_text(dialect, catalog.document)
    items = [aliased(item, f"c{position}") for position, item in enumerate([*columns, document])]
    people = dialect.relation(catalog.relation)
    if catalog.id.nullable:
        # A sample may be taken before WHERE is looked at, so that WHERE stands below it.
        people = exp.Subquery(
            this=select([exp.Star()], people, is_not_null(column(catalog.id.name))),
            alias=exp.TableAlias(this=name("people")),
        )
    return compose(dialect.sampled(select(items, people), rows), dialect)


def some_documents(dialect: Dialect, catalog: Catalog, rows: int) -> Query:
    """The documents of some people, as text."""
    assert catalog.document is not None, "only a relation with a document has documents"
    held = _document_text(dialect, catalog.document)
    query = select([aliased(held, "document")], dialect.relation(catalog.relation))
    query.set("limit", exp.Limit(expression=integer(rows)))
    return compose(query, dialect)


def _document_text(dialect: Dialect, document: Column) -> exp.Expr:
    """A document as it stands in a text column, or as the engine writes it; not every engine casts JSON to text."""
    held = column(document.name)
    assert isinstance(document.kind, JsonKind), "a document is JSON"
    return held if document.kind.text else dialect.output(document.kind, held)

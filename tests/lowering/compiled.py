"""Texts of the dialects that nothing executes here: the corpus, and conditions of the fuzzer over typed columns."""

from functools import cache
from random import Random

from audience.catalog import Catalog, Table
from audience.catalog.declare import Declared, Roles, declare, declare_types
from audience.catalog.kinds import JsonKind, TextKind
from audience.errors import DefinitionError, UnsupportedByDialect
from audience.interpreter import read_members
from audience.lowering import DIALECTS, Run, count, select_ids, select_sample
from audience.membership.run_inputs import read_now
from audience.resolution import Resolution, resolve
from tests.corpus.cases import CASES, REGRESSIONS, Case
from tests.fuzz.columns import COLUMNS
from tests.fuzz.conditions import AUDIENCES, Author
from tests.fuzz.crowd import draw_crowd
from tests.fuzz.edges import NOW

COMPILED = sorted(name for name, dialect in DIALECTS.items() if not dialect.capabilities.verified)

UNTYPED = [case for case in (*CASES, *REGRESSIONS) if not case.columns]


def documents(text: bool) -> Catalog:
    columns = [Declared("id", TextKind()), Declared("doc", JsonKind(text))]
    return declare(Table(("people",)), columns, Roles(properties="doc"))


def compile_case(name: str, case: Case, catalog: Catalog) -> list[str]:
    """Both queries of a case."""
    members = read_members(case.members)
    resolution = resolve(case.expression, catalog, static=case.members)
    return texts_of(Run(catalog, DIALECTS[name], read_now(case.now), members), resolution)


def texts_of(run: Run, resolution: Resolution) -> list[str]:
    return [
        select_ids(run, resolution.predicate).sql,
        count(run, resolution.outline).query.sql,
        select_sample(run, resolution.predicate, [], 10).sql,
    ]


@cache
def corpus(name: str) -> tuple[dict[str, list[str]], set[str]]:
    """The texts of each case that compiles, and the cases that do not."""
    compiled, refused = dict[str, list[str]](), set()
    for case in UNTYPED:
        try:
            compiled[case.id] = compile_case(name, case, documents(text=False))
        except UnsupportedByDialect:
            refused.add(case.id)
    return compiled, refused


@cache
def typed_texts(name: str) -> tuple[str, ...]:
    """Conditions of the fuzzer over typed columns of every kind, in a dialect."""
    rng, texts = Random(f"typed columns in {name}"), list[str]()
    crowd = draw_crowd(rng, 30, COLUMNS, (), None)
    types = {column.name: column.type for column in COLUMNS}
    epochs = {column.name: column.epoch for column in COLUMNS if column.epoch}
    catalog = declare_types("crm.people", types, Roles(epochs=epochs))
    members = read_members({key: ["u1", "u2"] for key in AUDIENCES})
    author = Author(rng, crowd)
    for _ in range(200):
        try:
            resolution = resolve(author.condition(), catalog, static=AUDIENCES)
            texts += texts_of(Run(catalog, DIALECTS[name], NOW, members), resolution)
        except (DefinitionError, UnsupportedByDialect):
            continue
    return tuple(texts)


def everything(name: str) -> list[str]:
    """Every text of a dialect, each once, in an order that is always the same."""
    texts = [text for texts in corpus(name)[0].values() for text in texts]
    return sorted({*texts, *typed_texts(name)})

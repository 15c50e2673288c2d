"""People in a JSON column: the compiled form against other ways to ask the same, and against typed columns.

The other ways are the naive form of documents.toml, the bare predicate (which extracts anew for every condition), the
extraction stored instead of inlined or the other way round, and the same condition over typed columns.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path

import audience
from benchmarks.people import INSTANT, TABLE, connect
from benchmarks.ratios import Ratio, compare

DOCUMENTS = "documents"

CASES = Path(__file__).with_name("documents.toml")


def read_cases() -> list[tuple[str, str, str]]:
    """The name, the condition and the naive form of each case."""
    entries = tomllib.loads(CASES.read_text(encoding="utf-8"))["case"]
    return [(entry["name"], entry["condition"], entry["naive"]) for entry in entries]


def counting(ids: str) -> str:
    """A query that counts what a query of ids yields."""
    return f"SELECT count(*) FROM ({ids})"


def other_choice(sql: str) -> str | None:
    """The same query with its extraction stored where it was inlined, or the other way round; None without one."""
    if " AS MATERIALIZED (" in sql:
        return sql.replace(" AS MATERIALIZED (", " AS (")
    return sql.replace('"people" AS (', '"people" AS MATERIALIZED (') if '"people" AS (' in sql else None


def run(people: int, rounds: int, cache: Path) -> dict[str, object]:
    """Every case against every form; the counts of all forms of a case must agree."""
    found: list[dict[str, object]] = []
    with connect(people, cache) as connection:
        # In a view the documents are alone, so that no typed column takes their properties over.
        connection.execute(f"CREATE TEMP VIEW {DOCUMENTS} AS SELECT id, properties FROM {TABLE}")
        documents = audience.users(connection, table=DOCUMENTS, properties="properties")
        typed = audience.users(connection, table=TABLE)

        def execute(sql: str) -> Callable[[], object]:
            return lambda: connection.execute(sql).fetchall()

        for name, text, naive in read_cases():
            expression = audience.parse(text)
            ours = audience.compile(expression, users=documents, now=INSTANT)
            forms = {
                "naive ->>": f"SELECT id FROM {DOCUMENTS} WHERE {naive}",
                "bare predicate": f"SELECT id FROM {DOCUMENTS} WHERE {ours.predicate}",
                "inlined" if "MATERIALIZED" in ours.sql else "stored": other_choice(ours.sql),
                "typed columns": audience.compile(expression, users=typed, now=INSTANT).sql,
            }
            compiled = execute(counting(ours.sql))
            expected = compiled()
            ratios: list[Ratio] = []
            for form, sql in forms.items():
                if sql is not None:
                    assert execute(counting(sql))() == expected, (name, form)
                    ratios.append(compare(f"{name} / {form}", compiled, execute(counting(sql)), rounds))
                    print(ratios[-1].line(), flush=True)
            found.append({"case": name, "against": [ratio.to_json() for ratio in ratios]})
    return {"people": people, "rounds": rounds, "cases": found}

"""Compiled predicates against the same SQL written by hand, over typed columns: a count, and the ids."""

import sys
from pathlib import Path

from benchmarks.people import connect
from benchmarks.queries import checksum, consumed, count_where, ids_where, read_queries
from benchmarks.ratios import Ratio, compare, geometric_mean


def run(people: int, rounds: int, cache: Path) -> dict[str, object]:
    """Every query of the file, twice; refuses to measure two queries that do not select the same people."""
    counts: list[Ratio] = []
    ids: list[Ratio] = []
    with connect(people, cache) as connection:
        cursor = connection.cursor()

        def execute(sql: str) -> list[tuple[object, ...]]:
            return cursor.execute(sql).fetchall()

        for query in read_queries():
            ours, hand = query.compiled(connection), ids_where(query.where)
            if execute(checksum(ours.sql)) != execute(checksum(hand)):
                sys.exit(f"`{query.name}`: the compiled and the hand-written query select different people")
            count_ours, count_hand = count_where(ours.predicate), count_where(query.where)
            ids_ours, ids_hand = consumed(ours.sql), consumed(hand)
            counts.append(
                compare(query.name, lambda q=count_ours: execute(q), lambda q=count_hand: execute(q), rounds)  # type: ignore[misc]
            )
            ids.append(
                compare(query.name, lambda q=ids_ours: execute(q), lambda q=ids_hand: execute(q), rounds)  # type: ignore[misc]
            )
            print(f"count  {counts[-1].line()}\nids    {ids[-1].line()}", flush=True)
    means = {"count": round(geometric_mean(counts), 3), "ids": round(geometric_mean(ids), 3)}
    print(f"geometric means over {people:,} people: count {means['count']} ×, ids {means['ids']} × (target 1.1)")
    return {
        "people": people,
        "rounds": rounds,
        "target": 1.1,
        "geometric_means": means,
        "count": [ratio.to_json() for ratio in counts],
        "ids": [ratio.to_json() for ratio in ids],
    }

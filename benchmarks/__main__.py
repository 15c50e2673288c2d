"""Measure speed: python -m benchmarks [QUESTION…] [--people N] [--rounds R] [--cache DIR] [--json FILE].

python -m benchmarks predicates --engine postgres     compiled predicates on a PostgreSQL of our own
python -m benchmarks membership --engine postgres     members kept in a PostgreSQL of our own
python -m benchmarks compile --dialect all            ten conditions, for every dialect
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from benchmarks import (
    compile_speed,
    json_forms,
    machine,
    membership,
    memory,
    postgres_predicates,
    predicates,
    preview,
    startup,
)
from benchmarks.people import CACHE

QUESTIONS: dict[str, Callable[[int, int, Path], dict[str, object]]] = {
    "predicates": predicates.run,
    "preview": preview.run,
    "compile": compile_speed.run,
    "startup": startup.run,
    "json": json_forms.run,
    "membership": membership.run("duckdb"),
    "memory": memory.run("duckdb"),
}
"""Each takes the number of people, the rounds and the folder of populations, prints its findings and returns them."""


def main() -> None:
    """Answer the questions that were asked, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed, as ratios in one run.")
    parser.add_argument("questions", nargs="*", choices=[*QUESTIONS, []], metavar="QUESTION", help=", ".join(QUESTIONS))
    parser.add_argument("--people", type=int, default=1_000_000, help="size of the population (1,000,000)")
    parser.add_argument("--rounds", type=int, default=9, help="interleaved pairs for each ratio (9)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where populations are kept")
    parser.add_argument(
        "--engine",
        choices=["duckdb", "postgres"],
        default="duckdb",
        help="where a question has a choice",
    )
    parser.add_argument("--dialect", choices=["duckdb", "all"], default="duckdb", help="of compile (duckdb)")
    parser.add_argument("--json", type=Path, help="write the numbers to a file; other questions in it stay")
    options = parser.parse_args()
    found: dict[str, object] = {}
    if options.json is not None and options.json.exists():
        found = json.loads(options.json.read_text(encoding="utf-8"))
    found["machine"] = machine.describe()
    for question in options.questions or QUESTIONS:
        print(f"── {question} ──")
        name, ask = question, QUESTIONS[question]
        if question == "predicates" and options.engine == "postgres":
            name, ask = "predicates-postgres", postgres_predicates.run
        elif question == "membership" and options.engine == "postgres":
            name, ask = "membership-postgres", membership.run("postgres")
        elif question == "memory" and options.engine == "postgres":
            name, ask = "memory-postgres", memory.run("postgres")
        elif question == "compile" and options.dialect == "all":
            name, ask = "compile-all", compile_speed.run_all
        sized = question in ("predicates", "preview", "json", "membership", "memory")
        found[f"{name}-{options.people}" if sized else name] = ask(options.people, options.rounds, options.cache)
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

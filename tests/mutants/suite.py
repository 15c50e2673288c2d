"""Which tests try a mutant: those that prove what its file does, the likeliest and cheapest killers first.

Trying every test on every survivor would take hours. What is left out here could only kill more, so that a score
is a lower bound.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.planted.run import PROVING


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests in their order, the engines that the laws among them are asked of, and Hypothesis' profile."""

    tests: tuple[str, ...]
    engines: str = "duckdb"
    profile: str = "mutants"

    def __post_init__(self) -> None:
        assert all(test.startswith((*PROVING, "tests/engines")) for test in self.tests), self.tests

    def files(self, tree: Path) -> list[str]:
        """The files with tests, each once; pytest would put a file that is named before its folder behind it."""
        found: dict[str, None] = {}
        for test in self.tests:
            paths = [tree / test] if test.endswith(".py") else sorted((tree / test).rglob("test_*.py"))
            found.update((path.relative_to(tree).as_posix(), None) for path in paths)
        return [file for file in found if file not in LEFT_OUT]


CASES = "tests/corpus/test_cases.py"
AGREEMENT = "tests/properties/test_engine_is_interpreter.py"
RELATIONS = "tests/properties/test_metamorphic.py"
TYPED = ("tests/properties/test_typed_is_json.py", "tests/corpus/test_typed_cases.py")
WAYS = tuple(f"tests/properties/test_{name}.py" for name in ("parameters", "members", "printed_sql"))
DOCUMENTS = "tests/properties/test_outside_the_domain.py"
QUICK = tuple(
    f"tests/lowering/test_{name}.py"
    for name in ("reads", "materialized", "far_instants", "nan_and_infinity", "groups", "malformed_counts", "stand_ins")
)
LOWERED = (*QUICK, TYPED[0], CASES, TYPED[1], "tests/lowering", AGREEMENT, *WAYS)
NUMBERS = ("tests/membership/test_waterfall.py", "tests/membership/test_ids_and_statistics.py")
KEYS = "tests/lowering/test_keys_of_conditions.py"
INDEXES = ("tests/engines/test_postgres_advice.py", "tests/engines/test_postgres_plans.py")
SOURCES = ("tests/membership/test_users_sources.py", "tests/membership/test_csv_files.py")
LANGUAGE = (
    *(
        f"tests/language/test_{name}.py"
        for name in ("slips", "golden_errors", "scope_in_brackets", "imports", "reference")
    ),
    *("tests/wire/test_knock.py", "tests/language"),
)

LEFT_OUT = ("tests/lowering/test_compiled_dialects.py",)
"""Of folders: what asks only of dialects whose engines do not run here."""

ROOMS = {
    "language": Suite((*LANGUAGE, "tests/wire", "tests/resolution", CASES)),
    "resolution": Suite(("tests/resolution", CASES, "tests/wire", *LANGUAGE, RELATIONS, AGREEMENT)),
    "interpreter": Suite(("tests/interpreter", CASES, AGREEMENT, "tests/values", NUMBERS[0])),
    "lowering": Suite((NUMBERS[0], *LOWERED, *NUMBERS), engines="duckdb,postgres"),
}

FILES = {
    # The advice is tested on so many people that indexes of every sort are among it; fewer would not do.
    "lowering/index": Suite((KEYS, *INDEXES), profile="ci"),
    "lowering/dialects/postgres_indexes": Suite((KEYS, *INDEXES), profile="ci"),
    "lowering/dialects/postgres": Suite((*LOWERED, DOCUMENTS, INDEXES[1]), engines="postgres"),
    "lowering/dialects/duckdb_relation": Suite((*SOURCES, *LOWERED, DOCUMENTS)),
    "lowering/dialects/duckdb": Suite((*LOWERED, DOCUMENTS, *NUMBERS)),
    "lowering/dialects/nearest_double": Suite(LOWERED, engines="postgres"),
}
"""Files that one engine reads, or one question: by how their names begin, the longer beginnings first."""


def suite_of(mutant: Mutant) -> Suite:
    """What a mutant is tried by."""
    special = (suite for beginning, suite in FILES.items() if mutant.path.startswith(beginning))
    return next(special, ROOMS[mutant.room])


def whole() -> list[Suite]:
    """Every test that some mutant is tried by, for the tree without any change; a suite for each profile."""
    suites = [*ROOMS.values(), *FILES.values()]
    found: dict[str, dict[str, None]] = {}
    for suite in suites:
        found.setdefault(suite.profile, {}).update(dict.fromkeys(suite.tests))
    return [Suite(tuple(tests), "duckdb,postgres", profile) for profile, tests in found.items()]

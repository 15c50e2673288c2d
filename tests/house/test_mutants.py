"""The sample of mutants: what is left out of it, and how it is spread. Nothing here needs cosmic-ray."""

from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.mutant import SOURCES, Mutant, changed_lines
from tests.mutants.noise import Noise, operator_noise
from tests.mutants.sample import ROOMS, draw, files
from tests.mutants.suite import FILES, suite_of, whole

ROOT = Path(__file__).parents[2]


def at(source: str, changed: str) -> Mutant:
    """A mutant that changes a part of a source of one line."""
    start, operator = source.rindex(changed), "NumberReplacer" if changed.isalnum() else "ReplaceBinaryOperator_Mul_Add"
    return Mutant("language/x.py", operator, 0, (1, start), (1, start + len(changed)))


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("def f(x: A | None) -> int: return x", "|"),
        ("def f(x: int) -> A | B: return x", "|"),
        ("x: dict[str, A | B] = {}", "|"),
        ("Node = A | B | list[C]", "|"),
        ("assert x == 1", "1"),
        ("for a, b in zip(c, d, strict=True): pass", "True"),
        ("x: int = field(default=1, repr=False)", "False"),
        ("'é'; assert x == 1", "1"),
        ("def f(x: int, *, y: int) -> int: return x", "*"),
        ("x = f(*y)", "*"),
    ],
)
def test_a_change_that_no_test_could_notice_is_noise(source: str, changed: str) -> None:
    assert Noise(source).why(at(source, changed))


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("flags = left | right", "|"),
        ("x: int = 1 | y", "|"),
        ("def f(x: int = 1) -> int: return x", "1"),
        ("for a, b in zip(c, d[1:], strict=True): pass", "1"),
        ("x: int = field(default=1, repr=False)", "1"),
        ("'é'; x = 1", "1"),
        ("x = f(x * y)", "*"),
    ],
)
def test_a_change_beside_it_is_not(source: str, changed: str) -> None:
    assert Noise(source).why(at(source, changed)) is None


@pytest.mark.parametrize(("decorator", "noise"), [("dataclass(frozen=True)", True), ("cache", True), ("rule", False)])
def test_decorators(decorator: str, noise: bool) -> None:
    source = f"@{decorator}\nclass X:\n    pass\n"
    removed = Mutant("language/x.py", "RemoveDecorator", 0, (1, 1), (1, 2))
    assert bool(Noise(source).why(removed)) is noise


def test_identity_is_only_negated() -> None:
    assert operator_noise("ReplaceComparisonOperator_Is_IsNot") is None
    assert operator_noise("ReplaceComparisonOperator_IsNot_Is") is None
    assert operator_noise("ReplaceComparisonOperator_Eq_NotEq") is None
    for name in ("Is_Eq", "IsNot_Lt", "Eq_Is", "LtE_IsNot"):
        assert operator_noise(f"ReplaceComparisonOperator_{name}")


def candidates(**places: int) -> list[Mutant]:
    """So many places in each room, and three mutants at each."""
    return [
        Mutant(f"{room}/x.py", operator, 0, (line, 0), (line, 1))
        for room, count in places.items()
        for line in range(1, count + 1)
        for operator in ("A", "B", "C")
    ]


def test_a_sample_is_spread_evenly_and_small_rooms_are_taken_whole() -> None:
    everywhere = candidates(language=50, resolution=50, interpreter=4, lowering=50)
    drawn = draw(everywhere, 40, seed=1)
    assert Counter(mutant.room for mutant in drawn) == {
        "language": 12,
        "resolution": 12,
        "lowering": 12,
        "interpreter": 4,
    }
    assert len({(mutant.path, mutant.start) for mutant in drawn}) == 40
    assert draw(reversed(everywhere), 40, seed=1) == drawn
    assert draw(everywhere, 40, seed=2) != drawn
    assert len(draw(everywhere, 1000, seed=1)) == 154


def test_every_room_is_mutated_and_the_dialects_that_run() -> None:
    found = list(files(ROOT))
    assert {name.split("/")[0] for name in found} == set(ROOMS)
    assert {
        "lowering/dialects/duckdb.py",
        "lowering/dialects/postgres.py",
        "lowering/dialects/shared_leaves.py",
    } <= set(found)
    assert not any("snowflake" in name or "clickhouse" in name for name in found)
    assert all((ROOT / SOURCES / name).is_file() for name in found)


@pytest.mark.parametrize("beginning", FILES)
def test_a_beginning_names_files(beginning: str) -> None:
    named = [name for name in files(ROOT) if suite_of(Mutant(name, "", 0, (0, 0), (0, 0))) is FILES[beginning]]
    assert named


@pytest.mark.parametrize("test", [test for suite in whole() for test in suite.tests])
def test_a_suite_names_tests(test: str) -> None:
    assert (ROOT / test).exists()


def test_a_mutant_is_called_by_its_file_its_line_or_its_name() -> None:
    mutant = Mutant("lowering/pairs.py", "AddNot", 2, (88, 14), (88, 20))
    for name in ("lowering/pairs.py", "lowering/pairs.py:88", mutant.name):
        assert mutant.is_called(name)
    for name in ("lowering/pairs.py:8", "lowering/pair", f"{mutant.name}0"):
        assert not mutant.is_called(name)


def test_a_change_is_shown_by_its_lines() -> None:
    assert changed_lines("a\nb\nc\n", "a\nd\nc\n") == ["-b", "+d"]

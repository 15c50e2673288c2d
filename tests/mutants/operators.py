"""What cosmic-ray can change in a file. The only module that needs that package."""

from collections.abc import Iterator
from functools import cache

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutants.mutant import Mutant
from tests.mutants.noise import operator_noise

PREFIX = "core/"
"""Of the names of the operators that come with cosmic-ray."""


@cache
def _operators() -> dict[str, Operator]:
    names = {name.removeprefix(PREFIX): name for name in operator_names() if name.startswith(PREFIX)}
    return {short: get_operator(name)() for short, name in sorted(names.items()) if operator_noise(short) is None}


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a file, noise at places included."""
    nodes = list(ast_nodes(get_ast(source)))
    for name, operator in _operators().items():
        positions = (position for node in nodes for position in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            # A decorator begins at its `@`, which Python's own tree leaves out, and ends with its line.
            if name == "RemoveDecorator":
                start, end = (start[0], start[1] + 1), (start[0], start[1] + 2)
            yield Mutant(path, name, occurrence, start, end)


def mutate(mutant: Mutant, source: str) -> str:
    """The source with the change."""
    changed = mutate_code(source, _operators()[mutant.operator], mutant.occurrence)
    assert changed is not None, f"{mutant.name} is not in this source"
    return changed

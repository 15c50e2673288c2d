"""The invariants of the canonical IR, checked: what every reader of it may rely on."""

from itertools import pairwise

from audience.errors import CompilerBug
from audience.ir.nodes import And, Constant, ContainsAll, ContainsAny, Equals, Leaf, Not, Or, Predicate
from audience.ir.order import operand_key, predicate_key
from audience.values import Null


def verify(predicate: Predicate) -> None:
    """Raise CompilerBug unless the predicate is canonical, as the docstrings of `nodes` promise."""
    stack: list[Predicate] = [predicate]
    while stack:
        node = stack.pop()
        match node:
            case And(operands) | Or(operands):
                _verify_group(node)
                stack.extend(operands)
            case Not(operand):
                _require(not isinstance(operand, And | Or | Not | Constant), "Not stands above a leaf only", node)
                stack.append(operand)
            case Constant():
                _require(node is predicate, "a constant is the whole predicate", node)
            case _:
                _verify_leaf(node)


def _verify_group(group: And | Or) -> None:
    operands = group.operands
    _require(len(operands) >= 2, "a group has two operands or more", group)
    _require(not any(type(operand) is type(group) for operand in operands), "groups are flat", group)
    keys = [predicate_key(operand) for operand in operands]
    _require(all(left < right for left, right in pairwise(keys)), "operands are sorted", group)
    held = set(operands)
    _require(
        not any(isinstance(operand, Not) and operand.operand in held for operand in operands),
        "a test and its complement do not stand side by side",
        group,
    )


def _verify_leaf(leaf: Leaf) -> None:
    match leaf:
        case Equals(_, operands):
            _require(bool(operands), "there is something to equal", leaf)
            _require(Null() not in operands, "absence is asked by Exists", leaf)
            _verify_operands(leaf, [operand_key(operand) for operand in operands])
        case ContainsAny(_, items):
            _require(bool(items), "there is something to contain", leaf)
            _verify_operands(leaf, [operand_key(item) for item in items])
        case ContainsAll(_, operands):
            _verify_operands(leaf, [operand_key(operand) for operand in operands])
        case _:
            pass


def _verify_operands(leaf: Leaf, keys: list[tuple[object, ...]]) -> None:
    _require(all(left < right for left, right in pairwise(keys)), "operands are sorted and distinct", leaf)


def _require(holds: bool, invariant: str, node: Predicate) -> None:
    if not holds:
        raise CompilerBug(f"the IR is not canonical, {invariant}: {str(node)[:300]}")

"""What is not mutated, each with its reason: a change that cannot change an answer says nothing about the tests."""

import ast
import re
from collections.abc import Iterable, Iterator

from tests.mutants.mutant import Mutant, Place

OPERATORS = {
    r"ReplaceComparisonOperator_(Is|IsNot)_(?!IsNot$|Is$).*": (
        "what is compared by identity is None or a member of an enumeration: there == is the same, and < crashes"
    ),
    r"ReplaceComparisonOperator_(?!Is_|IsNot_).*_(Is|IsNot)": "whether equal values are one object is an accident",
    r"Variable(Replacer|Inserter)": "needs to be told names of variables",
}
"""Operators that are left out everywhere."""

ONLY_SPEED = frozenset({"cache", "cached_property", "lru_cache"})
ONLY_TYPES = frozenset({"abstractmethod", "overload", "override", "runtime_checkable"})


def operator_noise(operator: str) -> str | None:
    """Why an operator is left out, or None."""
    return next((why for pattern, why in OPERATORS.items() if re.fullmatch(pattern, operator)), None)


class Noise:
    """The places of one file where a change says nothing."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines()
        tree = ast.parse(source)
        self._found = [(*self._span(node), why) for node, why in _quiet(tree)]
        binary = (node for node in ast.walk(tree) if isinstance(node, ast.BinOp))
        self._operators = [(self._span(node.left)[1], self._span(node.right)[0]) for node in binary]

    def why(self, mutant: Mutant) -> str | None:
        """Why a mutant is left out, or None."""
        if why := operator_noise(mutant.operator):
            return why
        if mutant.operator.startswith("ReplaceBinaryOperator") and not _within(mutant, self._operators):
            return "a star or a stroke that joins no two values is no operator"
        return next((why for start, end, why in self._found if _within(mutant, [(start, end)])), None)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[Place, Place]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._place(node.lineno, node.col_offset), self._place(node.end_lineno, node.end_col_offset)

    def _place(self, line: int, octet: int) -> Place:
        """Python counts columns in octets of UTF-8, cosmic-ray in characters."""
        return line, len(self._lines[line - 1].encode()[:octet].decode())


def _within(mutant: Mutant, spans: Iterable[tuple[Place, Place]]) -> bool:
    return any(start <= mutant.start and mutant.end <= end for start, end in spans)


def _quiet(tree: ast.Module) -> Iterator[tuple[ast.expr | ast.stmt, str]]:
    """The nodes inside of which nothing is mutated."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(returns=ast.expr() as annotation) | ast.arg(annotation=ast.expr() as annotation):
                yield annotation, "an annotation is for the type checker"
            case ast.AnnAssign(annotation=annotation):
                yield annotation, "an annotation is for the type checker"
            case ast.Assign(value=ast.BinOp(op=ast.BitOr()) as union) if _is_union(union):
                yield union, "a name for a union of types is for the type checker"
            case ast.Assert():
                yield node, "an assertion states what no input breaks"
            case ast.Call(func=ast.Name("zip" | "batched"), keywords=keywords):
                yield from ((keyword.value, "`strict` states what no input breaks") for keyword in keywords)
            case ast.Call(func=ast.Name("field"), keywords=keywords):
                shown = (keyword.value for keyword in keywords if keyword.arg == "repr")
                yield from ((value, "what `repr` shows is for those who debug") for value in shown)
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from _quiet_decorators(node)


def _is_union(node: ast.expr) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_union(left) and _is_union(right)
        case ast.Name(id):
            return id[0].isupper() or id in __builtins__  # type: ignore[operator]
        case ast.Subscript(value=value):
            return _is_union(value)
    return isinstance(node, ast.Constant) and node.value is None


def _quiet_decorators(node: ast.FunctionDef | ast.ClassDef) -> Iterator[tuple[ast.expr, str]]:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        if name == "dataclass":
            yield decorator, "a data class without its decorator cannot be made, and its options only forbid"
        elif name in ONLY_SPEED:
            yield decorator, "a cache changes how fast an answer comes, not which"
        elif name in ONLY_TYPES:
            yield decorator, "this decorator is for the type checker"

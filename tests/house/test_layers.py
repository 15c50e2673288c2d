"""The import contracts of pyproject.toml hold: who may import whom is part of the tests."""

import ast
import contextlib
import io
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]
FACADE_READERS = {"cli"}


def test_the_import_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = lint_imports(no_cache=True, no_logo=True)
    assert status == EXIT_STATUS_SUCCESS, said.getvalue()


def test_no_room_imports_through_the_front_door() -> None:
    """`import audience` inside a room would pull in every room, above it too, behind the contracts' back."""
    package = ROOT / "compiler/audience"
    public = {name.stem for name in package.iterdir()}
    wrong = []
    for path in package.rglob("*.py"):
        room = path.relative_to(package).parts[0]
        if room in FACADE_READERS or path == package / "__init__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Import(names=names) if any(alias.name == "audience" for alias in names):
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
                case ast.ImportFrom(module="audience", names=names) if not {a.name for a in names} <= public:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not wrong, f"import from the room itself, not from `audience`: {wrong}"

"""The table of stores: what can be chosen, and what stores have in common."""

import ast
from pathlib import Path

import pytest

from tests.fuzz.run import turns
from tests.stores import CHOICE, LIGHT, SLOW, STORES, Store, chosen, common_columns, holds

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", STORES)
def test_every_store_has_a_function_that_opens_it(name: str) -> None:
    """Read and not imported: most of their packages are not here."""
    module, _, function = STORES[name].partition(":")
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    assert function in {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def test_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHOICE, raising=False)
    assert chosen() == LIGHT
    monkeypatch.setenv(CHOICE, " postgres, duckdb")
    assert chosen() == ("postgres", "duckdb")
    monkeypatch.setenv(CHOICE, "all")
    assert chosen() == tuple(STORES)
    monkeypatch.setenv(CHOICE, "heavy")
    assert {*chosen(), *LIGHT, *SLOW} >= set(STORES)
    assert not set(chosen()) & {*LIGHT, *SLOW}


@pytest.mark.parametrize("choice", ["", ",", "duckdb,mysql", "all,duckdb"])
def test_a_wrong_choice_is_an_error(monkeypatch: pytest.MonkeyPatch, choice: str) -> None:
    monkeypatch.setenv(CHOICE, choice)
    with pytest.raises(ValueError, match=CHOICE):
        chosen()


def test_a_store_is_complete(store: Store) -> None:
    """What the laws rely on."""
    names = [column.name for column in store.columns]
    assert len(set(names)) == len(names)
    assert "c_text" in names
    assert all(session.keys() == store.sessions[0].keys() for session in (*store.sessions, *store.guarded))
    assert 0 < store.pace <= 1
    assert holds(store, store.columns)


def test_turns(stores: list[Store]) -> None:
    """Every store is asked alone about all of its columns, and all are asked together about what they share."""
    asked = turns(stores)
    for store in stores:
        assert any(some == [store] and columns is store.columns for some, columns in asked)
    if len(stores) > 1:
        assert any(list(some) == stores for some, _ in asked)
    assert len(asked) == (1 if len(stores) == 1 else 2 * len(stores))
    for some, columns in asked:
        assert all(holds(store, columns) for store in some)
    assert {column.name for column in common_columns(stores)} >= {"c_text"}

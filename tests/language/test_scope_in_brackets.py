"""A property in brackets after an operator in words: its scope is no word of the operator."""

import pytest

import audience


@pytest.mark.parametrize("scope", ["recipient", "user"])
@pytest.mark.parametrize("operator", ["equal_to", "contains_all", "is_timestamp_before", "not_greater_than"])
def test_the_scope_is_no_word_of_the_operator(operator: str, scope: str) -> None:
    plain = audience.parse(f"x {operator} recipient.a")
    assert audience.parse(f'x {operator} {scope}["a"]') == plain
    assert audience.parse(f'x {operator} {scope}["a b"][0]') != plain

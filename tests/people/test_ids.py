"""Ids: what names a person or a tenant, and what is refused."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.errors import UsageError
from audience.people import read_person_id, read_tenant_id

good = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00/#"), min_size=1, max_size=256)


@given(good)
def test_a_text_stays_as_it_is(id: str) -> None:
    assert read_person_id(id) == read_tenant_id(id) == id


@given(st.integers(-(10**255) + 1, 10**256 - 1), st.uuids())
def test_numbers_and_uuids_become_text(number: int, uuid: UUID) -> None:
    assert int(read_person_id(number)) == number
    assert read_person_id(uuid) == str(uuid) == read_person_id(uuid).lower()


@given(good, st.sampled_from(["/", "#", "\x00", "\ud800", "\udfff"]), st.integers(0, 255))
def test_one_character_spoils_an_id(id: str, sign: str, position: int) -> None:
    spoilt = (id[:position] + sign + id[position:])[:256]
    if sign in spoilt:
        with pytest.raises(UsageError) as caught:
            read_person_id(spoilt)
        assert caught.value.code == "A720"
        str(caught.value).encode("utf-8")  # a terminal can print it


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "is empty"),
        ("é" * 257, "257 characters"),
        ("a/b", "holds `/`"),
        ("a#b", "holds `#`"),
        ("a\x00", "holds U+0000"),
        ("\ud800", "holds a lone surrogate"),
        (10**256, "more than 256 digits"),
        (-(10**5000), "more than 256 digits"),
        (-(10**255), "257 characters"),
        (True, "a bool"),
        (1.5, "a float"),
        (None, "nothing"),
        (["u1"], "a list"),
        (b"u1", "a bytes"),
    ],
    ids=lambda value: type(value).__name__,  # an integer of 5,000 digits has no text
)
def test_refused(value: object, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_person_id(value)
    assert caught.value.code == "A720"
    assert words in caught.value.message
    if value is not None and value != "":
        with pytest.raises(UsageError, match=r"A720.*tenant"):
            read_tenant_id(value)


@pytest.mark.parametrize("none", [None, ""])
def test_nothing_and_the_empty_text_are_no_tenant(none: object) -> None:
    assert read_tenant_id(none) is None


@pytest.mark.parametrize("false", [0, False, 0.0])
def test_what_is_false_in_python_is_not_nothing(false: object) -> None:
    if false is not False and isinstance(false, int):
        assert read_tenant_id(false) == "0"
    else:
        with pytest.raises(UsageError):
            read_tenant_id(false)

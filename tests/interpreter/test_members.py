"""How members come in: ids or pairs with a tenant, as callers have them."""

from uuid import UUID

import pytest

from audience.errors import UsageError
from audience.interpreter import read_id, read_members

ID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("u1", ("u1", None)),
        ("", ("", None)),
        (7, ("7", None)),
        (UUID(ID.upper()), (ID, None)),
        (("u1", "acme"), ("u1", "acme")),
        (["u1", "acme"], ("u1", "acme")),
        (("u1", None), ("u1", None)),
        (("u1", ""), ("u1", None)),
        ((7, 8), ("7", "8")),
    ],
)
def test_a_member_is_an_id_or_a_pair(member, expected):
    assert read_members({"vip": [member]}) == {"vip": frozenset({expected})}


def test_any_collection_will_do():
    assert read_members({"a": {"u1"}, "b": ("u1", "u2"), "c": iter(["u1"]), "d": []}) == {
        "a": {("u1", None)},
        "b": {("u1", None), ("u2", None)},
        "c": {("u1", None)},
        "d": frozenset(),
    }


@pytest.mark.parametrize("ids", ["u1", b"u1", 5, None])
def test_members_that_are_no_list_are_refused(ids):
    with pytest.raises(UsageError, match="the members of 'vip' are a") as caught:
        read_members({"vip": ids})
    assert caught.value.code == "A707"


@pytest.mark.parametrize(
    "member", [None, True, 1.5, ("u1", "acme", "x"), ("u1",), (None, "acme"), ("u1", 1.5), {"a": 1}]
)
def test_what_is_no_member_is_refused(member):
    with pytest.raises(UsageError, match="is no id of a person"):
        read_members({"vip": [member]})


def test_ids_are_text():
    assert [read_id("u1"), read_id(-7), read_id(10**30)] == ["u1", "-7", "1" + "0" * 30]

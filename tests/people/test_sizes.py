"""How much is stored of a person: to the byte, and reserved properties do not count as custom ones."""

import pytest

from audience.errors import UsageError
from audience.limits import DOCUMENT_BYTES_MAX, PROPERTIES_BYTES_MAX
from audience.people import RESERVED, check_size, read_properties, to_json

FRAME = len('{"bio":""}')


def test_custom_properties_are_counted_in_bytes() -> None:
    fits = {"bio": "é" * ((PROPERTIES_BYTES_MAX - FRAME) // 2)}
    check_size(fits)
    with pytest.raises(UsageError) as caught:
        check_size({"bio": fits["bio"] + "x"})
    assert caught.value.code == "A907"
    assert f"{PROPERTIES_BYTES_MAX + 1:,} bytes" in caught.value.message


@pytest.mark.parametrize("reserved", sorted(RESERVED))
def test_reserved_properties_do_not_count(reserved: str) -> None:
    bio = "x" * (PROPERTIES_BYTES_MAX - FRAME)
    check_size({reserved: "x" * 1000, "bio": bio})
    with pytest.raises(UsageError, match="custom properties are 256,0"):
        check_size({reserved: "x" * 1000, "bio": bio + "x"})


def test_reserved_properties_are_bounded_too() -> None:
    name = "x" * (DOCUMENT_BYTES_MAX - len('{"name":""}'))
    check_size({"name": name})
    with pytest.raises(UsageError, match=r"A907.* 1,000,001 bytes"):
        check_size({"name": name + "x"})


def test_what_may_be_stored_may_be_sent_with_every_character_escaped() -> None:
    text = '{"bio": "' + "\\u0041" * (PROPERTIES_BYTES_MAX - FRAME) + '"}'
    document = read_properties(text)
    check_size(document)
    assert len(to_json(document)) == PROPERTIES_BYTES_MAX

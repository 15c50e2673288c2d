"""The laws of the merge: what is said last holds, what is not mentioned stays, and saying it twice changes nothing."""

import copy
from collections.abc import Iterator

from hypothesis import given

from audience.people import Document, Json, deep_merge, to_json
from tests.people.documents import documents, shaped

Place = tuple[str, ...]


def places(document: Document, above: Place = ()) -> Iterator[tuple[Place, Json]]:
    """Every key of the objects of a document, with what stands there."""
    for key, value in document.items():
        yield (*above, key), value
        if isinstance(value, dict):
            yield from places(value, (*above, key))


@given(documents, documents)
def test_what_is_said_holds(old: Document, new: Document) -> None:
    merged = dict(places(deep_merge(old, new)))
    for place, value in places(new):
        if isinstance(value, dict):
            assert isinstance(merged[place], dict)
        else:
            assert to_json({"": merged[place]}) == to_json({"": value})


@given(documents, documents)
def test_nothing_else_is_changed_or_removed(old: Document, new: Document) -> None:
    merged, said = dict(places(deep_merge(old, new))), dict(places(new))
    for place, value in places(old):
        beginnings = [place[:length] for length in range(1, len(place) + 1)]
        if not any(beginning in said and not isinstance(said[beginning], dict) for beginning in beginnings):
            assert place in merged
            if place not in said:
                assert to_json({"": merged[place]}) == to_json({"": value})


@given(documents, documents)
def test_nothing_is_made_up(old: Document, new: Document) -> None:
    assert set(dict(places(deep_merge(old, new)))) <= set(dict(places(old))) | set(dict(places(new)))


@given(documents, documents)
def test_saying_it_again_changes_nothing(old: Document, new: Document) -> None:
    once = deep_merge(old, new)
    assert to_json(deep_merge(once, new)) == to_json(once) == to_json(deep_merge(old, once))
    assert to_json(deep_merge(old, old)) == to_json(old)


@given(documents)
def test_the_empty_document_says_nothing(document: Document) -> None:
    assert to_json(deep_merge(document, {})) == to_json(deep_merge({}, document)) == to_json(document)


@given(shaped, shaped, shaped)
def test_changes_can_be_joined_before_they_are_applied(first: Document, second: Document, third: Document) -> None:
    """Where the documents agree on what is an object; a null between two objects is forgotten otherwise."""
    one_by_one = deep_merge(deep_merge(first, second), third)
    assert to_json(one_by_one) == to_json(deep_merge(first, deep_merge(second, third)))


@given(documents, documents)
def test_the_documents_themselves_stay(old: Document, new: Document) -> None:
    before = copy.deepcopy((old, new))
    deep_merge(old, new)
    assert (old, new) == before


def test_keys_of_two_addresses_are_both_kept() -> None:
    merged = deep_merge({"address": {"city": "Oslo"}, "tags": [1, 2]}, {"address": {"zip": "1"}, "tags": [3]})
    assert merged == {"address": {"city": "Oslo", "zip": "1"}, "tags": [3]}


def test_null_overwrites_and_is_stored() -> None:
    assert deep_merge({"plan": {"name": "pro"}, "seats": 3}, {"plan": None}) == {"plan": None, "seats": 3}
    assert deep_merge({"plan": None}, {"plan": {"name": "pro"}}) == {"plan": {"name": "pro"}}


def test_no_nesting_is_too_deep() -> None:
    def nested(key: str, levels: int) -> Document:
        document: Document = {key: 1}
        for _ in range(levels):
            document = {"a": document}
        return document

    merged: Json = deep_merge(nested("x", 100_000), nested("y", 100_000))
    for _ in range(100_000):
        assert isinstance(merged, dict)
        merged = merged["a"]
    assert merged == {"x": 1, "y": 1}

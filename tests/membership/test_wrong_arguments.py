"""The first mistakes in Python get one sentence, and not the compiler's insides."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

import audience
from audience.errors import UsageError

PLAN = audience.parse('plan = "pro"')
PEOPLE = audience.Users(columns={"plan": "VARCHAR"})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: audience.compile('plan = "pro"', users=PEOPLE), "a text is no expression"),
        (lambda: audience.preview('plan = "pro"', users=PEOPLE), "a text is no expression"),
        (lambda: audience.evaluate('plan = "pro"', {}), "a text is no expression"),
        (lambda: audience.format('plan = "pro"'), "a text is no expression"),
        (lambda: audience.encode('plan = "pro"'), "a text is no expression"),
        (lambda: audience.encode({"segments": []}), "JSON is no expression"),
        (lambda: audience.compile(audience.parse_definition("plan exists"), users=PEOPLE), "a definition is no"),
        (lambda: audience.compile(None, users=PEOPLE), "a NoneType is no expression"),
        (lambda: audience.compile(PLAN, users="p.parquet"), "`users` is a str"),
        (lambda: audience.preview(PLAN, users=None), "`users` is a NoneType"),
        (lambda: audience.preview(PLAN, users=PEOPLE, limit="3"), "a sample of '3' people"),
        (lambda: audience.evaluate(PLAN, {}, members="m.json"), "`members` is a str"),
        (lambda: audience.evaluate(PLAN, {}, audiences="folder"), "`audiences` is a str"),
        (lambda: audience.evaluate(PLAN, {}, audiences={"pros": 'plan = "pro"'}), "a text is no expression"),
        (lambda: audience.evaluate(PLAN, {}, now="yesterday"), "'yesterday' is no instant"),
        (lambda: audience.evaluate(PLAN, {}, now=True), "'True' is no instant"),
        (lambda: audience.parse(None), "a NoneType is no text"),
        (lambda: audience.parse(b"plan exists"), "a bytes is no text"),
    ],
)
def test_one_sentence(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        call()
    assert refused.value.code == "A707"
    assert refused.value.message.startswith(message)
    assert refused.value.help


def test_an_instant_may_be_a_date() -> None:
    before = audience.parse("t before now")
    for now in (
        date(2025, 1, 2),
        datetime(2025, 1, 2),
        datetime(2025, 1, 2, tzinfo=UTC),
        "2025-01-02",
        1735776000000000,
    ):
        assert audience.evaluate(before, {"t": "2025-01-01T23:59:59.999999Z"}, now=now)
        assert not audience.evaluate(before, {"t": "2025-01-02"}, now=now)


@pytest.mark.parametrize(
    ("profile", "id"),
    [
        ({"id": "u1"}, "u1"),
        ({"id": 5}, "5"),
        ({"id": 9007199254740993}, "9007199254740993"),
        ('{"id": 9007199254740993}', "9007199254740993"),
        ('{"id": 5.0}', "5"),
    ],
)
def test_a_profile_brings_its_id(profile: Any, id: str) -> None:
    asked = audience.decode([{"conditions": [{"property": "recipient.id", "operator": "contains", "argument": [id]}]}])
    assert audience.evaluate(asked, profile)


@pytest.mark.parametrize("profile", [{"id": True}, {"id": 5.5}, {"id": [1]}, '{"id": null}', {}])
def test_what_is_no_id_is_absent(profile: Any) -> None:
    assert audience.evaluate(audience.parse("id does not exist"), profile)


def test_documents_bring_the_same_ids(tmp_path: Any) -> None:
    path = tmp_path / "p.ndjson"
    ids = ['"u1"', "5", "5.0", "1e2", "9007199254740993", "5.5", "true", "[1]", "{}", "null", '""']
    path.write_text("".join(f'{{"id": {id}, "n": {index}}}\n' for index, id in enumerate(ids)))
    preview = audience.preview(audience.parse("n exists"), users=audience.users(path))
    assert sorted(str(person["id"]) for person in preview.sample) == ["", "100", "5", "5", "9007199254740993", "u1"]
    assert (preview.total, preview.null_ids) == (6, 5)


def test_an_expression_is_readable_in_a_debugger() -> None:
    assert "<equal_to>" in repr(PLAN)
    assert len(repr(PLAN)) < 120

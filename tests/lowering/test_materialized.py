"""An extraction is stored where one text is decoded for several leaves under an OR, and inlined everywhere else."""

import pytest

import audience

USERS = audience.Users(columns={"typed": "TIMESTAMP"}, properties="properties")


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("seen before 9 days ago or seen on or after 1 day ago", True),
        ('plan = "pro" and (name < "B" or name contains "x" and mrr > 1)', True),
        ("seen before 9 days ago", False),
        ("seen before 9 days ago and seen on or after 30 days ago", False),
        ("seen before 9 days ago or joined before 9 days ago", False),
        ('plan = "pro" or plan contains "e" or mrr > 1 or mrr < 0', False),
        ("typed before 9 days ago or typed on or after 1 day ago or a = 1 or b = 2", False),
    ],
)
def test_stored_or_inlined(text: str, stored: bool) -> None:
    assert ("MATERIALIZED" in audience.compile(audience.parse(text), users=USERS, now=0).sql) is stored

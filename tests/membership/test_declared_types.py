"""Types that people declare by the names that other engines have for them."""

import pytest

import audience
from audience.catalog.types import read_kind
from audience.errors import UsageError


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("jsonb", "JSON"), ("VARIANT", "JSON"), (" super ", "JSON"), ("TIMESTAMP_TZ", "TIMESTAMPTZ"),
        ("TIMESTAMP_LTZ", "TIMESTAMPTZ"), ("TIMESTAMP_NTZ", "TIMESTAMP"), ("FLOAT64", "DOUBLE"), ("INT64", "BIGINT"),
        ("text[]", "VARCHAR[]"), ("character varying(20)", "VARCHAR"), ("NUMBER(38,0)", "DECIMAL(38, 0)"),
        ("timestamp with time zone", "TIMESTAMPTZ"), ("timestamp without time zone", "TIMESTAMP"),
    ],
)  # fmt: skip
def test_names_of_other_engines(written: str, meant: str) -> None:
    [column] = audience.Users(columns={"x": written}).catalog.columns
    assert column.kind == read_kind(meant)


def test_an_unknown_type_is_named_as_it_was_written() -> None:
    with pytest.raises(UsageError, match="`SUPERB`"):
        audience.Users(columns={"x": "SUPERB"})

"""Where the machine stands changes nothing: a datetime without a zone is UTC."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import audience
from audience.interpreter import read_profile
from audience.values import Instant, read_instant

MOMENTS = [datetime(2025, 1, 1), datetime(2025, 7, 1, 12, 30, 0, 1), datetime(1969, 12, 31, 23, 59, 59)]


@pytest.fixture(params=["UTC0", "PST8PDT", "NZST-12NZDT"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zone of this process, for one test."""
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change a process's zone")
    with monkeypatch.context() as changed:
        changed.setenv("TZ", request.param)
        time.tzset()
        yield request.param
    time.tzset()


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_naive_datetime_is_utc(zone: str, moment: datetime) -> None:
    stated = read_instant(moment.isoformat())
    assert stated is not None
    assert read_profile({"seen": moment}) == read_profile({"seen": moment.replace(tzinfo=UTC)})
    assert read_profile({"seen": moment}) == {"seen": Instant(stated)}


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_naive_now_is_utc(zone: str, moment: datetime) -> None:
    expression = audience.parse("seen before now")
    for seen, answer in ((moment.isoformat(), False), ("1960-01-01", True)):
        assert audience.evaluate(expression, {"seen": seen}, now=moment) is answer

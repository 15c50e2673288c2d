"""Timestamps as text: what reads, what does not, and that reading agrees with Python's own calendar."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audience.values import (
    MICROSECONDS_PER_DAY,
    civil_from_days,
    days_from_civil,
    is_date_only,
    read_instant,
    write_instant,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""Year 1's first microsecond and year 9999's last."""


def micros(moment):
    return (moment - EPOCH) // MICROSECOND


OFFSETS = st.integers(-14 * 60 - 59, 14 * 60 + 59)


@given(st.datetimes(), OFFSETS, st.sampled_from("T "), st.sampled_from(["minutes", "seconds", "microseconds"]))
def test_reading_agrees_with_the_calendar(moment, offset, separator, precision):
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    naive = moment.isoformat(sep=separator, timespec=precision)
    # Cut the moment to what was written.
    written = datetime.fromisoformat(naive).replace(tzinfo=UTC)
    assert read_instant(naive) == micros(written)
    assert read_instant(naive + "Z") == micros(written)
    assert read_instant(naive + zone) == micros(written) - offset * 60_000_000
    if offset % 60 == 0:
        assert read_instant(naive + zone[:3]) == micros(written) - offset * 60_000_000


@given(st.datetimes(timezones=OFFSETS.map(lambda minutes: timezone(timedelta(minutes=minutes)))))
def test_reading_agrees_with_aware_datetimes(moment):
    zone = moment.utcoffset()
    assert read_instant(moment.isoformat()) == micros(moment.replace(tzinfo=UTC)) - zone // MICROSECOND


@given(st.dates())
def test_a_date_is_its_midnight(day):
    text = day.isoformat()
    assert read_instant(text) == micros(datetime(day.year, day.month, day.day, tzinfo=UTC))
    assert is_date_only(text)
    assert not is_date_only(text + "T00:00")


@given(st.integers(0, 10_000), st.integers(0, 13), st.integers(0, 32))
def test_only_days_of_the_calendar_read(year, month, day):
    try:
        expected = micros(datetime(year, month, day, tzinfo=UTC))
    except ValueError:
        expected = None
    assert read_instant(f"{year:04}-{month:02}-{day:02}") == expected


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_only_times_of_a_day_read(hour, minute, second):
    real = hour <= 23 and minute <= 59 and second <= 59
    assert (read_instant(f"2024-01-15T{hour:02}:{minute:02}:{second:02}") is not None) is real


@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from("+-"))
def test_only_offsets_up_to_fourteen_hours_read(hours, minutes, sign):
    real = hours <= 14 and minutes <= 59
    assert (read_instant(f"2024-01-15T00:00{sign}{hours:02}:{minutes:02}") is not None) is real


@given(st.integers(-(10**9), 10**9))
def test_civil_days_are_counted_one_by_one(days):
    year, month, day = civil_from_days(days)
    assert days_from_civil(year, month, day) == days
    following = civil_from_days(days + 1)
    assert following in ((year, month, day + 1), (year, month + 1, 1), (year + 1, 1, 1))


@given(st.dates())
def test_civil_days_agree_with_the_calendar(day):
    count = day.toordinal() - EPOCH.date().toordinal()
    assert days_from_civil(day.year, day.month, day.day) == count
    assert civil_from_days(count) == (day.year, day.month, day.day)


@pytest.mark.parametrize("year", range(-800, 12_001, 400))
def test_the_leap_day_that_ends_four_centuries(year):
    days = days_from_civil(year, 2, 29)
    assert civil_from_days(days) == (year, 2, 29)
    assert civil_from_days(days + 1) == (year, 3, 1)
    assert civil_from_days(days - 1) == (year, 2, 28)


@given(st.integers(FIRST, LAST))
def test_writing_and_reading_is_the_identity(microseconds):
    assert read_instant(write_instant(microseconds)) == microseconds


@given(st.integers(FIRST, LAST))
def test_writing_agrees_with_the_calendar(microseconds):
    assert write_instant(microseconds) == (EPOCH + microseconds * MICROSECOND).isoformat().replace("+00:00", "Z")


@given(st.integers(0, 10**9 - 1), st.integers(1, 9))
def test_fractions_are_cut_to_microseconds(nanoseconds, digits):
    fraction = f"{nanoseconds:09}"[:digits]
    expected = int(fraction.ljust(9, "0")) // 1_000
    assert read_instant(f"1970-01-01T00:00:00.{fraction}Z") == expected
    assert read_instant(f"1969-12-31T23:59:59.{fraction}Z") == expected - 1_000_000


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("0001-01-01", FIRST),
        ("9999-12-31T23:59:59.999999999Z", LAST),
        ("0001-01-01T00:00:00+14:59", FIRST - (14 * 60 + 59) * 60_000_000),
        ("9999-12-31T23:59:59.999999-14:59", LAST + (14 * 60 + 59) * 60_000_000),
        ("2000-02-29", 11_016 * MICROSECONDS_PER_DAY),
        ("1970-01-01 00:00+00", 0),
        ("1970-01-01T00:00:00-00:00", 0),
    ],
)
def test_the_edges_of_what_reads(text, microseconds):
    assert read_instant(text) == microseconds


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "infinity", "epoch", "2024", "2024-01", "20240115", "2024-1-5", "2024-W03-1", "2024-015",
        "0000-01-01", "10000-01-01", "-001-01-01", "+2024-01-15", "1900-02-29", "2023-02-29", "2024-04-31",
        " 2024-01-15", "2024-01-15 ", "2024-01-15\n", "2024-01-15\x00", "2024-01-15T", "2024-01-15Z",
        "2024-01-15+02:00", "2024-01-15T10", "2024-01-15T10Z", "2024-01-15T24:00", "2024-01-15T10:60",
        "2016-12-31T23:59:60Z", "2024-01-15T10:20:30.", "2024-01-15T10:20:30.Z", "2024-01-15T10:20:30,5Z",
        "2024-01-15T10:20:30.1234567891Z", "2024-01-15T10:20.5Z", "2024-01-15t10:20:30Z", "2024-01-15T10:20:30z",
        "2024-01-15T10:20:30+0200", "2024-01-15T10:20:30+2", "2024-01-15T10:20:30+15:00", "2024-01-15T10:20:30+14:60",
        "2024-01-15T10:20:30+02:", "2024-01-15T10:20:30 UTC", "2024-01-15T10:20:30 Z", "2024-01-15T10:20:30Z+02:00",
        "2024-01-15T10:20:30\u221205:00", "2024-01-15  10:20", "2024-01-15\t10:20", "2024-01-15\u00a010:20",
        "２０２４-01-15", "2024-01-1٥", "2024-01-15T1٠:20", "2024/01/15", "15.01.2024", "2024-01-15T10:20:30+01:00:00",
    ],
)  # fmt: skip
def test_what_is_no_timestamp(text):
    assert read_instant(text) is None
    assert not is_date_only(text)


@given(st.text(max_size=40) | st.from_regex(re.compile(r"[0-9:TZ+. -]{0,36}"), fullmatch=True))
def test_reading_never_raises(text):
    read = read_instant(text)
    assert read is None or isinstance(read, int)


@given(
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    st.integers(0, 30),
    st.characters(exclude_categories=["Nd"]),
)
def test_one_foreign_character_spoils_a_timestamp(text, position, character):
    spoiled = text[:position] + character + text[position:]
    assert read_instant(spoiled) is None

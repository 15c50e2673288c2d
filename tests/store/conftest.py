"""Homes for the tests of this room: see `tests.homes`."""

from tests.homes import address, clock, home, open_again  # noqa: F401  # fixtures

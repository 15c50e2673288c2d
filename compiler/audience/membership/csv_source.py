"""The text of a CSV file: which encoding it has, decided by looking at all of it before the first row is read.

A file is looked through once, in pieces, and read once more as text. An encoding that fits the beginning and fails
after a million rows would otherwise be noticed after a million rows. What cannot be read twice is copied to a
temporary file first, so memory is bounded whatever comes in.
"""

import codecs
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from audience.errors import UsageError

CsvBytes = str | Path | BinaryIO
"""A path, or a stream of bytes that is open; whoever opened it closes it."""

Progress = Callable[[int, int], None]
"""Is told how many bytes of how many are read."""

PIECE_BYTES = 1 << 18
SPOOLED_BYTES_MAX = 1 << 20
"""A stream up to this size is copied to memory, a longer one to a temporary file."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks. The mark of UTF-32 begins with that of UTF-16, so it is tried before."""

FALLBACK = "windows-1252"
"""What spreadsheets of western countries write where they do not write UTF-8; it has all printable characters of
Latin-1 at the places of Latin-1."""

BINARY = (
    (b"PK\x03\x04", "a ZIP file, as Excel workbooks are"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "compressed with gzip"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
)
"""How files begin that are taken for CSV by mistake."""

NO_UTF8 = re.compile("[\udc80-\udcff]")
"""Bytes that are no UTF-8, as `surrogateescape` decodes them."""

SAVE_HELP = "save it as CSV in UTF-8"
ENCODING_HELP = "save it as UTF-8, or name its encoding, such as cp1251 or shift_jis"


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A file that was looked through: all of it is text in `encoding`. `size` is its length in bytes."""

    name: str
    size: int
    encoding: str
    stream: BinaryIO
    start: int
    """Where the text begins in the stream, behind a byte order mark."""
    end: int

    def text(self, progress: Progress | None = None) -> io.TextIOWrapper:
        """The text from its beginning; line ends stay as they are."""
        self.stream.seek(self.start)
        counted = io.BufferedReader(_Counted(self, progress), PIECE_BYTES)
        return io.TextIOWrapper(counted, encoding=self.encoding, errors="strict", newline="")


class _Counted(io.RawIOBase):
    """The bytes of a source; they are counted, and have to be as many as when the file was looked through."""

    def __init__(self, source: CsvSource, progress: Progress | None) -> None:
        self._source, self._progress = source, progress
        self._position = source.start

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed has no buffer that can be sliced
        source = self._source
        data = source.stream.read(len(buffer))
        self._position += len(data)
        if self._position > source.end or (not data and self._position < source.end):
            raise changed(source.name)
        buffer[: len(data)] = data
        if self._progress is not None:
            self._progress(source.size - (source.end - self._position), source.size)
        return len(data)


def changed(name: str) -> UsageError:
    """The error of a file that is not what it was when it was looked through."""
    return UsageError("A722", f"{name} was changed while it was read", "import it when it is complete")


@contextmanager
def open_source(
    source: CsvBytes, *, name: str | None = None, encoding: str | None = None, bytes_max: int | None = None
) -> Iterator[CsvSource]:
    """Look through a file; UsageError A722 where it is no text, A909 where it is larger than `bytes_max`.

    Without `encoding` it is that of the byte order mark, else UTF-8 where every byte is UTF-8, else Windows-1252.
    A file that is mostly UTF-8 is refused: every name in it would come out wrong in any other encoding.
    """
    with ExitStack() as opened:
        if isinstance(source, str | Path):
            name = name or str(source)
            try:
                stream: BinaryIO = opened.enter_context(Path(source).open("rb"))
            except OSError as error:
                raise UsageError("A722", f"{name} cannot be read: {error.strerror}", "name a CSV file") from error
        else:
            name, stream = name or "the file", source
        if not stream.seekable():
            stream = opened.enter_context(_copied(stream, name, bytes_max))
        begin = stream.tell()
        end = stream.seek(0, io.SEEK_END)
        _check_size(end - begin, name, bytes_max)
        if end == begin:
            raise UsageError("A722", f"{name} is empty", "the first line names the columns")
        stream.seek(begin)
        yield _look_through(stream, name, encoding, end)


def _check_size(size: int, name: str, bytes_max: int | None) -> None:
    if bytes_max is not None and size > bytes_max:
        raise UsageError(
            "A909", f"{name} has more than {bytes_max:,} bytes", "import it with `audience`, or split it into files"
        )


@contextmanager
def _copied(stream: BinaryIO, name: str, bytes_max: int | None) -> Iterator[BinaryIO]:
    with tempfile.SpooledTemporaryFile(SPOOLED_BYTES_MAX) as copy:
        size = 0
        while piece := stream.read(PIECE_BYTES):
            size += len(piece)
            _check_size(size, name, bytes_max)
            copy.write(piece)
        copy.seek(0)
        yield copy  # type: ignore[misc]  # it has every method of a BinaryIO


def _look_through(stream: BinaryIO, name: str, asked: str | None, end: int) -> CsvSource:
    begin = stream.tell()
    head = stream.read(4)
    mark, marked = next(((mark, codec) for mark, codec in MARKS if head.startswith(mark)), (b"", None))
    if asked is not None and not (marked and marked.startswith(_codec(asked).removesuffix("-sig"))):
        mark, marked = b"", _codec(asked)
    kind = next((kind for start, kind in BINARY if head.startswith(start)), None)
    if kind is not None:
        raise UsageError("A722", f"{name} is no text: it is {kind}", SAVE_HELP)
    start = begin + len(mark)
    encoding = _told_apart(stream, start, name) if marked is None else marked
    if marked is not None or encoding == FALLBACK:
        _check_text(stream, start, name, encoding, said=asked is not None or bool(mark))
    return CsvSource(name, end - begin, encoding, stream, start, end)


def _codec(asked: str) -> str:
    try:
        "".encode(asked)  # refuses codecs that are not of text, which a lookup does not
        return codecs.lookup(asked).name
    except LookupError as error:
        raise UsageError("A707", f"`{asked:.40}` is no encoding", "encodings are utf-8, utf-16, cp1252, …") from error


def _pieces(stream: BinaryIO, start: int) -> Iterator[bytes]:
    stream.seek(start)
    while piece := stream.read(PIECE_BYTES):
        yield piece
    yield b""


def _told_apart(stream: BinaryIO, start: int, name: str) -> str:
    """UTF-8, or the fallback where bytes are no UTF-8 and (nearly) none beyond ASCII are."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    lines, first, odd, size, characters = 1, 0, 0, 0, 0
    for piece in _pieces(stream, start):
        text = decoder.decode(piece, final=not piece)
        _refuse_nul(text, name)
        size, characters = size + len(piece), characters + len(text)
        if not text.isascii() and (found := NO_UTF8.search(text)):
            first = first or lines + _line_ends(text[: found.start()])
            odd += len(NO_UTF8.findall(text))
        lines += _line_ends(text)
    # Every character of UTF-8 beyond ASCII has more bytes than one; by chance, other encodings make few of them.
    if odd and size - characters > odd:
        raise UsageError(
            "A722", f"{name} is UTF-8 but for {odd:,} bytes, the first of them on line {first:,}", ENCODING_HELP
        )
    return FALLBACK if odd else "utf-8"


def _check_text(stream: BinaryIO, start: int, name: str, encoding: str, *, said: bool) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = 1
    for piece in _pieces(stream, start):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line = lines + _line_ends(error.object[: error.start].decode(encoding, "ignore"))
            known = f"{name} is no {encoding} on line {line:,}"
            guess = f"the encoding of {name} cannot be told: it is neither UTF-8 nor {encoding} on line {line:,}"
            raise UsageError("A722", known if said else guess, ENCODING_HELP) from error
        _refuse_nul(text, name)
        lines += _line_ends(text)


def _refuse_nul(text: str, name: str) -> None:
    if "\0" in text:
        raise UsageError(
            "A722", f"{name} holds U+0000: it is a binary file, or UTF-16 without a byte order mark", SAVE_HELP
        )


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")

"""Go on until somebody says stop: Ctrl-C and SIGTERM end a command between two steps, and never within one."""

import signal
from threading import Event
from types import FrameType, TracebackType
from typing import Any, Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether to stop: within the block a first signal is a wish, and a second one ends the program at once.

    A driver that is interrupted in the middle of a call may say so in many ways, or lose the signal.
    """

    def __init__(self) -> None:
        self._asked = Event()
        self._before: dict[signal.Signals, Any] = {}  # what `signal` calls a handler: a function, a number, or None

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._ask) for number in SIGNALS}
        return self

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is asked for; whether to stop."""
        return self._asked.wait(seconds)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._put_back()

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self._asked.set()
        self._put_back()

    def _put_back(self) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

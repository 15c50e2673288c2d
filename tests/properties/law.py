"""`@law`: a property that is tried on every store, with as many examples as the store's pace allows."""

import inspect
from collections.abc import Callable
from functools import wraps

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.stores import Store

CI_EXAMPLES = 100
"""What the profile `ci` says; see tests/conftest.py."""


def examples(count: int, pace: float = 1.0) -> settings:
    """Settings of a law about scenes; `make deep` multiplies the count as it does everywhere.

    Nothing is shrunk: it takes minutes here, while the fuzzer makes small what it finds (`tests/fuzz/shrink.py`).
    """
    wanted = int(count * pace * settings.default.max_examples) // CI_EXAMPLES if settings.default else count
    return settings(max_examples=max(wanted, 1), phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.target))


def law(count: int, **drawn: st.SearchStrategy[object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test of the fixture `store` and of what is drawn by name, tried `count` times.

    Whatever else the test asks for comes from pytest.
    """

    def decorate(body: Callable[..., None]) -> Callable[..., None]:
        @wraps(body)
        def test(*, store: Store, **others: object) -> None:
            examples(count, store.pace)(given(**drawn)(body))(store=store, **others)

        signature = inspect.signature(body)
        assert "store" in signature.parameters
        rest = [parameter for name, parameter in signature.parameters.items() if name not in drawn]
        test.__signature__ = signature.replace(parameters=rest)  # type: ignore[attr-defined]
        del test.__wrapped__  # type: ignore[attr-defined]
        return test

    return decorate

"""Which decimal numbers read as one binary64 number: those between the points half way to its neighbours.

With these points an exact decimal is compared as if it had been rounded first, and is never rounded.
"""

import math
import struct
from decimal import Context, Decimal
from functools import lru_cache

EXACT = Context(prec=1200)
"""Half way between two binary64 numbers lies at most some 770 significant digits deep."""

GREATEST = "1.797693134862315807937e308"
"""From here on, a decimal reads as infinite: 2^1024 − 2^970, cut to 22 digits, so that nothing below overflows."""

LEAST = "2.4703282292062327209e-324"
"""Up to here, a decimal reads as zero: 2^−1075, rounded up to 20 digits, so that nothing above underflows."""


@lru_cache(maxsize=4_096)
def nearest(value: float) -> tuple[str, str, bool]:
    """The lowest and the highest decimal that read as a finite value, in digits, and whether the two do themselves.

    For zero both are zero: what lies nearer to it than any other binary64 number is left to its own sign.
    """
    value = float(value)
    if value == 0:
        return "0", "0", True
    low, high = (_half_way(value, math.nextafter(value, side)) for side in (-math.inf, math.inf))
    # Half way between two numbers, the one with the even last bit is read.
    (bits,) = struct.unpack("<q", struct.pack("<d", abs(value)))
    return low, high, bits % 2 == 0


def _half_way(value: float, neighbour: float) -> str:
    exact = Decimal(value)
    if math.isfinite(neighbour):
        other = Decimal(neighbour)
    else:
        # Beyond the greatest number lies, at the same distance, 2^1024.
        other = EXACT.add(exact, EXACT.subtract(exact, Decimal(math.nextafter(value, 0.0))))
    middle = EXACT.divide(EXACT.add(exact, other), Decimal(2))
    return f"{EXACT.normalize(middle):f}"

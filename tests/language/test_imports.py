"""The parser generator is imported when something is parsed, and not before."""

import subprocess
import sys


def test_the_language_imports_no_lark_until_it_parses() -> None:
    script = (
        "import sys, audience.language as language\n"
        "assert 'lark' not in sys.modules\n"
        "language.parse('plan exists')\n"
        "assert 'lark' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

"""What authors read when a text is refused, byte for byte: fixtures/errors/<code>/<case>.audience and .txt.

UPDATE_GOLDEN=1 writes the reports anew; read the difference before committing it.
"""

import os
from pathlib import Path

import pytest

from audience.diagnostics import CODES
from audience.errors import DefinitionError
from audience.language import parse_definition

ERRORS = Path(__file__).parents[2] / "fixtures" / "errors"
CASES = sorted(ERRORS.glob("A*/*.audience"))

OF_THE_LANGUAGE = [code for code in CODES if code.startswith("A1") and code not in ("A108", "A109", "A111")]
"""Codes that only a text can cause; A108, A109 and A111 speak of JSON."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_report(case: Path) -> None:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(case.read_text(encoding="utf-8"), case.name)
    assert case.parent.name in [diagnostic.code for diagnostic in caught.value.diagnostics]
    report = f"{caught.value}\n"
    golden = case.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(report, encoding="utf-8")
    assert report == golden.read_text(encoding="utf-8")


def test_every_code_of_the_language_has_a_case() -> None:
    assert set(OF_THE_LANGUAGE) <= {case.parent.name for case in CASES}


def test_no_report_is_left_over() -> None:
    assert {golden.with_suffix(".audience") for golden in ERRORS.glob("A*/*.txt")} == set(CASES)


@pytest.mark.parametrize("code", [*OF_THE_LANGUAGE, "A202", "A203", "A303", "A308", "A309", "A310"])
def test_the_examples_of_the_code_table(code: str) -> None:
    row = CODES[code]
    with pytest.raises(DefinitionError) as caught:
        parse_definition(row.wrong)
    assert code in [diagnostic.code for diagnostic in caught.value.diagnostics]
    assert parse_definition(row.right).expression is not None

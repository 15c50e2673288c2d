"""The table of diagnostic codes is complete, and the pages made from the tables are fresh."""

import re
from pathlib import Path

import pytest

from audience.diagnostics import CODES, Code
from audience.diagnostics import codes as table
from docs.generate import DOCS, FAMILIES, pages

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "compiler").rglob("*.py"))


def test_no_code_is_given_twice() -> None:
    written = re.findall(r'Code\("(A\d+)"', Path(table.__file__).read_text())
    assert len(written) == len(CODES)
    assert written == sorted(written), "rows stand in the order of their codes"


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_a_code_says_what_is_wrong_and_what_to_do(code: Code) -> None:
    assert re.fullmatch(r"A[1-79]\d\d", code.code)
    assert code.code[:2] in FAMILIES
    assert code.title
    assert code.title[0].islower() or code.title.split()[0].isupper(), "a title continues `error[A201]: `"
    assert not code.title.endswith(".")
    assert code.explanation.endswith(".")
    assert bool(code.wrong) <= bool(code.right), "a wrong example comes with a right one"
    assert code.wrong != code.right or not code.wrong


def test_every_code_that_the_sources_name_has_a_row() -> None:
    """The table is asked at run time, so a code without a row would only show when somebody makes that mistake."""
    named = {code for path in SOURCES for code in re.findall(r'"(A\d{3})"', path.read_text())}
    assert named <= set(CODES)


@pytest.mark.parametrize("page", pages())
def test_generated_pages_are_fresh(page: str) -> None:
    path = DOCS / page
    assert path.exists(), f"run `make docs`: docs/{page} is missing"
    assert path.read_text(encoding="utf-8") == pages()[page], f"run `make docs`: docs/{page} is stale"


def test_every_code_is_on_the_page() -> None:
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    assert {code for code in CODES if f"### {code}: " not in text} == set()

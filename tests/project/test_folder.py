"""A folder of definitions is read by key; problems of all its files come at once."""

from pathlib import Path

import pytest

from audience.errors import DefinitionError, UsageError
from audience.project import read_audiences

FIXTURES = Path(__file__).parents[2] / "fixtures"

JSON = """{"name": "Vip", "type": "dynamic",
  "segments": [{"conditions": [{"property": "recipient.a", "operator": "exists"}]}]}"""


def test_the_committed_audiences_are_read() -> None:
    definitions = read_audiences(FIXTURES / "audiences")
    assert list(definitions) == [
        "churn-risk", "high-value", "nordic-beta", "power-users", "trial-ending", "vip-europe", "win-back"
    ]  # fmt: skip
    assert all(definition.key == key for key, definition in definitions.items())
    assert definitions["vip-europe"].name == "VIPs in Europe"


def test_the_three_layouts(tmp_path: Path) -> None:
    (tmp_path / "a.audience").write_text("a exists")
    (tmp_path / "b.json").write_text(JSON)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "audience.json").write_text(JSON)
    (tmp_path / "notes.md").write_text("not a definition")
    (tmp_path / ".hidden.audience").write_text("not a definition")
    (tmp_path / "empty").mkdir()
    definitions = read_audiences(tmp_path)
    assert list(definitions) == ["a", "b", "c"]
    assert definitions["a"].expression == definitions["b"].expression == definitions["c"].expression


def test_one_key_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.audience").write_text("a exists")
    (tmp_path / "a.json").write_text(JSON)
    with pytest.raises(UsageError, match="both define the audience `a`"):
        read_audiences(tmp_path)


def test_problems_of_all_files_come_at_once_and_name_them(tmp_path: Path) -> None:
    (tmp_path / "a.audience").write_text("plan = pro")
    (tmp_path / "b.audience").write_text("plan ==")
    with pytest.raises(DefinitionError) as caught:
        read_audiences(tmp_path)
    assert str(tmp_path / "a.audience") in str(caught.value)
    assert str(tmp_path / "b.audience") in str(caught.value)


def test_what_is_no_folder_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        read_audiences(tmp_path / "nowhere")
    (tmp_path / "a.audience").write_bytes(b"\xff\xfe")
    with pytest.raises(DefinitionError, match=r"a\.audience is no UTF-8 text"):
        read_audiences(tmp_path)

"""Static members come from JSON or CSV; a mistake is named with its place."""

from pathlib import Path

import pytest

from audience.errors import UsageError
from audience.project import read_members


def read(folder: Path, text: str, name: str) -> object:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_members(path)


def test_json(tmp_path: Path) -> None:
    text = '{"vip": ["u1", ["u2", "acme"], ["u3", null], 7, "u1"], "empty": []}'
    assert read(tmp_path, text, "members.json") == {
        "vip": {("u1", None), ("u2", "acme"), ("u3", None), ("7", None)},
        "empty": set(),
    }


@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_csv(tmp_path: Path, start: str) -> None:
    text = start + 'audience,user_id,tenant\nvip,u1,\nvip,u2,acme\r\n\n"a,b","u ""3""",x\n'
    assert read(tmp_path, text, "members.csv") == {
        "vip": {("u1", None), ("u2", "acme")},
        "a,b": {('u "3"', "x")},
    }
    assert read(tmp_path, "audience,user_id\nvip,007\n", "two.csv") == {"vip": {("007", None)}}


@pytest.mark.parametrize("between", [",", ", ", ";", "; ", "\t"])
def test_csv_of_other_spreadsheets(tmp_path: Path, between: str) -> None:
    text = f'audience{between}user_id{between}tenant \nvip{between}u1{between}\nvip{between}" a,;"{between}acme\n'
    assert read(tmp_path, text, "members.csv") == {"vip": {("u1", None), (" a,;", "acme")}}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("m.json", "{", "is no JSON"),
        ("m.json", "[]", "is no JSON object"),
        ("m.json", '{"vip": "u1"}', "/vip is no list"),
        ("m.json", '{"vip": ["u1", true]}', "/vip/1 is no id and no pair"),
        ("m.json", '{"vip": [["u1", "t", "x"]]}', "/vip/0 is no id and no pair"),
        ("m.json", '{"vip": [null]}', "/vip/0 is no id and no pair"),
        ("m.csv", "", "starts with ``"),
        ("m.csv", "user,audience\n", "starts with `user,audience`"),
        ("m.csv", "audience,user_id\nvip,u1\nvip\n", "line 3 does not fit the header"),
        ("m.csv", "audience,user_id\nvip,\n", "line 2 does not fit the header"),
        ("m.csv", 'audience,user_id\nvip,"u1\n', "line 2: unexpected end of data"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text, name)
    assert said in caught.value.message
    assert caught.value.code == "A707"
    assert caught.value.help


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_members(tmp_path / "members.json")

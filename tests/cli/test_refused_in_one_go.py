"""A condition that cannot be read is checked against the people all the same, as far as it can be."""

import json

import pytest

BROKEN = 'plan = pro and paln = "x" and last_seen before "soon" and mrr in 5'
ALL = ["A105", "A201", "A304", "A303"]


@pytest.mark.parametrize("command", ["preview", "compile"])
def test_a_condition_for_people(run, people, command):
    found = run(command, BROKEN, "--users", people, "--json")
    assert found.code == 1
    assert [error["code"] for error in found.errors] == ALL


def test_files_with_their_references(run, people, tmp_path):
    (tmp_path / "broken.audience").write_text(BROKEN + ' and member of "other" and member of "nope"\n')
    (tmp_path / "other.audience").write_text("plan exists\n")
    segments = [{"conditions": [{"property": "recipient.paln", "operator": "exists"}, {"operator": "exists"}]}]
    (tmp_path / "typed.json").write_text(json.dumps({"name": "T", "type": "dynamik", "segments": segments}))
    found = run("check", tmp_path / "broken.audience", tmp_path / "other.audience", tmp_path / "typed.json",
                "--users", people, "--json")  # fmt: skip
    codes = [[error["code"] for error in file["errors"]] for file in found.json["files"]]
    assert codes == [[*ALL, "A401"], [], ["A109", "A201", "A109"]]


def test_people_that_cannot_be_read_do_not_hide_the_condition(run, tmp_path):
    found = run("preview", BROKEN, "--users", tmp_path / "nobody.parquet", "--json")
    assert [error["code"] for error in found.errors] == ["A105", "A303"]

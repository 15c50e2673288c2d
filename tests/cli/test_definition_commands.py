"""`check`, `fmt`, `convert`: commands about definitions, with or without people."""

import json
import stat
from pathlib import Path

import pytest

import audience

FIXTURES = Path(__file__).parents[2] / "fixtures"
UNTIDY = '# Who pays\nname "Pro"\nplan="pro"    and mrr>=10 # at least ten\n'
TIDY = '# Who pays\nname "Pro"\n\nplan = "pro"\nand mrr >= 10  # at least ten\n'


# ── check ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_fixtures_are_fine_together(run):
    said = run("check", FIXTURES / "audiences", "--users", FIXTURES / "people" / "demo.parquet")
    assert said.code == 0, said
    assert (said.out.count(": fine"), said.out.count(": right, with a warning")) == (6, 1)
    assert "warning[A316]" in said.err, "lints are shown"


def test_every_problem_of_every_file_is_reported(run, tmp_path):
    (tmp_path / "a.audience").write_text('plan = pro and member of "b"')
    (tmp_path / "b.audience").write_text("plan exists")
    (tmp_path / "c.json").write_text('{"type": "dynamic", "name": "C", "segments": [{"conditions": []}]}')
    (tmp_path / "d.audience").write_text('member of "a" and member of "nobody-knows"')
    said = run("check", "a.audience", "b.audience", "c.json", "d.audience")
    assert said.code == 1
    assert said.out.splitlines() == ["b.audience: fine", "3 of 4 definitions have problems"]
    found = run("check", tmp_path, "--json")
    assert found.code == 1
    codes = {Path(file["file"]).name: [error["code"] for error in file["errors"]] for file in found.json["files"]}
    assert codes == {"a.audience": ["A105"], "b.audience": [], "c.json": ["A111"], "d.audience": ["A401"]}
    assert sorted(error["code"] for error in found.errors) == ["A105", "A111", "A401"]


def test_a_file_that_is_no_text_is_its_own_problem(run, tmp_path):
    (tmp_path / "a.audience").write_bytes('plan = "é"'.encode("latin-1"))
    (tmp_path / "b.audience").write_text('plan = "pro" and member of "a"')
    (tmp_path / "c.json").write_text('"just a string"')
    found = run("check", tmp_path, "--json")
    codes = {Path(file["file"]).name: [error["code"] for error in file["errors"]] for file in found.json["files"]}
    assert (found.code, codes) == (1, {"a.audience": ["A707"], "b.audience": [], "c.json": ["A109"]})
    assert "no UTF-8" in run("check", "a.audience", "b.audience").err


def test_check_and_preview_read_a_folder_alike(run, people, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "bare.json").write_text('{"segments": []}')
    assert run("check", "folder").code == 0
    assert run("preview", 'member of "bare"', "--users", people, "--audiences", "folder").code == 0


def test_a_broken_file_of_the_references_is_told_where_it_is_referred_to(run, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "vip.audience").write_text("plan exists and")
    said = run("check", 'member of "vip"', "--audiences", "folder")
    assert (said.code, "folder/vip.audience:1" in said.err) == (1, True)
    found = run("check", "plan exists", "--audiences", "folder", "--json")
    assert (found.code, [warning["code"] for warning in found.json["warnings"]]) == (0, ["A707"])


def test_warnings_are_no_errors_even_beside_one(run, people):
    found = run("check", 'mrr = "100" and plna = "x"', "--users", people, "--json").json
    assert [error["code"] for error in found["errors"]] == ["A201"]
    assert [warning["code"] for warning in found["warnings"]] == ["A314"]


def test_a_file_is_not_proposed_to_itself(run, tmp_path):
    (tmp_path / "vip.audience").write_text('member of "vpi"')
    said = run("check", "vip.audience")
    assert (said.code, "did you mean" in said.err) == (1, False)


def test_files_that_refer_to_each_other_are_refused(run, tmp_path):
    (tmp_path / "a.audience").write_text('member of "b"')
    (tmp_path / "b.audience").write_text('member of "a"')
    found = run("check", tmp_path, "--json")
    assert (found.code, {error["code"] for error in found.errors}) == (1, {"A402"})


def test_properties_are_checked_when_people_are_given(run, people):
    assert run("check", 'plna = "pro"').code == 0
    assert run("check", 'plna = "pro"', "--users", people).code == 1


def test_references_come_from_options(run, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "vip.audience").write_text("plan exists")
    (tmp_path / "m.json").write_text('{"friends": []}')
    given = 'member of "vip" and member of "friends"'
    assert run("check", given).code == 1
    assert run("check", given, "--audiences", "folder", "--members", "m.json").code == 0


def test_what_is_not_of_knock_is_refused_on_request(run):
    given = "last_seen not before 30 days ago"
    assert run("check", given).code == 0
    said = run("check", given, "--knock")
    assert (said.code, "error[A601]" in said.err) == (1, True)
    assert "last_seen on or after 30 days ago or last_seen is empty" in said.err
    assert run("check", 'plan = "pro"', "--knock").code == 0


@pytest.mark.parametrize(
    ("given", "code"), [('plan = "a" and plan = "b"', "A501"), ("plan exists or plan does not exist", "A502")]
)
def test_what_no_data_can_change_is_warned_of_once(run, given, code):
    found = run("check", given, "--json")
    assert found.code == 0
    assert [warning["code"] for warning in found.json["warnings"]].count(code) == 1


def test_nobody_on_purpose_is_no_surprise(run):
    assert run("check", "nobody", "--json").json["warnings"] == []


def test_a_definition_is_described(run):
    assert 'plan is "pro"' in run("check", 'plan = "pro"', "--describe").out


def test_static_audiences_and_their_members(run, tmp_path):
    (tmp_path / "s.json").write_text('{"type": "static", "name": "S"}')
    (tmp_path / "d.audience").write_text('member of "s"')
    assert run("check", "s.json", "d.audience").code == 0


# ── fmt ───────────────────────────────────────────────────────────────────────────────────────────


def test_files_are_rewritten_in_place(run, tmp_path):
    file = tmp_path / "a.audience"
    file.write_text(UNTIDY)
    file.chmod(0o640)
    said = run("fmt", "--check", file)
    assert (said.code, said.out, file.read_text()) == (1, f"would change {file}\n", UNTIDY)
    said = run("fmt", file)
    assert (said.code, said.out, file.read_text()) == (0, f"changed {file}\n", TIDY)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert run("fmt", "--check", tmp_path).code == 0
    assert run("fmt", file).out == "nothing to change\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a.audience"], "no scratch file is left"


def test_windows_line_ends_and_byte_order_marks_are_tidied(run, tmp_path):
    file = tmp_path / "a.audience"
    file.write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode())
    assert run("fmt", file).code == 0
    assert file.read_bytes() == TIDY.encode()


def test_a_link_stays_a_link(run, tmp_path):
    (tmp_path / "real").write_text(UNTIDY)
    (tmp_path / "a.audience").symlink_to(tmp_path / "real")
    assert run("fmt", "a.audience").code == 0
    assert (tmp_path / "a.audience").is_symlink()
    assert (tmp_path / "real").read_text() == TIDY


def test_a_broken_file_stays_as_it_is_and_the_others_are_written(run, tmp_path):
    (tmp_path / "a.audience").write_text("plan  =  pro")
    (tmp_path / "b.audience").write_text(UNTIDY)
    (tmp_path / "c.json").write_text("{ }")
    said = run("fmt", "a.audience", "b.audience", "c.json")
    assert (said.code, said.out) == (1, "changed b.audience\n")
    assert "error[A105]" in said.err
    assert "a.audience:1" in said.err
    assert "c.json is JSON" in said.err
    assert (tmp_path / "a.audience").read_text() == "plan  =  pro"
    assert (tmp_path / "c.json").read_text() == "{ }"
    found = run("fmt", "a.audience", "b.audience", "c.json", "--json")
    assert (found.json["changed"], found.json["unchanged"], found.json["skipped"]) == ([], ["b.audience"], ["c.json"])


def test_a_file_that_cannot_be_written_stays(run, tmp_path, monkeypatch):
    (tmp_path / "a.audience").write_text(UNTIDY)

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    said = run("fmt", "a.audience")
    assert (said.code, "No space left on device" in said.err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.audience"]
    assert (tmp_path / "a.audience").read_text() == UNTIDY


def test_standard_input_goes_to_standard_output(run):
    assert run("fmt", "-", stdin=UNTIDY).out == TIDY
    said = run("fmt", "-", "--check", stdin=UNTIDY)
    assert (said.code, said.out) == (1, "would change standard input\n")
    said = run("fmt", "-", "--check", stdin=TIDY)
    assert (said.code, said.out) == (0, "nothing to change\n")
    assert run("fmt", "-", "--json", stdin=UNTIDY).json == {"text": TIDY, "changed": True}
    assert run("fmt", "-", stdin="{}").code == 2
    said = run("fmt", "-", stdin="plan = pro")
    assert (said.code, said.out) == (1, "")


def test_a_missing_file_is_wrong_usage(run):
    assert run("fmt", "nope.audience").code == 2
    assert run("fmt", "nope").code == 2


@pytest.mark.parametrize("command", ["check", "fmt"])
def test_a_folder_without_definitions_does_not_pass_for_fine(run, tmp_path, command):
    (tmp_path / "empty").mkdir()
    said = run(command, "empty")
    assert (said.code, "error[A707]" in said.err) == (2, True)


# ── convert ───────────────────────────────────────────────────────────────────────────────────────


def test_a_bare_condition_becomes_its_segments(run):
    said = run("convert", 'plan = "pro" or mrr > 10')
    assert said.code == 0
    assert said.json == audience.encode(audience.parse('plan = "pro" or mrr > 10'))


@pytest.mark.parametrize("way", ["--json", None])
def test_a_file_becomes_a_whole_audience(run, tmp_path, way):
    (tmp_path / "pro.audience").write_text(UNTIDY)
    said = run("convert", "pro.audience", *([way] if way else []))
    assert said.json["name"] == "Pro"
    assert said.json["type"] == "dynamic"
    assert "comments" in said.err
    (tmp_path / "unnamed.audience").write_text("plan exists")
    assert run("convert", "unnamed.audience").json["name"] == "unnamed"


def test_there_and_back_is_the_same(run, tmp_path):
    file = FIXTURES / "audiences" / "vip-europe" / "audience.json"
    said = run("convert", file)
    assert said.code == 0
    assert said.out.startswith('name "VIPs in Europe"\n')
    (tmp_path / "vip-europe.audience").write_text(said.out)
    again = run("convert", "vip-europe.audience").json
    assert audience.decode(again) == audience.decode(json.loads(file.read_text()))
    assert run("convert", file, "--json").json == {"text": said.out}


def test_the_form_can_be_said(run):
    assert run("convert", "plan   exists", "--to", "text").out == "plan exists\n"
    assert run("convert", "-", "--to", "json", stdin='{"segments": []}').json == {"segments": []}
    assert run("convert", "-", stdin='{"segments": []}').out == "nobody\n"


@pytest.mark.parametrize(
    "given", ["plan = pro", '{"segments": 1}', '{"type": "static", "name": "S"}', "[1]", '{"a": 1, "a": 2}']
)
def test_what_cannot_be_read_cannot_be_converted(run, given):
    said = run("convert", "-", stdin=given)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error[")


def test_too_many_conditions_after_distribution_are_refused_with_the_count(run):
    wide = " and ".join(f"(a{number} exists or b{number} exists)" for number in range(12))
    said = run("convert", wide)
    assert (said.code, "error[A903]" in said.err) == (1, True)

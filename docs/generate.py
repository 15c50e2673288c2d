"""Write the pages of docs/ that are made from tables: `make docs`; a test fails while they are stale.

errors.md from the diagnostic codes, operators.md from the operator table, engines.md from the dialects, cli.md from
the commands. The pages repeat nothing by hand, so what they say is what the program does.
"""

import importlib
import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from typer import Context
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from audience.diagnostics import CODES, Code
from audience.lowering import DIALECTS, Dialect
from audience.operators import OPERATORS, Operator

DOCS = Path(__file__).parent

NOTE = "<!-- Made by `make docs`; edits go into {source}. -->"

FAMILIES: Mapping[str, str] = {
    "A1": "How it is written",
    "A2": "Names",
    "A3": "Types and arguments",
    "A4": "References",
    "A5": "What can never or always match",
    "A6": "Other systems and dialects",
    "A7": "People and configuration",
    "A9": "Limits",
}


def pages() -> dict[str, str]:
    """Every generated page: its name in docs/ and its text."""
    made = {"errors.md": errors_page(), "operators.md": operators_page(), "engines.md": engines_page()}
    if importlib.util.find_spec("audience.cli.main"):
        made["cli.md"] = commands_page()
    return made


def errors_page() -> str:
    """The page of diagnostic codes, in families."""
    lines = [
        "# Error codes",
        "",
        NOTE.format(source="compiler/audience/diagnostics/codes.py"),
        "",
        "Every finding has a code that does not change between releases.",
        "`audience explain-code A201` prints the same text as this page.",
    ]
    for prefix, title in FAMILIES.items():
        lines += ["", f"## {prefix}xx: {title.lower()}"]
        for code in CODES.values():
            if code.code.startswith(prefix):
                lines += ["", *_code(code)]
    return "\n".join(lines) + "\n"


def _code(code: Code) -> Iterator[str]:
    yield f"### {code.code}: {code.title}"
    yield ""
    yield code.explanation
    for label, example in (("Instead of", code.wrong), ("write", code.right)):
        if example:
            yield from ("", f"{label}:", "", "```text", example, "```")


def operators_page() -> str:
    """The table of operators."""
    lines = [
        "# Operators",
        "",
        NOTE.format(source="compiler/audience/operators.py"),
        "",
        "Every operator has a complement that is true exactly where it is false, so the table lists them in pairs.",
        "*Written* is the text form, *on the wire* the name in segments JSON; the text language accepts both.",
        "*Without the property* is the answer for a person who has no value there,",
        'for an argument that is neither `""` nor `null`.',
        "*Knock* tells whether Knock has the operator, too.",
        "",
        "| Written | On the wire | Argument | True when | Without the property | Knock |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(_cells(operator)) for operator in OPERATORS),
        "",
        "## An example of each",
        "",
        "```text",
        *(operator.example for operator in OPERATORS),
        "```",
    ]
    return "\n".join(lines) + "\n"


def _cells(operator: Operator) -> tuple[str, ...]:
    written = ", ".join(f"`{words}`" for words in (operator.words, *operator.spellings))
    absent = "true" if operator.absent else "false"
    knock = "yes" if operator.knock else "no"
    return written, f"`{operator.name}`", str(operator.takes), operator.meaning, absent, knock


def engines_page() -> str:
    """The table of engines, and what is known that they cannot do."""
    lines = [
        "# Engines",
        "",
        NOTE.format(source="the capabilities in compiler/audience/lowering/dialects/"),
        "",
        "`audience compile --dialect NAME` writes SQL for each of these, and `audience engines` prints the same table.",
        "*Verified*: the laws of the tests run on the engine itself, so that every condition has the members that the",
        "reference interpreter gives it. *Compiled only*: the SQL follows the documentation of the engine and says in",
        "its first line that nobody has run it there.",
        "BigQuery is verified on zetasql, the open reference engine of its language, and not on the service.",
        "Where `pip install` names nothing, Audience does not run SQL there: it compiles, and you run it.",
        "",
        "| Name | Engine | Versions | Checked | Selects from | `pip install` |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(_engine(name, dialect)) for name, dialect in DIALECTS.items()),
        "",
        "## Known limits",
        "",
        "What an engine cannot do as the others do. A case is a line of fixtures/conditions.jsonl that shows it.",
    ]
    for name, dialect in DIALECTS.items():
        known = dialect.capabilities
        lines += ["", f"### {name}", ""]
        lines += [
            f"- {limit.what}: {limit.why.rstrip('.')}." + (f" Cases: {', '.join(limit.cases)}." if limit.cases else "")
            for limit in known.limits
        ] or ["None is known."]
    return "\n".join(lines) + "\n"


def _engine(name: str, dialect: Dialect) -> tuple[str, ...]:
    known = dialect.capabilities
    checked = "verified" if known.verified else "compiled only"
    holds = "typed columns and JSON" if known.documents else "typed columns"
    driver = f"`{known.driver}`" if known.driver else "–"
    return f"`{name}`", known.title, known.versions, checked, f"{known.reads}; {holds}", driver


def commands_page() -> str:
    """The page of commands, from the same declarations as `--help`."""
    root = get_command(importlib.import_module("audience.cli.main").app)
    lines = ["# Commands", "", NOTE.format(source="the commands in compiler/audience/cli/"), "", _prose(root.help)]
    for name, command in _commands("audience", root):
        context = Context(command, info_name=name)
        usage = " ".join(command.collect_usage_pieces(context))
        lines += ["", f"## {name}", "", _prose(command.help), "", "```text", f"{name} {usage}", "```"]
        records = (parameter.get_help_record(context) for parameter in command.params)
        rows = [_row((f"`{record[0]}`", record[1])) for record in records if record]
        if rows:
            lines += ["", "| Argument or option | Meaning |", "| --- | --- |", *rows]
    return "\n".join(lines) + "\n"


def _commands(name: str, command: object) -> Iterator[tuple[str, TyperCommand]]:
    if isinstance(command, TyperGroup):
        for child_name, child in command.commands.items():
            yield from _commands(f"{name} {child_name}", child)
    elif isinstance(command, TyperCommand) and not command.hidden:
        yield name, command


def _prose(text: str | None) -> str:
    """Help text as Markdown: the paragraphs, each on one line."""
    return "\n\n".join(re.sub(r"\s+", " ", paragraph).strip() for paragraph in (text or "").split("\n\n"))


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()

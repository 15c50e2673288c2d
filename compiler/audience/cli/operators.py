"""`audience operators`: the operator table."""

from audience.cli.failures import reported
from audience.cli.options import JsonOption


@reported
def operators(json: JsonOption = False) -> None:
    """List the operators, and when each is true.

    Each operator stands before its complement, which is true exactly where it is false. Wire names, as JSON has
    them, are accepted in texts, too.
    """
    from rich.text import Text

    from audience.cli.output import console, plain_table, write_json, write_text
    from audience.operators import OPERATORS

    if json:
        rows = [
            {
                "name": operator.name,
                "words": operator.words,
                "spellings": list(operator.spellings),
                "takes": operator.takes.value,
                "complement": operator.complement.name,
                "meaning": operator.meaning,
                "absent": operator.absent,
                "knock": operator.knock,
                "example": operator.example,
            }
            for operator in OPERATORS
        ]
        write_json({"operators": rows})
        return
    table = plain_table("written", "on the wire", "true when")
    for operator in OPERATORS:
        mark = "" if operator.knock else " *"
        table.add_row(
            Text("\n".join((operator.words, *operator.spellings)), style="bold"),
            Text(operator.name + mark),
            Text(f"{operator.meaning}\n", end="").append(operator.example, style="italic"),
        )
    console().print(table)
    write_text("\n* not in Knock: `audience check --knock` refuses it and offers the nearest form.")

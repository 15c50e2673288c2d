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
    table = plain_table("written, and on the wire", "true when")
    for operator in OPERATORS:
        written = Text(", ".join((operator.words, *operator.spellings)), style="bold")
        wire = Text(operator.name + ("" if operator.knock else " *"), style="dim")
        table.add_row(Text("\n").join((written, wire)), Text(operator.meaning))
        table.add_row("", Text(operator.example, style="italic"))
        table.add_row()
    console().print(table)
    write_text("\n* not in Knock: `audience check --knock` refuses it and offers the nearest form.")

"""`audience explain-code`: what a code like A201 means."""

from typing import Annotated

import typer

from audience.cli.failures import reported
from audience.cli.options import JsonOption


@reported
def explain_code(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="Such as A201; none lists them all.", show_default=False)
    ] = None,
    json: JsonOption = False,
) -> None:
    """Explain a code that messages show in brackets.

    With an example of what is wrong, and of what is right.
    """
    from audience.cli.output import console, write_json, write_text
    from audience.diagnostics import CODES, suggest
    from audience.errors import UsageError

    if code is None:
        if json:
            write_json({"codes": [{"code": row.code, "title": row.title} for row in CODES.values()]})
        else:
            write_text("\n".join(f"{row.code}  {row.title}" for row in CODES.values()))
        return
    found = CODES.get(code.upper())
    if found is None:
        near = suggest(code.upper(), CODES)
        help = f"did you mean {' or '.join(near)}?" if near else "`audience explain-code` lists the codes"
        raise UsageError("A707", f"there is no code `{code}`", help)
    if json:
        write_json(
            {
                "code": found.code,
                "title": found.title,
                "explanation": found.explanation,
                "wrong": found.wrong,
                "right": found.right,
            }
        )
        return
    console().print(f"{found.code}: {found.title}", style="bold")
    console().print(f"\n{found.explanation}")
    for label, example in (("Instead of", found.wrong), ("write", found.right)):
        if example:
            write_text(f"\n{label}:\n" + "\n".join(f"    {line}" for line in example.splitlines()))

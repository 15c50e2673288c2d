"""The command line: translate options into calls, and answers into text or JSON. No logic of its own.

`main` the way in · `options` what several commands take · `failures` exceptions as messages and exit codes ·
`definitions` `references` `people` what the options name, read · `asked` a condition with its references ·
`output` JSON, tables and findings · `progress` a bar while a scan runs · one file a command: `preview` (drawn by
`preview_tables`), `compile`, `check` (done by `checking`), `fmt`, `convert`, `operators`, `properties`,
`explain_code`, `demo` (its people and audiences are in the folder demo/).

Only `main`, `options` and `failures` are imported to print help; a command imports the rooms that it needs.
"""

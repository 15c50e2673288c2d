"""Who is in: people, definitions and an instant go in; ids, counts and samples come out.

`sources` `users` point at people, `ids` `statistics` `shadowed` look at them · `run_inputs` what every run is
given · `compile` to SQL · `evaluate` one person by the interpreter · `advise` indexes · `preview` counts and a sample,
`counts` what each condition did, `unknown` properties that nobody has, `output` values as data, `notebook` a preview
as HTML.

`imports` people and members from files: `csv_import` CSV, `csv_source` its text, `csv_rows` its rows, `csv_mapping`
and `csv_cells` what columns and cells become; `ndjson_import` NDJSON; `rejects` a file of the rows that are left out.
"""

from audience.membership.advise import Advice, IndexAdvice, advise
from audience.membership.compile import compile
from audience.membership.counts import NodeCounts
from audience.membership.evaluate import evaluate
from audience.membership.ids import IdReport, check_ids
from audience.membership.preview import Preview, preview
from audience.membership.run_inputs import Now, clock, read_now, resolve_run
from audience.membership.shadowed import shadowed_keys
from audience.membership.statistics import PropertyStatistics, statistics
from audience.membership.users import Users, users

__all__ = [
    "Advice",
    "IdReport",
    "IndexAdvice",
    "NodeCounts",
    "Now",
    "Preview",
    "PropertyStatistics",
    "Users",
    "advise",
    "check_ids",
    "clock",
    "compile",
    "evaluate",
    "preview",
    "read_now",
    "resolve_run",
    "shadowed_keys",
    "statistics",
    "users",
]

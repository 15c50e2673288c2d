"""From the IR to SQL: pure, no connection anywhere.

`selection` and `counting` are the queries, `inspection` those without a condition, `materialize` the statements that
write members and copies of people, `answers` what a procedure asks, `timeline` what answers depend on · `predicate`
lowers a condition, in value or in filter form · `scope` where properties are read · `scalars` `instants` `equality`
`lists` `pairs` `members` lower the leaves · `lowered` a leaf that may be NULL · `build` nodes that print as they nest ·
`dialect` the seam, `dialects/` one file an engine · `binding` parameters in the place of values · `indexes` those that
could serve a condition, `indexing` what a dialect knows of them · `query` the printed result.
"""

from audience.lowering.answers import Touched, select_answers, select_touched
from audience.lowering.counting import Counting, count
from audience.lowering.dialect import Capabilities, Dialect
from audience.lowering.dialects import DIALECTS, find_dialect
from audience.lowering.inspection import (
    count_rows,
    describe_columns,
    duplicate_ids,
    sample_of_people,
    some_documents,
)
from audience.lowering.materialize import copied, copy_people, insert_members
from audience.lowering.members import StaticRows
from audience.lowering.predicate import Variable
from audience.lowering.query import Query
from audience.lowering.selection import Run, count_malformed, count_null_ids, select_ids, select_sample
from audience.lowering.timeline import select_facts, select_next

__all__ = [
    "DIALECTS",
    "Capabilities",
    "Counting",
    "Dialect",
    "Query",
    "Run",
    "StaticRows",
    "Touched",
    "Variable",
    "copied",
    "copy_people",
    "count",
    "count_malformed",
    "count_null_ids",
    "count_rows",
    "describe_columns",
    "duplicate_ids",
    "find_dialect",
    "insert_members",
    "sample_of_people",
    "select_answers",
    "select_facts",
    "select_ids",
    "select_next",
    "select_sample",
    "select_touched",
    "some_documents",
]

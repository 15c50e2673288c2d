"""Speed, always as a ratio of two things measured in one run.

`__main__` reads the options and writes the results · `people` makes the population once and keeps it · `ratios`
measures in interleaved pairs · then one file a question: `predicates` (compiled against hand-written SQL, over
`queries` and queries.toml) · `preview` (counting every condition against one hand-written scan) · `compile_speed`
(parse, check, compile) · `startup` (the command line) · `json_forms` (people in a JSON column) ·
`membership` (refreshes, one person and imports against `by_hand`, in the homes of `membership_homes`) · `memory` (of a
process that keeps members) · `machine` says where it ran.
"""

"""Mutation testing: small changes to the compiler that nobody thought of, and how many of them the tests notice.

Planted bugs (`tests/planted`) are mistakes that people would make; mutants are made by a machine: one comparison,
number, operator or condition of the source is another one. `make mutants` draws a sample of them, by seed, evenly
over the rooms that decide who is a member, and runs for each the part of the suite that proves meaning, until a test
fails. A mutant is *killed* when one does, also when the mutant crashes or never ends. It *survives* when all pass:
then either the change changes nothing (an equivalent mutant) or the suite lacks a test.

    python -m tests.mutants                              500 of them
    python -m tests.mutants --seed 7 --mutants 100       other ones, and fewer
    python -m tests.mutants lowering/pairs.py            all mutants of files, of lines (`file:88`), or single ones
    python -m tests.mutants --list                       which ones would be tried
    python -m tests.mutants --report FILE                where the report is written

`operators` asks cosmic-ray what can be changed · `noise` says what is left out, and why · `sample` draws ·
`run` tries mutants on copies of the tree · `trial` is one of them, in a process of its own · `report` adds up ·
`__main__` is the command. Only `operators` needs the package cosmic-ray, which is in the extra `mutants`.
"""

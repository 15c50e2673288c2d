"""Planted bugs: patches that break the compiler on purpose, each of which the tests must notice.

`make planted` copies the tree for each patch of `patches/`, applies it to the copy and runs there the part of the
suite that proves meaning. A patch is *killed* when a test fails. It *survives* when all pass, and then the suite
lacks a law: that is a failure of the suite, and the run's. It is *broken* when it does not apply, or when the copy
crashes instead of answering wrongly (a module that cannot be imported, a name that does not exist), because every
suite notices that. The unpatched tree is tested first: a suite that is red already proves nothing.

    python -m tests.planted                       all that DuckDB and PostgreSQL show
    python -m tests.planted --heavy               all that only another engine shows, in `.venv-engines`
    python -m tests.planted like-wildcards        one, by its name
    python -m tests.planted --list                what each is, and what it would do to people's counts
    python -m tests.planted --head                the last commit and not the files as they are now

To plant another: make the mistake in the tree, then

    git diff -U2 compiler/ > tests/planted/patches/the-name.patch && git checkout compiler/

and write above the first `diff` a line `Bug:` (what is wrong) and a line `Counts:` (what people would see of it);
git ignores both. A third line, `Engine:`, names the store of `tests/stores/` that alone can show the bug, where that is
none of `make test`: the patch is then tried on that store, by `make planted-engines`. A patch that no longer applies,
because its lines were rewritten, is planted again the same way.

`patch` reads a patch · `run` tries one on a copy of the tree · `__main__` is the command.
"""

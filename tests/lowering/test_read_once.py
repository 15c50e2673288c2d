"""A text in JSON that several leaves decode is decoded once where a run asks for it, also on PostgreSQL."""

from dataclasses import replace

from audience.analysis import due
from audience.catalog.kinds import JsonKind
from audience.ir import ComparesInstant, Now, Order, Property
from audience.lowering import Run, find_dialect, insert_members
from audience.membership.environment import own_people

DAY = 86_400_000_000


def test_a_query_for_whom_time_is_due_decodes_each_instant_once() -> None:
    seen = Property(("seen",), JsonKind())
    leaves = [ComparesInstant(seen, Order.GREATER_OR_EQUAL, Now(-days * DAY)) for days in (1, 7, 30)]
    run = Run(own_people("postgres"), find_dialect("postgres"))
    wanted = due(leaves, 0, 1_000)
    pattern = "02-29)"
    assert insert_members(run, wanted, "a", ("t",)).sql.count(pattern) == 6
    assert insert_members(replace(run, once=True), wanted, "a", ("t",)).sql.count(pattern) == 1


def test_one_leaf_is_read_in_place() -> None:
    leaf = ComparesInstant(Property(("seen",), JsonKind()), Order.LESS, Now(0))
    run = Run(own_people("postgres"), find_dialect("postgres"), now=0)
    assert insert_members(run, leaf, "a", ("t",)) == insert_members(replace(run, once=True), leaf, "a", ("t",))

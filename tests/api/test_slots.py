"""Slots for exports: one client takes half of them at most while others want one."""

from __future__ import annotations

from outreach_results.api.service import Slots


def test_one_owner_leaves_slots_to_the_others():
    slots = Slots(6)
    assert [slots.take("slow") for _ in range(5)] == [True, True, True, False, False]
    assert [slots.take(other) for other in ("a", "b", "a", "c", "d")] == [True, True, False, True, False]


def test_a_released_slot_is_free_again():
    slots = Slots(2)
    assert [slots.take("a"), slots.take("a"), slots.take("b"), slots.take("c")] == [True, False, True, False]
    slots.release("a")
    assert slots.take("c")
    slots.release("b")
    slots.release("c")
    assert [slots.take("a"), slots.take("a"), slots.take("b")] == [True, False, True]

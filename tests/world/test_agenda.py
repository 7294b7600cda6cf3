"""Hints gather until it is worth acting on them, and remember why."""

from __future__ import annotations

from lsp_server.agenda import PATHS_MAX, PATIENCE_S, QUIET_S, Agenda, Round


def test_one_save_is_one_round() -> None:
    agenda = Agenda()
    assert agenda.take(0.0) is None
    agenda.hint(["a.py"], "saved", 0.0)
    agenda.hint(["b.py"], "saved", QUIET_S / 2)
    assert agenda.take(QUIET_S) is None
    assert not agenda.is_empty()
    assert agenda.take(QUIET_S * 1.5) == Round(False, frozenset({"a.py", "b.py"}), ("saved",))
    assert agenda.is_empty()
    assert agenda.take(100.0) is None


def test_a_stream_of_hints_does_not_put_work_off_for_ever() -> None:
    agenda = Agenda()
    now_s = 0.0
    while now_s < PATIENCE_S:
        agenda.hint(["a.py"], "saved", now_s)
        assert agenda.take(now_s) is None
        now_s += QUIET_S / 2
    agenda.hint(["a.py"], "saved", now_s)
    assert agenda.take(now_s) is not None


def test_the_whole_swallows_the_parts_and_keeps_every_cause() -> None:
    agenda = Agenda()
    agenda.hint(["a.py"], "saved", 0.0)
    agenda.reconcile("git's HEAD moved", 0.0)
    agenda.hint(["b.py"], "saved", 0.0)
    taken = agenda.take(1.0)
    assert taken is not None
    assert (taken.whole, taken.cause) == (True, "saved, git's HEAD moved")


def test_too_many_names_mean_the_whole() -> None:
    agenda = Agenda()
    agenda.hint([f"{number}.py" for number in range(PATHS_MAX + 1)], "saved", 0.0)
    taken = agenda.take(1.0)
    assert taken is not None
    assert (taken.whole, taken.paths) == (True, frozenset())


def test_what_somebody_waits_for_is_due_at_once() -> None:
    agenda = Agenda()
    agenda.reconcile("somebody asked", 5.0, urgent=True)
    assert agenda.is_due(5.0)
    assert agenda.take(5.0) == Round(True, frozenset(), ("somebody asked",))
    agenda.hint(["a.py"], "saved", 6.0)
    assert not agenda.is_due(6.0)


def test_waiting_ends_when_something_is_said() -> None:
    agenda = Agenda()
    agenda.wake()
    agenda.wait(0.0, None)
    agenda.reconcile("somebody asked", 0.0, urgent=True)
    agenda.wait(0.0, None)
    agenda.take(0.0)
    agenda.wait(0.0, 0.0)

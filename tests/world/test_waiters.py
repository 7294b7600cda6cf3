"""Who is answered by which comparison: one that began before somebody asked may have missed what he changed."""

from __future__ import annotations

import time
from typing import cast

from lsp_server.channel import Client
from lsp_server.messages import Done
from lsp_server.waiters import Waiters


class Listening:
    """A client that keeps what it is sent."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def send(self, message: object) -> None:
        self.heard.append(message)


def test_who_started_the_sleeper_waits_for_its_first_comparison_alone() -> None:
    waiters, client = Waiters(), Listening()
    started_ns = time.monotonic_ns()
    waiters.comparing()
    assert waiters.add(cast("Client", client), 1, False, started_ns)
    waiters.compared()
    assert waiters.answer(deep_done=False, problem="")
    assert client.heard == [Done(1)]


def asked_meanwhile() -> tuple[Waiters, Listening]:
    """Somebody asks while a comparison is under way, which is not one that he waits for."""
    waiters, client = Waiters(), Listening()
    waiters.comparing()
    assert not waiters.add(cast("Client", client), 1, False, 0)
    return waiters, client


def test_a_comparison_that_began_before_somebody_asked_does_not_answer() -> None:
    waiters, _ = asked_meanwhile()
    waiters.compared()
    assert not waiters.answer(deep_done=False, problem="")
    waiters.comparing()
    waiters.compared()
    assert waiters.answer(deep_done=False, problem="")


def test_a_comparison_that_was_broken_off_answers_nobody() -> None:
    waiters, client = asked_meanwhile()
    waiters.comparing()
    assert not waiters.answer(deep_done=True, problem="")
    waiters.compared()
    assert waiters.answer(deep_done=True, problem="")
    assert client.heard == [Done(1)]

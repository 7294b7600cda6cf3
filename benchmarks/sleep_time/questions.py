"""Asking awake: one question over c, over c′, or over both, at one of five levels of verbosity.

What is the same for all questions of a context comes first, and the level last, so that prompt caches hit.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from benchmarks.sleep_time.texts import Asleep
from lsp_server.model import Model, Prompt, Usage, complete

Arm = Literal["c", "c + c′", "c′", "c + unchecked"]
ARMS: tuple[Arm, ...] = ("c", "c + c′", "c′", "c + unchecked")
"""What is read at question time. `c` is the baseline, with nothing thought asleep. `c′` alone is the product's road; it
falls back to c where c′ is empty, as the product does. `c + unchecked` is what the drafts said before the check of
their quotes: nothing that the product would show, but it tells what checking costs."""

SAMPLED_TEMPERATURE = 0.7

SYSTEM = "You answer questions about a text. The last line of your reply is `Answer: ` followed by the answer alone."


class Level(msgspec.Struct, frozen=True):
    """How much is to be said before the answer, and the most that may be said."""

    name: str
    instruction: str
    reply_tokens_max: int


LEVELS = (
    Level("0 answer only", "Reply with the line `Answer: ` and the answer, and nothing else.", 32),
    Level("1 one sentence", "Give your reasoning in one short sentence, then the line with the answer.", 96),
    Level("2 short steps", "Work it out in a few short steps, then give the line with the answer.", 256),
    Level("3 step by step", "Think step by step, naming each quantity, then give the line with the answer.", 512),
    Level(
        "4 exhaustive",
        "Think as carefully as you can: list every quantity that is given, work out each step, check each result, and"
        " only then give the line with the answer.",
        1024,
    ),
)
"""The paper's non-reasoning models were led by five prompts of growing length; these are ours. The limits are
to end what rambles, and not what works: the column of replies that were cut says where they did."""


class Answered(msgspec.Struct, frozen=True):
    """A reply and what it took."""

    reply: str
    usage: Usage
    cut: bool = False
    """Whether the limit ended it."""


def block(context: str, arm: Arm, asleep: Asleep | None) -> str:
    """What is read before the question."""
    notes = "" if asleep is None or arm == "c" else asleep.unchecked if arm == "c + unchecked" else asleep.notes
    if not notes:
        return context
    noted = f"Notes that were made about this text earlier:\n{notes}"
    return noted if arm == "c′" else f"{context}\n\n{noted}"


async def ask(model: Model, read: str, question: str, level: Level, *, temperature: float = 0.0) -> Answered:
    """One question. Raises `ModelError` where the endpoint fails."""
    user = f"{read}\n\nQuestion: {question}\n\n{level.instruction}"
    reply = await complete(model, Prompt(SYSTEM, user, level.reply_tokens_max, temperature))
    # The recorder always counts, or estimates.
    return Answered(reply.text, reply.usage or Usage(0, 0), reply.finish != "stop")

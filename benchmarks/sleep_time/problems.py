"""The problems: a context that is there early, a question that comes late, and the answer. Reads files, asks nobody.

Rows whose split into context and question is damaged carry flags, and are kept apart from the sound ones.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

GSM_FOLDER = "stateful_gsm_symbolic"
AIME_FOLDER = "stateful_aime"


class Problem(msgspec.Struct, frozen=True):
    """One problem. `group` is what it was generated from: problems of one group are not independent."""

    id: str
    group: str
    context: str
    question: str
    answer: str
    steps: tuple[str, ...] = ()
    """Numbers that the gold solution computes on the way, the answer among them."""
    flags: tuple[str, ...] = ()


class ProblemSet(msgspec.Struct, frozen=True):
    """Problems that are reported together."""

    name: str
    problems: tuple[Problem, ...]


def load(folder: Path, limit: int, aime_limit: int) -> list[ProblemSet]:
    """At most `limit` (`aime_limit`) sound problems a set, spread over the templates, and a few damaged ones apart.

    A set that is not in the folder is left out. Raises `ValueError` on a file that is not what it should be.
    """
    gsm = [_gsm(row) for row in _rows(folder / GSM_FOLDER)]
    aime = [_aime(row) for row in _rows(folder / AIME_FOLDER)]
    found = []
    for name, problems, count in (("GSM-Symbolic P2", gsm, limit), ("AIME 2024", aime, aime_limit)):
        sound = [problem for problem in problems if not problem.flags]
        # An empty context leaves nothing to think about asleep.
        damaged = [problem for problem in problems if problem.flags and problem.context.strip()]
        found.append(ProblemSet(name, tuple(spread(sound, count))))
        found.append(ProblemSet(f"{name}, damaged split", tuple(spread(damaged, count // 10))))
    return [each for each in found if each.problems]


def spread(problems: Sequence[Problem], count: int) -> list[Problem]:
    """The first of each group, then the second of each, and so on: as many groups as the count allows."""
    groups: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        groups[problem.group].append(problem)
    taken: list[Problem] = []
    for rank in range(max((len(group) for group in groups.values()), default=0)):
        taken += [group[rank] for group in groups.values() if rank < len(group)]
    return taken[:count]


def joined(problems: Sequence[Problem], each: int, count: int) -> list[list[Problem]]:
    """Contexts that many questions share: `each` stories of different groups, numbered, in one text.

    The paper's set of many questions to one context is not public, so this one stands in: the context is all the
    stories, and each of its questions asks about one of them. Every problem of a list has the same context.
    """
    groups: dict[str, list[Problem]] = defaultdict(list)
    for problem in problems:
        groups[problem.group].append(problem)
    found = []
    for number in range(count):
        # Another window of the groups each time, so that two contexts share as few stories as possible.
        names = list(groups)
        chosen = [groups[names[(number * each + at) % len(names)]] for at in range(min(each, len(names)))]
        stories = [group[number % len(group)] for group in chosen]
        context = "\n\n".join(f"Story {at}. {story.context}" for at, story in enumerate(stories, 1))
        found.append(
            [
                msgspec.structs.replace(
                    story,
                    id=f"joined-{number}-{at}",
                    group=f"joined-{number}",
                    context=context,
                    question=f"About story {at}: {story.question}",
                )
                for at, story in enumerate(stories, 1)
            ]
        )
    return found


def _rows(folder: Path) -> list[dict[str, Any]]:
    rows = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
            except ValueError as error:
                raise ValueError(f"{file}:{number} is no JSON: {error}") from error
            rows.append(row)
    return rows


def _gsm(row: dict[str, Any]) -> Problem:
    template = str(row["template"])
    return Problem(
        f"gsm-{template}-{row['instance']}",
        f"gsm-{template}",
        row["context"],
        row["question"],
        str(row["answer"]),
        tuple(row.get("intermediate_values", ())),
        tuple(row.get("split_flags", ())),
    )


def _aime(row: dict[str, Any]) -> Problem:
    name = f"aime-{row['year']}-{row['idx']}"
    context, question = row["stateful_aime_context"], row["stateful_aime_question"]
    return Problem(name, name, context, question, str(row["answer"]), (), tuple(row.get("flags", ())))

"""History: what changed here, what changes with it, and what changed since the tests last passed.

The commits come as values from `evidence.history`; an anchor without any says nothing rather than guessing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from analyzers.evidence.history import Commit, SinceChange
from analyzers.questions.answer import Answer, Claim
from analyzers.questions.kind import CALLABLE, EVERYTHING, Asked, Kind, claim
from analyzers.questions.prose import code, counted, listed, number, short_name
from analyzers.questions.quote import place_at
from analyzers.questions.ways import below
from analyzers.records import Confidence

COMMITS_SHOWN_MAX = 6
HASH_CHARS = 9


def changed(kind: Kind, asked: Asked) -> Answer | None:
    """What changed here, when, by whom, in which commit, with what message."""
    history, own = asked.history, asked.changes
    if history is None:
        return None
    if own is None or not own.changes:
        return kind.not_known(asked, "a commit that changed it: none was found in the history that was read")
    total = max(own.changes_total, len(own.changes))
    claims = []
    for change in own.changes[:COMMITS_SHOWN_MAX]:
        commit = history.commits[change.commit]
        lines = f", +{change.added} −{change.removed}" if change.added or change.removed else ""
        moved = f", when the file was {code(change.path)}" if change.path else ""
        claims.append(
            claim(
                f"{commit_text(commit)}{lines}{moved}",
                "likely" if moved else "certain",
                asked.here,
                provenance="history",
            )
        )
    newest = history.commits[own.changes[0].commit]
    conclusion = (
        f"{_when(newest)} by {newest.author}, “{_plain(newest.subject)}”" if newest.name else "not committed yet"
    )
    if total > 1:
        conclusion += f"; {counted(total, 'change')}"
        if own.fixes_total:
            conclusion += f", {number(own.fixes_total)} of them {'a repair' if own.fixes_total == 1 else 'repairs'}"
    unknown = () if history.complete else ("what happened before the history that was read",)
    interest = 1.0 if not newest.name else min(1.0, 0.4 + 0.15 * own.fixes_total)
    shown: Confidence = "certain" if history.complete or total == 1 else "likely"
    return kind.says(asked, conclusion, shown, claims, unknown=unknown, interest=interest)


def commit_text(commit: Commit) -> str:
    """`1a2b3c4d5` 2024-05-03, Ann: the subject."""
    if not commit.name:
        return "in the working tree, not committed"
    return f"{code(commit.name[:HASH_CHARS])} {_when(commit)}, {commit.author}: {_plain(commit.subject)}"


def _when(commit: Commit) -> str:
    return datetime.fromtimestamp(commit.when, UTC).strftime("%Y-%m-%d")


def _plain(text: str) -> str:
    """Somebody's words without what would be markup in ours."""
    return " ".join(text.replace("`", "'").split())


def together(kind: Kind, asked: Asked) -> Answer | None:
    """What usually changes with it: the shared commits are the evidence, and no reason is claimed."""
    history, own = asked.history, asked.changes
    if history is None:
        return None
    if own is None or not own.companions:
        return kind.not_known(asked, "something that often changes in the same commits: nothing was found")
    claims = []
    for each in own.companions:
        place = place_at(asked, each.path, each.symbol)
        name = code(short_name(each.symbol) or each.path)
        latest = history.commits[each.latest].name[:HASH_CHARS] if each.latest < len(history.commits) else ""
        last = f", last in {code(latest)}" if latest else ""
        claims.append(
            claim(
                f"{name} in {number(each.together)} of {counted(each.of, 'change')}{last}",
                "likely",
                *([place] if place else [asked.here]),
                provenance="history",
            )
        )
    names = [code(short_name(each.symbol) or each.path) for each in own.companions]
    first = own.companions[0]
    return kind.says(
        asked, listed(names, most=3), "likely", claims, interest=0.9 if first.path != asked.record.path else 0.5
    )


def since_pass(kind: Kind, asked: Asked) -> Answer | None:
    """What changed since the tests last passed: here first, then in what this runs."""
    since = asked.since
    if since is None:
        if asked.history is None:
            return None
        return kind.not_known(asked, "a run in which the tests passed: none was recorded")
    record = asked.record
    reach = {(each.path, each.name) for each, _ in below(asked)[0]}
    here = [each for each in since.changes if (each.path, each.symbol) == (record.path, record.name)]
    under = [each for each in since.changes if (each.path, each.symbol) in reach and each not in here]
    claims = [_since_claim(asked, each, "it") for each in here]
    claims += [_since_claim(asked, each, code(short_name(each.symbol))) for each in under]
    base = code(since.base[:HASH_CHARS])
    if not claims:
        return kind.says(
            asked,
            "nothing here or in what it runs",
            "likely",
            [claim(f"compared with {base}, where the tests passed", "likely", asked.here, provenance="history")],
            interest=0.1,
        )
    parts = (["it did"] if here else []) + ([f"{counted(len(under), 'function')} that it runs"] if under else [])
    return kind.says(
        asked,
        f"{listed(parts)}, since {base}",
        "certain" if here and not under else "likely",
        claims,
        interest=1.0 if here else 0.8,
    )


def _since_claim(asked: Asked, change: SinceChange, what: str) -> Claim:
    place = place_at(asked, change.path, change.symbol, change.line)
    where = ", not committed" if change.uncommitted else ""
    return claim(
        f"{what} changed: +{change.added} −{change.removed}{where}",
        "certain",
        *([place] if place else [asked.here]),
        provenance="history",
    )


def reasons(asked: Asked, commits: Sequence[Commit]) -> list[Claim]:
    """What commit messages say about why, for `intent`."""
    return [
        claim(
            f"{commit_text(commit)}" + (f" ({_plain(first)})" if (first := _first_paragraph(commit.message)) else ""),
            "likely",
            asked.here,
            provenance="history",
        )
        for commit in commits
    ]


def _first_paragraph(message: str) -> str:
    text = " ".join(message.strip().split("\n\n")[0].split())
    return text[:160] + "…" if len(text) > 161 else text


KINDS: tuple[Kind, ...] = (
    Kind(
        "changed",
        "history",
        "What changed here?",
        EVERYTHING,
        answer=changed,
        means=("history",),
        needs=("history",),
        prior=0.4,
        features=(("recent_edit", 2.0), ("failing_test", 2.0), ("frame", 1.5)),
        latoza=("history.1", "history.3", "history.4", "history.5", "teammates.1", "teammates.3"),
    ),
    Kind(
        "together",
        "history",
        "What usually changes with it?",
        EVERYTHING,
        answer=together,
        means=("history",),
        needs=("history", "neighbours"),
        prior=0.25,
        features=(("recent_edit", 2.0),),
        sillito=(40,),
        latoza=("history.2",),
    ),
    Kind(
        "since_pass",
        "history",
        "What changed since the tests last passed?",
        CALLABLE | {"test"},
        answer=since_pass,
        means=("history", "runtime"),
        needs=("since", "callees", "neighbours"),
        prior=0.5,
        features=(("failing_test", 3.0),),
        latoza=("history.5",),
    ),
)

"""Intent: what it is for and why it is so, in the words of those who wrote it, or that none were found.

Nothing is inferred here: an answer quotes documentation, a comment or a commit.
"""

from __future__ import annotations

import re

from analyzers.questions.answer import Answer, Claim
from analyzers.questions.history import reasons
from analyzers.questions.kind import CALLABLE, EVERYTHING, Asked, Kind, claim
from analyzers.questions.prose import counted
from analyzers.questions.quote import (
    comment_above,
    comments_inside,
    definitions_inside,
    documentation,
    first_sentence,
    place_of,
    prose_of,
)

QUOTE_CHARS_MAX = 200
COMMITS_MAX = 3

_REASON = re.compile(
    r"\b(because|since(?! v?\d)|so that|so we|in order to|otherwise|to avoid|avoids?|prevents?|to prevent|due to"
    r"|to keep|to ensure|makes? sure|work ?around|hack|compat\w*|legacy|historical\w*|intentional\w*|deliberate\w*"
    r"|on purpose|instead of|rather than|for performance|race condition|deadlock|unlike|even (?:if|though))\b"
    r"|^(?:don't|do not|never|always|note)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?<![\w&])#\d{2,6}\b|\b(?:GH|bpo|PEP|RFC|CVE|BUG|ISSUE|TICKET)[- #]*\d[\d-]{1,9}\b|https?://\S+", re.IGNORECASE
)


def purpose(kind: Kind, asked: Asked) -> Answer | None:
    """What is this for: the first sentence that somebody wrote about it."""
    source = asked.source()
    if source is None:
        return None
    record = asked.record
    span = documentation(source, record)
    what = "its documentation"
    if span is None:
        span = comment_above(source, record.start, asked.words.comment_marks)
        what = "the comment above it"
    if span is None or not (prose := prose_of(source, span)):
        return kind.not_known(asked, "documentation inside it or a comment above it: neither was found")
    said = first_sentence(prose)
    where = place_of(source, record.path, span, record.name)
    return kind.says(asked, _quoted(said), "likely", [claim(f"so says {what}", "certain", where)], interest=0.5)


def rationale(kind: Kind, asked: Asked) -> Answer | None:
    """Why is it done this way: comments that give a reason, issues they name, commits that say why."""
    source = asked.source()
    claims = _written_reasons(asked, source) if source is not None else []
    history, own = asked.history, asked.changes
    told = []
    if history is not None and own is not None:
        telling = [
            commit
            for change in own.changes
            if (commit := history.commits[change.commit]).name
            and (commit.message.strip() or _REASON.search(commit.subject) or commit.request)
        ]
        if 0 <= own.born < len(history.commits) and (born := history.commits[own.born]) not in telling:
            telling.append(born)
        told = reasons(asked, telling[:COMMITS_MAX])
    looked = ["a comment that gives a reason"] if source is not None else []
    looked += ["a commit message that says why"] if history is not None else []
    if not claims and not told:
        return kind.not_known(asked, *(f"{each}: none was found" for each in looked)) if looked else None
    if claims:
        conclusion = "a comment says" if len(claims) == 1 else "comments say"
    else:
        conclusion = f"no comment says; {counted(len(told), 'commit tells', 'commits tell')} of it"
    unknown = [] if history is not None else ["what the commits say: no history was read"]
    return kind.says(
        asked,
        conclusion,
        "likely" if claims else "possible",
        [*claims, *told],
        unknown=unknown,
        interest=0.8 if claims else 0.3,
    )


def _written_reasons(asked: Asked, source: bytes) -> list[Claim]:
    """Comments inside and above that give a reason or name an issue, the ones that do both first."""
    record = asked.record
    marks = tuple(mark for mark in asked.words.comment_marks if len(mark) > 1 or mark == "#")
    # A class's own reasons stand above it; those inside belong to its methods.
    spans = [] if record.kind == "class" else comments_inside(source, record.start, record.end, marks)
    nested = definitions_inside(source, record.start, record.end) if spans else []
    spans = [span for span in spans if not any(start <= span[0] < end for start, end in nested)]
    if (above := comment_above(source, record.start, marks)) is not None:
        spans.insert(0, above)
    found: list[tuple[int, Claim]] = []
    for span in spans:
        prose = " ".join(prose_of(source, span).split())
        worth = bool(_REASON.search(prose)) + 2 * bool(_REFERENCE.search(prose))
        if not worth or _is_directive(prose):
            continue
        where = place_of(source, record.path, span, record.name)
        found.append((-worth, claim(_quoted(prose), "likely", where)))
    return [each for _, each in sorted(found, key=lambda item: item[0])]


_DIRECTIVE = re.compile(
    r"^(noqa|type:|pragma|pylint|mypy|ruff|fmt|isort|flake8|eslint|@ts-|prettier|nosec)", re.IGNORECASE
)


def _is_directive(prose: str) -> bool:
    """Whether a comment speaks to a tool instead of a person."""
    return _DIRECTIVE.match(prose) is not None


def _quoted(prose: str) -> str:
    """Somebody's words in quotation marks, without what would be markup in ours, cut where they are long."""
    flat = " ".join(prose.replace("``", "'").replace("`", "'").split())
    if len(flat) > QUOTE_CHARS_MAX:
        flat = flat[: QUOTE_CHARS_MAX - 1].rsplit(" ", 1)[0] + " …"
    return f"“{flat}”"


KINDS: tuple[Kind, ...] = (
    Kind(
        "purpose",
        "intent",
        "What is it for?",
        EVERYTHING,
        answer=purpose,
        means=("static", "model"),
        needs=("source",),
        prior=0.3,
        hover=False,
        latoza=("intent.1",),
    ),
    Kind(
        "rationale",
        "intent",
        "Why is it done this way?",
        EVERYTHING,
        answer=rationale,
        means=("static", "history", "model"),
        needs=("source", "history"),
        prior=0.5,
        features=(("recent_edit", 1.3), ("past_fixes", 1.5)),
        latoza=("rationale.1", "rationale.3"),
    ),
    Kind(
        "does",
        "intent",
        "What does it do, case by case?",
        CALLABLE | {"class"},
        means=("model",),
        needs=("thinking",),
        prior=0.35,
        hover=False,
        latoza=("intent.2", "intent.3"),
    ),
)

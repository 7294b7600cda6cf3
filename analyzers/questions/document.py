"""The catalogue as a page to read: `docs/questions.md` is this text, and a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterable

from analyzers.questions.catalogue import CATALOGUE
from analyzers.questions.kind import FAMILIES, Kind
from analyzers.questions.studies import LATOZA, SILLITO, Group
from analyzers.questions.wording import WORDS


def document() -> str:
    """The whole page, as Markdown."""
    answered = [kind for kind in CATALOGUE if kind.answer is not None]
    return "\n".join(
        [
            "# The questions",
            "",
            "<!-- Generated from the catalogue by `python docs/generate.py`; a test checks that it is current. -->",
            "",
            f"{len(CATALOGUE)} kinds in {len(FAMILIES)} families, {len(answered)} of them asked of a symbol. Each"
            " can be muted by its name, or all of a family by the family's. *Prior* is how likely a kind is to be"
            " asked of a fitting symbol before anything else is known; the predictor learns from there.",
            "",
            *_families(),
            "## What developers are known to ask",
            "",
            "Two studies list the questions that developers ask. A row without a kind says why nothing answers it; a"
            " note beside a kind says what its answer leaves open.",
            "",
            *_study(
                "Sillito, Murphy and De Volder 2006",
                "Questions Programmers Ask During Software Evolution Tasks, FSE 2006: all 44.",
                SILLITO,
                {kind: [str(number) for number in kind.sillito] for kind in CATALOGUE},
            ),
            *_study(
                "LaToza and Myers 2010",
                "Hard-to-Answer Questions About Code, PLATEAU 2010: the questions under its 21 headings.",
                LATOZA,
                {kind: list(kind.latoza) for kind in CATALOGUE},
            ),
        ]
    )


def unanswered() -> list[str]:
    """The questions of both studies, by name, that no kind answers."""
    known = {str(number) for kind in CATALOGUE for number in kind.sillito} | {
        name for kind in CATALOGUE for name in kind.latoza
    }
    return [each.id for group in (*SILLITO, *LATOZA) for each in group.questions if each.id not in known]


def _families() -> Iterable[str]:
    for family in FAMILIES:
        kinds = [kind for kind in CATALOGUE if kind.family == family]
        if not kinds:
            continue
        yield from (
            f"## {family.capitalize()}",
            "",
            "| kind | question | asked of | answered by | prior |",
            "| --- | --- | --- | --- | --- |",
        )
        yield from (_row(kind) for kind in kinds)
        yield ""


def _row(kind: Kind) -> str:
    wordings = list(dict.fromkeys(kind.wording(words) for words in WORDS.values()))
    if kind.of_class:
        wordings.append(f"{kind.of_class} (of a class)")
    if kind.of_callable:
        wordings.append(f"{kind.of_callable} (of a function)")
    anchors = ", ".join(sorted(kind.anchors))
    silent = "" if kind.hover else "; not shown unasked"
    return (
        f"| `{kind.name}` | {' / '.join(wordings)} | {anchors} | {', '.join(kind.means)}{silent} | {kind.prior:.2f} |"
    )


def _study(title: str, source: str, groups: tuple[Group, ...], answers: dict[Kind, list[str]]) -> Iterable[str]:
    questions = [each for group in groups for each in group.questions]
    reached = {name for names in answers.values() for name in names}
    count = sum(each.id in reached for each in questions)
    partly = sum(each.id in reached and bool(each.note) for each in questions)
    yield from (
        f"### {title}",
        "",
        f"{source} {count} of {len(questions)} are answered, {partly} of these in part.",
        "",
    )
    for group in groups:
        yield from (f"**{group.title}**", "", "| | question | kinds | |", "| --- | --- | --- | --- |")
        for each in group.questions:
            kinds = ", ".join(f"`{kind.name}`" for kind, names in answers.items() if each.id in names)
            yield f"| {each.id} | {each.text} | {kinds} | {each.note} |"
        yield ""

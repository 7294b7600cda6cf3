"""The shapes of the `forethought/*` methods: what their parameters and results look like as JSON.

`docs/protocol.md` describes each of them field by field, and a test compares. Nothing here knows where values come
from; `features/answer_items` makes them from answers.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from analyzers.questions.answer import Freshness, Provenance
from analyzers.records import Confidence

QUESTION_CHARS_MAX = 200_000
"""A longer question (a pasted log) is read from its end, where failures stand."""

Road = Literal["prepared", "composed", "enriched", "context", "askBack", "notKnown"]
"""How a question was answered: from one prepared answer, from several, by a model over what was prepared, by a model
over the source; or not: the question back, or what is not known."""

State = Literal["idle", "analysing", "thinking", "paused", "waiting"]


class Shape(msgspec.Struct, frozen=True, rename="camel"):
    """A JSON object whose names are in camel case."""


class Position(Shape, frozen=True):
    """As in LSP, in the encoding that was agreed on."""

    line: int
    character: int


class Range(Shape, frozen=True):
    """As in LSP."""

    start: Position
    end: Position


class TextDocument(Shape, frozen=True):
    """A file by its URI."""

    uri: str


class Citation(Shape, frozen=True):
    """A span of a file, as it is now in the editor."""

    uri: str
    range: Range
    path: str
    """Relative to the repository, with forward slashes."""
    line: int
    """Counted from 1."""
    quote: str
    """The cited text on one line, or empty where it would add nothing."""


class Claim(Shape, frozen=True):
    """One sentence of an answer; `code` stands in backquotes."""

    text: str
    confidence: Confidence
    freshness: Freshness
    provenance: Provenance
    citations: tuple[Citation, ...]


class Anchor(Shape, frozen=True):
    """What a question is about."""

    name: str
    """Qualified inside its file: `Context.invoke`; empty for the module itself."""
    path: str
    uri: str
    range: Range
    """Of the name where it is defined."""


class Answer(Shape, frozen=True):
    """The answer to one kind of question about one anchor."""

    anchor: Anchor
    kind: str
    """The kind's name in docs/questions.md."""
    family: str
    question: str
    """Worded for this anchor."""
    headline: str
    """The conclusion, in one clause."""
    confidence: Confidence
    freshness: Freshness
    stale_because: tuple[str, ...]
    """What changed since, by name."""
    markdown: str
    claims: tuple[Claim, ...]
    unknown: tuple[str, ...]
    """What was looked for and not found, or cannot be known."""
    known: bool
    """False where the answer is that it is not known."""
    score: float
    """How likely this is what the person wants here; only the order matters."""


class Choice(Shape, frozen=True):
    """One reading of a question that has several: asking `question` at this place means it and no other."""

    label: str
    question: str
    text_document: TextDocument | None = None
    position: Position | None = None


class Cost(Shape, frozen=True):
    """What an answer took."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """The part of `input_tokens` that came from the endpoint's prompt cache."""
    seconds: float = 0.0


class AskParams(Shape, frozen=True):
    """`forethought/ask`."""

    question: str
    text_document: TextDocument | None = None
    """With `position`: where the person is, which "this" means."""
    position: Position | None = None
    conversation: str = ""
    """What an earlier result said, so that "and who catches it?" is understood."""
    work_done_token: str | int | None = None
    partial_result_token: str | int | None = None


class AskResult(Shape, frozen=True):
    """The whole answer; what partial results said is its beginning."""

    road: Road
    markdown: str
    answers: tuple[Answer, ...]
    choices: tuple[Choice, ...]
    """Where `road` is `askBack`: what the question may mean."""
    freshness: Freshness
    cost: Cost
    conversation: str


class AskProgress(Shape, frozen=True):
    """The value of a `$/progress` on the partial result's token: the next piece of `markdown`."""

    markdown: str


class QuestionsParams(Shape, frozen=True):
    """`forethought/questions`."""

    text_document: TextDocument
    position: Position | None = None
    """Without it, every anchor of the file."""


class Group(Shape, frozen=True):
    """One family's part of the menu, in a fixed order."""

    family: str
    title: str
    questions: tuple[Answer, ...]


class AnchorAnswers(Shape, frozen=True):
    """An anchor of a file with its likeliest answers."""

    anchor: Anchor
    answers: tuple[Answer, ...]


class QuestionsResult(Shape, frozen=True):
    """With a position, `anchor` and `groups`; without one, `anchors`."""

    anchor: Anchor | None
    groups: tuple[Group, ...]
    anchors: tuple[AnchorAnswers, ...]


class StopException(Shape, frozen=True):
    """The exception at which a debugger stopped."""

    type: str
    message: str = ""


class StopLocal(Shape, frozen=True):
    """A local variable of the innermost frame, as the debugger shows it."""

    name: str
    type: str = ""
    value: str = ""


class StopFrame(Shape, frozen=True):
    """A frame of the stack; the innermost comes first, as debug adapters list them."""

    path: str
    line: int
    """Counted from 1."""
    name: str = ""
    column: int = 0
    """Where the debugger points in the line, counted from 1 in characters; 0 or 1 where it points nowhere."""
    locals: tuple[StopLocal, ...] = ()
    """Of a frame further out, where the innermost one lies outside the workspace; else empty."""


class Stop(Shape, frozen=True):
    """Where a debugger stopped."""

    frames: tuple[StopFrame, ...]
    exception: StopException | None = None
    locals: tuple[StopLocal, ...] = ()


class ExplainParams(Shape, frozen=True):
    """`forethought/explain`: a pasted text, or a debugger's stop."""

    text: str = ""
    stop: Stop | None = None
    text_document: TextDocument | None = None
    """Which repository, where several are open."""


class Suspect(Shape, frozen=True):
    """A function that may be at fault."""

    path: str
    uri: str
    range: Range
    name: str
    line: int
    score: float
    confidence: Confidence
    reasons: tuple[str, ...]


class ExplainResult(Shape, frozen=True):
    """What happened, and who is suspected."""

    markdown: str
    suspects: tuple[Suspect, ...]
    answers: tuple[Answer, ...]
    unknown: tuple[str, ...]


class StatusParams(Shape, frozen=True):
    """`forethought/status`."""

    text_document: TextDocument | None = None
    """Which repository, where several are open."""


class Budget(Shape, frozen=True):
    """What a model may still take today."""

    spent_money: float
    """In the price table's currency, whatever that is."""
    daily_money: float
    spent_tokens: int
    daily_tokens: int
    """Of thinking asleep."""


class StatusResult(Shape, frozen=True):
    """What the sleeper does."""

    state: State
    detail: str
    """One clause."""
    pending: int
    """Files whose deep answers are not up to date yet."""
    budget: Budget | None
    """Null without a model."""
    version: str


class FeedbackAnchor(Shape, frozen=True):
    """A place by which an anchor is named: that of its name, or of a use of it."""

    uri: str
    position: Position


class FeedbackParams(Shape, frozen=True):
    """`forethought/feedback`: whether an answer was useful."""

    anchor: FeedbackAnchor
    kind: str
    useful: bool


class FeedbackResult(Shape, frozen=True):
    """An empty object."""


class ShowAnswerParams(Shape, frozen=True):
    """The argument of the command `forethought.showAnswer`."""

    uri: str
    position: Position
    kind: str


class ReportResult(Shape, frozen=True):
    """The result of the command `forethought.report`."""

    markdown: str

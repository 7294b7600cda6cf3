"""`forethought/questions`: the menu of questions about one place, or what is likeliest about each anchor of a file.

Only headlines: what is chosen from a menu is asked for with `forethought.showAnswer`.
"""

from __future__ import annotations

from analyzers.questions import catalogue
from analyzers.records import Record
from lsp_server import prepared
from lsp_server.features.answer_items import anchor_item, headline_item
from lsp_server.session import Document, Session
from lsp_server.shapes import AnchorAnswers, Group, Position, QuestionsParams, QuestionsResult

METHOD = "forethought/questions"
PARAMS = QuestionsParams

ANCHORS_MAX = 200
"""Anchors listed of one file, in the order of the source."""
ANSWERS_MAX = 3
"""Answers listed of one anchor, where the whole file is asked for."""
READS_MAX = 4
"""Other records read for one anchor, where the whole file is asked for."""

TITLES = {
    "failure": "Failures",
    "exceptions": "Exceptions",
    "values": "Values",
    "control": "Control",
    "state": "State",
    "history": "History",
    "tests": "Tests",
    "structure": "Structure",
    "use": "Use",
    "change": "Change",
    "intent": "Intent",
}

NOTHING = QuestionsResult(None, (), ())


def handle(session: Session, params: QuestionsParams) -> QuestionsResult:
    document = session.document(params.text_document.uri)
    if document is None:
        return NOTHING
    return _at(session, document, params.position) if params.position is not None else _of_file(session, document)


def _at(session: Session, document: Document, position: Position) -> QuestionsResult:
    offset = document.lines.offset(position.line, position.character, session.encoding)
    record = prepared.around(document.view, document.path, offset)
    if record is None:
        return NOTHING
    document.repository.focus(record.path, record.name)
    view = document.view
    groups = tuple(
        Group(
            section.family,
            TITLES[section.family],
            tuple(headline_item(view, answer, session.encoding) for answer in section.answers),
        )
        for section in catalogue.menu(prepared.answers(view, record, session.muted))
    )
    return QuestionsResult(anchor_item(view, record.path, record.name, session.encoding), groups, ())


def _of_file(session: Session, document: Document) -> QuestionsResult:
    view, facts = document.view, document.view.facts(document.path)
    deep = {record.name: record for record in view.records_in(document.path)}
    found: dict[str, AnchorAnswers] = {}
    for symbol in facts.symbols if facts is not None else ():
        if not symbol.digest or symbol.qualname in found or len(found) >= ANCHORS_MAX:
            continue
        record = deep.get(symbol.qualname) or prepared.record(view, document.path, symbol.qualname)
        if record is not None:
            found[symbol.qualname] = _likeliest(session, document, record)
    return QuestionsResult(None, (), tuple(found.values()))


def _likeliest(session: Session, document: Document, record: Record) -> AnchorAnswers:
    answers = prepared.answers(document.view, record, session.muted, READS_MAX)
    shown = [answer for answer in answers if answer.weight > 0][:ANSWERS_MAX]
    return AnchorAnswers(
        anchor_item(document.view, record.path, record.name, session.encoding),
        tuple(headline_item(document.view, answer, session.encoding) for answer in shown),
    )

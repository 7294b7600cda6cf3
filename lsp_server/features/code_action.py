"""`textDocument/codeAction`: the menu of questions at the cursor, family by family, what is known first.

Only when somebody opens the menu: an editor that asks by itself at every move of the cursor gets nothing, so that no
light bulb burns in every line. Either way it says which problems other tools see there, and the predictor hears.
"""

from __future__ import annotations

from lsprotocol import types

from analyzers.facts import MODULE
from analyzers.questions import catalogue
from analyzers.tables import FUNCTIONS, enclosing
from lsp_server import prepared
from lsp_server.features.convert import offset_at
from lsp_server.features.forethought_questions import TITLES
from lsp_server.features.menu_items import show_command, title_of
from lsp_server.features.publish_diagnostics import SOURCE
from lsp_server.session import Session
from lsp_server.thought_answers import thoughts_of

PROBLEMS_MAX = 20
"""Problems of one place that are looked at."""
_PROBLEMS = (None, types.DiagnosticSeverity.Error, types.DiagnosticSeverity.Warning)
"""Hints and information are about style, and no reason to ask anything."""

METHOD = types.TEXT_DOCUMENT_CODE_ACTION
KIND = "forethought"
OPTIONS = types.CodeActionOptions(code_action_kinds=[KIND])


def handle(session: Session, params: types.CodeActionParams) -> list[types.CodeAction] | None:
    _notice(session, params)
    if params.context.trigger_kind == types.CodeActionTriggerKind.Automatic or not _wanted(params.context.only):
        return None
    document = session.document(params.text_document.uri)
    if document is None:
        return None
    position = params.range.start
    record = prepared.around(document.view, document.path, offset_at(document, position, session.encoding))
    if record is None:
        return None
    document.repository.focus(record.path, record.name)
    actions = []
    answers = [*prepared.answers(document.view, record, session.muted), *thoughts_of(document.view, record)]
    for section in catalogue.menu(each for each in answers if not catalogue.is_muted(each.kind, session.muted)):
        for answer in section.answers:
            if answer.weight > 0:
                title = f"{TITLES[section.family]} · {title_of(answer)}"
                command = show_command(document, position, answer, title)
                actions.append(types.CodeAction(title=title, kind=f"{KIND}.{section.family}", command=command))
    return actions


def _notice(session: Session, params: types.CodeActionParams) -> None:
    """Tells the predictor of the function in which another tool sees a problem, as the editor shows it here."""
    shown = [each for each in params.context.diagnostics if each.source != SOURCE and each.severity in _PROBLEMS]
    document = session.document(params.text_document.uri) if shown else None
    facts = document.view.facts(document.path) if document is not None else None
    if document is None or facts is None:
        return
    for problem in shown[:PROBLEMS_MAX]:
        at = enclosing(facts, offset_at(document, problem.range.start, session.encoding), FUNCTIONS)
        if at != MODULE:
            document.repository.noticed(document.path, facts.symbols[at].qualname, "diagnostic")


def _wanted(only: object) -> bool:
    """Whether an editor that asks for certain kinds alone asks for these: a kind stands for all that begin with it."""
    kinds = [str(getattr(kind, "value", kind)) for kind in only] if isinstance(only, list | tuple) else []
    return not kinds or any(kind in ("", KIND) or kind.startswith(f"{KIND}.") for kind in kinds)

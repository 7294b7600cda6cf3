"""`forethought/feedback`: whether an answer was useful. The predictor learns from it."""

from __future__ import annotations

from pygls.exceptions import JsonRpcInvalidParams

from analyzers.questions.catalogue import KINDS
from lsp_server import prepared
from lsp_server.session import Session
from lsp_server.shapes import FeedbackParams, FeedbackResult

METHOD = "forethought/feedback"
PARAMS = FeedbackParams


def handle(session: Session, params: FeedbackParams) -> FeedbackResult:
    if params.kind not in KINDS:
        raise JsonRpcInvalidParams(f"there is no kind of question called {params.kind}")
    document = session.document(params.anchor.uri)
    if document is None:
        return FeedbackResult()
    at = params.anchor.position
    record = prepared.around(
        document.view, document.path, document.lines.offset(at.line, at.character, session.encoding)
    )
    if record is not None:
        document.repository.rated(record.path, record.name, params.kind, useful=params.useful)
    return FeedbackResult()

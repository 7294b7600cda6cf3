"""What the server answers: one small file for each LSP method, named for the method.

Each module has `METHOD`, `handle(session, params)` and, where the method has options, `OPTIONS`. A handler is four
steps: convert, ask, convert, return. It runs on the event loop and must not wait for anybody; one that may take long is
a coroutine. A method of our own names its parameters' shape in `PARAMS` and returns one of `shapes`. What a handler
needs to know, it asks the session for.

To add a method: write its file, and name it in `ALL`.
"""

from __future__ import annotations

from types import ModuleType

from lsp_server.features import (
    call_hierarchy_incoming,
    call_hierarchy_outgoing,
    call_hierarchy_prepare,
    code_action,
    code_lens,
    code_lens_resolve,
    did_change,
    did_change_configuration,
    did_change_watched_files,
    did_change_workspace_folders,
    did_close,
    did_open,
    did_save,
    document_symbol,
    forethought_ask,
    forethought_explain,
    forethought_feedback,
    forethought_questions,
    forethought_status,
    hover,
    initialize,
    initialized,
    shutdown,
)

ALL: tuple[ModuleType, ...] = (
    initialize,
    initialized,
    shutdown,
    did_open,
    did_change,
    did_save,
    did_close,
    did_change_configuration,
    did_change_watched_files,
    did_change_workspace_folders,
    hover,
    code_action,
    code_lens,
    code_lens_resolve,
    document_symbol,
    call_hierarchy_prepare,
    call_hierarchy_incoming,
    call_hierarchy_outgoing,
    forethought_ask,
    forethought_questions,
    forethought_explain,
    forethought_status,
    forethought_feedback,
)

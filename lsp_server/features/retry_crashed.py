"""`forethought.retryCrashed`: forgives the files that brought the analysis down, so that they are read again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lsp_server.messages import RetryCrashed
from lsp_server.session import Session


def run(session: Session, arguments: Sequence[Any]) -> None:
    for repository in session.repositories:
        repository.tell(RetryCrashed())

"""An explanation of a failure as Markdown: each suspect with its reasons, then what is not there and not known."""

from __future__ import annotations

from pathlib import PurePosixPath

from analyzers.evidence.reasons import Reason
from lsp_server.explain import Explanation
from lsp_server.render.markdown import UriOf, escape, prose

SUSPECTS_MAX = 5


def markdown(explained: Explanation, uri_of: UriOf) -> str:
    """The whole explanation."""
    blocks = [escape(failure) for failure in explained.failures]
    for rank, suspect in enumerate(explained.suspects[:SUSPECTS_MAX], 1):
        head = f"**{rank}. {escape(suspect.name)}** {_link(suspect.path, suspect.line, uri_of)} · {suspect.confidence}"
        lines = [
            f"- {prose(each.text)}" + (f" {_link(each.path, each.line, uri_of)}" if each.line else "")
            for each in suspect.reasons
        ]
        blocks.append("\n".join([head, *lines]))
    if (more := len(explained.suspects) - SUSPECTS_MAX) > 0:
        blocks.append(f"*and {more} less likely*")
    for title, items in (("Looked for and not found", explained.nothing_found), ("Not known", explained.not_known)):
        if items:
            blocks.append(f"{title}: {'; '.join(map(prose, items))}.")
    return "\n\n".join(blocks)


def reason(each: Reason) -> str:
    """A reason with its place, as plain text."""
    return f"{each.text} ({each.path}:{each.line})" if each.line else each.text


def _link(path: str, line: int, uri_of: UriOf) -> str:
    uri = uri_of(path).replace("(", "%28").replace(")", "%29")
    return f"[{escape(PurePosixPath(path).name)}:{line}]({uri}#L{line})"

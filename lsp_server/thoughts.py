"""What was paid for, in the journal: drafts as they arrived, enriched contexts, and how questions were answered.

Found again by the context's digest, so that what is stored is never thought twice, on whatever branch it comes back.
The sleeper writes; readers open the journal read-only and get "nothing" where it is busy or absent.
"""

from __future__ import annotations

import time
from pathlib import Path

import msgspec

from analyzers.thinking import enriched as enriching
from analyzers.thinking.enriched import Enriched
from lsp_server.ledger import Clock, day_of
from lsp_server.messages import Road
from lsp_server.store import Journal, StoreError

VERSIONS_KEPT_MAX = 6
"""Enriched contexts of one anchor: the current one, and those that a branch switch may bring back."""
DRAFT_CHARS_MAX = 65_536
DRAFTS_KEPT_MAX = 20_000


class StoredDraft(msgspec.Struct, frozen=True):
    """One reply; `whole` is unset where it was interrupted and only its beginning is known."""

    number: int
    whole: bool
    reply: str


class Thoughts:
    """The thoughts of one repository. Belongs to one thread at a time."""

    def __init__(self, journal: Journal, repository: str, clock: Clock = time.time) -> None:
        self._journal = journal
        self._repository = repository
        self._clock = clock

    def drafts(self, context: str) -> list[StoredDraft]:
        """All drafts of a context, by number."""
        rows = self._journal.query(
            "SELECT number, whole, reply FROM drafts WHERE repository = ? AND context = ? ORDER BY number",
            (self._repository, context),
        )
        return [StoredDraft(number, bool(whole), reply) for number, whole, reply in rows]

    def keep_draft(self, context: str, model: str, draft: StoredDraft) -> None:
        """Stores a draft the moment that it is there."""
        with self._journal.transaction():
            self._journal.execute(
                "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (self._repository, context, draft.number, model, draft.whole, int(self._clock()),
                 draft.reply[:DRAFT_CHARS_MAX].encode("utf-8", "replace").decode()),
            )  # fmt: skip
            ((count,),) = self._journal.query("SELECT count(*) FROM drafts WHERE repository = ?", (self._repository,))
            if count > DRAFTS_KEPT_MAX:
                self._journal.execute(
                    "DELETE FROM drafts WHERE repository = ? AND at_s <= (SELECT at_s FROM drafts WHERE repository = ?"
                    " ORDER BY at_s LIMIT 1 OFFSET ?)",
                    (self._repository, self._repository, DRAFTS_KEPT_MAX // 10),
                )

    def keep(self, enriched: Enriched, model: str) -> None:
        """Stores an enriched context; older ones of its anchor are kept for other branches, up to a limit."""
        anchor = (self._repository, enriched.path, enriched.symbol)
        with self._journal.transaction():
            self._journal.execute(
                "INSERT INTO enriched VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT (repository, path, symbol, context)"
                " DO UPDATE SET model = excluded.model, at_s = excluded.at_s, data = excluded.data",
                (*anchor, enriched.context_digest, model, int(self._clock()), enriching.encode(enriched)),
            )
            self._journal.execute(
                "DELETE FROM enriched WHERE repository = ? AND path = ? AND symbol = ? AND context NOT IN ("
                "SELECT context FROM enriched WHERE repository = ? AND path = ? AND symbol = ?"
                " ORDER BY at_s DESC, context LIMIT ?)",
                (*anchor, *anchor, VERSIONS_KEPT_MAX),
            )

    def of_context(self, path: str, symbol: str, context: str) -> Enriched | None:
        """What was thought about exactly this context."""
        rows = self._journal.query(
            "SELECT data FROM enriched WHERE repository = ? AND path = ? AND symbol = ? AND context = ?",
            (self._repository, path, symbol, context),
        )
        return _decoded(rows[0][0]) if rows else None

    def of_anchor(self, path: str, symbol: str) -> list[Enriched]:
        """All versions for an anchor, the latest first; which one is fresh is for the caller to see by `depends`."""
        rows = self._journal.query(
            "SELECT data FROM enriched WHERE repository = ? AND path = ? AND symbol = ? ORDER BY at_s DESC, context",
            (self._repository, path, symbol),
        )
        return [enriched for (data,) in rows if (enriched := _decoded(data))]

    def anchors(self) -> set[tuple[str, str]]:
        """Every (path, symbol) that was thought about."""
        rows = self._journal.query(
            "SELECT DISTINCT path, symbol FROM enriched WHERE repository = ?", (self._repository,)
        )
        return {(path, symbol) for path, symbol in rows}

    def keep_served(self, path: str, symbol: str, kind: str, road: Road, saved_tokens: int = 0) -> None:
        """Remembers how a question was answered, and what the answer would have cost without preparation."""
        now_s = self._clock()
        with self._journal.transaction():
            self._journal.execute(
                "INSERT INTO served (at_s, day, repository, path, symbol, kind, road, saved_tokens)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (int(now_s), day_of(now_s), self._repository, path, symbol, kind, road, saved_tokens),
            )
            # The question of what it does is answered with what was thought itself.
            if road in ("composed", "enriched") or kind == "does":
                self._journal.execute(
                    "UPDATE enriched SET used = used + 1 WHERE repository = ? AND path = ? AND symbol = ?",
                    (self._repository, path, symbol),
                )


def read_enriched(journal_path: Path, repository: str, path: str, symbol: str) -> list[Enriched]:
    """`Thoughts.of_anchor` for readers: nothing where the journal is absent, busy or unreadable. Never waits."""
    try:
        journal = Journal.open_to_read(journal_path)
    except StoreError:
        return []
    try:
        return Thoughts(journal, repository).of_anchor(path, symbol)
    except StoreError:
        return []
    finally:
        journal.close()


def _decoded(data: bytes) -> Enriched | None:
    """None for rows of a version whose shape has changed: they are thought again when their turn comes."""
    try:
        return enriching.decode(data)
    except msgspec.MsgspecError:
        return None

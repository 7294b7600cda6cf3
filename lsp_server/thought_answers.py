"""What a model thought about a symbol, as one answer beside the others, and whether it still holds.

Hovers do not ask for it: it opens the journal, and a hover reads memory and the index alone.
"""

from __future__ import annotations

from analyzers.questions.answer import Answer
from analyzers.questions.catalogue import KINDS
from analyzers.questions.prose import counted
from analyzers.records import RANK, Record
from analyzers.thinking.enriched import Enriched
from lsp_server import prepared
from lsp_server.store import repository_folders
from lsp_server.store.folders import journal_file
from lsp_server.thoughts import read_enriched
from lsp_server.view import View

KIND = "does"
WEIGHT = 0.35


def thoughts_of(view: View, record: Record) -> list[Answer]:
    """The answer that thinking left for a symbol; empty where there is none."""
    found = read_enriched(journal_file(), repository_folders(view.root).id, record.path, record.name)
    told = [each for each in found if each.thoughts]
    if not told:
        return []
    changes = [(prepared.changed_among(view, each.depends), each) for each in told]
    # The version that fits the present source, whichever branch it was thought on; else the latest, labelled.
    changed, best = next(((changed, each) for changed, each in changes if not changed), changes[0])
    return [_answer(best, changed)]


def _answer(enriched: Enriched, changed: tuple[str, ...]) -> Answer:
    claims = tuple(thought.claim for thought in enriched.thoughts)
    return Answer(
        kind=KIND,
        path=enriched.path,
        symbol=enriched.symbol,
        question=KINDS[KIND].question,
        conclusion=f"{counted(len(claims), 'note')} by a model, each with its place",
        confidence=min((claim.confidence for claim in claims), key=lambda confidence: RANK[confidence]),
        claims=claims,
        freshness="stale" if changed else "fresh",
        stale_because=changed,
        unknown=("whether the model is right: its quotes were checked, its conclusions were not",),
        weight=WEIGHT,
    )

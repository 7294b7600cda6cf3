"""Literals: the texts that a program says, and which of them a pasted message is.

A message is put together at run time, so what stands in the source is pieces of it with holes between: of an f-string,
a template or a format. What is compared is the words of the pieces, in order; rapidfuzz forgives a typo.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from analyzers.asking.lexicon import STOP
from analyzers.asking.words import plain_words
from analyzers.facts import FileFacts
from analyzers.languages import Language
from analyzers.languages.language import LiteralSyntax
from analyzers.syntax import Node, Query, decode, parse

LITERAL_CHARS_MAX = 2_000
LITERALS_MAX = 20_000
"""Texts looked at in one file."""
CLIMB_MAX = 8
"""How far above a text the statement may be that says it."""
PIECE_LIKENESS_MIN = 88
"""Of 100: how alike a piece and what was pasted must be."""
WHOLE_MIN, WHOLE_OF_LONG_MIN = 0.45, 0.25
"""How much of a literal must have been pasted; less where `LONG_WORDS` of its words were."""
LONG_WORDS = 4
FILLED = 0.8
"""What a word counts that may have been filled in."""
PART_WORDS_MIN = 2

_HOLE = "\0"
_PLACEHOLDER = re.compile(r"%(?:\([\w ]+\))?[-#0-9.+ ]*[sdrifxXgeo]|\{[^{}\n]*\}|\$\{[^{}\n]*\}|\$\d")
_ESCAPE = re.compile(r"\\[ntr]")


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in the source. `start` and `end` are its span, quotes included."""

    path: str
    start: int
    end: int
    pieces: tuple[str, ...]
    """What stands between the holes; words only."""
    raised: bool
    """Whether a statement that raises says it."""
    said: bool
    """Whether it is handed to a call, which may print or log it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A literal that may be a pasted message, and how well it fits between 0 and 1."""

    literal: Literal
    covers: float
    """How much of what was pasted the literal explains."""
    whole: float
    """How much of the literal was pasted."""

    @property
    def score(self) -> float:
        """Both, with a little more for what is raised or said than for what just stands there."""
        return (
            self.covers * 0.5 + self.whole * 0.42 + (0.08 if self.literal.raised else 0.05 if self.literal.said else 0)
        )


def literals_in(path: str, raw: bytes, language: Language) -> list[Literal]:
    """Every text in a file that says something to a person: two words, or one that stands in what raises."""
    how = language.literals
    if how is None:
        return []
    data, _ = decode(raw)
    tree = parse(language.grammar(), data)
    if tree is None:
        return []
    query: Query = language.grammar().query(how.query)
    found: list[Literal] = []
    inside = -1
    nodes = sorted(query.captures(tree.root).get("text", ()), key=lambda node: (node.start_byte, -node.end_byte))
    for node in nodes[:LITERALS_MAX]:
        if node.end_byte <= inside:
            continue  # A part of the text before it.
        inside = node.end_byte
        literal = _literal(path, node, data, how)
        if literal is not None:
            found.append(literal)
    return found


def matches(message: str, literals: Iterable[Literal]) -> list[Hit]:
    """The literals that a pasted message may come from, the likeliest first."""
    said = plain_words(message)
    content = {word for word in said if word not in STOP} or set(said)
    if not said:
        return []
    pasted = " ".join(said)
    hits = [hit for literal in literals if (hit := _hit(literal, said, content, pasted)) is not None]
    return sorted(hits, key=lambda hit: (-hit.score, hit.literal.path, hit.literal.start))


def rare_words(message: str, count: int) -> list[str]:
    """The words of a message by which a file that says it is found: the longest, which are the rarest."""
    words = dict.fromkeys(word for word in plain_words(message) if word not in STOP and len(word) > 2)
    return sorted(words, key=lambda word: (-len(word), word))[:count]


def enclosing(facts: FileFacts | None, offset: int) -> str:
    """The innermost function or class around a place, by its qualified name; empty at module level."""
    around = [
        symbol for symbol in (facts.symbols if facts else ()) if symbol.digest and symbol.start <= offset < symbol.end
    ]
    return min(around, key=lambda symbol: symbol.end - symbol.start).qualname if around else ""


def _literal(path: str, node: Node, data: bytes, how: LiteralSyntax) -> Literal | None:
    pieces = _pieces(node, data, how)
    words = sum(len(piece.split()) for piece in pieces)
    statement, raised, said = node.parent, False, False
    for _ in range(CLIMB_MAX):
        if statement is None or statement.type in how.documenting:
            break
        raised = raised or statement.type in how.raising
        said = said or statement.type in how.calling
        if raised:
            break
        statement = statement.parent
    if node.parent is not None and node.parent.type in how.documenting:
        return None
    if words < 2 and not ((raised or said) and words == 1 and len(pieces[0]) >= 6):
        return None
    return Literal(path, node.start_byte, node.end_byte, pieces, raised, said)


def _pieces(node: Node, data: bytes, how: LiteralSyntax) -> tuple[str, ...]:
    """The constant words of a text, cut where something is filled in."""
    texts: list[str] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each.type in how.holes:
            texts.append(_HOLE)
        elif each.type in how.pieces:
            texts.append(data[each.start_byte : each.end_byte].decode("utf-8", "replace"))
        else:
            waiting.extend(reversed(each.children))
    whole = _ESCAPE.sub(" ", _PLACEHOLDER.sub(_HOLE, "".join(texts)[:LITERAL_CHARS_MAX]))
    return tuple(words for piece in whole.split(_HOLE) if (words := " ".join(plain_words(piece))))


def _hit(literal: Literal, said: Sequence[str], content: set[str], pasted: str) -> Hit | None:
    own = {word for piece in literal.pieces for word in piece.split()}
    if not own & content and not own & set(said):
        return None
    total = matched = 0
    explained: set[str] = set()
    for piece in literal.pieces:
        words: Sequence[str] = piece.split()
        total += len(piece)
        if not _stands_in(piece, words, pasted, said):
            words = _part(words, pasted)
        matched += len(" ".join(words))
        explained.update(words)
    spoken = len(explained & set(said))
    explained &= content
    if not matched or not explained:
        return None
    whole = matched / total
    # What was filled in is part of the message and of no piece.
    holes = 3 if len(literal.pieces) > 1 or whole < 1 else 1 if len(own) >= LONG_WORDS else 0
    filled = min(holes, len(content) - len(explained)) if whole > 0.8 else 0
    covers = min(1.0, (len(explained) + FILLED * filled) / len(content))
    if whole < (WHOLE_MIN if spoken < LONG_WORDS else WHOLE_OF_LONG_MIN) or (
        spoken < 2 and (len(own) > 1 or len(literal.pieces[0]) < 6)
    ):
        return None
    return Hit(literal, covers, whole)


def _part(words: Sequence[str], pasted: str) -> Sequence[str]:
    """The longest beginning of a piece that was pasted: people leave off the end."""
    for size in range(len(words) - 1, PART_WORDS_MIN - 1, -1):
        if f" {' '.join(words[:size])} " in f" {pasted} ":
            return words[:size]
    return ()


def _stands_in(piece: str, words: Sequence[str], pasted: str, said: Sequence[str]) -> bool:
    if len(words) == 1:
        return piece in said
    if f" {piece} " in f" {pasted} ":
        return True
    return len(piece) >= 8 and fuzz.partial_ratio(piece, pasted, score_cutoff=PIECE_LIKENESS_MIN) > 0

"""Words: a question as a person types it, cut into plain words and what looks like code. Knows no kinds, no names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from analyzers.languages import LANGUAGES

QUESTION_WORDS_MAX = 400
"""A longer question is a pasted log, which other readers understand better."""

Shape = Literal["word", "code", "path", "text"]
"""A plain word; an identifier, maybe dotted; a file, maybe with a line; a text in quotation marks."""


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a question. `text` is without quotes, brackets and line numbers."""

    shape: Shape
    text: str
    stem: str = ""
    """For plain words: what inflected forms have in common."""
    line: int = 0
    """For paths: the line behind the colon, counted from 1; 0 where there is none."""
    called: bool = False
    """Whether brackets follow: `name()`."""

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of a dotted name."""
        return tuple(part for part in _JOINT.split(self.text) if part)


_JOINT = re.compile(r"\.|::|#|->")
_SUFFIXES = "|".join(
    sorted((re.escape(each[1:]) for each in {s for lang in LANGUAGES for s in lang.suffixes}), key=len)[::-1]
)
_PIECE = re.compile(
    r"`(?P<ticked>[^`\n]+)`"
    r'|"(?P<double>[^"\n]{2,400})"'
    r"|“(?P<curly>[^”\n]{2,400})”"
    r"|(?<!\w)'(?P<single>[^'\n]*[^'\n\s][^'\n]*)'(?!\w)"
    rf"|(?P<path>(?:[\w.~-]*[/\\])*[\w.-]+\.(?:{_SUFFIXES}))(?!\w)(?::(?P<line>\d+)| line (?P<line2>\d+))?"
    r"|(?P<folder>(?:[\w.-]+/)+[\w.-]*)"
    r"|(?P<name>[^\W\d]\w*(?:(?:\.|::|\#|->)[^\W\d]\w*)*)(?P<call>\(\)|\((?=[^)]{0,60}\)))?"
    r"|(?P<number>\d+)"
)
_CAMEL = re.compile(r"[a-z0-9][A-Z]|^[A-Z]{2,}[a-z]")
_CONTRACTIONS = {
    "whats": "what is", "what's": "what is", "whos": "who is", "who's": "who is",
    "wheres": "where is", "where's": "where is", "hows": "how is", "how's": "how is", "whys": "why is",
    "why's": "why is", "isnt": "is not",
    "isn't": "is not", "doesnt": "does not", "doesn't": "does not", "dont": "do not", "don't": "do not",
    "cant": "can not", "can't": "can not", "cannot": "can not", "it's": "it is", "that's": "that is",
    "thats": "that is",
    "didn't": "did not", "didnt": "did not", "won't": "will not", "i'm": "i am", "what're": "what are", "r": "are",
    "u": "you", "pls": "please", "fn": "function", "func": "function", "exc": "exception", "excs": "exceptions",
}  # fmt: skip
_CONTRACTED = re.compile(r"[A-Za-z]+(?:'[a-z]{1,2})?")
_IRREGULAR = {
    "thrown": "throw", "threw": "throw", "broke": "break", "broken": "break", "written": "write", "wrote": "write",
    "made": "make", "got": "get", "gets": "get", "caught": "catch", "went": "go", "goes": "go", "ran": "run",
    "came": "come", "gave": "give", "given": "give", "did": "do", "does": "do", "done": "do", "was": "be",
    "is": "be", "are": "be",
    "were": "be", "been": "be", "has": "have", "had": "have", "overridden": "override", "overrode": "override",
    "settings": "settings", "setting": "setting", "classes": "class", "indices": "index", "this": "this", "its": "it",
    "untested": "untested", "children": "child", "held": "hold", "tests": "test", "string": "string",
    "thing": "thing", "anything": "anything", "something": "something", "nothing": "nothing",
    "everything": "everything", "during": "during",
    "left": "leave", "uses": "use", "used": "use", "using": "use", "needed": "need", "embedded": "embed",
    "always": "always", "previous": "previous", "status": "status", "process": "process", "address": "address",
}  # fmt: skip


def tokens(question: str) -> list[Token]:
    """The pieces of a question in their order."""
    text = _CONTRACTED.sub(lambda match: _CONTRACTIONS.get(match.group().lower(), match.group()), question)
    found: list[Token] = []
    for match in _PIECE.finditer(text):
        found.append(_token(match))
        if len(found) >= QUESTION_WORDS_MAX:
            break
    return found


def plain_words(text: str) -> list[str]:
    """The words of a text in lower case, punctuation and markup left out."""
    return [word.lower() for word in re.findall(r"[^\W_]+", text)]


@lru_cache(maxsize=4096)
def stem_of(word: str) -> str:
    """What the forms of an English word have in common; crude, and the same for phrases and questions."""
    word = word.lower()
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, rest in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + rest
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            word = word[: -len(ending)]
            if len(word) > 2 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    return word.removesuffix("e") if len(word) > 3 else word


def words_of_name(name: str) -> tuple[str, ...]:
    """The words that a name is made of, in lower case: `_parse_HTTPHeader2` → parse, http, header, 2."""
    return tuple(word.lower() for word in _WORD_OF_NAME.findall(name))


_WORD_OF_NAME = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


def normal(name: str) -> str:
    """A name without what people leave out: case, underscores and blanks."""
    return re.sub(r"[\W_]+", "", name).lower()


def _token(match: re.Match[str]) -> Token:
    if match["path"] or match["folder"]:
        text = (match["path"] or match["folder"]).replace("\\", "/").removeprefix("./")
        return Token("path", text, line=int(match["line"] or match["line2"] or 0))
    quoted = match["ticked"] or match["double"] or match["curly"] or match["single"]
    if quoted is not None:
        return _quoted(quoted.strip(), ticked=match["ticked"] is not None)
    text = match["name"] or match["number"]
    called = match["call"] is not None
    if match["name"] and (called or _looks_like_code(text)):
        return Token("code", text, called=called)
    return Token("word", text, stem_of(text))


def _quoted(text: str, *, ticked: bool) -> Token:
    """What stands in quotes: a name where it can be one, a path, else a text."""
    bare = text.removesuffix("()")
    if re.fullmatch(r"[^\W\d]\w*(?:(?:\.|::|#)[^\W\d]\w*)*", bare) and (ticked or _looks_like_code(bare)):
        return Token("code", bare, called=bare != text)
    if re.fullmatch(rf"[\w./\\-]+\.(?:{_SUFFIXES})", text):
        return Token("path", text.replace("\\", "/"))
    return Token("text", text)


def _looks_like_code(text: str) -> bool:
    return "_" in text or bool(_JOINT.search(text)) or bool(_CAMEL.search(text))


def stems(found: Sequence[Token]) -> list[str]:
    """The stems of the plain words; what looks like code stands as one `*`."""
    return [token.stem if token.shape == "word" else "*" for token in found]

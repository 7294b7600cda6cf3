"""Anchors: the symbols that a question may be about, weighed by how much of it each explains.

A name says most where it is written as code, less where it is a plain word, and least where it also means something in
English. The class around a symbol and its file explain words too, which is how `convert` of one class is told from that
of another. Knows no kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Protocol

from analyzers.asking.lexicon import STOP, vocabulary
from analyzers.asking.names import NameTable, means
from analyzers.asking.words import Token, normal, words_of_name
from analyzers.facts import Symbol
from analyzers.languages import LANGUAGES

DEFINING_PATHS_MAX = 60
"""A name that more files define is not looked into file by file unless the question also names one of its classes."""
JOINED_WORDS_MAX = 6
"""Words that together may be one name: `get value for key`."""
CANDIDATES_MAX = 400
NAMES_PER_MENTION_MAX = 4

CODE, JOINED, RARE, COMMON = 3.0, 2.4, 2.0, 0.9
"""What a mention is worth: written as code, as several words, as a word of no other use here, as a common word."""
DESCRIBED = 1.05
"""What each word is worth of a name whose words were all said, in whatever order."""
DESCRIBING_WORDS_MIN = 1
"""Of these words, how many must have no other use in a question; each of the others is worth `COMMON_SHARE`."""
COMMON_SHARE = 0.7
OWNER_SHARE = 0.8
"""What the class around a symbol explains, compared with the symbol itself."""
INNER_COST = 0.4
"""What it costs that another class stands between the one named and the symbol."""
PATH_WORTH = 2.0
STEM_WORTH = 1.0
TEST_COST = 0.9
ASIDE_COST = 0.5
NEAR_GAIN = 0.35
CLASS_GAIN = 0.5
TOP_GAIN = 0.3

ASIDE = frozenset({"examples", "example", "docs", "doc", "benchmarks", "benchmark", "scripts", "vendor", "third_party"})
"""Folders of code that is not what people mean when they name something, if the same is elsewhere."""

_BUILTINS = frozenset(name for language in LANGUAGES for name in language.words.builtins)
"""Names that mean something without being defined: `ValueError` in a question is known, and not to be found here."""


class Code(Protocol):
    """A repository as far as routing needs it."""

    def table(self) -> NameTable:
        """All names that it defines."""
        ...

    def defining(self, name: str) -> Sequence[str]:
        """The files that define something of this name."""
        ...

    def symbols(self, path: str) -> Sequence[Symbol]:
        """What a file defines."""
        ...

    def paths(self) -> Sequence[str]:
        """All files."""
        ...

    def is_test(self, path: str) -> bool:
        """Whether a file holds tests."""
        ...


@dataclass(frozen=True, slots=True)
class Anchor:
    """A symbol that a question may be about; `kind` is what its facts call it."""

    path: str
    symbol: str
    kind: str


@dataclass(slots=True)
class Candidate:
    """An anchor with what it explains. Changed while it is weighed and never after."""

    anchor: Anchor
    worth: float = 0.0
    explains: set[int] = field(default_factory=set)
    """Tokens of the question."""
    quality: float = 1.0
    """How exactly its name was given: 1 as spelled, less where guessed."""
    spelled: str = ""
    """The name as it was typed, where that is not how it is spelled."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Tokens that may name something, and the names they may be, each with its quality."""

    tokens: tuple[int, ...]
    parts: tuple[str, ...]
    worth: float
    names: tuple[tuple[str, float], ...]
    called: bool = False

    @property
    def last(self) -> str:
        """The name itself, without what stands before its dots."""
        return self.parts[-1]


@dataclass(frozen=True, slots=True)
class Found:
    """All that a question names."""

    candidates: tuple[Candidate, ...]
    unknown: tuple[str, ...]
    """Written as code, and the name of nothing here."""
    crowded: tuple[str, ...]
    """Names of so many things that none was looked into."""
    mentions: tuple[Mention, ...]


def find(tokens: Sequence[Token], code: Code, spoken: frozenset[int], near: Anchor | None) -> Found:
    """The symbols that the tokens may mean, the likeliest first. `spoken` are tokens that said a kind already."""
    mentions = list(_mentions(tokens, code.table(), spoken))
    files = _files(tokens, code)
    by_key: dict[tuple[str, str], Candidate] = {}
    crowded: list[str] = []
    unknown: list[str] = []
    owners = {normal(name) for mention in mentions for name, _ in mention.names}
    owners |= {normal(part) for mention in mentions for part in mention.parts[:-1]}
    for mention in mentions:
        hit = False
        for name, quality in mention.names:
            paths = code.defining(name)
            if len(paths) > DEFINING_PATHS_MAX:
                paths = [path for path in paths if _is_named(path, files)] or _paths_of(mention, mentions, paths, code)
                if not paths:
                    crowded.append(name)
                    hit = True
                    continue
            for path in paths:
                for symbol in code.symbols(path):
                    if symbol.name == name and _fits(mention, symbol, path):
                        hit = True
                        _weigh(by_key, mention, symbol, path, quality)
        if not hit and mention.worth == CODE and mention.last not in _BUILTINS:
            unknown.append(".".join(mention.parts))
    candidates = list(by_key.values())[:CANDIDATES_MAX]
    for each in candidates:
        _explain_more(each, mentions, tokens, files)
        each.worth += _standing(each.anchor, code, near)
    candidates.sort(key=lambda each: (-each.worth, each.anchor.path, each.anchor.symbol))
    return Found(tuple(candidates), tuple(unknown), tuple(dict.fromkeys(crowded)), tuple(mentions))


def at_line(path: str, line_start: int, line_end: int, code: Code) -> Anchor | None:
    """The innermost function or class around a line of a file."""
    around = [each for each in code.symbols(path) if each.digest and each.start <= line_end and line_start < each.end]
    if not around:
        return None
    inner = min(around, key=lambda symbol: symbol.end - symbol.start)
    return Anchor(path, inner.qualname, inner.kind)


def _mentions(tokens: Sequence[Token], table: NameTable, spoken: frozenset[int]) -> Iterator[Mention]:
    taken: set[int] = set()
    for index, token in enumerate(tokens):
        if token.shape == "code":
            same = table.same(token.parts[-1])
            names = [(name, 1.0 if name == token.parts[-1] else 0.95) for name in same]
            yield Mention((index,), token.parts, CODE, tuple(names or _guessed(token.parts[-1], table)), token.called)
            taken.add(index)
    yield from _joined(tokens, table, taken)
    words = [index for index, token in enumerate(tokens) if token.shape == "word" and index not in taken]
    for index in words:
        text = tokens[index].text
        same = table.same(text)
        common = tokens[index].stem in vocabulary() or text.lower() in STOP
        capital = index > 0 and text[:1].isupper() and text in same
        if same and not (common and index in spoken and not capital):
            beside = index in spoken or (text.lower() in STOP and not _named_beside(tokens, index, spoken))
            worth = RARE if not common or capital else COMMON * (0.4 if beside else 1.0)
            exact = [(name, 1.0 if name == text else 0.9) for name in same[:NAMES_PER_MENTION_MAX]]
            yield Mention((index,), (text,), worth, tuple(exact))
            taken.add(index)
        elif not same and not common and len(text) >= 6:
            guessed = [(name, likeness) for name, likeness in _guessed(text, table) if likeness >= 0.86]
            if guessed:
                yield Mention((index,), (text,), RARE * 0.7, tuple(guessed))
    if not any(token.shape == "code" for token in tokens):
        yield from _described(tokens, words, table)


def _named_beside(tokens: Sequence[Token], index: int, spoken: frozenset[int]) -> bool:
    """Whether a word stands where a question has its name: right beside the words that ask, and behind no article."""
    if index and tokens[index - 1].text.lower() in ("a", "an", "the", "this", "that", "its", "my"):
        return False
    return index - 1 in spoken or index + 1 in spoken


def _joined(tokens: Sequence[Token], table: NameTable, taken: set[int]) -> Iterator[Mention]:
    """Runs of words that together spell a name: `lookup default`, `merge errors`."""
    for size in range(JOINED_WORDS_MAX, 1, -1):
        for start in range(len(tokens) - size + 1):
            indexes = tuple(range(start, start + size))
            run = [tokens[index] for index in indexes]
            if taken & set(indexes) or any(token.shape not in ("word", "code") for token in run):
                continue
            if all(token.stem in vocabulary() for token in run if token.shape == "word"):
                # Words that ask questions make names too (`is_dead`): only where they spell one exactly.
                names = [name for name in table.same("_".join(token.text for token in run)) if "_" in name.strip("_")]
                found = [(name, 0.8) for name in names if size > 2]
            else:
                names = list(table.same("".join(token.text for token in run)))
                found = [(name, 0.95) for name in names if len(words_of_name(name)) > 1]
                long = sum(len(token.text) for token in run)
                if not found and long >= 9 and not any(table.same(token.text) for token in run):
                    guessed = _guessed("".join(token.text for token in run), table)
                    found = [(name, likeness * 0.95) for name, likeness in guessed if likeness >= 0.9]
            if found:
                yield Mention(indexes, ("_".join(token.text for token in run),), JOINED, tuple(found))
                taken.update(indexes)


def _described(tokens: Sequence[Token], left: Sequence[int], table: NameTable) -> Iterator[Mention]:
    """Names that are half remembered: all their words are said somewhere in the question."""
    for name, covered in table.described([tokens[index].stem for index in left]):
        parts = words_of_name(name)
        own = tuple(index for index in left if any(means(tokens[index].stem, part) for part in parts))
        telling = sum(tokens[index].stem not in vocabulary() for index in own)
        if telling >= DESCRIBING_WORDS_MIN:
            worth = DESCRIBED * (telling + COMMON_SHARE * (covered - telling))
            yield Mention(own, (name,), worth, ((name, 0.96),))


def _guessed(text: str, table: NameTable) -> list[tuple[str, float]]:
    found = table.similar(text)
    if not found:
        return []
    best = found[0][1]
    return [(name, likeness) for name, likeness in found if likeness >= best - 0.04][:NAMES_PER_MENTION_MAX]


def _fits(mention: Mention, symbol: Symbol, path: str) -> bool:
    """Whether what stands before a name's dots can be the class or module around the symbol."""
    around = [normal(part) for part in symbol.qualname.split(".")[:-1]]
    modules = [normal(part) for part in PurePosixPath(path).with_suffix("").parts]
    for part in reversed(mention.parts[:-1]):
        wanted = normal(part)
        if wanted in ("self", "cls", "this", "super"):
            continue
        if wanted in around:
            around = around[: around.index(wanted)]
        elif wanted in modules:
            modules = modules[: modules.index(wanted)]
        else:
            return False
    return True


def _weigh(
    by_key: dict[tuple[str, str], Candidate], mention: Mention, symbol: Symbol, path: str, quality: float
) -> None:
    worth = mention.worth * quality + (TOP_GAIN if symbol.parent < 0 and len(mention.parts) == 1 else 0.0)
    worth += 0.5 * (len(mention.parts) - 1)
    key = (path, symbol.qualname)
    known = by_key.get(key)
    if known is None or worth > known.worth:
        typed = "" if quality >= 0.95 else " ".join(mention.parts)
        anchor = Anchor(path, symbol.qualname, symbol.kind)
        by_key[key] = Candidate(anchor, worth, set(mention.tokens), quality, typed)


def _explain_more(
    candidate: Candidate, mentions: Sequence[Mention], tokens: Sequence[Token], files: dict[int, frozenset[str]]
) -> None:
    """Adds what the class around a symbol, and its file, explain of the rest of the question."""
    owners = {normal(part) for part in candidate.anchor.symbol.split(".")[:-1]}
    for mention in mentions:
        if candidate.explains & set(mention.tokens):
            continue
        names = [(name, quality) for name, quality in mention.names if normal(name) in owners]
        if names:
            around = normal(candidate.anchor.symbol.split(".")[-2])
            nearest = any(normal(name) == around for name, _ in names)
            candidate.worth += mention.worth * OWNER_SHARE * max(quality for _, quality in names)
            candidate.worth -= 0.0 if nearest else INNER_COST
            candidate.explains.update(mention.tokens)
    for index, paths in files.items():
        if index in candidate.explains:
            continue
        if candidate.anchor.path in paths:
            candidate.worth += PATH_WORTH if tokens[index].shape == "path" else STEM_WORTH
            candidate.explains.add(index)


def _standing(anchor: Anchor, code: Code, near: Anchor | None) -> float:
    """What speaks for a symbol whatever the question says."""
    worth = 0.0
    if code.is_test(anchor.path):
        worth -= TEST_COST
    if ASIDE & set(PurePosixPath(anchor.path).parts[:-1]):
        worth -= ASIDE_COST
    if near is not None and near.path == anchor.path:
        worth += NEAR_GAIN
        if near.symbol.partition(".")[0] == anchor.symbol.partition(".")[0]:
            worth += CLASS_GAIN
    return worth


def _files(tokens: Sequence[Token], code: Code) -> dict[int, frozenset[str]]:
    """Tokens that name files, and the files that they name."""
    found: dict[int, frozenset[str]] = {}
    by_stem: dict[str, list[str]] | None = None
    for index, token in enumerate(tokens):
        if token.shape == "path":
            wanted = f"/{token.text.strip('/').lower()}"
            hits = [
                path for path in code.paths() if _ends(f"/{path.lower()}", wanted) or f"{wanted}/" in f"/{path.lower()}"
            ]
            if hits:
                found[index] = frozenset(hits)
        elif token.shape in ("word", "code") and token.text.lower() not in STOP and len(token.text) > 2:
            if by_stem is None:
                by_stem = {}
                for path in code.paths():
                    by_stem.setdefault(normal(PurePosixPath(path).stem), []).append(path)
            hits = by_stem.get(normal(token.parts[0] if token.shape == "code" else token.text), [])
            if hits:
                found[index] = frozenset(hits)
    return found


def _ends(path: str, wanted: str) -> bool:
    return path.endswith(wanted)


def _is_named(path: str, files: dict[int, frozenset[str]]) -> bool:
    return any(path in paths for paths in files.values())


def _paths_of(mention: Mention, mentions: Sequence[Mention], paths: Sequence[str], code: Code) -> list[str]:
    """Of many files that define a name, those that also define a class which the question names."""
    defining = set(paths)
    named = [*mention.parts[:-1]] + [name for other in mentions if other is not mention for name, _ in other.names]
    found: list[str] = []
    for name in named:
        for owner in code.table().same(name)[:NAMES_PER_MENTION_MAX]:
            found += [path for path in code.defining(owner) if path in defining]
    return list(dict.fromkeys(found))[:DEFINING_PATHS_MAX]

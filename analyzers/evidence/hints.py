"""What particular errors say about where to look: None and where it came from, a missing key, a wrong call, silence.

Each hint names a function, how much it weighs (0 to 1), and the clause that says why, with a line to look at. Rules
know Python's own messages and nothing of any project.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyzers import languages
from analyzers.evidence.code import Names, Node
from analyzers.evidence.lexing import Mention, assigns, mentions, statement_at, statements
from analyzers.evidence.scene import Scene
from analyzers.facts import FALLS_OFF_END, GENERATOR, MODULE

_NOTHING = re.compile(
    r"'?NoneType'? ?(?:object )?(?:has no attribute '(?P<attribute>\w+)'|is not|does not|.*)|"
    r"Cannot (?:read|set) propert(?:y|ies) (?:'\w+' )?of (?:undefined|null)(?: \(\w+ '#?(?P<read>\w+)'\))?|"
    r"undefined is not an object \(evaluating '[^']*?(?P<evaluated>\w+)'\)"
)
"""What is said of a value that is nothing, in Python, Node and browsers, and what was asked of it."""
_KEY = re.compile(r"^(['\"])(?P<key>.+)\1$")
_CALL = re.compile(
    r"(?P<name>[\w.<>]+)\(\) (?:got an unexpected keyword|got multiple values|missing \d+ required|takes )"
    r"(?:.*?'(?P<argument>\w+)')?"
)
_MODULE_ATTRIBUTE = re.compile(
    r"(?:module '(?P<module>[\w.]+)'(?: from '[^']*')?> (?:does not have the|has no)|"
    r"module '(?P<plain>[\w.]+)' has no|cannot import name '(?P<imported>\w+)' from '(?P<origin>[\w.]+)')"
    r"(?: attribute '(?P<name>\w+)')?"
)
_OBJECT_ATTRIBUTE = re.compile(r"^(?:type object )?'(?P<kind>\w+)'(?: object)? has no attribute '(?P<name>\w+)'")
_NOT_RAISED = re.compile(r"DID NOT RAISE (?:<class ')?(?P<type>[\w.]+)|^(?P<unittest>\w+) not raised")
_SWALLOWS = re.compile(r"except[^\n]*:[^\n]*\n\s*(?:pass|return\b|continue|\.\.\.)")
_ITEM_OF_CALL = re.compile(r"(?P<name>[^\W\d][\w.]*)\((?:[^()]|\([^()]*\))*\) ?\[(?P<item>-?\d+)\]")
_NONE_CALLS = re.compile(
    r"\b(?:re\.\w+|\w*(?:regex|pattern|_re|_RE))\.?(?:match|search|fullmatch)\(|\.(?:get|find|match|exec)\(|getenv\("
)


@dataclass(frozen=True, slots=True)
class Hint:
    """One function that an error points at."""

    node: Node
    weight: float
    text: str
    path: str = ""
    line: int = 0


def hints(scene: Scene, names: Names, is_test: Callable[[str], bool]) -> list[Hint]:
    """All hints of one failure, over every error in its chain."""
    found: list[Hint] = []
    for error in scene.failure.errors:
        message = error.message.strip().split("\n")[0]
        kind = error.type.rpartition(".")[2]
        if kind in ("AttributeError", "TypeError") and (match := _NOTHING.search(message)):
            found += _none_sources(scene, names, match["attribute"] or match["read"] or match["evaluated"] or "")
        elif kind == "TypeError" and (match := _CALL.search(message)):
            found += _wrong_call(scene, names, match)
        elif kind == "IndexError":
            found += _taken_of_empty(scene, names)
        elif kind == "KeyError" and (match := _KEY.match(message)):
            found += _key_builders(scene, names, match["key"])
        elif match := _MODULE_ATTRIBUTE.search(message):
            found += _module_members(scene, names, match)
        elif kind == "AttributeError" and (match := _OBJECT_ATTRIBUTE.match(message)):
            found += _members(scene, names, match["kind"], match["name"])
        elif match := _NOT_RAISED.search(message or kind):
            found += _silent(scene, names, (match["type"] or match["unittest"]).rpartition(".")[2])
    return [hint for hint in found if not is_test(hint.node.path)]


def _none_sources(scene: Scene, names: Names, attribute: str) -> Iterator[Hint]:
    """Where a None came from: the assignment of the variable that was used, and what that calls."""
    if not scene.frames:
        return
    frame, path, node = scene.frames[-1]
    nothing = next(iter(_nothing(path)), "None")
    for name, line, statement in _assignments(names, node, frame.line, attribute):
        for mention in mentions(statement):
            target = names.resolve(node, mention) if mention.called else None
            if target and target.at != MODULE and names.symbol(target).kind in ("function", "method"):
                none_line = _returns_none(names, target)
                if none_line:
                    text = f"`{name}` is {nothing} there: this returned it, as it can"
                    yield Hint(target, 1.0, text, target.path, none_line)
        if _NONE_CALLS.search(statement):
            yield Hint(node, 0.4, f"`{name}` is {nothing} there: the call that gives it finds nothing", path, line)


def _assignments(names: Names, node: Node, line: int, attribute: str) -> Iterator[tuple[str, int, str]]:
    """(name, line, statement) for each variable in the failing statement, where it was last assigned before."""
    file = names.file(node.path)
    if file is None or node.at == MODULE:
        return
    symbol = names.symbol(node)
    text = file.source[symbol.start : symbol.end].decode("utf-8", "replace")
    first = file.source.count(b"\n", 0, symbol.start) + 1
    lines = text.split("\n")
    ranges = statements(text)
    start, failing = statement_text(names, node, line)
    wanted = []
    for mention in mentions(failing):
        base, _, last = mention.name.rpartition(".")
        if not attribute or last == attribute:
            wanted.append(base.split(".")[0] if base and attribute else mention.name.split(".")[0])
    if attribute and re.search(rf"\)\s*\.{attribute}\b", failing):
        yield "it", first + start, failing  # The value had no name: `f(x).attribute`.
    for name in dict.fromkeys(wanted):
        for low, high in reversed(ranges):
            piece = "\n".join(lines[low:high])
            if low < start and name and assigns(piece, name):
                yield name, first + low, piece
                break


def statement_text(names: Names, node: Node, line: int) -> tuple[int, str]:
    """(first line within the function, counted from 0; text) of the statement around a line of a function."""
    file = names.file(node.path)
    if file is None or node.at == MODULE:
        return 0, ""
    symbol = names.symbol(node)
    text = file.source[symbol.start : symbol.end].decode("utf-8", "replace")
    first = file.source.count(b"\n", 0, symbol.start) + 1
    lines = text.split("\n")
    start, end = statement_at(lines, statements(text), max(0, min(line - first, len(lines) - 1)))
    return start, "\n".join(lines[start:end])


def _returns_none(names: Names, node: Node) -> int:
    """The line on which a function can return None; 0 where it cannot."""
    file = names.file(node.path)
    if file is None:
        return 0
    for item in file.facts.returns:
        if item.scope == node.at and item.value in ("", *_nothing(node.path)):
            return file.source.count(b"\n", 0, item.start) + 1
    symbol = names.symbol(node)
    if symbol.flags & FALLS_OFF_END and not symbol.flags & GENERATOR:
        return file.source.count(b"\n", 0, symbol.end) + 1
    return 0


def _nothing(path: str) -> tuple[str, ...]:
    language = languages.for_path(path)
    return language.words.nothing if language is not None else ()


def _taken_of_empty(scene: Scene, names: Names) -> Iterator[Hint]:
    """An item taken of what a call gives, which may be empty: `re.findall(…)[0]`, `text.split()[1]`."""
    if not scene.frames:
        return
    frame, path, node = scene.frames[-1]
    failing = statement_text(names, node, frame.line)[1]
    if match := _ITEM_OF_CALL.search(" ".join(failing.split())):
        taken = f"`{match['name']}(…)[{match['item']}]`"
        yield Hint(node, 0.3, f"{taken} takes an item of what may have none", path, frame.line)


def _wrong_call(scene: Scene, names: Names, match: re.Match[str]) -> Iterator[Hint]:
    """The function whose parameters do not admit the call."""
    name = match["name"].rpartition(".")[2]
    owner = match["name"].rpartition(".")[0].rpartition(".")[2]
    argument = f" `{match['argument']}`" if match["argument"] else ""
    for node in names.defining(name):
        holder = names.owner(node)
        fits = not owner or owner == "<locals>" or (holder is not None and names.symbol(holder).name == owner)
        if fits and (node in scene.reached.weight or len(names.defining(name)) <= 3):
            yield Hint(node, 0.8, f"its parameters do not admit the call{argument}")


def _key_builders(scene: Scene, names: Names, key: str) -> Iterator[Hint]:
    """Who builds a dictionary with the missing key, and who reads it."""
    builds = re.compile(rf"(['\"]){re.escape(key)}\1\s*(?::|\]\s*=(?!=))|setdefault\(\s*(['\"]){re.escape(key)}\2")
    for node in list(scene.reached.weight):
        if node.at != MODULE and names.symbol(node).kind in ("function", "method") and builds.search(names.text(node)):
            yield Hint(node, 0.5, f"it puts the key `{key}` into a dictionary")


def _module_members(scene: Scene, names: Names, match: re.Match[str]) -> Iterator[Hint]:
    """Functions of a module that lacks what was asked of it."""
    module = match["module"] or match["plain"] or match["origin"]
    wanted = match["name"] or match["imported"] or ""
    importer = scene.test.path if scene.test else scene.frames[-1][1] if scene.frames else ""
    path = names.code.module_path(module, importer) if importer else None
    file = names.file(path) if path else None
    for index, symbol in enumerate(file.facts.symbols if file else ()):
        if path and symbol.kind in ("function", "method"):
            yield Hint(Node(path, index), 0.4, f"its module lacks `{wanted}`, which the failing code expects there")


def _members(scene: Scene, names: Names, kind: str, wanted: str) -> Iterator[Hint]:
    """The methods of a class that lacks an attribute; those that assign attributes say more."""
    for node in list(scene.reached.weight):
        owner = names.owner(node)
        if owner and owner != node and names.symbol(owner).name == kind and names.symbol(node).kind == "method":
            weight = 0.5 if "self." in names.text(node) and names.symbol(node).name == "__init__" else 0.25
            yield Hint(node, weight, f"`{kind}` lacks `{wanted}`")


def _silent(scene: Scene, names: Names, wanted: str) -> Iterator[Hint]:
    """Reached functions that could have raised the exception which was expected, or that swallow one."""
    for node in list(scene.reached.weight):
        file = names.file(node.path)
        if file is None or node.at == MODULE or names.symbol(node).kind not in ("function", "method"):
            continue
        raised = next((r for r in file.facts.raises if r.scope == node.at and r.type.endswith(wanted)), None)
        if raised:
            line = file.source.count(b"\n", 0, raised.start) + 1
            yield Hint(node, 0.5, f"it can raise `{wanted}`, and did not", node.path, line)
        elif _SWALLOWS.search(names.text(node)):
            yield Hint(node, 0.4, f"it swallows exceptions, and `{wanted}` was expected")


__all__ = ["Hint", "Mention", "hints"]

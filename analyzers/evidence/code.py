"""The workspace's code as far as a ranking needs it: what names mean, from facts of single files and by lexing.

`Code` is what the caller brings; `Names` resolves dotted names over it and remembers what it read. Everything degrades:
a file without facts is a file that nothing is known about. Must not know failures or scores.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from analyzers import languages
from analyzers.evidence.lexing import Mention, assigns, mentions
from analyzers.facts import CALLS_VALUE, MODULE, FileFacts, Import, Symbol

DEFINING_FILES_MAX = 12
STEPS_MAX = 12
"""How many imports, values and base classes are followed for one name."""

_IDENTIFIER = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_WORD = re.compile(r"\w+")
_PLACEHOLDER = re.compile(r"%\w|\$\{?\w")
_RETURNED = re.compile(r"^\s*(?:return|yield)\s+(?:await\s+)?([^\W\d][\w.]*)\s*(\(|$)", re.MULTILINE)
_WRAPPED = frozenset({"Optional", "Union", "Type", "type", "Iterator", "Generator", "typing", "Any", "None", "Self"})


class Code(Protocol):
    """The workspace's Python files: relative paths with forward slashes, UTF-8 text, facts, and lookups by name."""

    def paths(self) -> Sequence[str]: ...

    def source(self, path: str) -> bytes: ...

    def facts(self, path: str) -> FileFacts | None: ...

    def module_path(self, module: str, importer_path: str) -> str | None: ...

    def paths_defining(self, name: str) -> Sequence[str]: ...


class Node(NamedTuple):
    """A symbol by its file and its index in the file's facts; `MODULE` is the file itself."""

    path: str
    at: int


@dataclass(frozen=True, slots=True)
class File:
    """One file's facts with the lookups that resolving needs."""

    facts: FileFacts
    source: bytes
    members: dict[int, dict[str, int]]
    """For the module and each class or function: the last definition of each name directly inside."""
    children: dict[int, list[int]]
    imports: dict[int, dict[str, Import]]
    """For the module and each scope: what it imports, by the name that is bound; `*` has one entry a module."""

    def text(self, index: int) -> str:
        """The source of a symbol without the functions and classes defined inside it."""
        symbol = self.facts.symbols[index]
        pieces, start = [], symbol.start
        for child in self.children.get(index, ()):
            inner = self.facts.symbols[child]
            if inner.kind in ("class", "function", "method") and start <= inner.start < symbol.end:
                pieces.append(self.source[start : inner.start])
                start = inner.end
        pieces.append(self.source[start : symbol.end])
        return b"".join(pieces).decode("utf-8", "replace")


class Names:
    """Resolves names. Holds only caches; two instances over the same code agree."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._files: dict[str, File | None] = {}
        self._defining: dict[tuple[str, bool], tuple[Node, ...]] = {}
        self._locals: dict[Node, str] = {}
        self._mentions: dict[Node, tuple[Mention, ...]] = {}
        self._kinds: dict[tuple[Node, str, bool], Node | None] = {}
        self._resolved: dict[tuple[Node, str, bool], Node | None] = {}
        self._ancestors: dict[Node, frozenset[Node]] = {}
        self.reads_more = True
        """Whether files that were not looked at yet may be; what is known of the others stays."""
        self.given: dict[Node, dict[str, Node]] = {}
        """Of which class an object is that a function is handed by name, where its caller is known: fixtures."""
        self.decorated: dict[str, list[Node]] = {}
        """In the files read so far: what is decorated with `x.anything`, by `x`."""

    def file(self, path: str) -> File | None:
        """The file's facts and lookups; None where there are none."""
        if path not in self._files:
            if not self.reads_more:
                return None
            facts = self.code.facts(path)
            self._files[path] = _file(facts, _lexed(path, self.code.source(path))) if facts else None
            for index, symbol in enumerate(facts.symbols if facts else ()):
                for decorator in symbol.decorators:
                    head, dot, _ = decorator.partition(".")
                    if dot and symbol.kind in ("function", "method"):
                        self.decorated.setdefault(head, []).append(Node(path, index))
        return self._files[path]

    @property
    def read(self) -> list[str]:
        """The files looked at so far."""
        return [path for path, file in self._files.items() if file]

    def symbol(self, node: Node) -> Symbol:
        """The symbol of a node that is not a module."""
        file = self._files[node.path]
        assert file is not None
        return file.facts.symbols[node.at]

    def text(self, node: Node) -> str:
        """The node's own source."""
        file = self.file(node.path)
        return file.text(node.at) if file and node.at != MODULE else ""

    def mentions(self, node: Node) -> tuple[Mention, ...]:
        """What the node's own code mentions, each name once."""
        if node not in self._mentions:
            found = {(each.name, each.called, each.after): each for each in mentions(self.text(node))}
            self._mentions[node] = tuple(found.values())
        return self._mentions[node]

    def heading(self, node: Node) -> str:
        """The decorators of the classes around a node: what all tests of a class are parametrised with."""
        file = self.file(node.path)
        pieces: list[str] = []
        at = self.symbol(node).parent if file is not None and node.at != MODULE else MODULE
        while file is not None and at != MODULE:
            symbol = file.facts.symbols[at]
            pieces.append(file.source[symbol.start : symbol.name_start].decode("utf-8", "replace"))
            at = symbol.parent
        return "\n".join(pieces)

    def at_line(self, path: str, line: int) -> Node | None:
        """The innermost function (or else class) around a line counted from 1."""
        file = self.file(path)
        starts = file.facts.line_starts if file else ()
        if file is None or not 1 <= line <= len(starts):
            return None
        start = starts[line - 1]
        end = starts[line] - 1 if line < len(starts) else len(file.source)
        best: tuple[int, int] | None = None
        for index, symbol in enumerate(file.facts.symbols):
            if symbol.kind not in ("function", "method", "class"):
                continue
            if symbol.start <= end and start < symbol.end and (best is None or symbol.start >= best[0]):
                best = (symbol.start, index)
        return Node(path, best[1]) if best else None

    def named(self, path: str, qualname: str) -> Node | None:
        """The symbol with this qualified name, or the last one with this last name."""
        file = self.file(path)
        found = None
        for index, symbol in enumerate(file.facts.symbols if file else ()):
            if symbol.qualname == qualname:
                return Node(path, index)
            if symbol.name == qualname and symbol.kind in ("function", "method", "class"):
                found = Node(path, index)
        return found

    def titled(self, path: str, printed: str) -> Node | None:
        """The test of a file that a runner prints under this title, where its language's tests have titles."""
        language = languages.for_path(path)
        file = self.file(path) if language is not None and language.title is not None else None
        wanted = _words(printed)
        best: tuple[int, Node] | None = None
        for index, symbol in enumerate(file.facts.symbols if file else ()):
            if language is None or language.title is None or not language.is_test_name(symbol.qualname):
                continue
            # What a runner fills in for `%s` and `$name` is not in the source.
            fixed = _PLACEHOLDER.split(language.title(symbol.qualname))[0]
            title = _words(fixed)
            said = wanted == title or wanted.endswith(f" {title}")
            if said or (title and len(fixed) < len(language.title(symbol.qualname)) and title in wanted):
                length = len(title) + said
                if best is None or length > best[0]:
                    best = length, Node(path, index)
        return best[1] if best else None

    def defining(self, name: str) -> tuple[Node, ...]:
        """Every function and method of this name in the workspace."""
        key = (name, self.reads_more)
        if key not in self._defining:
            found = []
            paths = self.code.paths_defining(name)
            # A name that many files define says nothing, and reading them all would take the most time of all.
            for path in paths if len(paths) <= DEFINING_FILES_MAX else ():
                file = self.file(path)
                for index, symbol in enumerate(file.facts.symbols if file else ()):
                    if symbol.name == name and symbol.kind in ("function", "method"):
                        found.append(Node(path, index))
            self._defining[key] = tuple(found)
        return self._defining[key]

    def owner(self, node: Node) -> Node | None:
        """The class around a node, also from inside a function nested in its method."""
        file = self.file(node.path)
        index = node.at
        while file and index != MODULE:
            if file.facts.symbols[index].kind == "class":
                return Node(node.path, index)
            index = file.facts.symbols[index].parent
        return None

    def resolve(self, node: Node, mention: Mention, steps: int = STEPS_MAX) -> Node | None:
        """What a dotted name in the code of `node` means, if it means something in the workspace."""
        if steps <= 0 or mention.after:
            return None
        if steps < STEPS_MAX:
            return self._resolve(node, mention, steps)
        # Every test and every caller asks again for the same names.
        key = (node, mention.name, self.reads_more)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(node, mention, steps)
        return self._resolved[key]

    def _resolve(self, node: Node, mention: Mention, steps: int) -> Node | None:
        head, *rest = mention.name.split(".")
        if head == "super()":
            return self._inherited(self.owner(node), rest[0], steps - 1) if rest else None
        if head in ("self", "cls") and (owner := self.owner(node)):
            return self._follow(owner, rest, steps - 1)
        found = self._bound(node, head, rest, steps - 1)
        if found is not None:
            return self._follow(found[0], found[1], steps - 1)
        kind = (self._kind_of_local(node, head, steps - 1) or self._kind_given(node, head)) if rest else None
        return self._follow(kind, rest, steps - 1) if kind else None

    def bases(self, node: Node, steps: int = STEPS_MAX) -> list[Node]:
        """The base classes that are in the workspace."""
        found = []
        for base in self.symbol(node).bases:
            resolved = self._scoped(node, base, steps - 1)
            if resolved and resolved.at != MODULE and self.symbol(resolved).kind == "class" and resolved != node:
                found.append(resolved)
        return found

    def ancestors(self, node: Node) -> frozenset[Node]:
        """A class's bases in the workspace, and theirs."""
        if node not in self._ancestors:
            found: dict[Node, None] = {}
            pending = self.bases(node)
            while pending:
                each = pending.pop()
                if each not in found:
                    found[each] = None
                    pending += self.bases(each)
            self._ancestors[node] = frozenset(found)
        return self._ancestors[node]

    def method(self, node: Node, name: str, steps: int = STEPS_MAX) -> Node | None:
        """The attribute of a class, from itself or its bases."""
        file = self.file(node.path)
        index = file.members.get(node.at, {}).get(name) if file else None
        if index is not None:
            return Node(node.path, index)
        return self._inherited(node, name, steps - 1)

    def result(self, node: Node, steps: int = STEPS_MAX) -> Node | None:
        """The class of what a call of this node gives, where its annotation or its return statements tell."""
        if steps <= 0 or node.at == MODULE:
            return None
        symbol = self.symbol(node)
        if symbol.kind == "class":
            return node
        if symbol.kind in ("field", "variable") and symbol.value and not symbol.flags & CALLS_VALUE:
            # `code_class = Code` and then `self.code_class()`.
            found = self._scoped(node, symbol.value, steps - 1)
            return found if found and found != node and self._is_class(found) else None
        if symbol.kind not in ("function", "method"):
            return None
        if symbol.annotation:
            for name in _IDENTIFIER.findall(symbol.annotation):
                if name not in _WRAPPED and (found := self._scoped(node, name, steps - 1)) and self._is_class(found):
                    return found
            if "Self" in symbol.annotation:
                return self.owner(node)
        for match in _RETURNED.finditer(self.text(node)):
            if match[1] in ("self", "cls"):
                return self.owner(node)
            found = self.resolve(node, Mention(match[1], 0), steps - 1)
            if found and found != node and match[2] and (kind := self.result(found, steps - 1)):
                return kind
        return None

    def _is_class(self, node: Node) -> bool:
        return node.at != MODULE and self.symbol(node).kind == "class"

    def _scoped(self, node: Node, dotted: str, steps: int) -> Node | None:
        """A dotted name at the place where `node` is defined."""
        return self.resolve(Node(node.path, self.symbol(node).parent), Mention(dotted, 0), steps)

    def _inherited(self, node: Node | None, name: str, steps: int) -> Node | None:
        if node is None or steps <= 0:
            return None
        for base in self.bases(node, steps - 1):
            if found := self.method(base, name, steps - 1):
                return found
        return None

    def _bound(self, node: Node, head: str, rest: list[str], steps: int) -> tuple[Node, list[str]] | None:
        """What the first name of a dotted name is bound to by a definition or an import, and the names left over."""
        file = self.file(node.path)
        index = node.at
        while file is not None:
            symbols = file.facts.symbols
            # A class's names are not visible from its methods.
            visible = index in (MODULE, node.at) or symbols[index].kind != "class"
            if visible and (member := file.members.get(index, {}).get(head)) is not None:
                return Node(node.path, member), rest
            if (imported := file.imports.get(index, {}).get(head)) is not None:
                return self._imported(imported, node.path, rest, steps)
            if index == MODULE:
                break
            index = symbols[index].parent
        return self._starred(file, node.path, head, rest, steps) if file else None

    def _starred(self, file: File, path: str, head: str, rest: list[str], steps: int) -> tuple[Node, list[str]] | None:
        for imported in file.facts.imports if steps > 0 else ():
            if imported.name == "*" and (target := self.code.module_path(imported.module, path)):
                found = self._follow(Node(target, MODULE), [head], steps - 1)
                if found:
                    return found, rest
        return None

    def _imported(self, imported: Import, path: str, rest: list[str], steps: int) -> tuple[Node, list[str]] | None:
        if steps <= 0:
            return None
        if not imported.name:
            parts = imported.module.split(".")
            if imported.alias:
                target = self.code.module_path(imported.module, path)
                return (Node(target, MODULE), rest) if target else None
            # `import a.b` binds `a`; the longest prefix of the mention that is a module is meant.
            dotted = [parts[0], *rest]
            for count in range(len(dotted), 0, -1):
                if target := self.code.module_path(".".join(dotted[:count]), path):
                    return Node(target, MODULE), dotted[count:]
            return None
        separator = "" if imported.module.endswith(".") else "."
        module = self.code.module_path(imported.module, path)
        if module and (found := self._follow(Node(module, MODULE), [imported.name], steps - 1)):
            return found, rest
        target = self.code.module_path(f"{imported.module}{separator}{imported.name}", path)
        if target is None and module and (found := self._elsewhere(imported.name, module)):
            return found, rest
        return (Node(target, MODULE), rest) if target else None

    def _elsewhere(self, name: str, module: str) -> Node | None:
        """What a module gives that it does not define: made when asked for, by `__getattr__` or a table of names.

        Only where one file of its package defines the name.
        """
        package = module.rpartition("/")[0]
        paths = [path for path in self.code.paths_defining(name) if path.startswith(f"{package}/") or not package]
        if len(paths) != 1 or (file := self.file(paths[0])) is None:
            return None
        index = file.members.get(MODULE, {}).get(name)
        return Node(paths[0], index) if index is not None else None

    def _follow(self, node: Node | None, names: list[str], steps: int) -> Node | None:
        """The node that attributes lead to, as far as they can be followed with certainty; None where they cannot."""
        for name in names:
            if node is None or steps <= 0:
                return None
            steps -= 1
            node = self._attribute(node, name, steps)
        return node

    def _attribute(self, node: Node, name: str, steps: int) -> Node | None:
        file = self.file(node.path)
        if file is None:
            return None
        if node.at == MODULE:
            if (member := file.members.get(MODULE, {}).get(name)) is not None:
                return Node(node.path, member)
            if (imported := file.imports.get(MODULE, {}).get(name)) is not None:
                found = self._imported(imported, node.path, [], steps)
                return self._follow(found[0], found[1], steps - 1) if found else None
            if starred := self._starred(file, node.path, name, [], steps):
                return starred[0]
            package = node.path.rpartition("/")[0].replace("/", ".")
            is_package = node.path.rpartition("/")[2].startswith("__init__.")
            return self._module(f"{package}.{name}", node.path) if is_package else None
        symbol = file.facts.symbols[node.at]
        if symbol.kind == "class":
            return self.method(node, name, steps)
        if symbol.kind in ("field", "variable"):
            kind = self._kind_of_value(node, symbol, steps)
            return self._attribute(kind, name, steps - 1) if kind else None
        if kind := self.result(node, steps):
            return self._attribute(kind, name, steps - 1)
        return None

    def _module(self, dotted: str, importer: str) -> Node | None:
        target = self.code.module_path("." + dotted.rpartition(".")[2], importer)
        return Node(target, MODULE) if target else None

    def _kind_of_value(self, node: Node, symbol: Symbol, steps: int) -> Node | None:
        for text in (symbol.annotation, symbol.value):
            for name in _IDENTIFIER.findall(text)[:4]:
                found = self._scoped(node, name, steps - 1) if name not in _WRAPPED else None
                if found is None or found == node or found.at == MODULE:
                    continue
                if text is symbol.value and not symbol.flags & CALLS_VALUE:
                    return found
                if kind := self.result(found, steps - 1):
                    return kind
        return None

    def _kind_of_local(self, node: Node, name: str, steps: int) -> Node | None:
        """The class of a local variable, from the call that it is assigned or from its annotation."""
        key = (node, name, self.reads_more)
        if key not in self._kinds:
            self._kinds[key] = None  # A local that is made of itself.
            self._kinds[key] = self._find_kind_of_local(node, name, steps)
        return self._kinds[key]

    def _find_kind_of_local(self, node: Node, name: str, steps: int) -> Node | None:
        file = self.file(node.path)
        if file is None or node.at == MODULE or steps <= 0:
            return None
        text = self._locals.setdefault(node, self.text(node))
        pattern = (
            rf"(?:^|[\n;])\s*{re.escape(name)}\s*(?::[^=\n]+)?=\s*(?:await\s+)?([^\W\d][\w.]*)\s*\(|"
            rf"with\s+([^\W\d][\w.]*)\s*\([^\n]*\)\s*as\s+{re.escape(name)}\b|"
            rf"[(,\n]\s*{re.escape(name)}\s*:\s*[\"']?([^\W\d][\w.]*)"
        )
        if name not in text:
            return None
        for match in re.finditer(pattern, text):
            dotted = match[1] or match[2] or match[3]
            if dotted.split(".")[0] == name:
                continue
            found = self.resolve(node, Mention(dotted, 0), steps - 1)
            if found and found.at != MODULE and (kind := self.result(found, steps - 1)):
                return kind
        return None

    def _kind_given(self, node: Node, name: str) -> Node | None:
        return self.given.get(node, {}).get(name)


def _lexed(path: str, source: bytes) -> bytes:
    """The text as lexing reads it; offsets stay."""
    language = languages.for_path(path)
    return language.lexed(source) if language is not None and language.lexed is not None else source


def binds(text: str, name: str) -> bool:
    """Whether a statement binds the name."""
    return assigns(text, name)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _file(facts: FileFacts, source: bytes) -> File:
    members: dict[int, dict[str, int]] = {}
    children: dict[int, list[int]] = {}
    imports: dict[int, dict[str, Import]] = {}
    for index, symbol in enumerate(facts.symbols):
        children.setdefault(symbol.parent, []).append(index)
        known = members.setdefault(symbol.parent, {})
        # A field assigned on `self` must not hide the method or the class attribute of its name.
        if symbol.kind in ("class", "function", "method") or symbol.name not in known:
            known[symbol.name] = index
    for item in facts.imports:
        bound = item.alias or item.name or item.module.split(".")[0]
        imports.setdefault(item.scope, {}).setdefault(bound, item)
    for kids in children.values():
        kids.sort(key=lambda index: facts.symbols[index].start)
    return File(facts, source, members, children, imports)

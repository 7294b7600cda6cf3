"""What a name in a file means: from a dotted name as written to the definitions that it may stand for.

It knows scopes, imports, base classes, annotations and what a field was assigned, all from facts; it reads files one
at a time through `Lookups` and follows nothing further than its limits. It must not know records or answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from analyzers.facts import CALLS_VALUE, DEFAULT_EXPORT, GETTER, MODULE, OPAQUE, Call, FileFacts, Import, Local, Symbol
from analyzers.languages.language import OWN_CLASS
from analyzers.records import RANK, Confidence
from analyzers.tables import File, enclosing, file_of

FOLLOWED_MAX = 12
"""Names that are followed from one to the next (imports, re-exports, aliases, annotations) before giving up."""
BASES_MAX = 40
"""Classes that are looked at above one class."""
FILES_READ_MAX = 1_000
"""Files that one question may read where the asker sets no limit of its own."""
DEFINITIONS_MAX = 8
"""Definitions of one name in one scope."""


class Lookups(Protocol):
    """What linking needs to know about the other files; the store and open buffers, or a test's dictionary, answer."""

    def facts(self, path: str) -> FileFacts | None:
        """The facts of a file as it is now."""

    def paths_calling(self, name: str) -> Sequence[str]:
        """Files whose `facts.called_names` hold the name."""

    def paths_defining(self, name: str) -> Sequence[str]:
        """Files whose `facts.defined_names` hold the name."""

    def module_path(self, module: str, importer_path: str) -> str | None:
        """The file that a module's name means in an import of that file; relative names keep their leading dots."""


class Definition(NamedTuple):
    """A symbol by its file and its index there; `MODULE` is the file itself.

    Where one scope defines a name more than once, the one that stands for all of them: they share a qualified name.
    """

    path: str
    at: int


class Value(NamedTuple):
    """What an expression is: a definition itself, an instance of a class, or an object seen from its base classes."""

    kind: Literal["itself", "instance", "super"]
    of: Definition
    confidence: Confidence


Values = list[Value] | None
"""None where nothing can be said; an empty list where it is known to be something outside the repository."""


def weaker(left: Confidence, right: Confidence) -> Confidence:
    """The less sure of two."""
    return left if RANK[left] >= RANK[right] else right


class Resolver:
    """Answers what names mean, for as long as the facts behind `lookups` stay the same. Belongs to one thread."""

    __slots__ = ("_bases", "_direct", "_files", "_files_max", "_named", "lookups")

    def __init__(self, lookups: Lookups, files_max: int = FILES_READ_MAX) -> None:
        self.lookups = lookups
        self._files_max = files_max
        self._files: dict[str, File | None] = {}
        self._bases: dict[Definition, list[Definition]] = {}
        self._named: dict[tuple[str, int, str], Values] = {}
        self._direct: dict[Definition, list[Definition]] = {}

    # ---- what others ask -------------------------------------------------------------------------------------------

    def file(self, path: str) -> File | None:
        """A file's facts; None where there are none, nobody knows its language, or too many were read already."""
        if path not in self._files:
            if len(self._files) >= self._files_max:
                return None
            facts = self.lookups.facts(path)
            self._files[path] = file_of(path, facts) if facts is not None else None
        return self._files[path]

    def symbol(self, definition: Definition) -> Symbol | None:
        """The symbol behind a definition; None for a module."""
        file = self.file(definition.path)
        return file.facts.symbols[definition.at] if file and definition.at >= 0 else None

    def called(self, file: File, call: Call) -> Values:
        """The functions, methods and classes that a call may run. None: the receiver is unknown."""
        found = self.named(file, call.scope, f"{call.receiver}.{call.name}" if call.receiver else call.name)
        if found is None:
            return None
        found = [each for value in found for each in self._followed(value, 0) if each.kind == "itself"]
        return [each for value in found for each in self._of_module(value)]

    def _of_module(self, value: Value) -> list[Value]:
        """What runs where a module is called: what it exports as a whole."""
        file = self.file(value.of.path) if value.of.at == MODULE else None
        whole = self._in_scope(file, MODULE, DEFAULT_EXPORT, 0) if file else None
        return [each for inner in whole or () for each in self._followed(inner, 1) if each.of.at != MODULE] or [value]

    def named(self, file: File, scope: int, dotted: str, depth: int = 0) -> Values:
        """What a dotted name means in a scope. A step that ends in `()` is what calling it gives."""
        if depth > FOLLOWED_MAX or dotted.startswith(OPAQUE):
            return None
        key = file.path, scope, dotted
        if key not in self._named:
            self._named[key] = None  # What a name that is defined by itself is told.
            self._named[key] = self._read(file, scope, dotted, depth)
        return self._named[key]

    def _read(self, file: File, scope: int, dotted: str, depth: int) -> Values:
        first, *steps = dotted.split(".")
        module = self._dotted_module(file, scope, first, dotted) if steps else None
        if module is not None:
            values: Values = [Value("itself", Definition(module[0], MODULE), "certain")]
            steps = steps[module[1] - 1 :]
        else:
            values = self._first(file, scope, first.removesuffix("()"), first.endswith("()"), depth)
        for step in steps:
            if not values:
                return values
            values = self._step(values, step.removesuffix("()"), depth)
            if step.endswith("()"):
                values = self._call_all(values, depth)
        return values

    def bases(self, definition: Definition) -> list[Definition]:
        """A class and the classes above it that are in the repository, in the order in which attributes are found.

        Depth first with later repetitions winning, which is the method resolution order for all but odd hierarchies.
        """
        known = self._bases.get(definition)
        if known is None:
            self._bases[definition] = [definition]  # What a class that inherits from itself is told.
            found: list[Definition] = []
            for base in self.direct_bases(definition):
                found += self.bases(base)
            unique = dict.fromkeys(reversed(found))
            unique.pop(definition, None)
            known = self._bases[definition] = [definition, *reversed(unique)][:BASES_MAX]
        return known

    def direct_bases(self, definition: Definition) -> list[Definition]:
        """The classes in the repository that a class names as its bases."""
        known = self._direct.get(definition)
        if known is not None:
            return known
        found = self._direct[definition] = []
        file = self.file(definition.path)
        if file is None or definition.at < 0:
            return found
        symbol = file.facts.symbols[definition.at]
        for base in symbol.bases:
            for value in (self.named(file, symbol.parent, base) or ())[:1]:
                for each in self._followed(value, 0)[:1]:
                    below = self.symbol(each.of)
                    if below is not None and below.kind == "class" and each.of != definition:
                        found.append(each.of)
        return found

    def has_unknown_base(self, definition: Definition) -> bool:
        """Whether a class or one above it inherits from something that is not in the repository."""
        return any(
            len(symbol.bases) > len(self.direct_bases(each))
            for each in self.bases(definition)
            if (symbol := self.symbol(each)) is not None
        )

    def member(self, owner: Definition, name: str, skip: int = 0) -> Definition | None:
        """What the attribute `name` of a class means: the definition in the first class that has it."""
        for each in self.bases(owner)[skip:]:
            file = self.file(each.path)
            found = file.member(each.at, name) if file else None
            if found is not None:
                return Definition(each.path, found)
        return None

    def class_around(self, file: File, scope: int) -> Definition | None:
        """The class, or the object or function with methods, whose method holds `scope`."""
        while scope >= 0:
            symbol = file.facts.symbols[scope]
            if symbol.kind == "class" or (symbol.kind == "function" and file.has_members(scope)):
                return Definition(file.path, scope)
            if symbol.kind == "method" and symbol.parent >= 0:
                return Definition(file.path, symbol.parent)
            scope = symbol.parent
        return None

    def instances(self, file: File, scope: int, annotation: str, depth: int = 0) -> Values:
        """Instances of the classes that an annotation names; None where it names none that is known."""
        found: list[Value] = []
        known = False
        for name in file.language.words.annotated(annotation)[:DEFINITIONS_MAX]:
            if name == OWN_CLASS:
                own = self.class_around(file, scope)
                found += [Value("instance", own, "certain")] if own else []
                continue
            values = self.named(file, scope, name, depth + 1)
            known = known or values is not None
            for value in values or ():
                found += [Value("instance", each.of, each.confidence) for each in self._followed(value, depth + 1)]
        return found if found or known else None

    # ---- the first step of a dotted name ---------------------------------------------------------------------------

    def _dotted_module(self, file: File, scope: int, first: str, dotted: str) -> tuple[str, int] | None:
        """The module that `import a.b` brings and `a.b.f` begins with, and how many steps that takes."""
        best: tuple[str, int] | None = None
        for each in file.scopes(scope):
            for imported in file.imports(each, first):
                module = imported.module
                if (
                    imported.name
                    or not file.language.words.dotted_modules
                    or "." not in module
                    or not dotted.startswith(f"{module}.")
                ):
                    continue
                path = self.lookups.module_path(module, file.path)
                length = module.count(".") + 1
                if path and (best is None or length > best[1]):
                    best = path, length
        return best

    def _first(self, file: File, scope: int, name: str, called: bool, depth: int) -> Values:
        words = file.language.words
        if (f"{name}()" if called else name) in words.parent:
            own = self.class_around(file, scope)
            return [Value("super", own, "certain")] if own else None
        if name in words.own and (own := self.class_around(file, scope)) is not None:
            return [Value("itself" if name in words.own_class else "instance", own, "certain")]
        values = self._variable(file, scope, name, depth)
        return self._call_all(values, depth) if called else values

    def _variable(self, file: File, scope: int, name: str, depth: int) -> Values:
        """What a plain name means in a scope: parameters, definitions and imports, from the inside out."""
        if depth > FOLLOWED_MAX:
            return None
        for each in file.scopes(scope):
            if each >= 0 and (annotation := _parameter(file.facts.symbols[each], name)) is not None:
                return self.instances(file, each, annotation, depth) if annotation else None
            if each >= 0 and (assigned := file.locals(each, name)):
                return self._assigned(file, each, assigned, depth + 1)
            found = self._in_scope(file, each, name, depth)
            if found is not None:
                return found
        found = self._starred(file, name, depth)
        if found is not None:
            return found
        return [] if name in file.language.words.builtins else None

    def _assigned(self, file: File, scope: int, assigned: list[Local], depth: int) -> Values:
        """What a local variable holds. Of several assignments nobody knows which one was last."""
        found: list[Value] = []
        known = False
        surely: Confidence = "certain" if len(assigned) == 1 else "likely"
        for each in assigned[:DEFINITIONS_MAX]:
            if each.annotation:
                values = self.instances(file, scope, each.annotation, depth)
            elif each.value.partition(".")[0] == each.name:
                continue  # `x = x.copy()` says nothing that the other assignments do not.
            else:
                values = self.named(file, scope, each.value, depth)
                values = self._call_all(values, depth) if each.flags & CALLS_VALUE else values
            known = known or values is not None
            found += [value._replace(confidence=weaker(value.confidence, surely)) for value in values or ()]
        return found if known else None

    def _in_scope(self, file: File, scope: int, name: str, depth: int) -> Values:
        index = file.child(scope, name)
        imported = file.imports(scope, name)
        if index is None and not imported:
            return None
        surely: Confidence = "certain" if (index is not None) + len(imported) == 1 else "likely"
        found = [] if index is None else [Value("itself", Definition(file.path, index), surely)]
        outside = False
        for each in imported:
            values = self._imported(file, each, depth + 1)
            outside = outside or not values
            found += [value._replace(confidence=weaker(value.confidence, surely)) for value in values or ()]
        return found

    def imported(self, file: File, module: str, name: str) -> Values:
        """What `from module import name` in a file means; the module itself where the name is empty."""
        if name:
            return self._imported(file, Import(MODULE, module, name, "", 0, 0), 0)
        path = self.lookups.module_path(module, file.path)
        return [Value("itself", Definition(path, MODULE), "certain")] if path else []

    def _imported(self, file: File, each: Import, depth: int) -> Values:
        """What an import brings: a module, or a name of one. Empty where it is outside the repository."""
        if not each.module:
            return self._in_scope(file, MODULE, each.name, depth) if each.name != each.alias else None
        dotted = file.language.words.dotted_modules
        if not each.name:
            # `import a.b` gives the name `a`, through which `a.b` is reached.
            first = each.module.partition(".")[0]
            module = each.alias if dotted and each.alias == first else each.module
            path = self.lookups.module_path(module, file.path)
            return [Value("itself", Definition(path, MODULE), "certain")] if path else []
        path = self.lookups.module_path(each.module, file.path)
        if path is not None and path != file.path and (source := self.file(path)) is not None:
            found = self._attribute_of_module(source, each.name, depth)
            if found:
                return found
        if not dotted:
            return []
        dots = each.module if each.module.endswith(".") else f"{each.module}."
        path = self.lookups.module_path(f"{dots}{each.name}", file.path)
        return [Value("itself", Definition(path, MODULE), "certain")] if path else []

    def _starred(self, file: File, name: str, depth: int) -> Values:
        """What `from m import *` gives for a name."""
        if depth > FOLLOWED_MAX:
            return None
        for each in file.imports(MODULE, "*"):
            path = self.lookups.module_path(each.module, file.path)
            source = self.file(path) if path and path != file.path else None
            if source is None:
                continue
            exports = source.facts.exports
            if exports is not None and name not in exports:
                continue
            found = self._attribute_of_module(source, name, depth + 1)
            if found and (exports is not None or not name.startswith("_")):
                return found
        return None

    # ---- the other steps -------------------------------------------------------------------------------------------

    def _step(self, values: list[Value], name: str, depth: int) -> Values:
        found: list[Value] = []
        known = False
        for value in values:
            part = self._attribute(value, name, depth)
            known = known or part is not None
            found += [each._replace(confidence=weaker(each.confidence, value.confidence)) for each in part or ()]
        return found if known else None

    def _attribute(self, value: Value, name: str, depth: int) -> Values:
        file = self.file(value.of.path)
        if file is None or depth > FOLLOWED_MAX:
            return None
        if value.of.at == MODULE:
            return self._attribute_of_module(file, name, depth + 1)
        symbol = file.facts.symbols[value.of.at]
        if symbol.kind != "class":
            own = self.member(value.of, name) if file.has_members(value.of.at) else None
            if own is not None:
                return [Value("itself", own, "certain")]
            inner = self._type_of(file, value.of.at, depth + 1)
            return self._step(inner, name, depth + 1) if inner else inner
        found = self.member(value.of, name, skip=1 if value.kind == "super" else 0)
        if found is not None:
            return [Value("itself", found, "certain")]
        return [] if self.has_unknown_base(value.of) else None

    def _attribute_of_module(self, file: File, name: str, depth: int) -> Values:
        if depth > FOLLOWED_MAX:
            return None
        found = self._in_scope(file, MODULE, name, depth)
        if found:
            return found
        words = file.language.words
        if words.dotted_modules and file.path.rpartition("/")[2].partition(".")[0] == words.package_file:
            path = self.lookups.module_path(f".{name}", file.path)
            if path:
                return [Value("itself", Definition(path, MODULE), "certain")]
        starred = self._starred(file, name, depth + 1)
        if (
            starred is None
            and name != DEFAULT_EXPORT
            and (whole := self._in_scope(file, MODULE, DEFAULT_EXPORT, depth + 1))
        ):
            # CommonJS exports one value, whose members are the module's names.
            return self._step(whole, name, depth + 1) or found
        return starred if starred is not None else found

    def _call_all(self, values: Values, depth: int) -> Values:
        """What calling each of the values gives."""
        if values is None:
            return None
        found: list[Value] = []
        known = not values
        for value in values:
            for each in self._followed(value, depth + 1):
                file = self.file(each.of.path)
                if file is None or each.kind != "itself" or each.of.at == MODULE:
                    continue
                symbol = file.facts.symbols[each.of.at]
                if symbol.kind == "class" or (symbol.kind == "function" and file.has_members(each.of.at)):
                    found.append(Value("instance", each.of, each.confidence))
                    known = True
                elif symbol.annotation:
                    given = self.instances(file, each.of.at, symbol.annotation, depth + 1)
                    known = known or given is not None
                    found += [it._replace(confidence=weaker(it.confidence, each.confidence)) for it in given or ()]
        return found if known else None

    def _followed(self, value: Value, depth: int) -> list[Value]:
        """A value, or what it is another name for: `alias = original`, `handler = make`."""
        file = self.file(value.of.path)
        if file is None or value.of.at == MODULE or depth > FOLLOWED_MAX:
            return [value]
        symbol = file.facts.symbols[value.of.at]
        if symbol.kind not in ("field", "variable") or symbol.flags & CALLS_VALUE or not symbol.value:
            return [value]
        named = self._value_of(file, symbol, depth)
        return [
            each._replace(confidence=weaker("likely", each.confidence))
            for inner in named or ()
            for each in self._followed(inner, depth + 1)
        ] or [value]

    def _type_of(self, file: File, index: int, depth: int) -> Values:
        """What a field, a variable or a property holds: by its annotation, else by what is assigned to it."""
        symbol = file.facts.symbols[index]
        if symbol.kind in ("function", "method"):
            endings = file.language.words.properties
            reads = symbol.flags & GETTER or any(name.endswith(endings) for name in symbol.decorators if endings)
            return self.instances(file, index, symbol.annotation, depth) if reads and symbol.annotation else None
        if symbol.annotation:
            return self.instances(file, symbol.parent, symbol.annotation, depth)
        if not symbol.value:
            return None
        values = self._value_of(file, symbol, depth)
        if symbol.flags & CALLS_VALUE:
            values = self._call_all(values, depth)
        return None if values is None else [it._replace(confidence=weaker("likely", it.confidence)) for it in values]

    def _value_of(self, file: File, symbol: Symbol, depth: int) -> Values:
        """What is assigned to a field or a variable, seen from the function in which it is assigned."""
        scope = symbol.parent
        if symbol.kind == "field":
            scope = enclosing(file.facts, symbol.start, ("function", "method", "class"))
        first = symbol.value.partition(".")[0]
        if first == symbol.name and symbol.parent == scope:
            return None  # `x = x.copy()` in a class body or a module says nothing about `x`.
        return self.named(file, scope, symbol.value, depth + 1)


def _parameter(symbol: Symbol, name: str) -> str | None:
    """The annotation of a function's parameter, empty where it has none; None where there is no such parameter."""
    for each in symbol.parameters:
        written, _, annotation = each.removesuffix("=").partition(":")
        if written.lstrip("*.") == name:
            return "" if written.startswith(("*", "...")) else annotation
    return None

"""What a language must bring: its file endings, how its blobs become facts, and the few words that linking needs.

Nothing here knows any language; `languages/<name>/` fills these values in, and `languages/__init__.py` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analyzers.evidence.failures import Failure
from analyzers.facts import FileFacts
from analyzers.languages.expressions import ExpressionSyntax
from analyzers.languages.wording import Wording
from analyzers.suspicion import Suspicion
from analyzers.syntax import Grammar, Syntax

if TYPE_CHECKING:
    from analyzers.inference.dialect import Deep

OWN_CLASS = "Self"
"""Stands for the class around an annotation."""


@dataclass(frozen=True, slots=True)
class Words:
    """What names mean by the language's rules, for linking by name."""

    own: frozenset[str]
    """Receivers that stand for the object whose method is running: `self`, `cls`; `this`."""
    parent: frozenset[str]
    """Receivers that stand for it seen from its base classes: `super()`; `super`."""
    constructors: tuple[str, ...]
    """Methods that run when a class is called, the likeliest first: `__init__`, `__new__`; `constructor`."""
    builtins: frozenset[str]
    """Names that mean something without being defined or imported."""
    own_class: frozenset[str]
    """Those of them that stand for the object's class: `cls`."""
    dotted_modules: bool
    """Whether modules have dotted names: `import a.b` then brings `a`, and a name of a package may be a module."""
    package_file: str
    """The stem of a file that stands for its folder: `__init__`; `index`."""
    properties: tuple[str, ...]
    """Endings of decorators that make reading a field run a method: `property`."""
    annotated: Callable[[str], tuple[str, ...]]
    """An annotation → dotted names of the classes whose instances it allows; `OWN_CLASS` for the class around it."""
    nothing: tuple[str, ...]
    """What may be returned instead of a value: `None`; `undefined`, `null`."""
    amending: tuple[str, ...]
    """Endings of decorators that add a definition to an earlier one of the same name: `.setter`."""
    ancestors: Callable[[str], frozenset[str] | None]
    """An exception that the language brings → itself and all its base classes; None for any other name."""
    catch_all: frozenset[str]
    """Exceptions whose handler stops everything that code may want to raise."""


@dataclass(frozen=True, slots=True)
class Use:
    """A name under a cursor, and its span."""

    start: int
    end: int
    name: str
    """Dotted, as in `facts.Call`; empty where the module itself is meant."""
    module: str = ""
    """Where the name is part of an import: the module that it is imported from, with its leading dots."""


@dataclass(frozen=True, slots=True)
class LiteralSyntax:
    """How texts stand in the language's trees, by the names of its nodes."""

    query: str
    """Captures each text as `@text`, whole where several stand together."""
    pieces: frozenset[str]
    """Constant parts of a text."""
    holes: frozenset[str]
    """Parts that are filled in at run time."""
    raising: frozenset[str]
    """Statements that raise."""
    calling: frozenset[str]
    """Calls, which may print or log what they are given."""
    documenting: frozenset[str]
    """Directly under one of these, a text says nothing to anybody at run time."""


FindModule = Callable[[str, str], str | None]
"""(module as written in an import, path of the importing file) → path of the file it means, or None."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language. All functions are pure; none raises, whatever the bytes are."""

    name: str
    suffixes: tuple[str, ...]
    """File endings with their dot, in lower case."""
    family: str
    """Languages of one family import each other's files and are analysed together: TypeScript and JavaScript."""
    grammar: Callable[[], Grammar]
    """Makes the grammar when it is first needed."""
    facts: Callable[[bytes], FileFacts]
    """The facts of a blob's raw bytes."""
    facts_of_syntax: Callable[[Syntax], FileFacts]
    """The facts of a text that is parsed already: an open buffer."""
    use_at: Callable[[Syntax, int], Use | None]
    """The name that is used at a byte offset of a text; None where there is none."""
    config_names: tuple[str, ...]
    """Names of the files whose text says where modules lie."""
    config_follows: Callable[[str, str], tuple[str, ...]]
    """(path of such a file, its text) → paths of further ones that it refers to."""
    modules: Callable[[Iterable[str], Mapping[str, str]], FindModule]
    """From all paths of the workspace and the texts of its configuration files, what finds a module."""
    words: Words
    wording: Wording
    """In which words answers speak of it."""
    is_test_path: Callable[[str], bool]
    """Whether a file holds tests, by its path."""
    is_test_name: Callable[[str], bool]
    """Whether a function in such a file is a test, by its qualified name."""
    definition: re.Pattern[bytes]
    """What finds the names of functions and classes in a text that is not parsed; each group may hold one."""
    deep: Callable[[], Deep] | None = None
    """What its family brings to the deep analysis, loaded when that begins; None where there is none."""
    title: Callable[[str], str] | None = None
    """The qualified name of a test → the title that runners print for it; None where they print the name."""
    lexed: Callable[[bytes], bytes] | None = None
    """A text with the same offsets as `evidence.lexing` reads it; None where that reads the text itself."""
    failures: Callable[[Sequence[str]], list[Failure]] | None = None
    """What the language's own runners and stack traces tell; None where `evidence.report` reads them."""
    suspicions: Callable[[bytes], tuple[Suspicion, ...]] | None = None
    """What looks wrong in the text of one definition, from its first line's start; None where nothing is checked."""
    literals: LiteralSyntax | None = None
    """Where the texts are that a program says; None where messages are not looked for."""
    expressions: ExpressionSyntax | None = None
    """How expressions stand in its trees; None where failing lines are not read."""

"""Wording: what each language calls the things that answers speak of.

The only place in `questions` that knows one language from another. A family asks for a word or a mark here and never
tests which language it is in.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import msgspec


class Words(msgspec.Struct, frozen=True):
    """A language's own words, and the marks by which its source text is recognised."""

    language: str
    none: str
    """The value that stands for nothing."""
    own: tuple[str, ...]
    """What code calls the object whose method is running."""
    mistakes: frozenset[str]
    """Errors that almost any operation gives on a value of a wrong kind."""
    abstract: frozenset[str]
    """Errors by which a method says that only its overrides may be called."""
    raises: str
    """What a statement does with an exception, third person."""
    raise_: str
    raised: str
    exception: str
    construct: str
    """What makes an instance, as a noun phrase."""
    comment_marks: tuple[str, ...]
    doc_marks: tuple[str, ...]
    """What opens the text that documents a definition, inside it or above it."""
    decorator_mark: str
    constructors: tuple[str, ...]
    """Names of the methods that run when an instance is made."""
    implicit: tuple[tuple[str, str], ...]
    """Prefix and suffix of names that the language itself calls."""
    private: tuple[str, ...]
    """Prefixes of names that are not meant to be used from outside."""
    entries: tuple[str, ...]
    """Names of functions at which a program starts by convention."""
    test_names: tuple[str, ...]
    """How the names of test functions begin."""
    plain_decorators: tuple[str, ...]
    """Decorators that hand a function to nobody: they only say how it is called."""
    background: tuple[tuple[str, str], ...]
    """A name that is called to run something at the same time as the rest, and what runs it."""
    asynchronous: tuple[str, str]
    """The word in a header that makes a function run apart from its caller, and what such a function is called."""
    import_time: str
    """When code outside every function runs."""


_PYTHON = Words(
    language="python",
    none="None",
    own=("self", "cls"),
    abstract=frozenset({"NotImplementedError"}),
    mistakes=frozenset({"TypeError", "AttributeError", "NameError", "UnboundLocalError", "RecursionError"}),
    raises="raises",
    raise_="raise",
    raised="raised",
    exception="exception",
    construct="calls of the class",
    comment_marks=("#",),
    doc_marks=('"""', "'''", '"', "'"),
    decorator_mark="@",
    constructors=("__init__", "__new__"),
    implicit=(("__", "__"),),
    private=("_",),
    entries=("main", "cli", "run", "serve", "handle", "lambda_handler", "app"),
    test_names=("test",),
    plain_decorators=(
        "property",
        "cached_property",
        "staticmethod",
        "classmethod",
        "abstractmethod",
        "overload",
        "override",
        "final",
        "setter",
        "deleter",
        "getter",
        "wraps",
        "contextmanager",
        "asynccontextmanager",
        "cache",
        "lru_cache",
        "total_ordering",
        "dataclass",
        "singledispatch",
    ),
    background=(
        ("Thread", "a thread"),
        ("Timer", "a timer's thread"),
        ("start_new_thread", "a thread"),
        ("submit", "an executor's worker"),
        ("apply_async", "a pool's worker"),
        ("map_async", "a pool's worker"),
        ("imap_unordered", "a pool's worker"),
        ("Process", "another process"),
        ("create_task", "an asyncio task"),
        ("ensure_future", "an asyncio task"),
        ("gather", "an asyncio task"),
        ("start_soon", "a task of a task group"),
        ("to_thread", "a worker thread"),
        ("run_in_executor", "an executor's worker"),
        ("run_coroutine_threadsafe", "an asyncio task, handed over by another thread"),
        ("call_soon_threadsafe", "the event loop, handed over by another thread"),
        ("call_soon", "the event loop"),
        ("call_later", "the event loop, later"),
        ("add_done_callback", "whatever completes the future"),
        ("signal", "a signal handler"),
    ),
    asynchronous=("async", "a coroutine"),
    import_time="on import",
)

_TYPESCRIPT = Words(
    language="typescript",
    none="undefined",
    own=("this",),
    abstract=frozenset(),
    mistakes=frozenset({"TypeError", "ReferenceError", "RangeError"}),
    raises="throws",
    raise_="throw",
    raised="thrown",
    exception="error",
    construct="`new` expressions",
    comment_marks=("//", "*"),
    doc_marks=("/**",),
    decorator_mark="@",
    constructors=("constructor",),
    implicit=(("[Symbol.", "]"),),
    private=("_", "#"),
    entries=("main", "activate", "handler", "start", "bootstrap"),
    test_names=("",),
    plain_decorators=(),
    background=(
        ("setTimeout", "a timer"),
        ("setInterval", "a timer"),
        ("setImmediate", "the event loop"),
        ("queueMicrotask", "a microtask"),
        ("nextTick", "the event loop"),
        ("then", "a promise"),
        ("Worker", "a worker"),
        ("addEventListener", "an event"),
        ("on", "an event"),
    ),
    asynchronous=("async", "an async function"),
    import_time="when the module is loaded",
)

WORDS: dict[str, Words] = {words.language: words for words in (_PYTHON, _TYPESCRIPT)}

_SUFFIXES: dict[str, str] = {
    ".py": "python",
    ".pyi": "python",
    ".ts": "typescript",
    ".tsx": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".js": "typescript",
    ".jsx": "typescript",
    ".mjs": "typescript",
    ".cjs": "typescript",
}


def language_of(path: str) -> str:
    """The language whose words speak of the file at `path`; Python's where the suffix is unknown."""
    return _SUFFIXES.get(PurePosixPath(path).suffix.lower(), "python")


def words_for(path: str) -> Words:
    """The words for the file at `path`."""
    return WORDS[language_of(path)]

"""The words in which answers speak of TypeScript and JavaScript. It must not know questions."""

from __future__ import annotations

from analyzers.languages.wording import Wording

WORDING = Wording(
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
    test_names=("it ", "test ", "specify ", "fit ", "xit ", "xtest "),
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

"""The tables about the standard library agree with each other and with this interpreter."""

from __future__ import annotations

import builtins

import pytest

from analyzers.languages.python.library import Effect, mode_changes, standard


@pytest.mark.parametrize(
    ("name", "positional", "keywords", "common"),
    [
        ("builtins.int", 1, (), ["ValueError"]),
        ("builtins.getattr", 2, (), ["AttributeError"]),
        ("builtins.getattr", 3, (), []),
        ("builtins.dict.pop", 1, (), ["KeyError"]),
        ("builtins.dict.pop", 2, (), []),
        ("builtins.max", 1, ("default",), []),
        ("builtins.str.encode", 0, (), ["UnicodeEncodeError"]),
        ("builtins.next", 1, (), ["StopIteration"]),
        ("asyncio.runners.run", 1, (), ["RuntimeError"]),
        ("subprocess.run", 1, (), ["FileNotFoundError"]),
        ("subprocess.run", 1, ("check",), ["subprocess.CalledProcessError", "FileNotFoundError"]),
        ("os.makedirs", 1, ("exist_ok",), []),
        ("op.division", 2, (), ["ZeroDivisionError"]),
        ("builtins.repr", 1, (), []),
    ],
)
def test_a_call_commonly_raises(name: str, positional: int, keywords: tuple[str, ...], common: list[str]) -> None:
    raises = standard().raises(name)
    assert raises is not None
    assert [raised.type for raised in raises if not raised.rare and raised.applies(positional, keywords)] == common


def test_what_is_not_listed_is_unknown_rather_than_harmless() -> None:
    assert standard().raises("somebody.elses.function") is None


def test_every_exception_that_a_table_names_is_known() -> None:
    library = standard()
    types = {raised.type for found in library._raises.values() for raised in found}
    assert {name for name in types if library.exception_name(name) != name} == set()


def test_the_built_in_hierarchy_is_this_interpreters() -> None:
    library = standard()
    for name, value in vars(builtins).items():
        if isinstance(value, type) and issubclass(value, BaseException) and value.__name__ == name:
            above = [base.__name__ for base in value.__mro__ if base is not object]
            assert sorted(library.ancestors(name)) == sorted(above)


@pytest.mark.parametrize(
    ("handler", "raised", "expected"),
    [
        ("OSError", "FileNotFoundError", True),
        ("IOError", "builtins.FileNotFoundError", True),
        ("socket.timeout", "TimeoutError", True),
        ("ValueError", "json.decoder.JSONDecodeError", True),
        ("LookupError", "KeyError", True),
        ("KeyError", "LookupError", False),
        ("Exception", "SystemExit", False),
        ("Exception", "asyncio.CancelledError", False),
        ("queue.Empty", "_queue.Empty", True),
    ],
)
def test_a_handler_catches(handler: str, raised: str, expected: bool) -> None:
    assert standard().catches(handler, raised) is expected


def test_definitions_are_found_by_the_names_that_people_use() -> None:
    library = standard()
    assert library.callbacks("asyncio.tasks.create_task") == library.callbacks("asyncio.create_task") != ()
    assert library.raises("_socket.socket.connect") == library.raises("socket.socket.connect")
    assert library.raises("typing.Mapping.__getitem__") == library.raises("collections.abc.Mapping.__getitem__")
    assert library.effects("posixpath.exists") == library.effects("os.path.exists") or library.effects(
        "genericpath.exists"
    )


def test_nones_effects_and_protocols() -> None:
    library = standard()
    missing = library.none("builtins.dict.get")
    assert missing is not None
    assert missing.applies(1, ())
    assert not missing.applies(2, ())
    assert library.always_none("builtins.list.append")
    assert library.effects("subprocess.run") == (Effect("processes", "change"),)
    assert library.effects("os.path.join") == ()
    assert mode_changes("r+")
    assert not mode_changes("rb")
    assert [protocol.calls[0] for protocol in library.protocols("op.with")] == [("__enter__",), ("__exit__",)]

"""A debugger's stop: the answer begins with the value that the error is about, and says where that came from."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server.client import Editor
from tests.server.support import hover_until, isolated, repository, spot

PROGRAM = """
#- /db.py
def find_user(name, rows):
    if name not in rows:
        return None
    return rows[name]


def last_of(items):
    for item in items:
        if item.good:
            return item


class Session:
    def __init__(self, rows):
        self.user = None
        self.rows = rows

    def login(self, name):
        self.user = find_user(name, self.rows)

    def title(self):
        return self.user.title

    def owner(self, other):
        return other.session.user.name
#- /views.py
import json
from db import Session, find_user, last_of


def show(name, rows):
    user = find_user(name, rows)
    return user.title


def show_all(names, rows):
    users = [find_user(name, rows) for name in names]
    return [user.title for user in users]


def by_age(names, rows):
    users = [find_user(name, rows) for name in names]
    return sorted(users, key=lambda user: user.age)


def direct(name, rows):
    return find_user(name, rows).title


def both(name, rows):
    first = find_user("ada", rows)
    second = find_user(name, rows)
    return first["mail"] + second["mail"]


def shout(user):
    return user.title.upper()


def handed(name, rows):
    person = find_user(name, rows)
    return shout(person)


def mail(rows, name):
    return rows[name]["mail"]


def average(items):
    count = len(items)
    return sum(items) / count


def checked(amount):
    if amount < 0:
        raise ValueError("too small")
    return amount


def looped(names, rows):
    for user in [find_user(name, rows) for name in names]:
        print(user.title)


def either(name, rows, other):
    user = other or find_user(name, rows)
    return user.title


def remote(session: Session):
    return session.user.name


def first_word(text):
    words = text.split()
    return words[0]


def ended(items):
    best = last_of(items)
    return best.good


def read(name, rows):
    text = find_user(name, rows)
    return json.loads(text)


def later(call_later):
    return call_later(lambda user: user.title)


def pointed(name, rows):
    return find_user("ada", rows)["mail"] + find_user(name, rows)["mail"]
#- /shop.ts
export function findUser(name: string, rows: Map<string, {title: string}>) {
  if (!rows.has(name)) {
    return undefined;
  }
  return rows.get(name);
}

export function show(name: string, rows: Map<string, {title: string}>) {
  const user = findUser(name, rows);
  return user.title;
}
"""


@dataclass(frozen=True)
class Case:
    """A stop, and how the answer begins; `at` is the failing line's text."""

    at: str
    frame: str
    error: tuple[str, str]
    seen: dict[str, tuple[str, str]]
    says: str
    cites: tuple[str, ...] = ()
    above: tuple[tuple[str, str], ...] = ()
    """(line's text, frame's name) of the calling frames."""
    file: str = "views.py"
    column: int = 0
    outside: bool = False
    """Whether a frame outside the workspace lies below."""


NO_TITLE = ("AttributeError", "'NoneType' object has no attribute 'title'")
NOT_SUBSCRIPTABLE = ("TypeError", "'NoneType' object is not subscriptable")
NONE = ("NoneType", "None")
PEAR = ("str", "'pear'")
FOUND_NONE = "comes from `find_user`, which returns None when `name not in rows`"

FROM_USERS = (
    "`user` is None; it is an element of `users`, which gets its elements from `find_user`,"
    " which returns None when `name not in rows`"
)

CASES = {
    "a local": Case(
        at="return user.title",
        frame="show",
        error=NO_TITLE,
        seen={"user": NONE, "name": PEAR},
        says=f"`user` is None; it {FOUND_NONE}",
        cites=("db.py:3", "views.py:6"),
    ),
    "a comprehension's own frame": Case(
        at="return [user.title for user in users]",
        frame="<listcomp>",
        error=NO_TITLE,
        seen={".0": ("list_iterator", "<list_iterator object>"), "user": NONE},
        says=FROM_USERS,
        cites=("db.py:3",),
    ),
    "a comprehension in its function's frame": Case(
        at="return [user.title for user in users]",
        frame="show_all",
        error=NO_TITLE,
        seen={"users": ("list", "[None]"), "user": NONE},
        says=FROM_USERS,
        cites=("db.py:3",),
    ),
    "a lambda's frame": Case(
        at="return sorted(users, key=lambda user: user.age)",
        frame="<lambda>",
        error=("AttributeError", "'NoneType' object has no attribute 'age'"),
        seen={"user": NONE},
        says=FROM_USERS,
        cites=("db.py:3",),
    ),
    "a lambda that nobody knows to be called with elements": Case(
        at="return call_later(lambda user: user.title)",
        frame="<lambda>",
        error=NO_TITLE,
        seen={"user": NONE},
        says="`user` is None; it is what `call_later(…)` hands to its function",
        cites=("views.py:84",),
    ),
    "a call's result": Case(
        at="return find_user(name, rows).title",
        frame="direct",
        error=NO_TITLE,
        seen={"name": PEAR},
        says=f"`find_user(name, rows)` is None; it {FOUND_NONE}",
        cites=("db.py:3",),
    ),
    "of two, the one that is None": Case(
        at='return first["mail"] + second["mail"]',
        frame="both",
        error=NOT_SUBSCRIPTABLE,
        seen={"first": ("dict", "{'mail': 'a'}"), "second": NONE},
        says=f"`second` is None; it {FOUND_NONE}",
        cites=("db.py:3",),
    ),
    "of two that are not shown, the one that the debugger points at": Case(
        at='return find_user("ada", rows)["mail"] + find_user(name, rows)["mail"]',
        frame="pointed",
        error=NOT_SUBSCRIPTABLE,
        seen={"name": PEAR},
        says=f"`find_user(name, rows)` is None; it {FOUND_NONE}",
        cites=("db.py:3",),
        column=67,
    ),
    "a parameter": Case(
        at="return user.title.upper()",
        frame="shout",
        error=NO_TITLE,
        seen={"user": NONE},
        says=f"`user` is None; it is passed by `handed` as `person`, which {FOUND_NONE}",
        cites=("db.py:3",),
        above=(("return shout(person)", "handed"),),
    ),
    "a field of self": Case(
        at="return self.user.title",
        frame="Session.title",
        error=NO_TITLE,
        seen={"self": ("Session", "<db.Session object at 0x7f>")},
        says=f"`self.user` is None; it is set by `Session.login` to `find_user(name, self.rows)`, which {FOUND_NONE};"
        " `Session.__init__` sets it to `None`",
        cites=("db.py:3",),
        file="db.py",
    ),
    "a field of another object": Case(
        at="return session.user.name",
        frame="remote",
        error=("AttributeError", "'NoneType' object has no attribute 'name'"),
        seen={"session": ("Session", "<db.Session object at 0x7f>")},
        says="`session.user` is None; it is set by `Session.login` to `find_user(name, self.rows)`,"
        f" which {FOUND_NONE}",
        cites=("db.py:3",),
    ),
    "a subscript": Case(
        at='return rows[name]["mail"]',
        frame="mail",
        error=NOT_SUBSCRIPTABLE,
        seen={"rows": ("dict", "{'pear': None}"), "name": PEAR},
        says="`rows[name]` is None; it is an item of `rows`",
    ),
    "a missing key": Case(
        at='return rows[name]["mail"]',
        frame="mail",
        error=("KeyError", "'pear'"),
        seen={"rows": ("dict", "{'ada': 1}"), "name": PEAR},
        says="`name` is `'pear'`, a key that `rows` does not have; it is a parameter",
    ),
    "a zero": Case(
        at="return sum(items) / count",
        frame="average",
        error=("ZeroDivisionError", "division by zero"),
        seen={"items": ("list", "[]"), "count": ("int", "0")},
        says="`count` is 0; it comes from `len(items)`",
        cites=("views.py:44",),
    ),
    "a raise": Case(
        at='raise ValueError("too small")',
        frame="checked",
        error=("ValueError", "too small"),
        seen={"amount": ("int", "-3")},
        says="`amount` is `-3`, and `amount < 0` holds; it is a parameter",
    ),
    "a loop": Case(
        at="print(user.title)",
        frame="looped",
        error=NO_TITLE,
        seen={"user": NONE},
        says="`user` is None; it is an element of `[find_user(name, rows) for name in names]`, which gets its elements",
        cites=("db.py:3",),
    ),
    "one of two values": Case(
        at="return user.title",
        frame="either",
        error=NO_TITLE,
        seen={"user": NONE, "other": NONE},
        says=f"`user` is None; it {FOUND_NONE}",
        cites=("db.py:3",),
    ),
    "an item of what is too short": Case(
        at="return words[0]",
        frame="first_word",
        error=("IndexError", "list index out of range"),
        seen={"words": ("list", "[]")},
        says="`words` is `[]`; it comes from `text.split()`",
    ),
    "a function that ends without a return": Case(
        at="return best.good",
        frame="ended",
        error=("AttributeError", "'NoneType' object has no attribute 'good'"),
        seen={"best": NONE},
        says="`best` is None; it comes from `last_of`, which returns None at its end",
    ),
    "what is handed to code outside the workspace": Case(
        at="return json.loads(text)",
        frame="read",
        error=("TypeError", "the JSON object must be str, bytes or bytearray, not NoneType"),
        seen={"text": NONE, "name": PEAR},
        says="`text` is None; it comes from `find_user`, which returns None when",
        cites=("db.py:3",),
        outside=True,
    ),
    "TypeScript": Case(
        at="return user.title;",
        frame="show",
        error=("TypeError", "Cannot read properties of undefined (reading 'title')"),
        seen={"user": ("undefined", "undefined")},
        says="`user` is undefined; it comes from `findUser`, which returns undefined when `!rows.has(name)`",
        cites=("shop.ts:3",),
        file="shop.ts",
    ),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What one server says of every case."""
    base = tmp_path_factory.mktemp("stops")
    root = repository(base, PROGRAM, "stops")

    async def scenario() -> dict[str, dict[str, object]]:
        async with Editor(root, environment=isolated(base)) as editor:
            editor.open(root / "db.py")
            await hover_until(
                editor, root / "db.py", spot(root / "db.py", "find_user"), lambda text: "views.py" in text
            )
            return {
                name: await editor.request("forethought/explain", {"stop": _stop(root, case)})
                for name, case in CASES.items()
            }

    return asyncio.run(scenario())


def _stop(root: Path, case: Case) -> dict[str, object]:
    lines = (root / case.file).read_text(encoding="utf-8").split("\n")
    frames: list[dict[str, object]] = []
    for text, frame in ((case.at, case.frame), *case.above):
        within = next((at for at, line in enumerate(lines) if f"{frame.rpartition('.')[2]}(" in line), 0)
        line = next(at for at, each in enumerate(lines) if text in each and (at > within or frame.startswith("<")))
        frames.append({"path": str(root / case.file), "line": line + 1, "name": frame, "column": case.column})
    locals_ = [{"name": name, "type": kind, "value": value} for name, (kind, value) in case.seen.items()]
    if case.outside:
        frames[0]["locals"] = locals_
        frames.insert(0, {"path": "/usr/lib/python3/json/__init__.py", "line": 339, "name": "loads"})
        locals_ = [{"name": "s", "type": "NoneType", "value": "None"}]
    return {"exception": {"type": case.error[0], "message": case.error[1]}, "frames": frames, "locals": locals_}


@pytest.mark.parametrize("name", CASES)
def test_the_page_begins_with_the_value(answers: dict[str, dict[str, object]], name: str) -> None:
    case, result = CASES[name], answers[name]
    found = result["answers"]
    assert isinstance(found, list)
    assert isinstance(result["markdown"], str)
    claim = found[0]["claims"][0]
    assert claim["text"].startswith(case.says)
    assert claim["provenance"] == "runtime"
    cited = [f"{each['path']}:{each['line']}" for each in claim["citations"]]
    assert cited[: len(case.cites)] == list(case.cites)
    assert cited
    # Code in backquotes stays as it is, and nothing stands above it.
    assert result["markdown"].startswith(case.says[:20])

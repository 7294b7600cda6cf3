"""What looks wrong: each check on code that is wrong, and on its look-alikes that are right."""

from __future__ import annotations

from textwrap import dedent

import pytest

from analyzers.languages import python
from analyzers.languages.python import wrong
from analyzers.questions import catalogue
from tests.questions.world import World


def check(source: str, *expected: str) -> None:
    text = dedent(source).lstrip("\n").encode()
    found = wrong.suspicions(python.grammar(), text)
    assert [f"{each.check} {text[each.start : each.end].decode()}" for each in found] == list(expected)


def test_always_true() -> None:
    check(
        """
        def normalise(mode):
            if mode != "r" or mode != "w":
                raise ValueError(mode)
        """,
        'always_true mode != "r" or mode != "w"',
    )


def test_always_false_in_an_indented_method() -> None:
    check(
        "    def f(self):\n        return (self.x == 1 and self.x == 2)\n", "always_false self.x == 1 and self.x == 2"
    )


def test_a_length_is_never_negative() -> None:
    check("def f(x):\n    return len(x) >= 0 or 0 > len(x)\n", "always_true len(x) >= 0", "always_false 0 > len(x)")


@pytest.mark.parametrize(
    "condition",
    [
        "a != 1 and a != 2",
        "a == 1 or a == 2",
        "a != 1 or b != 2",
        "a != 1 or a != 1.0",
        "f() != 1 or f() != 2",
        "a != x or a != y",
        "len(a) > 0",
        "len(a) <= 0",
    ],
)
def test_comparisons_that_can_come_out_both_ways(condition: str) -> None:
    check(f"def f(a, b, x, y):\n    return {condition}\n")


def test_spent_by_a_second_loop() -> None:
    check(
        """
        def load(rows):
            records = (parse(row) for row in rows)
            for record in records:
                validate(record)
            return list(records)
        """,
        "spent_iterator records",
    )


def test_spent_in_a_loop() -> None:
    check(
        """
        def pairs(left, right):
            names = map(str, right)
            for each in left:
                for name in names:
                    use(each, name)
        """,
        "spent_iterator names",
    )


def test_spent_by_the_outer_clause() -> None:
    check(
        "def f(xs, ys):\n    ys = filter(None, ys)\n    return [(x, y) for x in xs for y in ys]\n", "spent_iterator ys"
    )


@pytest.mark.parametrize(
    "body",
    [
        "    it = (x for x in xs)\n    first = next(it)\n    return list(it)\n",
        "    it = [x for x in xs]\n    sum(it)\n    return max(it)\n",
        "    it = map(str, xs)\n    it = list(it)\n    sum(it)\n    return max(it)\n",
        "    it = map(str, xs)\n    if xs:\n        return list(it)\n    return set(it)\n",
        "    it = zip(xs, xs)\n    for x in it:\n        if x:\n            break\n    return list(it)\n",
        "    it = enumerate(xs)\n    for x in it:\n        for y in it:\n            use(x, y)\n",
        "    it = map(str, xs)\n    for x in xs:\n        it = map(str, xs)\n        list(it)\n",
        "    it = map(str, xs)\n    any(it)\n    return list(it)\n",
        "    it = map(str, xs)\n    def g():\n        return list(it)\n    return list(it)\n",
    ],
)
def test_iterators_that_are_not_used_up(body: str) -> None:
    check(f"def f(xs):\n{body}")


def test_a_lock_that_stays_locked() -> None:
    check(
        """
        def put(self, item):
            self._lock.acquire()
            self.check(item)
            self._lock.release()
        """,
        "not_released self._lock.acquire()",
    )


def test_a_connection_that_stays_open() -> None:
    check(
        "def copy(path):\n    db = sqlite3.connect(path)\n    backup(db)\n    db.close()\n",
        "not_released db = sqlite3.connect(path)",
    )


@pytest.mark.parametrize(
    "body",
    [
        "    lock.acquire()\n    try:\n        work()\n    finally:\n        lock.release()\n",
        "    lock.acquire()\n    queue.append(1)\n    lock.release()\n",
        "    lock.acquire()\n    x = 1\n    lock.release()\n",
        "    with lock:\n        work()\n",
        "    lock.acquire()\n    work()\n",
        "    s = socket.socket()\n    return s\n",
    ],
)
def test_what_is_given_back(body: str) -> None:
    check(f"def f(lock, queue):\n{body}")


def test_broken_text_says_nothing() -> None:
    check("def f(:\n    x != 1 or x != 2\n")


def asked(source: str, name: str) -> list[str]:
    world = World(source)
    record = world.record("main.py", name)
    assert record is not None
    answer = catalogue.one("wrong", record, neighbours=world)
    assert answer is not None
    return [each.text for each in answer.claims]


def test_a_coroutine_that_nobody_awaits() -> None:
    source = "async def send(x):\n    pass\n\nasync def run():\n    send(1)\n    await send(2)\n    task = send(3)\n"
    assert asked(source, "run") == ["`send` is not awaited, so it never runs"]


def test_a_call_that_goes_on_elsewhere_is_not_a_statement() -> None:
    source = (
        "async def send(x):\n    pass\n\nasync def run():\n    await gather(\n        send(1),\n        send(2)\n    )"
    )
    assert asked(source, "run") == []


def test_arguments_in_another_order_than_the_parameters() -> None:
    source = "def resize(width, height):\n    pass\n\ndef f(self, width, height):\n    resize(height, width)\n"
    assert asked(source, "f") == ["`width` is passed for `height` and `height` for `width`"]


def test_a_swap_by_keyword_is_meant() -> None:
    source = "def resize(width, height):\n    pass\n\ndef f(width, height):\n    resize(width=height, height=width)\n"
    assert asked(source, "f") == []


FIND = "def find(key{kind}:\n    if key:\n        return key\n    return None\n\ndef f():\n    return find(1).name\n"


def test_a_none_that_is_used_at_once() -> None:
    expected = "`find` can return `None` (line 4), and the result is used at once"
    assert asked(FIND.replace("{kind}", ")"), "f") == [expected]


def test_what_a_type_checker_says_is_left_to_it() -> None:
    assert asked(FIND.replace("{kind}", ") -> str | None"), "f") == []

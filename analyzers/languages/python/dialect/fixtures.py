"""What a test runner passes: fixtures by a parameter's name, and the values that a test is parametrised with.

pytest finds a fixture in the test's class, its module, then in `conftest.py` of each folder upwards; no call in the
source says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import expressions
from analyzers.inference.cells import Cell
from analyzers.inference.scopes import Body, ClassScope, ModuleScope
from analyzers.inference.values import EMPTY, FunctionValue, Values
from analyzers.languages.python.dialect.naming import called_name

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame
    from analyzers.inference.program import Program

Holder = ClassScope | ModuleScope
"""What holds fixtures and set-up by name."""

_SET_UP = frozenset({
    "setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown", "setup_method",
    "teardown_method", "setup_class", "teardown_class", "setup", "teardown",
})  # fmt: skip
_SET_UP_MODULE = frozenset({"setUpModule", "tearDownModule", "setup_module", "teardown_module", "setup_function"})


def argument(frame: Frame, body: Body, name: str) -> Values:
    """What a fixture of that name gives to a parameter of a test or of another fixture; empty where there is none."""
    function = body.function
    if function is None or not (function.name.startswith("test") or is_fixture(function)):
        return EMPTY
    for cell in _places(frame, body, name):
        for value in frame.read(cell):
            if isinstance(value, FunctionValue) and value.body is not body:
                made = value.body.function
                if made is not None and is_fixture(made):
                    source = value.body.yielded if made.generator else value.body.returned
                    return expressions.resolved(frame, frame.read(source))
    return EMPTY


def prepares(program: Program, tests: Iterable[Body]) -> dict[Body, list[Body]]:
    """For each test the fixtures that it asks for, directly, through others or by a mark, those that every test has,
    and set-up."""
    known: dict[Holder, tuple[list[Body], list[Body]]] = {}
    return {test: _prepares(program, test, known) for test in tests}


def _prepares(program: Program, test: Body, known: dict[Holder, tuple[list[Body], list[Body]]]) -> list[Body]:
    found: dict[Body, None] = {}
    holders = _holders(program, test)
    waiting = [test]
    for holder in holders:
        # Many tests share a class and a file: their names are looked through once.
        if holder not in known:
            known[holder] = _for_every_test(_names_in(holder))
        set_up, automatic = known[holder]
        found.update(dict.fromkeys(set_up))
        waiting.extend(automatic)
    while waiting:
        body = waiting.pop()
        if body is not test:
            if body in found:
                continue
            found[body] = None
        for name in _asked(body):
            fixture = next((b for holder in holders for b in _fixtures_in(_names_in(holder).get(name))), None)
            if fixture is not None and fixture not in found:
                waiting.append(fixture)
    return list(found)


def loads(program: Program, test: Body) -> list[Body]:
    """The test's own file and the `conftest.py` of each folder above it."""
    return [test.module.body, *(module.body for module in _shared(program, test.module.path))]


def _holders(program: Program, test: Body) -> list[Holder]:
    """Where a test's fixtures and set-up may stand, the nearest first."""
    classes = [] if test.cls is None else [scope for scope in test.cls.mro() if not scope.library]
    return [*classes, test.module, *_shared(program, test.module.path)]


def _names_in(holder: Holder) -> dict[str, Cell]:
    return holder.attrs if isinstance(holder, ClassScope) else holder.names


def _for_every_test(names: dict[str, Cell]) -> tuple[list[Body], list[Body]]:
    """Set-up, and the fixtures that need not be asked for."""
    set_up: list[Body] = []
    automatic: list[Body] = []
    for name, cell in names.items():
        for value in cell.values:
            if isinstance(value, FunctionValue) and value.body.function is not None:
                if name in (_SET_UP if value.body.cls is not None else _SET_UP_MODULE):
                    set_up.append(value.body)
                elif _is_automatic(value.body.function):
                    automatic.append(value.body)
    return set_up, automatic


def _fixtures_in(cell: Cell | None) -> list[Body]:
    values = cell.values if cell is not None else EMPTY
    bodies = [v.body for v in values if isinstance(v, FunctionValue)]
    return [body for body in bodies if body.function is not None and is_fixture(body.function)]


def _asked(body: Body) -> list[str]:
    """Names of the fixtures that a test or a fixture asks for."""
    function = body.function
    if function is None:
        return []
    names = [p.name for p in function.parameters if p.default is None]
    decorators = [*function.decorators, *(body.cls.ir.decorators if body.cls is not None else ())]
    for decorator in decorators:
        if isinstance(decorator, ir.Call) and called_name(decorator) == "usefixtures":
            names.extend(
                a.value.value
                for a in decorator.args
                if isinstance(a.value, ir.Const) and isinstance(a.value.value, str)
            )
    return names


def _is_automatic(function: ir.Function) -> bool:
    """Whether a function is a fixture that every test has: `autouse=True`."""
    return is_fixture(function) and any(
        isinstance(d, ir.Call) and any(a.keyword == "autouse" for a in d.args) for d in function.decorators
    )


def is_fixture(function: ir.Function) -> bool:
    """Whether a function is decorated as a fixture."""
    return any(called_name(d) in {"fixture", "yield_fixture"} for d in function.decorators)


def _places(frame: Frame, body: Body, name: str) -> list[Cell]:
    found: list[Cell] = []
    if body.cls is not None:
        found.extend(cell for _, cell in body.cls.find(name))
    own = body.module.find(name)
    if own is not None:
        found.append(own)
    shared = (module.find(name) for module in _shared(frame.program, body.module.path))
    return [*found, *(cell for cell in shared if cell is not None)]


def _shared(program: Program, path: str) -> list[ModuleScope]:
    """The `conftest.py` of each folder from the file's own upwards."""
    found: list[ModuleScope] = []
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        module = program.modules.get(f"{folder}/conftest.py" if folder else "conftest.py")
        if module is not None:
            found.append(module)
    return found


def parametrise(frame: Frame, decorator: ir.Expr, body: Body) -> None:
    """`@pytest.mark.parametrize("a, b", [(1, 2), …])`: each value flows into its parameter."""
    if not (isinstance(decorator, ir.Call) and called_name(decorator) == "parametrize" and len(decorator.args) > 1):
        return
    names = _names(decorator.args[0].value)
    rows = decorator.args[1].value
    if not isinstance(rows, ir.Display):
        return
    for row in rows.items:
        values = _values(row, len(names))
        for name, value in zip(names, values, strict=False):
            frame.write(body.param(name), expressions.evaluate(frame, value))


def _names(node: ir.Expr) -> list[str]:
    if isinstance(node, ir.Const) and isinstance(node.value, str):
        return [name.strip() for name in node.value.split(",") if name.strip()]
    if isinstance(node, ir.Display):
        return [i.value for i in node.items if isinstance(i, ir.Const) and isinstance(i.value, str)]
    return []


def _values(row: ir.Expr, count: int) -> tuple[ir.Expr, ...]:
    if isinstance(row, ir.Call) and called_name(row) == "param":
        return tuple(arg.value for arg in row.args if not arg.keyword)
    if count > 1 and isinstance(row, ir.Display):
        return row.items
    return (row,)

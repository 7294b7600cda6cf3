"""What a test runner passes: fixtures by a parameter's name, and the values that a test is parametrised with.

pytest finds a fixture in the test's class, its module, then in `conftest.py` of each folder upwards; no call in the
source says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzers import ir
from analyzers.inference import expressions
from analyzers.inference.cells import Cell
from analyzers.inference.scopes import Body
from analyzers.inference.values import EMPTY, FunctionValue, Values

if TYPE_CHECKING:
    from analyzers.inference.frame import Frame


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


def is_fixture(function: ir.Function) -> bool:
    """Whether a function is decorated as a fixture."""
    return any(_last_name(d) in {"fixture", "yield_fixture"} for d in function.decorators)


def _places(frame: Frame, body: Body, name: str) -> list[Cell]:
    found: list[Cell] = []
    if body.cls is not None:
        found.extend(cell for _, cell in body.cls.find(name))
    own = body.module.find(name)
    if own is not None:
        found.append(own)
    folder = body.module.path.rpartition("/")[0]
    while True:
        module = frame.program.modules.get(f"{folder}/conftest.py" if folder else "conftest.py")
        cell = module.find(name) if module is not None else None
        if cell is not None:
            found.append(cell)
        if not folder:
            return found
        folder = folder.rpartition("/")[0]


def parametrise(frame: Frame, decorator: ir.Expr, body: Body) -> None:
    """`@pytest.mark.parametrize("a, b", [(1, 2), …])`: each value flows into its parameter."""
    if not (isinstance(decorator, ir.Call) and _last_name(decorator) == "parametrize" and len(decorator.args) > 1):
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
    if isinstance(row, ir.Call) and _last_name(row) == "param":
        return tuple(arg.value for arg in row.args if not arg.keyword)
    if count > 1 and isinstance(row, ir.Display):
        return row.items
    return (row,)


def _last_name(node: ir.Expr) -> str:
    if isinstance(node, ir.Call):
        node = node.func
    if isinstance(node, ir.Attr):
        return node.name
    return node.id if isinstance(node, ir.Name) else ""

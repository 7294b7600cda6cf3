"""Writes what is made from code in the documents: `python docs/generate.py`, from the repository's root.

`questions.md` is the catalogue. In `protocol.md`, the block between the two marks is made from `lsp_server.shapes`.
"""

from __future__ import annotations

import sys
import types
import typing
from pathlib import Path

HERE = Path(__file__).resolve().parent
BEGIN, END = "<!-- made from lsp_server/shapes.py by docs/generate.py -->", "<!-- end of what is made -->"


def with_shapes(page: str) -> str:
    """The page with its block of shapes made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n```ts\n{shapes_text()}\n```\n\n{END}{after}"


def shapes_text() -> str:
    """Every shape as a TypeScript interface, in the order of the module."""
    import msgspec

    from lsp_server import shapes

    blocks = [f"type {name} = {_type(getattr(shapes, name))};" for name in ("Road", "State")]
    for shape in vars(shapes).values():
        if isinstance(shape, type) and issubclass(shape, shapes.Shape) and shape is not shapes.Shape:
            hints = typing.get_type_hints(shape)
            lines = [
                f"  {field.encode_name}{'' if field.required else '?'}: {_type(hints[field.name])};"
                for field in msgspec.structs.fields(shape)
            ]
            blocks.append("\n".join([f"interface {shape.__name__} {{", *lines, "}"]))
    return "\n\n".join(blocks)


def _type(hint: object) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return " | ".join(f'"{each}"' for each in inner)
    if origin is tuple:
        one = _type(inner[0])
        return f"({one})[]" if "|" in one else f"{one}[]"
    if origin in (typing.Union, types.UnionType):
        return " | ".join(_type(each) for each in inner)
    return {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}.get(
        hint,  # type: ignore[call-overload]
        getattr(hint, "__name__", str(hint)),
    )


if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))
    from analyzers.questions.document import document

    (HERE / "questions.md").write_text(document(), encoding="utf-8")
    protocol = HERE / "protocol.md"
    protocol.write_text(with_shapes(protocol.read_text(encoding="utf-8")), encoding="utf-8")

"""Annotations: which classes a declared type names, as far as its text says. It must not know what the names mean."""

from __future__ import annotations

import re

from analyzers.languages.language import OWN_CLASS

_UNION = re.compile(r"\||,")
_WRAPPED = re.compile(r"(?:\w+\.)*(Optional|Union|Annotated|Final|ClassVar|Awaitable)\[(.*)\]")
_SELF = ("Self", "typing.Self", "Self.Self")


def annotated(annotation: str) -> tuple[str, ...]:
    """The names of the classes whose instances an annotation allows; None is left out."""
    text = annotation.strip().strip("\"'")
    if wrapped := _WRAPPED.fullmatch(text):
        text = wrapped[2]
    names = (part.strip().strip("\"'") for part in _UNION.split(text))
    return tuple(OWN_CLASS if name in _SELF else name for name in names if name and name != "None")

"""Nones: which of the ways that the analysis finds likely a person would believe, and which are merely possible.

What a name may hold is followed through fields, arguments and calls of every kind at once, so a None often arrives that
no line of the program gives there. A way is believed when some line does. Words nothing.
"""

from __future__ import annotations

import re

import msgspec

from analyzers.questions.kind import Asked
from analyzers.questions.prose import last_name
from analyzers.questions.quote import assigned_value, clause_text
from analyzers.records import Access, Record, Way

CALLEES_MAX = 3
"""Functions called on one line whose records are read to see whether they give nothing."""
WRITES_MAX = 6
"""Writes of a field that are looked at for one that gives nothing."""

_NAME_ALONE = re.compile(r"(?:[^=!<>]=|\breturn)\s*([A-Za-z_]\w*);?$")
"""A line that hands on what a name holds, and says nothing of where that comes from."""
_SUBJECT = re.compile(r"`([^`]*)`")


def doubted(asked: Asked, way: Way) -> Way:
    """The way, merely possible where no line says that nothing comes this way."""
    if way.confidence != "likely" or _is_said(asked, way):
        return way
    return msgspec.structs.replace(way, confidence="possible")


def _is_said(asked: Asked, way: Way) -> bool:
    line = clause_text(asked, way.place)
    if re.search(rf"\b{asked.words.none}\b", line):
        return True
    subject = _SUBJECT.search(way.text)
    if subject is None:
        return False  # Some part of an expression: nobody knows which.
    if subject.start() > 0:  # The caller passed it, or an end is reached.
        name = subject.group(1)
        is_parameter = re.search(rf"\b{re.escape(name)}\b", _header(asked, asked.record)) is not None
        return not is_parameter or _may_be_given(asked, asked.record, name)
    called = _called_gives(asked, way)
    if called is not None:
        return called
    own = "|".join(map(re.escape, asked.words.own))
    if field := re.search(rf"(?:^|=|\breturn)\s*(?:{own})\.(\w+);?$", line):
        return _field_may_be(asked, field.group(1))
    if name := _NAME_ALONE.search(line):
        return _may_be_given(asked, asked.record, name.group(1))
    return not subject.group(1).endswith("]")


def _called_gives(asked: Asked, way: Way) -> bool | None:
    """Whether a function called there says itself that it gives nothing; None where no call of ours is there.

    Else what it gives hangs on what it is given, or on something further down, and this call may be another.
    """
    place = way.place
    edges = [
        edge
        for edge in asked.record.callees
        if place.start <= edge.place.start < place.end and edge.place.path == place.path
    ]
    for edge in edges[:CALLEES_MAX]:
        callee = asked.neighbours.record(edge.target_path, edge.target)
        if callee is None:
            return True
        makes = callee.kind == "class" or last_name(callee.name) in asked.words.constructors
        if not makes and any(each.confidence == "certain" for each in callee.none_ways):
            return True
    return False if edges else None


def _field_may_be(asked: Asked, name: str) -> bool:
    """Whether somebody writes nothing to a field of the own class, or what a parameter may bring that is left out."""
    record = asked.neighbours.record(asked.record.path, f"{asked.record.name.rpartition('.')[0]}.{name}")
    writes = [each for each in record.accesses if each.writes][:WRITES_MAX] if record is not None else ()
    return any(
        assigned_value(clause_text(asked, each.place)) == asked.words.none or brings_nothing(asked, each)
        for each in writes
    )


def brings_nothing(asked: Asked, write: Access) -> bool:
    """Whether what is written is a parameter for which a caller passes nothing, or may leave it out."""
    value = assigned_value(clause_text(asked, write.place))
    writer = asked.neighbours.record(write.place.path, write.place.symbol) if value.isidentifier() else None
    return writer is not None and _may_be_given(asked, writer, value)


def _may_be_given(asked: Asked, record: Record, parameter: str) -> bool:
    """Whether a caller passes nothing for a parameter, or may leave it out and nothing is its default."""
    none = asked.words.none
    given = (f"{each.text} {each.type}" for each in record.passed if each.parameter == parameter)
    if any(re.search(rf"\b{none}\b", text) for text in given):
        return True
    return re.search(rf"\b{re.escape(parameter)}\b[^,=()]*=\s*{none}\b", _header(asked, record)) is not None


def _header(asked: Asked, record: Record) -> str:
    """A function's parameters as written; empty where the source is not at hand."""
    source = asked.neighbours.source(record.path)
    return source[record.name_end : record.end].partition(b":\n")[0].decode("utf-8", "replace") if source else ""

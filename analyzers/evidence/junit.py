"""JUnit XML, as pytest and others write it, into failures.

The file comes from a repository, so nothing in it is expanded or fetched: a document type declaration, where entities
would be declared, is refused before the parser sees it.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from analyzers.evidence.failures import Error, Failure, Report
from analyzers.evidence.pytest_sections import read_section

XML_CHARACTERS_MAX = 64_000_000
_DECLARATIONS = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def read_junit(text: str) -> Report:
    """The failures of a JUnit report; what is not such a report gives none and a note."""
    if len(text) > XML_CHARACTERS_MAX:
        return Report(notes=(f"longer than {XML_CHARACTERS_MAX} characters: not read",))
    if _DECLARATIONS.search(text):
        return Report(notes=("declares a document type: not read",))
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        return Report(notes=(f"not well-formed XML: {error}",))
    failures = []
    for case in root.iter("testcase"):
        for kind in ("failure", "error"):
            for element in case.findall(kind):
                failures.append(_failure(case, element, kind))
    return Report(tuple(failures))


def _failure(case: ElementTree.Element, element: ElementTree.Element, kind: str) -> Failure:
    name = case.get("name", "")
    *modules, last = case.get("classname", "").split(".")
    in_class = last[:1].isupper()
    test = f"{last}.{name}" if in_class else name
    path = case.get("file") or "/".join(modules if in_class else [*modules, last]) + ".py"
    body = (element.text or "").replace("\r\n", "\n")
    message = element.get("message", "")
    read = read_section(test, body.split("\n"))
    errors = read.errors or (Error(*_split(message)),)
    details = read.details or tuple(message.split("\n"))
    phase = read.phase
    if kind == "error" and "setup" in message[:40]:
        phase = "setup"
    elif kind == "error" and "teardown" in message[:40]:
        phase = "teardown"
    elif kind == "error" and "collection" in message[:40]:
        phase = "collect"
    return Failure(errors, test, path if path != ".py" else "", phase, details)


def _split(message: str) -> tuple[str, str]:
    kind, colon, rest = message.partition(": ")
    return (kind, rest) if colon and re.fullmatch(r"[\w.]+", kind) else ("", message)

"""Hovers: laid out within their lines, and nothing from the repository can format, link or load."""

from __future__ import annotations

import msgspec
import pytest

from analyzers.questions.answer import Answer, Claim
from analyzers.records import Place
from lsp_server.render import markdown
from lsp_server.render.markdown import escape, prose


def place(line: int, path: str = "src/core.py") -> Place:
    return Place(path, 0, 1, line, "f", "value = x")


def answer(kind: str, claims: int, weight: float = 0.5, **changes: object) -> Answer:
    made = Answer(
        kind=kind,
        path="src/core.py",
        symbol="f",
        question=f"What about {kind}?",
        conclusion="two `ways`",
        confidence="certain",
        claims=tuple(Claim(f"claim {index}: `a_b`", "certain", (place(index + 1),)) for index in range(claims)),
        weight=weight,
    )
    return (
        made if not changes else Answer(**{**{name: getattr(made, name) for name in made.__struct_fields__}, **changes})
    )


def hover(*answers: Answer, note: str = "") -> str:
    return markdown.hover(answers, lambda place: place.line + 1, lambda path: f"file:///r/{path}", note)


def test_a_hover_is_the_likeliest_answers_within_twelve_lines() -> None:
    text = hover(
        answer("callers", 9, 0.9), answer("raises", 9, 0.8), answer("why_none", 9, 0.7), note="catching up 4 %"
    )
    assert text.count("\n") + 1 <= 12
    assert text.startswith(
        "**What about callers?** two `ways` · certain\n- claim 0: `a_b` [core.py:2](file:///r/src/core.py#L2)"
    )
    assert text.endswith("*fresh · catching up 4 % · also prepared: what about why\\_none*") or "also prepared" in text


def test_nothing_to_say_is_silence() -> None:
    assert hover() == ""
    assert hover(answer("callers", 2, 0.0)) == ""


def test_a_stale_answer_says_so_and_names_what_changed() -> None:
    text = hover(answer("callers", 1, 0.9, freshness="stale", stale_because=("g", "Context.invoke")))
    assert "· stale\n" in text
    assert "*stale: g, Context.invoke changed*" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a *b* [c](d) <img>", r"a \*b\* \[c\](d) \<img\>"),
        ("snake_case_name __init__", r"snake_case_name \_\_init\_\_"),
        ("http://evil.example www.evil.example a@b.c", r"http:\//evil.example www\.evil.example a\@b.c"),
        ("&lt; &#60; R & D", r"\&lt; \&#60; R & D"),
        ("`code` \\ | ~~x~~", r"\`code\` \\ \| \~\~x\~\~"),
        ("two\n\nlines\r\n# no heading", "two lines # no heading"),
    ],
)
def test_repository_text_is_shown_as_it_is(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("`a*b` and *c*", r"`a*b` and \*c\*"),
        ("a stray ` opens nothing*", r"a stray \` opens nothing\*"),
        ("`one` `two`", "`one` `two`"),
    ],
)
def test_code_in_a_claim_stays_code(text: str, expected: str) -> None:
    assert prose(text) == expected


def test_a_link_leads_to_a_file_whatever_its_name() -> None:
    text = markdown.link(place(3, "a [b](c).py"), lambda place: place.line, lambda path: "file:///r/a%20[b](c).py")
    assert text == r"[a \[b\](c).py:3](file:///r/a%20[b]%28c%29.py#L3)"


def test_places_on_one_line_are_shown_once() -> None:
    claim = Claim("three calls", "certain", (place(1), place(1), place(2)))
    first = answer("callers", 1)
    text = hover(msgspec.structs.replace(first, claims=(claim,)))
    assert text.count("core.py:2") == text.count("core.py:3") == 1


def test_a_hover_does_not_lead_to_the_line_under_the_cursor() -> None:
    def at(line: int, *answers: Answer) -> str:
        return markdown.hover(answers, lambda place: place.line, str, here=("src/core.py", line))

    assert at(1, answer("writers", 1)) == ""
    assert "core.py:1" not in at(1, answer("callers", 2))
    assert "core.py:2" in at(1, answer("callers", 2))
    both = at(1, answer("readers", 2, 0.9), answer("writers", 1, 0.5))
    assert "**What about writers?** two `ways` · certain\n\n" in both


def test_only_what_is_less_sure_than_its_headline_is_marked() -> None:
    claims = (Claim("one", "certain", (place(1),)), Claim("two", "likely", (place(2),)))
    mixed = msgspec.structs.replace(answer("callers", 1), claims=claims, confidence="likely")
    assert "(" not in hover(mixed).replace("](", "")
    assert "one (certain)" in markdown.whole(mixed, lambda place: place.line, str)
    assert "two (likely)" in hover(msgspec.structs.replace(mixed, confidence="certain"))


def test_a_glance_shows_as_many_lines_as_the_answer_says() -> None:
    assert hover(answer("callers", 9, glance=2)).count("- claim") == 2

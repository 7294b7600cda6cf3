"""The report as one self-contained page: no script, no font and no picture from anywhere; every text is escaped.

Plots are inline SVG, drawn here: a bar needs no library. Colours follow the reader's light or dark preference.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape

from lsp_server.report import AnchorRow, Day, ModelRow, Report

ROWS_MAX = 12
WIDTH = 720
HEIGHT = 180
_LEFT = 56
_BOTTOM = 22

_STYLE = """
:root { color-scheme: light dark; --ink: #1d2330; --dim: #667085; --paper: #fbfaf7; --card: #fff; --line: #e6e3db;
  --asleep: #5b6fd6; --awake: #e0894a; --saved: #3b9a74; --bad: #c2504e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7e9ee; --dim: #98a1b3; --paper: #14171d; --card: #1c2028;
  --line: #2c323d; --asleep: #8b9bf0; --awake: #f0a66c; --saved: #62c29a; --bad: #e07f7d; } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 860px; padding: 40px 20px 80px; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, sans-serif; }
h1 { font-size: 26px; letter-spacing: -.02em; margin: 0 } h2 { font-size: 17px; margin: 0 0 4px }
p, .dim { color: var(--dim); margin: 2px 0 12px } code { font: 13px ui-monospace, monospace }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px;
  margin: 18px 0 }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 22px 0 0 }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px }
.tile b { display: block; font-size: 24px; letter-spacing: -.02em } .tile span { color: var(--dim); font-size: 13px }
table { border-collapse: collapse; width: 100% } td, th { text-align: left; padding: 5px 8px 5px 0; vertical-align: top;
  border-top: 1px solid var(--line) } th { color: var(--dim); font-weight: 500; border: 0 }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
svg { width: 100%; height: auto; display: block } text { fill: var(--dim); font: 11px system-ui, sans-serif }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin: 0 5px 0 14px }
details summary { cursor: pointer } ul { margin: 6px 0 10px; padding-left: 20px }
.fresh { color: var(--saved) } .stale { color: var(--bad) }
"""


def report_page(report: Report, now_s: float) -> str:
    """The whole page."""
    name = escape(report.root.replace("\\", "/").rstrip("/").rpartition("/")[2] or report.root)
    written = escape(time.strftime("%d %B %Y, %H:%M", time.localtime(now_s)))
    spending = _spending(report.days) + _models(report.models, report.unsettled)
    sections = [
        ("Anticipated", "The likeliest questions' anchors, and what is ready for them.", _anchors(report.anchors)),
        ("Was it asked?", "Anchors that were prepared, and questions that found nothing.", _used(report)),
        ("Hit rate", "The share of questions that something prepared answered.", _hit_rate(report.days)),
        ("Spent and saved", "Tokens a day. Saved is what answers would have read without c′.", spending),
        ("Freshest and stalest", "What is stale is labelled, never passed off as fresh.", _freshness(report.anchors)),
        ("Dropped claims", "What a model said and nobody gets to see, by reason.", _dropped(report.dropped)),
    ]
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<meta name=viewport content='width=device-width'><title>Forethought: {name}</title><style>{_STYLE}</style>",
        f"<h1>{name}</h1><p>What was thought ahead, how often it was right, and what it cost. {written}</p>",
        _tiles(report),
        *(_section(title, explanation, body) for title, explanation, body in sections),
    ]
    return "\n".join(parts) + "\n"


def _section(title: str, explanation: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2><p>{escape(explanation)}</p>{body}</section>"


def _tiles(report: Report) -> str:
    claims = sum(anchor.claims for anchor in report.anchors)
    shares = sorted(anchor.tokens / anchor.context_tokens for anchor in report.anchors if anchor.context_tokens)
    asked, hits = sum(day.asked for day in report.days), sum(day.hits for day in report.days)
    spent = sum(day.asleep_tokens + day.awake_tokens for day in report.days)
    saved = sum(day.saved_tokens for day in report.days)
    tiles = [
        (f"{len(report.anchors):,}", "anchors thought about"),
        (f"{claims:,}", "claims, each with its place"),
        (f"{shares[len(shares) // 2]:.0%}" if shares else "–", "of c is what c′ takes, at the median"),
        (f"{hits / asked:.0%}" if asked else "–", f"of {asked:,} questions were prepared"),
        (_short(spent), "tokens spent"),
        (_short(saved), "tokens saved"),
    ]
    cells = "".join(f"<div class=tile><b>{value}</b><span>{label}</span></div>" for value, label in tiles)
    return f"<div class=tiles>{cells}</div>"


def _anchors(anchors: Sequence[AnchorRow]) -> str:
    if not anchors:
        return _nothing("Nothing yet. Choose a model in your settings, then: forethought think")
    rows = "".join(_anchor_row(anchor) for anchor in anchors[:ROWS_MAX])
    return f"<table><tr><th>anchor<th class=n>claims<th class=n>c → c′, tokens<th class=n>used</tr>{rows}</table>"


def _anchor_row(anchor: AnchorRow) -> str:
    claims = "".join(f"<li>{escape(text)}</li>" for text in anchor.texts)
    name = f"{_code(anchor.symbol or anchor.path)} <span class=dim>{escape(anchor.path)}</span>"
    sizes = f"{anchor.context_tokens:,} → {anchor.tokens:,}"
    first = f"<td><details><summary>{name}</summary><ul>{claims}</ul></details></td>"
    return f"<tr>{first}{_numbers(str(anchor.claims), sizes, str(anchor.used))}</tr>"


def _used(report: Report) -> str:
    counts = [
        ("prepared and used", report.prepared_and_used, "saved"),
        ("prepared, never used", report.prepared_never_used, "asleep"),
        ("asked, not prepared", report.asked_and_not_prepared, "awake"),
    ]
    total = sum(count for _, count, _ in counts)
    if not total:
        return _nothing("No question was asked yet.")
    at, bars = 0.0, []
    for label, count, colour in counts:
        width = WIDTH * count / total
        bars.append(_rect((at, 0, width, 26), colour, f"{label}: {count}"))
        at += width
    legend = "".join(f"<i style='background:var(--{colour})'></i>{label}: {count:,}" for label, count, colour in counts)
    return f"<svg viewBox='0 0 {WIDTH} 26' role=img>{''.join(bars)}</svg><p class=legend>{legend}</p>"


def _hit_rate(days: Sequence[Day]) -> str:
    asked = [day for day in days if day.asked]
    if not asked:
        return _nothing("No question was asked yet.")
    room = HEIGHT - _BOTTOM - 4
    points = [(_x(index, len(asked)), 4 + room * (1 - day.hits / day.asked), day) for index, day in enumerate(asked)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    dots = "".join(
        f"<circle cx={x:.1f} cy={y:.1f} r=4 fill='var(--saved)'>{_title(_hits(day))}</circle>" for x, y, day in points
    )
    body = f"<polyline points='{line}' fill=none stroke='var(--saved)' stroke-width=2 />{dots}"
    return _plot(body, ["100%", "50%", "0%"], [day.day for day in asked])


def _hits(day: Day) -> str:
    return f"{day.day}: {day.hits} of {day.asked}"


def _spending(days: Sequence[Day]) -> str:
    top = max((max(day.asleep_tokens + day.awake_tokens, day.saved_tokens) for day in days), default=0)
    if not top:
        return _nothing("Nothing was spent yet.")
    room = HEIGHT - _BOTTOM - 4
    step = (WIDTH - _LEFT - 10) / len(days)
    width = max(2.0, min(26.0, step * 0.36))
    bars = []
    for index, day in enumerate(days):
        x, floor = _x(index, len(days)), 4.0 + room
        for at, tokens, colour in (
            (x - width, day.asleep_tokens, "asleep"),
            (x - width, day.awake_tokens, "awake"),
            (x + 1, day.saved_tokens, "saved"),
        ):
            height = room * tokens / top
            below = room * day.asleep_tokens / top if colour == "awake" else 0.0
            box = (at, floor - below - height, width, height)
            bars.append(_rect(box, colour, f"{day.day}: {tokens:,} {colour}"))
    legend = "".join(f"<i style='background:var(--{colour})'></i>{colour}" for colour in ("asleep", "awake", "saved"))
    plot = _plot("".join(bars), [_short(top), _short(top // 2), "0"], [day.day for day in days])
    return f"{plot}<p class=legend>{legend}</p>"


def _models(models: Sequence[ModelRow], unsettled: int) -> str:
    if not models:
        return ""
    rows = "".join(
        f"<tr><td>{_code(row.model)} {'asleep' if row.asleep else 'awake'}</td>"
        + _numbers(*(f"{n:,}" for n in (row.requests, row.input_tokens, row.cached_tokens, row.output_tokens)))
        + _numbers(f"{row.micros / 1e6:.4f}")
        + "</tr>"
        for row in models
    )
    note = f"<p>{unsettled} requests ended unseen and count at their most.</p>" if unsettled else ""
    head = "".join(f"<th class=n>{title}" for title in ("requests", "input", "of it cached", "output", "money"))
    return f"<table><tr><th>model{head}</tr>{rows}</table>{note}"


def _freshness(anchors: Sequence[AnchorRow]) -> str:
    if not anchors:
        return _nothing("Nothing yet.")
    stale = sorted((anchor for anchor in anchors if anchor.stale_because), key=lambda anchor: anchor.at_s)
    fresh = sorted((anchor for anchor in anchors if not anchor.stale_because), key=lambda anchor: -anchor.at_s)
    rows = "".join(_freshness_row(anchor) for anchor in (*fresh[: ROWS_MAX // 2], *stale[: ROWS_MAX // 2]))
    return f"<p>{len(fresh):,} fresh, {len(stale):,} stale.</p><table>{rows}</table>"


def _freshness_row(anchor: AnchorRow) -> str:
    state = "stale" if anchor.stale_because else "fresh"
    when = escape(time.strftime("%Y-%m-%d %H:%M", time.localtime(anchor.at_s)))
    why = escape(", ".join(anchor.stale_because[:3]))
    name = _code(anchor.symbol or anchor.path)
    return f"<tr><td class={state}>{state}</td><td>{name}</td><td>{when}</td><td class=dim>{why}</td></tr>"


def _dropped(dropped: dict[str, int]) -> str:
    ranked = sorted(dropped.items(), key=lambda item: (-item[1], item[0]))[:ROWS_MAX]
    if not ranked:
        return _nothing("None.")
    top = ranked[0][1]
    bars = "".join(
        f"<text x=0 y={24 * index + 15}>{escape(reason)}</text>"
        + _rect((150, 24 * index + 4, (WIDTH - 210) * count / top, 14), "bad", f"{reason}: {count}")
        + f"<text x={156 + (WIDTH - 210) * count / top:.0f} y={24 * index + 15}>{count:,}</text>"
        for index, (reason, count) in enumerate(ranked)
    )
    return f"<svg viewBox='0 0 {WIDTH} {24 * len(ranked)}' role=img>{bars}</svg>"


def _plot(body: str, scale: Sequence[str], labels: Sequence[str]) -> str:
    """Axes around a body: three lines across, the first and the last label below."""
    room = HEIGHT - _BOTTOM - 4
    lines = ""
    for index, label in enumerate(scale):
        y = 4 + room * index / 2
        lines += f"<line x1={_LEFT} x2={WIDTH} y1={y:.0f} y2={y:.0f} stroke='var(--line)' />"
        lines += f"<text x={_LEFT - 8} y={y + 4:.0f} text-anchor=end>{escape(label)}</text>"
    ends = f"<text x={_LEFT} y={HEIGHT - 4}>{escape(labels[0])}</text>"
    if len(labels) > 1:
        ends += f"<text x={WIDTH} y={HEIGHT - 4} text-anchor=end>{escape(labels[-1])}</text>"
    return f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' role=img>{lines}{body}{ends}</svg>"


def _x(index: int, count: int) -> float:
    return _LEFT + (WIDTH - _LEFT - 10) * (index + 0.5) / count


def _rect(box: tuple[float, float, float, float], colour: str, title: str) -> str:
    x, y, width, height = box
    size = f"width={width:.1f} height={max(0.0, height):.1f}"
    return f"<rect x={x:.1f} y={y:.1f} {size} rx=2 fill='var(--{colour})'>{_title(title)}</rect>"


def _title(text: str) -> str:
    """What a plot says where the pointer rests."""
    return f"<title>{escape(text)}</title>"


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _numbers(*values: str) -> str:
    return "".join(f"<td class=n>{escape(value)}</td>" for value in values)


def _nothing(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _short(number: int) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return str(number)

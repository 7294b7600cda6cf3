"""What was anticipated, asked, spent and saved, as Markdown: the short form of the page for an editor."""

from __future__ import annotations

from lsp_server.render.markdown import escape
from lsp_server.report import Report

ANCHORS_MAX = 10
DAYS_SHOWN_MAX = 7


def report_text(report: Report) -> str:
    """The report's main figures, and the anchors that served most."""
    asked = sum(day.asked for day in report.days)
    hits = sum(day.hits for day in report.days)
    blocks = [f"# Forethought: {escape(report.root)}"]
    blocks.append(
        f"{asked:,} questions asked, {hits:,} of them answered from what was prepared;"
        f" {report.prepared_and_used:,} anchors that were thought about were used,"
        f" {report.prepared_never_used:,} not yet."
    )
    if report.models:
        rows = [
            f"| {escape(row.model)} | {'asleep' if row.asleep else 'awake'} | {row.requests:,} | {row.input_tokens:,}"
            f" | {row.output_tokens:,} | {row.micros / 1e6:.4f} |"
            for row in report.models
        ]
        blocks.append(
            "\n".join(
                ["| model | when | requests | input | output | money |", "| --- | --- | --- | --- | --- | --- |", *rows]
            )
        )
    else:
        blocks.append("No model was asked.")
    if report.days:
        days = [
            f"| {day.day} | {day.asked:,} | {day.hits:,} | {day.asleep_tokens:,} | {day.awake_tokens:,}"
            f" | {day.saved_tokens:,} |"
            for day in report.days[-DAYS_SHOWN_MAX:]
        ]
        head = ["| day | asked | prepared | tokens asleep | tokens awake | tokens saved |", "| --- " * 6 + "|"]
        blocks.append("\n".join([*head, *days]))
    if report.anchors:
        lines = [
            f"- `{each.symbol or each.path}`: {each.claims:,} claims, read {each.used:,} times"
            + (f"; stale: {escape(', '.join(each.stale_because[:3]))}" if each.stale_because else "")
            for each in report.anchors[:ANCHORS_MAX]
        ]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)

// Puts answers together for people. The texts are the server's: this adds headings, places and what it cost.

import type { Answer, Asked, Choice, Citation, Cost, Explained, Road, Suspect } from "./protocol";

export function answerPage(answer: Answer): string {
  return `# ${escape(answer.anchor.name || answer.anchor.path)}\n\n${answer.markdown}\n`;
}

export function askedPage(question: string, asked: Asked): string {
  return [`# ${escape(question)}`, asked.markdown, choicesList(asked.choices), footer(asked)]
    .filter(Boolean)
    .join("\n\n");
}

export function explainedPage(explained: Explained): string {
  return `# What went wrong\n\n${explained.markdown}\n`;
}

/** The last line of an answer: by which road it came, how fresh it is, and what it cost. */
export function footer({ road, freshness, cost }: Asked): string {
  return `*${[ROADS[road], road === "notKnown" ? "" : freshness, costText(cost)].filter(Boolean).join(" · ")}*`;
}

export function costText({ inputTokens, outputTokens, seconds }: Cost): string {
  const time = seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`;
  return `${(inputTokens + outputTokens).toLocaleString("en")} model tokens · ${time}`;
}

/** Every place that answers cite, once each, in order. */
export function places(answers: readonly Answer[]): Citation[] {
  const seen = new Map<string, Citation>();
  for (const answer of answers) {
    for (const claim of answer.claims) {
      for (const citation of claim.citations) seen.set(`${citation.uri}:${citation.line}`, citation);
    }
  }
  return [...seen.values()];
}

export function suspectText({ name, path, line }: Suspect): string {
  return `${name} ${path}:${line}`;
}

/** Markdown as the plain text of a list's line. */
export function plain(markdown: string): string {
  // In one pass, so that what a backslash protects is not taken for a mark.
  const text = markdown.replace(/\[([^\]]*)\]\([^)]*\)|\\([^a-zA-Z0-9\s])|[*`]/g, (_, label?: string, kept?: string) =>
    label === undefined ? (kept ?? "") : plain(label),
  );
  return text.replace(/\s+/g, " ").trim();
}

/** Text that is not Markdown, in Markdown. */
export function escape(text: string): string {
  return text.replace(/[\\`*_[\]<>#|~]/g, "\\$&");
}

const ROADS: Record<Road, string> = {
  prepared: "prepared",
  composed: "put together from prepared answers",
  enriched: "by the model, from what was prepared",
  context: "by the model, from the source",
  askBack: "which one?",
  notKnown: "not known",
};

function choicesList(choices: readonly Choice[]): string {
  return choices.map((choice) => `- ${escape(choice.label)}`).join("\n");
}

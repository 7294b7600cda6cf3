// A server that says what a test gave it to say, and remembers what it was asked.

import { Unsupported, type Answer, type Asked, type Asker } from "../../src/protocol";

export class Scripted implements Asker {
  readonly asked: [string, unknown][] = [];

  constructor(
    private readonly results: Record<string, unknown>,
    private readonly pieces: string[] = [],
  ) {}

  async request<R>(method: string, params: object): Promise<R> {
    this.asked.push([method, params]);
    if (!(method in this.results)) throw new Unsupported(method);
    const result = this.results[method];
    return (Array.isArray(result) ? result.shift() : result) as R;
  }

  async execute<R>(command: string, args: unknown[] = []): Promise<R> {
    return this.request<R>(command, args);
  }

  async ask(params: object, partial: (markdown: string) => void): Promise<Asked> {
    for (const piece of this.pieces) partial(piece);
    return this.request<Asked>("forethought/ask", params);
  }
}

const URI = "file:///code/shop/orders.py";
const AT = { start: { line: 4, character: 4 }, end: { line: 4, character: 9 } };

export function answer(changes: Partial<Answer> = {}): Answer {
  return {
    anchor: { name: "greet", path: "shop/orders.py", uri: URI, range: AT },
    kind: "callers",
    family: "control",
    question: "Who calls it?",
    headline: "one caller",
    confidence: "certain",
    freshness: "fresh",
    staleBecause: [],
    markdown: "**Who calls it?** one caller · certain",
    claims: [
      {
        text: "`greet_all`",
        confidence: "certain",
        freshness: "fresh",
        provenance: "static",
        citations: [{ uri: URI, range: AT, path: "shop/orders.py", line: 10, quote: "greet(name)" }],
      },
    ],
    unknown: [],
    known: true,
    score: 1,
    ...changes,
  };
}

export function asked(changes: Partial<Asked> = {}): Asked {
  return {
    road: "prepared",
    markdown: `One caller, in [orders.py:10](${URI}#L10).`,
    answers: [answer()],
    choices: [],
    freshness: "fresh",
    cost: { inputTokens: 0, outputTokens: 0, cachedTokens: 0, seconds: 0.014 },
    conversation: "c1",
    ...changes,
  };
}

export function menu(...questions: Answer[]): object {
  return { anchor: answer().anchor, groups: [{ family: "control", title: "Control", questions }], anchors: [] };
}

export const EXPLAINED = { markdown: "**1. `greet`** returns nothing", suspects: [], answers: [], unknown: [] };

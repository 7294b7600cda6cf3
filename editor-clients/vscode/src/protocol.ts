// The custom requests of docs/protocol.md, as types. Knows nothing of the editor or of how messages travel.

import type { CancellationToken } from "vscode";

/** A position as the language server protocol has it: zero-based line, and character in UTF-16 units. */
export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

export interface Citation {
  uri: string;
  range: Range;
  /** Relative to the repository. */
  path: string;
  /** As people count: from 1. */
  line: number;
  quote: string;
}

export type Confidence = "certain" | "likely" | "possible";
export type Freshness = "fresh" | "stale" | "absent";

export interface Claim {
  text: string;
  confidence: Confidence;
  freshness: Freshness;
  provenance: "static" | "history" | "runtime" | "model";
  citations: Citation[];
}

export interface Anchor {
  name: string;
  path: string;
  uri: string;
  range: Range;
}

/** In a menu a headline alone, with empty `markdown` and `claims`. */
export interface Answer {
  anchor: Anchor;
  kind: string;
  family: string;
  question: string;
  headline: string;
  confidence: Confidence;
  freshness: Freshness;
  staleBecause: string[];
  markdown: string;
  claims: Claim[];
  unknown: string[];
  known: boolean;
  score: number;
}

/** With a position the menu of that place is in `groups`, without one the file's symbols are in `anchors`. */
export interface Questions {
  anchor: Anchor | null;
  groups: { family: string; title: string; questions: Answer[] }[];
  anchors: { anchor: Anchor; answers: Answer[] }[];
}

export interface Cost {
  inputTokens: number;
  outputTokens: number;
  cachedTokens: number;
  seconds: number;
}

export interface Choice {
  label: string;
  question: string;
  textDocument?: { uri: string } | null;
  position?: Position | null;
}

export type Road = "prepared" | "composed" | "enriched" | "context" | "askBack" | "notKnown";

export interface Asked {
  road: Road;
  markdown: string;
  answers: Answer[];
  choices: Choice[];
  freshness: Freshness;
  cost: Cost;
  conversation: string;
}

export interface Stop {
  exception: { type: string; message: string };
  /** The innermost frame first, as debuggers list them. */
  frames: StopFrame[];
  /** Of the innermost frame. */
  locals: StopLocal[];
}

export interface StopFrame {
  path: string;
  line: number;
  column: number;
  name: string;
  /** Of the innermost frame inside the workspace, where that is not the innermost of all. */
  locals?: StopLocal[];
}

export interface StopLocal {
  name: string;
  type: string;
  value: string;
}

export interface Suspect {
  path: string;
  uri: string;
  range: Range;
  name: string;
  line: number;
  score: number;
  confidence: Confidence;
  reasons: string[];
}

export interface Explained {
  markdown: string;
  suspects: Suspect[];
  answers: Answer[];
  unknown: string[];
}

export type Activity = "idle" | "analysing" | "thinking" | "paused" | "waiting";

export interface Status {
  state: Activity;
  detail: string;
  pending: number;
  /** Absent where no model is configured. */
  budget: { spentMoney: number; dailyMoney: number; spentTokens: number; dailyTokens: number } | null;
  version: string;
}

export const ASK = "forethought/ask";
export const QUESTIONS = "forethought/questions";
export const EXPLAIN = "forethought/explain";
export const STATUS = "forethought/status";
export const STATUS_CHANGED = "forethought/statusChanged";
export const FEEDBACK = "forethought/feedback";

/** The server as the rest of the extension sees it: the real one, or a scripted one in tests. */
export interface Asker {
  /** Sends one request. Rejects with `Unsupported` where the server does not know the method. */
  request<R>(method: string, params: object, token?: CancellationToken): Promise<R>;
  /** Runs one of the server's own commands. */
  execute<R>(command: string, args?: unknown[]): Promise<R>;
  /** `forethought/ask`, with `partial` called for each piece of text that arrives before the whole answer. */
  ask(params: object, partial: (markdown: string) => void, token?: CancellationToken): Promise<Asked>;
}

/** The server is older than the extension and does not know this request. */
export class Unsupported extends Error {
  constructor(what: string) {
    super(`The running Forethought server has no "${what}"; a newer one may have it.`);
  }
}

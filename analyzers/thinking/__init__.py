"""Thinking: raw context → prompt → drafts → verified claims → enriched context. Values in, values out.

Reading order: `tokens` (how long a text is), `context` (what is shown to the model, and why), `prompt` (how), `reply`
(what came back, however sloppy), `quotes` (where a quote really stands), `verify` (what survives), `enriched` (what is
kept). Nothing here asks a model, reads a file or knows what a token costs.
"""

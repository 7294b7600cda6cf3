"""Recordings of what JavaScript and TypeScript packages do: a loader that rewrites modules, and what merges them."""

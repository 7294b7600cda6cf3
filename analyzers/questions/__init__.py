"""The question catalogue: how what is prepared for a symbol answers a developer's question."""

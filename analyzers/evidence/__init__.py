"""Evidence: what happened outside the source, as plain values."""

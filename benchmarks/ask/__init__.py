"""Questions as people type them, put to the router and to the running program: how many are understood, how fast."""

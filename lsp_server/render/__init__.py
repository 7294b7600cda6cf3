"""Rendering: answers as Markdown for a hover and as text for a terminal. Both lay out; neither decides what is so."""

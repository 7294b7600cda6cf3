"""Fault localisation: how high `forethought explain` ranks the functions that the real fix changed."""

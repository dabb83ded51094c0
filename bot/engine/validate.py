"""Checks the sources."""

def check(sources):
    return []

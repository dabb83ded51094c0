"""Channels: ways in and out of the thread, one folder each."""

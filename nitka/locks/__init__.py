"""Passwords, one-time passwords, sealed secrets: the only package with their libraries."""

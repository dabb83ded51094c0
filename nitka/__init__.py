"""Nitka: one customer, one thread, over all channels. The map of this package is docs/architecture.md."""

"""Nitka: one customer, one thread, over all channels. A map is in docs/architecture.md."""

"""Server to server, version 1: customers, messages and hand-offs, by bearer tokens."""

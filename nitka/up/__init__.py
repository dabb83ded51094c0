"""How Nitka's parts are started, watched and stopped on one machine: `nitka up` and the tests.

Owns processes, their ports, logs and data folders. Knows nothing of what the parts do.
"""

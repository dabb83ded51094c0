"""Web chat: the widget's protocol (`nitka.v1`), its sessions, sockets and files.

Owns what goes over the wire. Keeps nothing: a visitor is named by a signed token, and the thread
is read through `ports.Front`.
"""

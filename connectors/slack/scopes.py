"""What the app may do in a workspace, and why: each scope with the methods and events it is for.

The manifest and the installation ask for exactly these; a test holds them against the code.
"""

from __future__ import annotations

SCOPES: dict[str, frozenset[str]] = {
    "app_mentions:read": frozenset({"app_mention"}),
    "channels:history": frozenset({"message.channels", "conversations.replies"}),
    "chat:write": frozenset({"chat.postMessage", "chat.update", "chat.delete"}),
    "commands": frozenset({"/nitka"}),
    "files:read": frozenset({"files.info"}),
    "files:write": frozenset(
        {"files.getUploadURLExternal", "files.completeUploadExternal", "files.delete"}
    ),
    "groups:history": frozenset({"message.groups"}),
    "im:history": frozenset({"message.im", "conversations.history"}),
    "im:write": frozenset({"conversations.open"}),
    "mpim:history": frozenset({"message.mpim"}),
    "users:read": frozenset({"users.info"}),
    "users:read.email": frozenset({"users.info"}),
}

# Methods that ask for no scope of the bot's.
FREE = frozenset({"apps.connections.open", "auth.test", "oauth.v2.access"})

"""Slack: direct messages, mentions, buttons and a slash command, by HTTP or Socket Mode.

Owns what goes between Slack and the thread, with slack-sdk as the client and slack-bolt for the
installation in other workspaces. Keeps nothing: what comes in is stored through `ports.Front`
before Slack is told that it arrived.
"""

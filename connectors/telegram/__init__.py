"""Telegram: a bot's private chats and the groups it is addressed in, by polling or webhook.

Owns what goes between Telegram's Bot API and the thread, with aiogram as the client. Keeps
nothing: what comes in is stored through `ports.Front` before Telegram is told that it arrived.
"""

"""The demo shop "Nitka Market": one implementation of the port, so that the bot has a business.

A firm that runs Nitka puts its own system behind :class:`actions.shop.Shop` and drops this.
"""

"""What the bot can do for a customer: one topic per module, thin, over one port to the business.

The port is :class:`actions.shop.Shop`; a firm puts its own system there. Everything that the
customer reads stands in ``data/responses``; actions choose a response and give it values.
"""

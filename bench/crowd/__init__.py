"""A crowd: customers with years of conversations, to fill a database with and to measure on."""

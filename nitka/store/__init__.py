"""What must never be lost, in PostgreSQL by SQLAlchemy 2. One module per aggregate."""

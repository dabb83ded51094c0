"""The staff desk: its API under `/api/desk`, by session cookie or personal token."""

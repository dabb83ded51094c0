"""What is live and shared, in Redis or Valkey. SQL has the truth: losing Redis loses nothing."""

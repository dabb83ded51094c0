"""The service over HTTP: errors, health, metrics, the browser's assets, and `/api/v1`."""

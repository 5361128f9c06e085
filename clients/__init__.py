"""Clients of the HTTP API: the Python client, and the demo that uses it."""

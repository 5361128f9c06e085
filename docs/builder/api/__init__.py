"""docs/api.md: every endpoint with a request and an answer from a run."""

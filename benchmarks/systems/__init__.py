"""Which systems do the same work? Each is a module with `client()` and `worker()`; see `work.py`."""

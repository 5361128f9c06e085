"""The systems that do the same work, each a module with `client()` and `worker()`; see `work.py`."""

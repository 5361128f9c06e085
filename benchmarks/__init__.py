"""Cost and speed of Casework, compared with other systems by `make bench`; the results are in docs/performance.md."""

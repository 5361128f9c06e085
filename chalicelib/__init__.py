"""Casework: long AI analyses of disability-claim cases, run as jobs behind an API that answers at once."""

__version__ = "0.2.0"

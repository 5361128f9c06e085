"""The table of contents: every route, queue and schedule of Casework."""

from __future__ import annotations

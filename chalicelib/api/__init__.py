"""The HTTP edge: who calls, what they may do, what comes in and goes out."""

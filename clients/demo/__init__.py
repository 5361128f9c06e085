"""`make demo`: the three analyses of the sample case, from the start to their results."""

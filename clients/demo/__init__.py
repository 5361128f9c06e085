"""The sample case, analysed before your eyes: `make demo`."""

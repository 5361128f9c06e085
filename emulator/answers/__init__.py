"""What the emulated model answers: prepared facts of the known cases, labelled values of other texts."""

"""How does the detector of instructions learn? From texts written for it; run by `make detector`."""

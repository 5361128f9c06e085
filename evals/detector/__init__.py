"""How the detector of instructions learns: from texts written for it, by `make detector`."""

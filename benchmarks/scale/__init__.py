"""How long jobs would wait if there were ten or a hundred times as many: a simulation, for docs/scale.md."""

"""How long would jobs wait if there were ten or a hundred times as many? A simulation; docs/scale.md reads it."""

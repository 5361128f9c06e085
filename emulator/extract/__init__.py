"""What does the text say? Rules that read labels, dates, names and numbers, Hebrew and English; nothing is guessed."""

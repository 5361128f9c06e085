"""What the document agent is made of: its tools, what it has done so far, its turns, its report."""

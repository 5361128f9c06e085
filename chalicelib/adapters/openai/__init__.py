"""OpenAI's API behind structured answers."""

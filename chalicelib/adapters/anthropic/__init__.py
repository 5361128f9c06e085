"""Anthropic's API behind the agent's conversation."""

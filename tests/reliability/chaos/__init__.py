"""What does the system keep when everything around it breaks? `make chaos`: the real local system, and its promises."""

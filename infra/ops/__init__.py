"""What an operator asks of a running Casework, the same commands for the local stack and for every deployed stage."""

"""How long a user waits for each sign of a job, on the local system and on the second emulator of AWS."""

"""Jobs, pure: what a job is and how it moves. No AWS, no clock, no environment."""

"""The complete system on one machine: AWS and the model providers emulated, workers, timer and API as processes."""

"""What do a million jobs cost on AWS? Measured calls, a dated price list, and the sum of both."""

"""What a million jobs cost on AWS: measured calls, a dated price list, and the sum of both."""

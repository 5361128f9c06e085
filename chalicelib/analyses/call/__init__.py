"""What the call analysis is made of: the shape of the model's answer, the parts of a long call, merging, checks."""

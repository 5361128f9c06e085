"""What every analysis is made of: its definition, the models it talks to, the checks on what they say."""

"""Cases and their documents: what the analyses read and write back."""

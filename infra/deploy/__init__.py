"""Casework on AWS: package, check, deploy, destroy. Never part of the package itself."""

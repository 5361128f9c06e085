"""Is the template what it should be? Rules of AWS, and of this project, that a linter does not know."""

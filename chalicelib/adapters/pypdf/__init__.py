"""Text and excerpts of PDF files, by pypdf."""

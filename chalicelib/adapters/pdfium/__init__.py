"""PDF files by PDFium in a child process: text with positions, values of forms, notes, pictures of pages."""

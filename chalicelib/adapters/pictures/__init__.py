"""Photos and scans: JPEG, PNG, HEIC, WebP and TIFF, decoded by Pillow in a child process."""

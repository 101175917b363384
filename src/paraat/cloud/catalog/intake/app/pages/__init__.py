"""What answers a request, one noun a file."""

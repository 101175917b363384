"""The emergency page: what works, what does not, whom to call; static files that need nothing of ours to be served."""

"""What runs in the container of `accounts`. It imports nothing of Paraat: only what its requirements.txt names."""

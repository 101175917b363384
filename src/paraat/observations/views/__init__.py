"""Pages of observations: the doubtful, and the hosts that nobody owns."""

"""Pages of feeds: intake, one run, sources, quarantine."""

"""The services of the catalog: what they compute, and what they do in real containers."""

"""The program of the citizen intake. It runs in its own image and imports nothing of the house; in the image the package is called `intake`."""

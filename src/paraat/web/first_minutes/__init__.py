"""The first five minutes: the whole main job on one screen, in a demonstration on this machine only."""

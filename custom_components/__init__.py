"""A package of our own, so that it is found before others of this name."""

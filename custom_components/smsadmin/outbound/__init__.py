"""Texts on their way out: composed, submitted, and tried again while nothing has left."""

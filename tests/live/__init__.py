"""A real Home Assistant in a process of its own, and what it takes to drive it from outside. Knows nothing of the integration's insides."""

"""A real Home Assistant in a process of its own, and what it takes to drive it from outside. Only `evidence` knows the insides of its files."""

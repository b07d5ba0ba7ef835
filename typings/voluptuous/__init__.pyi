# Since 2026.9, Home Assistant installs probatio under the name of voluptuous, which mypy can't see.
from probatio import *  # noqa: F403

# Home Assistant has put probatio in the place of voluptuous since 2026.9, under the old name; this tells mypy.
from probatio import *  # noqa: F403

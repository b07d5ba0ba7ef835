"""The SMS platform, simulated: a second reading of the specification, independent of the integration's own.

Inside tests: `async with Simulator() as simulator`. By itself: `python -m tests.simulator`.
"""

from .simulator import Simulator

__all__ = ["Simulator"]

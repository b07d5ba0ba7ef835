"""A simulator of the SMS platform. It implements the specification independently of the integration.

In tests: `async with Simulator() as simulator`. As a process: `python -m tests.simulator`.
"""

from .simulator import Simulator

__all__ = ["Simulator"]

"""How long an attempt to call the platform may take."""

from typing import NamedTuple


class Timeouts(NamedTuple):
    """The time limits of the steps of one attempt, in seconds.

    `connect` limits everything before the request leaves: a free connection, DNS, TCP, TLS. It is longer than the longest lookup. Where
    a network drops DNS queries for IPv6 addresses, c-ares, which aiodns uses, returns the IPv4 addresses only after its own time-outs,
    measured as 11, 24 and 38 seconds with one, two and three name servers. A shorter attempt would not profit from the lookup that it
    started: aiohttp keeps the result for 10 seconds, and the outbox may pause for up to 60 seconds between two attempts.
    `tcp` limits the connection to each single address. `answer` starts when the request may leave. An action waits only `CALL_PATIENCE`
    of `outbound.sender` for a connection.
    """

    connect: float = 60
    tcp: float = 10
    answer: float = 30


DEFAULT_TIMEOUTS = Timeouts()

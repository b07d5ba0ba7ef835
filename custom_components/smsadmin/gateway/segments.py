"""Estimates the number of messages that a text is charged as."""

_SINGLE = 70
_PART = 67


def estimate_segments(text: str) -> int:
    """Return the number of messages that a text needs: one up to 70 characters, otherwise one for every 67.

    The specification says only that every character counts the same (3.1, msg), and a platform may charge differently. Networks
    count UTF-16 units; an emoji has two.
    """
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return 1 if units <= _SINGLE else -(-units // _PART)

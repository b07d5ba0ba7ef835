"""How many messages a text is charged as."""

_SINGLE = 70
_PART = 67


def estimate_segments(text: str) -> int:
    """Messages that a text takes: one for 70 characters, or one for each 67 of a longer one.

    An estimate: the specification says only that every character counts the same (section 3.1), and platforms may charge otherwise.
    What networks count are units of UTF-16; an emoji has two.
    """
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return 1 if units <= _SINGLE else -(-units // _PART)

"""Decompresses bodies, whose Content-Encoding header may be missing or wrong."""

from contextlib import suppress
import zlib


def decompress(body: bytes, content_encoding: str | None = None, *, limit: int) -> tuple[bytes, bool]:
    """Return a body, decompressed if it is compressed, and whether it is complete.

    It stays as it is if it can't be decompressed, or would have more than `limit` bytes.
    """
    windows = [zlib.MAX_WBITS | 32] if _has_header(body) else []
    if "deflate" in (content_encoding or "").lower():
        windows += [zlib.MAX_WBITS | 32, -zlib.MAX_WBITS]
    for window in windows:
        inflater = zlib.decompressobj(window)
        with suppress(zlib.error):
            plain = inflater.decompress(body, limit)
            if plain and not inflater.unconsumed_tail:
                return plain + inflater.unused_data, inflater.eof
    return body, True


def _has_header(body: bytes) -> bool:
    """Whether bytes begin like gzip (RFC 1952) or zlib (RFC 1950)."""
    return body[:2] == b"\x1f\x8b" or (body[:1] == b"\x78" and int.from_bytes(body[:2]) % 31 == 0)

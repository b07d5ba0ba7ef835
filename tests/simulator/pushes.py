"""Pushes to the URL that a user has registered (3.6, 3.7): each once, whatever becomes of it."""

from dataclasses import dataclass
from enum import StrEnum

import aiohttp
from yarl import URL

from .records import Reply, Report
from .vocabulary import Charset
from .wire import urlencode


class PushStyle(StrEnum):
    """Where the parameters are."""

    QUERY = "query"
    FORM = "form"
    GET = "get"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What the customer service has set up for a user."""

    url: str
    style: PushStyle = PushStyle.QUERY
    charset: Charset = Charset.UTF8
    declared: bool = False


@dataclass(frozen=True, kw_only=True)
class PushResult:
    """What became of a push; no status where no answer came."""

    record: Reply | Report
    status: int | None
    body: str


def parameters(record: Reply | Report, charset: Charset) -> str:
    """The parameters of a push, urlencoded."""
    if isinstance(record, Reply):
        fields = {
            "Class": "mo",
            "SmsName": record.uid,
            "Mobile": record.mobile,
            "Message": record.text,
            "LinkId": record.link_id,
        }
    else:
        fields = {
            "Class": "rpt",
            "SmsName": record.uid,
            "Mobile": record.mobile,
            "LinkId": record.link_id,
            "Report": record.status,
        }
    return "&".join(f"{name}={urlencode(value, charset)}" for name, value in fields.items())


async def push(session: aiohttp.ClientSession, registration: Registration, record: Reply | Report) -> PushResult:
    """Push once."""
    form = parameters(record, registration.charset)
    in_body = registration.style is PushStyle.FORM
    url = registration.url if in_body else f"{registration.url}?{form}"
    content_type = "application/x-www-form-urlencoded"
    if registration.declared:
        content_type += f"; charset={registration.charset.value}"
    try:
        async with session.request(
            "GET" if registration.style is PushStyle.GET else "POST",
            URL(url, encoded=True),
            data=form.encode() if in_body else None,
            headers={"Content-Type": content_type} if in_body or registration.declared else None,
            allow_redirects=False,
        ) as response:
            return PushResult(record=record, status=response.status, body=await response.text())
    except aiohttp.ClientError, OSError:
        return PushResult(record=record, status=None, body="")

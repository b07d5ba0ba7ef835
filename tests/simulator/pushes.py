"""Pushes to the registered URL of an account (3.6, 3.7). The platform does not repeat a push that fails."""

from dataclasses import dataclass
from enum import StrEnum
import json

import aiohttp
from yarl import URL

from .records import Reply, Report
from .vocabulary import Charset
from .wire import urlencode


class PushStyle(StrEnum):
    """Where a push has its parameters."""

    QUERY = "query"
    FORM = "form"
    GET = "get"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """The push settings of an account, which the customer service enters."""

    url: str
    style: PushStyle = PushStyle.QUERY
    charset: Charset = Charset.UTF8
    declared: bool = False


@dataclass(frozen=True, kw_only=True)
class PushResult:
    """The answer to a push; `status` is None if there was none."""

    record: Reply | Report
    status: int | None
    body: str


class PushShape(StrEnum):
    """How clients other than the platform's own write the parameters."""

    QUERY = "query"
    FORM = "form"
    SEMICOLONS = "semicolons"
    ESCAPED = "escaped"
    UNENCODED = "unencoded"
    MULTIPART = "multipart"
    JSON = "json"
    JSON_ARRAY = "json_array"


@dataclass(frozen=True, kw_only=True)
class PushBytes:
    """Query, body and Content-Type of a push."""

    query: bytes = b""
    body: bytes = b""
    content_type: str | None = None


def write_push(record: Reply | Report, charset: Charset, shape: PushShape) -> PushBytes:
    """Write a push in the shape of another client."""
    form, named = parameters(record, charset).encode(), fields_of(record)
    match shape:
        case PushShape.QUERY:
            return PushBytes(query=form)
        case PushShape.FORM:
            return PushBytes(body=form, content_type="application/x-www-form-urlencoded")
        case PushShape.SEMICOLONS:
            return PushBytes(query=b"?" + form.replace(b"&", b";"))
        case PushShape.ESCAPED:
            return PushBytes(query=form.replace(b"&", b"&amp;"))
        case PushShape.UNENCODED:
            return PushBytes(body="&".join(f"{name}={value}" for name, value in named.items()).encode(charset.outgoing))
        case PushShape.MULTIPART:
            parts = [
                f'--=x=\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in named.items()
            ]
            body = "".join([*parts, "--=x=--\r\n"]).encode(charset.outgoing)
            return PushBytes(body=body, content_type='multipart/form-data; boundary="=x="')
    text = json.dumps([named] if shape is PushShape.JSON_ARRAY else named, ensure_ascii=False)
    return PushBytes(body=text.encode(charset.outgoing), content_type="application/json")


def parameters(record: Reply | Report, charset: Charset) -> str:
    """Return the parameters of a push, urlencoded."""
    return "&".join(f"{name}={urlencode(value, charset)}" for name, value in fields_of(record).items())


def fields_of(record: Reply | Report) -> dict[str, str]:
    """Return the parameters of a push (3.6, 3.7)."""
    if isinstance(record, Reply):
        return {
            "Class": "mo",
            "SmsName": record.uid,
            "Mobile": record.mobile,
            "Message": record.text,
            "LinkId": record.link_id,
        }
    return {
        "Class": "rpt",
        "SmsName": record.uid,
        "Mobile": record.mobile,
        "LinkId": record.link_id,
        "Report": record.status,
    }


async def push(session: aiohttp.ClientSession, registration: Registration, record: Reply | Report) -> PushResult:
    """Push a record once."""
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

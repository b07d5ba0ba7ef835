"""Replies and reports, and the layout of a page of them (3.4, 3.5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .vocabulary import CHINA, PAGE_SIZE, Charset, Interface
from .wire import urlencode


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A text from a phone to the account (Class mo)."""

    id: int
    uid: str
    mobile: str
    at: datetime
    link_id: str
    text: str
    sub_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A delivery report on a text to one number (Class rpt)."""

    id: int
    uid: str
    mobile: str
    at: datetime
    link_id: str
    status: str
    sub_code: str = ""


@dataclass(frozen=True, kw_only=True)
class Garbage:
    """Bytes among the records that are no record."""

    id: int
    uid: str
    at: datetime
    interface: Interface
    raw: bytes


type Record = Reply | Report | Garbage


@dataclass(frozen=True, kw_only=True)
class RecordStyle:
    """The layout of an account's pages; the defaults follow the specification."""

    charset: Charset = Charset.UTF8
    raw: bool = False
    separator: str = "\n"
    padding: str = ""
    trailing: bool = True
    slash_time: bool = False
    time_form: str = ""
    mobile_form: str = "{}"
    field_padding: str = ""
    before: str = ""
    after: str = ""
    sub_code: bool = True
    no_link_id: str = ""
    page_size: int = PAGE_SIZE
    content_type: str = "text/html"


@dataclass(frozen=True, kw_only=True)
class Page:
    """The bytes of a page; record i is complete in the first `ends[i]` bytes."""

    body: bytes
    ends: tuple[int, ...]


def interface_of(record: Record) -> Interface:
    """Return the interface that returns a record."""
    match record:
        case Reply():
            return Interface.REVERT
        case Report():
            return Interface.REPORT
        case Garbage():
            return record.interface


def lay_out(records: Sequence[Record], style: RecordStyle) -> Page:
    """Write a page of records."""
    separator = f"{style.padding}{style.separator}{style.padding}".encode(style.charset.outgoing)
    body, ends = style.before.encode(), []
    for number, record in enumerate(records, 1):
        body += _line(record, style)
        if style.trailing or number < len(records):
            body += separator
        ends.append(len(body))
    return Page(body=body + style.after.encode(), ends=tuple(ends))


def _line(record: Record, style: RecordStyle) -> bytes:
    if isinstance(record, Garbage):
        return record.raw
    content = record.text if isinstance(record, Reply) else record.status
    fields = [
        style.mobile_form.format(record.mobile),
        record.at.astimezone(CHINA).strftime(
            style.time_form or ("%Y/%m/%d %H:%M:%S" if style.slash_time else "%Y-%m-%d %H:%M:%S")
        ),
        record.link_id or style.no_link_id,
        content if style.raw else urlencode(content, style.charset),
    ]
    if style.sub_code:
        fields.append(record.sub_code)
    return f"{style.field_padding}/{style.field_padding}".join(fields).encode(style.charset.outgoing)

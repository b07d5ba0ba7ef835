"""The platform: accounts, submissions, and records that wait for a pull."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
import hashlib
import itertools
import random
import re

from .clock import Clock
from .records import Page, Record, RecordStyle, interface_of, lay_out
from .vocabulary import CHINA, MOBILES_PER_CALL, PULLS, Charset, Code, Interface, Misconduct
from .wire import decode_message, encoded_twice

_MOBILE = re.compile(r"[0-9]+")
_LINK_ID = re.compile(r"[0-9]{20}")
_SEND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True, kw_only=True)
class SentMessage:
    """An accepted submission (3.1, 3.2)."""

    uid: str
    mobiles: tuple[str, ...]
    text: str
    charset: str
    send_at: datetime | None
    link_id: str
    method: str
    at: datetime


@dataclass(kw_only=True)
class Account:
    """An account of the platform."""

    uid: str
    password: str
    balance: int
    frozen: bool = False
    may_send: bool = True
    max_chars: int = 500
    charset: Charset | None = None
    style: RecordStyle = field(default_factory=RecordStyle)
    waiting: dict[Interface, deque[Record]] = field(default_factory=lambda: {pull: deque() for pull in PULLS})

    @property
    def digest(self) -> str:
        """The MD5 digest of the password as 32 lowercase hex digits (3.1, pwd)."""
        return hashlib.md5(self.password.encode(), usedforsecurity=False).hexdigest()


class Platform:
    """All accounts, their submissions, and the violations of the specification."""

    def __init__(self, *, seed: int, clock: Clock) -> None:
        """Start without accounts; the seed determines the delays of reports."""
        self.clock = clock
        self.random = random.Random(seed)
        self.accounts: dict[str, Account] = {}
        self.sent: list[SentMessage] = []
        self.violations: list[Misconduct] = []
        self.handed_out: list[Record] = []
        self.new_id = itertools.count(1).__next__
        self.on_accepted: Callable[[SentMessage], None] | None = None
        self._link_ids: set[str] = set()

    def forget(self) -> None:
        """Remove the accounts and everything else."""
        for state in (self.accounts, self.sent, self.violations, self.handed_out, self._link_ids):
            state.clear()

    def authenticate(self, form: Mapping[str, bytes]) -> Account | Code:
        """Return the account of a request, or the code that rejects it."""
        password = form.get("pwd", b"").decode("latin-1")
        account = self.accounts.get(form.get("uid", b"").decode("utf-8", "replace"))
        if password and not re.fullmatch(r"[0-9a-f]{32}", password):
            self.violations.append(Misconduct.PASSWORD_NOT_HASHED)
        if account is None or password != account.digest:
            return Code.WRONG_CREDENTIALS
        return Code.FROZEN if account.frozen else account

    def submit(self, interface: Interface, form: Mapping[str, bytes]) -> Code:
        """Check a submission, and accept it (3.1, 3.2)."""
        account = self.authenticate(form)
        if isinstance(account, Code):
            return account
        mobiles = tuple(form.get("mobile", b"").decode("latin-1").split(";"))
        if code := self._rejection(account, interface, form, mobiles):
            return code
        try:
            text, charset = decode_message(form["msg"], account.charset)
        except UnicodeDecodeError:
            self.violations.append(Misconduct.UNDECODABLE_MESSAGE)
            return Code.FAILED
        if len(text) > account.max_chars:
            return Code.TOO_LONG
        if account.balance < len(mobiles):
            return Code.BALANCE_TOO_LOW
        self._accept(account, interface, form, mobiles, text, charset)
        return Code.ACCEPTED

    def _rejection(
        self, account: Account, interface: Interface, form: Mapping[str, bytes], mobiles: tuple[str, ...]
    ) -> Code | None:
        """Return the code that rejects a submission before its text is read, or None."""
        if not account.may_send:
            return Code.MAY_NOT_SEND
        if not form.get("mobile") or not form.get("msg"):
            return Code.EMPTY
        if self._malformed(form, mobiles):
            return Code.FAILED
        return Code.TOO_MANY if len(mobiles) > MOBILES_PER_CALL[interface] else None

    def _accept(
        self,
        account: Account,
        interface: Interface,
        form: Mapping[str, bytes],
        mobiles: tuple[str, ...],
        text: str,
        charset: Charset,
    ) -> None:
        """Charge and record an accepted submission."""
        account.balance -= len(mobiles)
        link_id = form.get("linkid", b"").decode()
        self._link_ids.add(link_id)
        message = SentMessage(
            uid=account.uid,
            mobiles=mobiles,
            text=text,
            charset=charset.value,
            send_at=_send_time(form.get("dttime", b"").decode()),
            link_id=link_id,
            method="GET" if interface is Interface.GET_SEND else "POST",
            at=self.clock.now(),
        )
        self.sent.append(message)
        if self.on_accepted:
            self.on_accepted(message)

    def _malformed(self, form: Mapping[str, bytes], mobiles: tuple[str, ...]) -> bool:
        """Whether a parameter violates the specification; records each violation."""
        send_at, link_id = form.get("dttime", b"").decode("latin-1"), form.get("linkid", b"").decode("latin-1")
        found = []
        if not all(_MOBILE.fullmatch(mobile) for mobile in mobiles):
            found.append(Misconduct.MALFORMED_MOBILE)
        if len(set(mobiles)) < len(mobiles):
            found.append(Misconduct.MOBILE_REPEATED)
        if encoded_twice(form["msg"]):
            found.append(Misconduct.DOUBLE_URLENCODING)
        if send_at and (time := _send_time(send_at)) is None:
            found.append(Misconduct.MALFORMED_SEND_TIME)
        elif send_at and time is not None and time <= self.clock.now():
            found.append(Misconduct.SEND_TIME_IN_PAST)
        if link_id and not _LINK_ID.fullmatch(link_id):
            found.append(Misconduct.MALFORMED_LINK_ID)
        if link_id in self._link_ids:
            found.append(Misconduct.LINK_ID_REUSED)
        self.violations += found
        return bool(found)

    def balance(self, form: Mapping[str, bytes]) -> str:
        """Return the answer to a balance query (3.3)."""
        account = self.authenticate(form)
        return account.value if isinstance(account, Code) else f"{Code.ACCEPTED.value}, {account.balance}"

    def pull(self, interface: Interface, form: Mapping[str, bytes]) -> Code | tuple[Page, RecordStyle]:
        """Return a page and its style; each page is returned once (3.4, 3.5)."""
        account = self.authenticate(form)
        if isinstance(account, Code):
            return account
        queue = account.waiting[interface]
        if not queue:
            return Code.NO_REPLIES if interface is Interface.REVERT else Code.NO_REPORTS
        records = [queue.popleft() for _ in range(min(len(queue), account.style.page_size))]
        self.handed_out += records
        return lay_out(records, account.style), account.style

    def put(self, record: Record) -> None:
        """Let a record wait until its account pulls it."""
        self.accounts[record.uid].waiting[interface_of(record)].append(record)


def _send_time(text: str) -> datetime | None:
    if not _SEND_TIME.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except ValueError:
        return None

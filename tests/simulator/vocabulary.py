"""The constants of the specification: interfaces, response codes (3.8), report statuses (3.9)."""

from datetime import timedelta, timezone
from enum import StrEnum

CHINA = timezone(timedelta(hours=8), "CST")
PREFIX = "/smsmarketing/wwwroot/interface/"
PAGE_SIZE = 20


class Interface(StrEnum):
    """The interfaces that a client calls (3.1 to 3.5)."""

    GET_SEND = "getSendSms"
    POST_SEND = "postSendSms"
    BALANCE = "queryBalance"
    REVERT = "revert"
    REPORT = "report"


SUBMISSIONS = (Interface.GET_SEND, Interface.POST_SEND)
PULLS = (Interface.REVERT, Interface.REPORT)
MOBILES_PER_CALL = {Interface.GET_SEND: 100, Interface.POST_SEND: 1000}


class Code(StrEnum):
    """Response codes (3.8)."""

    ACCEPTED = "000"
    WRONG_CREDENTIALS = "101"
    BALANCE_TOO_LOW = "102"
    TOO_MANY = "103"
    MAY_NOT_SEND = "104"
    EMPTY = "105"
    TOO_LONG = "107"
    FROZEN = "108"
    NO_REPLIES = "150"
    NO_REPORTS = "160"
    FAILED = "400"


class Status(StrEnum):
    """Report statuses (3.9); networks may send others."""

    DELIVERED = "DELIVRD"
    EXPIRED = "EXPIRED"
    UNDELIVERABLE = "UNDELIV"
    UNKNOWN = "UNKNOWN"
    REJECTED = "REJECTD"
    BLACKLISTED = "DTBLACK"
    BUSY = "ERR:104"


class Charset(StrEnum):
    """The charsets that the platform accepts (history note of 2.0.0)."""

    UTF8 = "utf-8"
    GB2312 = "gb2312"

    @property
    def incoming(self) -> str:
        """The codec of submitted texts; Chinese software that says GB2312 means GBK."""
        return "gbk" if self is Charset.GB2312 else "utf-8"

    @property
    def outgoing(self) -> str:
        """The codec of records and pushes; GB18030 has every character that GB2312 lacks."""
        return "gb18030" if self is Charset.GB2312 else "utf-8"


class Misconduct(StrEnum):
    """Violations of the specification by a client."""

    REDIRECT_FOLLOWED = "redirect_followed"
    COOKIE_SENT_BACK = "cookie_sent_back"
    MISSING_TRAILING_SLASH = "missing_trailing_slash"
    UNKNOWN_PATH = "unknown_path"
    WRONG_METHOD = "wrong_method"
    DIGEST_IN_URL = "digest_in_url"
    PASSWORD_NOT_HASHED = "password_not_hashed"
    PARAMETER_REPEATED = "parameter_repeated"
    PARAMETER_UNKNOWN = "parameter_unknown"
    DOUBLE_URLENCODING = "double_urlencoding"
    UNDECODABLE_MESSAGE = "undecodable_message"
    MALFORMED_MOBILE = "malformed_mobile"
    MOBILE_REPEATED = "mobile_repeated"
    MALFORMED_SEND_TIME = "malformed_send_time"
    SEND_TIME_IN_PAST = "send_time_in_past"
    MALFORMED_LINK_ID = "malformed_link_id"
    LINK_ID_REUSED = "link_id_reused"
    CONCURRENT_PULLS = "concurrent_pulls"

r"""Regular expressions that find the records of a pulled page (sections 3.4 and 3.5).

A record begins with a head, `mobile/time/linkid/`. The patterns accept many variants of a head: a record that is taken for part of
another one's text reaches the wrong automation. Repetitions are bounded, because a hostile page must not take quadratic time.

Each is compiled when it is first used, because compiling them takes longer than importing all of this package.
"""

from functools import cache
import re

from .times import DATE_TIME, SLASHED_DATE

_BLANK = rb"[ \t]{0,8}"
_SLASH = _BLANK + rb"/" + _BLANK
_DATED = DATE_TIME + rb"(?=" + _BLANK + rb"/)"
# A number may be decorated, full-width or quoted; whether it is one is checked when the record is read.
_DIGIT = rb"(?:[0-9]|\xef\xbc[\x90-\x99]|\xa3[\xb0-\xb9])"
_LABEL = rb"(?:[A-Za-z\x80-\xff]{1,24}[:=])"
_NUMBER = rb"[0-9+ \t.()\[\]\"'\x80-\xff-]{3,60}"
_MAINLAND = rb"(?:\+|00)?(?:86)?1[3-9][0-9]{9}"
# A bullet, an opening bracket, or a field that is empty or an index.
_PREFIX = rb"(?:[{<>*#]{1,3}" + _BLANK + rb"|[0-9]{0,6}/(?=" + _MAINLAND + _BLANK + rb"/))"
NO_LINK_ID = rb"null|\(null\)|none|nil|nan|n/a|undefined|\xe7\xa9\xba|\xbf\xd5|\xe6\x97\xa0|\xce\xde"
_LINK_ID = rb"(?:" + NO_LINK_ID + rb"|[!-.0-;=?-~]{0,64})"
# A head without a readable time needs one of these link ids, which a text is unlikely to contain.
_CERTAIN_LINK_ID = rb"(?:[0-9]{10,64}|[01]|" + NO_LINK_ID + rb"|)"
_UNDATED = (
    rb"(?:" + SLASHED_DATE + rb"[^/\r\n]{0,32}|(?![1-9][0-9]{0,3}[ \t]{0,8}/|[^/\r\n]{0,37}1[3-9][0-9]{9})[^/\r\n|;<>&]{0,48})"
)

_HEAD = rb"(?:%s(?:%s|%s))" % (
    _PREFIX + rb"?(?=[^/\r\n]{0,30}" + _DIGIT + rb"{3})",
    _LABEL + rb"?" + _NUMBER + _SLASH + DATE_TIME + _SLASH + _LINK_ID + _BLANK + rb"/",
    _NUMBER + _SLASH + _UNDATED + _SLASH + _CERTAIN_LINK_ID + _BLANK + rb"/",
)
# A line that begins like this does not continue the text of the line before, even if no record can be read from it.
_BROKEN_HEAD = rb"(?:%s|%s|%s|%s|%s)" % (
    rb"[^/\r\n]{0,60}" + _SLASH + DATE_TIME + _SLASH + _LINK_ID + _BLANK + rb"/",
    rb"(?=[^/\r\n]{0,30}[0-9]{3})[^/\r\n]{0,60}/(?:[^/\r\n]{0,20}/)?" + _BLANK + DATE_TIME + rb"[^/\r\n]{0,8}/[^/\r\n]{0,64}/",
    _MAINLAND + _SLASH + rb"(?:" + DATE_TIME + _SLASH + rb"[^/\r\n]{0,64}[/\r\n]|[^/\r\n]{0,100}/[^/\r\n]{0,100}/)",
    _MAINLAND + rb"[^/\r\n]{0,3}" + DATE_TIME + _SLASH + rb"[^/\r\n]{0,64}/",
    rb"[^/\r\n]{0,12}[0-9]{7}[^/\r\n]{0,20}(?:/[^/\r\n]{0,100}){2}/",
)
# A record in angle brackets is no tag.
_TAG = (
    rb"<!--[^<>]{0,300}-->|</?[a-z!][a-z0-9]{0,15}\b(?![^<>]{0,60}/"
    + DATE_TIME
    + rb"/)[^<>]{0,200}>|&lt;/?[a-z][a-z0-9]{0,15}\b[^<>&]{0,200}&gt;|<!--|-->|<!\[CDATA\[|\]\]>"
)
LINE_END = rb"(?:[\r\n\v\f\x1c-\x1e]|\\[rn]|&#(?:10|13|x0?[ad]);|" + _TAG + rb")"
# A sub-code ends a record, so any sign may separate it from a head without decorations.
_SIGNS = (
    rb"(?:%s)[^0-9A-Za-z+/\r\n\x80-\xff]{1,4}(?=" % b"|".join(rb"(?<=/[0-9]{%d})" % length for length in range(5))
    + _MAINLAND
    + _SLASH
    + DATE_TIME
    + _SLASH
    + _LINK_ID
    + rb"/)"
)
OTHER_SEPARATOR = rb"(?:[;|,\t\x00]|%0[ad]|\xef\xbc[\x8c\x9b]|\xa3[\xac\xbb]|\xe3\x80\x81|\xa1\xa2)"


@cache
def between() -> re.Pattern[bytes]:
    """The separator between two records."""
    return re.compile(
        rb"%s(?=\s{0,8}(?:%s|%s))|(?:/r)?/n(?=\s{0,8}%s)|%s{1,4}+(?=%s)|%s"
        % (LINE_END, _HEAD, _BROKEN_HEAD, _HEAD, OTHER_SEPARATOR, _BLANK + _HEAD, _SIGNS),
        re.IGNORECASE,
    )


@cache
def head() -> re.Pattern[bytes]:
    """A head where a record may begin."""
    return re.compile(rb"(?:\A|%s|%s)\s{0,8}%s" % (LINE_END, OTHER_SEPARATOR, _HEAD), re.IGNORECASE)


@cache
def record() -> re.Pattern[bytes]:
    """A record: its head, and everything that follows."""
    return re.compile(
        _PREFIX
        + rb"?(?P<label>"
        + _LABEL
        + rb")?(?P<mobile>"
        + _NUMBER
        + rb")"
        + _SLASH
        # Atomic, so that backtracking does not read a time with slashes as a year, a link id and the rest.
        + rb"(?:(?P<time>(?>"
        + _DATED
        + rb"))|(?P<no_time>(?>"
        + _UNDATED
        + rb")))"
        + _SLASH
        + rb"(?P<link_id>"
        + _LINK_ID
        + rb")"
        + _BLANK
        + rb"/(?P<rest>.*)",
        re.DOTALL | re.IGNORECASE,
    )


@cache
def certain_link_id() -> re.Pattern[bytes]:
    """A link id that a text is unlikely to contain."""
    return re.compile(_CERTAIN_LINK_ID, re.IGNORECASE)


@cache
def likely_head() -> re.Pattern[bytes]:
    """Most of a head, anywhere in the text of a record: no text contains that, so two records were not separated."""
    return re.compile(
        rb"%s|%s|%s|%s"
        % (
            _DIGIT + rb"{3}[ \t)\]\"']{0,4}/" + _BLANK + DATE_TIME + _SLASH + _LINK_ID + _BLANK + rb"/",
            rb"1[3-9][0-9]{9}[\"')]?" + _SLASH + _UNDATED + _SLASH + _CERTAIN_LINK_ID + _BLANK + rb"/",
            rb"/" + _BLANK + DATE_TIME + _SLASH + rb"[0-9]{10,64}" + _BLANK + rb"/",
            rb"1[3-9][0-9]{9}(?:" + _SLASH + DATE_TIME + rb"|[^\r\n]{0,3}" + _DATED + rb")",
        ),
        re.IGNORECASE,
    )


@cache
def leading_separators() -> re.Pattern[bytes]:
    """The separators at the beginning of a record."""
    return re.compile(rb"(?:\s|\xef\xbb\xbf|" + LINE_END + rb")*+", re.IGNORECASE)


@cache
def trailing_separators() -> re.Pattern[bytes]:
    """The separators at the end of a record, matched against the reversed bytes; only these tags, since a text may end in others."""
    return re.compile(
        rb"(?:\s|\x00|>[^<>]{0,200}?\b(?:rb|p|vid|naps|[1-6]h|il|lu|lo|erp|lmth|daeh|eltit|ydob|elbat|ydobt|rt|dt|retnec|tnof|b)/?<"
        rb"|>--|--!<|[rn]\\|;(?:[03]1|[ad]0?x)#&)*+",
        re.IGNORECASE,
    )

"""Tests of the share of realistic replies that are decoded wrongly, by charset, declaration and evidence."""

from collections.abc import Iterator

import pytest

from custom_components.smsadmin.gateway.charset import decode
from custom_components.smsadmin.gateway.models import Charset
from tests.gateway.corpus import Kind, replies

ENCODINGS = {
    "utf-8": Charset.UTF_8,
    "gb2312": Charset.GB2312,
    "gbk": Charset.GB2312,
    "gb18030": Charset.GB2312,
}
OTHER = {Charset.UTF_8: Charset.GB2312, Charset.GB2312: Charset.UTF_8}


def encoded(encoding: str, *kinds: Kind) -> Iterator[tuple[str, bytes]]:
    """Encode the replies that a charset can represent."""
    for text in (text for kind in kinds for text in replies(kind)):
        try:
            yield text, text.encode(encoding)
        except UnicodeEncodeError:
            assert encoding in {"gb2312", "gbk"}


def errors(encoding: str, declared: Charset | None, evidence: Charset | None, *kinds: Kind) -> tuple[float, list[str]]:
    """Return the share of replies that are decoded wrongly, and these replies."""
    texts = list(encoded(encoding, *kinds))
    wrong = [text for text, raw in texts if decode(raw, declared, evidence) != text]
    return len(wrong) / len(texts), wrong


def test_the_corpus_is_large() -> None:
    assert len({text for kind in Kind for text in replies(kind)}) >= 2000


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("is_declared", ["rightly", "wrongly", "not at all"])
def test_with_evidence_no_reply_is_garbled(encoding: str, is_declared: str) -> None:
    charset = ENCODINGS[encoding]
    declared = {"rightly": charset, "wrongly": OTHER[charset], "not at all": None}[is_declared]
    assert errors(encoding, declared, charset, *Kind) == (0, [])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_with_the_right_declaration_no_reply_is_garbled(encoding: str) -> None:
    assert errors(encoding, ENCODINGS[encoding], None, *Kind) == (0, [])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("is_declared", ["wrongly", "not at all"])
def test_without_evidence_one_reply_in_a_hundred_is_garbled(encoding: str, is_declared: str) -> None:
    declared = OTHER[ENCODINGS[encoding]] if is_declared == "wrongly" else None
    share, wrong = errors(encoding, declared, None, *Kind)
    assert share <= 0.01, wrong

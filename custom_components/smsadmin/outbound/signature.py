"""Puts signature and title in front of a message."""

import re

_SIGNED = re.compile(r"\s*【[^【】]+】.*|.*【[^【】]+】\s*", re.DOTALL)


def add_signature(message: str, title: str | None, signature: str | None) -> str:
    """Return signature, title and message as one text. A text or message that begins or ends with any 【…】 counts as signed.

    A blank message stays blank: a title or signature alone is no text to send.
    """
    # Templates and files may have the line ends of another system.
    message, title = (part.replace("\r\n", "\n").replace("\r", "\n") for part in (message, (title or "").strip()))
    if not message.strip():
        return ""
    text = f"{title}\n{message}" if title else message
    is_signed = not signature or _SIGNED.fullmatch(text) or _SIGNED.fullmatch(message)
    return text if is_signed else f"【{signature}】{text}"

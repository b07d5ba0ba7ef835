"""The text of a message as it goes out: signature, title, body."""

import re

_SIGNED = re.compile(r"\s*【[^【】]+】.*|.*【[^【】]+】\s*", re.DOTALL)


def compose_text(message: str, title: str | None, signature: str | None) -> str:
    """Put title and signature in front of a message; a text that carries a signature gets no second one.

    A blank message stays blank: a title or signature alone is no text to send.
    """
    # Templates and files bring the line ends of their systems along.
    message, title = (part.replace("\r\n", "\n").replace("\r", "\n") for part in (message, (title or "").strip()))
    if not message.strip():
        return ""
    text = f"{title}\n{message}" if title else message
    is_signed = not signature or _SIGNED.fullmatch(text) or _SIGNED.fullmatch(message)
    return text if is_signed else f"【{signature}】{text}"

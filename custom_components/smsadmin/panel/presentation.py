"""Accounts and messages as the panel shows them: names, times, states and reasons in the user's language."""

from collections.abc import Iterable

from homeassistant.const import CONF_MODE, CONF_WEBHOOK_ID
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from ..const import CONF_LOW_BALANCE, CONF_SIGNATURE, DOMAIN, ReceiveMode
from ..errors import describe_reason
from ..inbound.push_url import push_urls
from ..issues.problems import Problem, issue_id
from ..message_log import conversations
from ..message_log.conversations import UNREADABLE
from ..message_log.models import SEVERITY, Direction, Message, MessageState
from ..recipients import Recipient, recipients_of
from ..rights import notify_entities
from ..services import message_state
from ..translation import local_iso, optional_local_iso
from . import api
from .commands import AccountView, Request

# The issues that are shown as a problem of the account while they are there, the worst first.
_PROBLEMS = (
    *(Problem.LOG_FULL, Problem.LOG_TOO_NEW, Problem.LOG_UNUSABLE),
    *(Problem.ACCOUNT_FROZEN, Problem.NOT_PERMITTED, Problem.BALANCE_EMPTY, Problem.UNEXPECTED_ANSWER),
)


class Presenter:
    """One account as a user sees it."""

    def __init__(self, request: Request, view: AccountView) -> None:
        """Look up the recipients and their notify entities."""
        self._request = request
        self._view = view
        entry = view.account.entry
        self._recipients = {recipient.subentry_id: recipient for recipient in recipients_of(entry)}
        self._entities = notify_entities(request.hass, entry.entry_id)
        self._signature: str = entry.options.get(CONF_SIGNATURE) or ""

    @property
    def charset(self) -> str:
        """The charset that texts go out in."""
        return self._view.account.client.charset.value

    def account(self, log_error: str | None) -> api.Account:
        """The account, with why its message log can't be read; its state for administrators alone."""
        entry, is_admin = self._view.account.entry, self._request.rights.is_unlimited
        outbox = self._view.account.outbox
        balance = self._balance() if is_admin else None
        is_unreachable = is_admin and self._has_problem(Problem.PLATFORM_UNREACHABLE)
        return {
            "config_entry_id": entry.entry_id,
            "name": entry.title,
            "charset": self.charset,
            "signature": self._signature,
            "can_send_to_numbers": is_admin,
            "log_error": log_error,
            "balance": balance,
            "is_balance_low": balance is not None and balance < entry.options.get(CONF_LOW_BALANCE, 0),
            "queued": outbox.number_count if is_admin else 0,
            "unreachable_since": optional_local_iso(outbox.oldest_call) if is_unreachable else None,
            "problem": self._problem() if is_admin else None,
            "push_url": self._push_url() if is_admin else None,
        }

    def _balance(self) -> int | None:
        data = getattr(self._view.account.entry, "runtime_data", None)
        return data.balance.data if data else None

    def _push_url(self) -> str | None:
        entry = self._view.account.entry
        if not ReceiveMode(entry.options.get(CONF_MODE, ReceiveMode.OFF)).pushes:
            return None
        return push_urls(self._request.hass, entry.data[CONF_WEBHOOK_ID])["push_url"]

    def _has_problem(self, problem: Problem) -> bool:
        issue = ir.async_get(self._request.hass).async_get_issue(DOMAIN, issue_id(self._view.account.entry, problem))
        return issue is not None and issue.active

    def _problem(self) -> str | None:
        """The worst problem of the account, in words."""
        for problem in _PROBLEMS:
            if self._has_problem(problem):
                return self._request.text(f"issues.{problem}.title")
        if any(self._view.account.entry.async_get_active_flows(self._request.hass, {"reauth"})):
            return self._request.text("exceptions.code_101.message")
        return None

    def recipients(self) -> list[api.Recipient]:
        """The recipients that this user may write to."""
        shown = self._view.shown
        return [
            {
                "config_entry_id": recipient.entry_id,
                "conversation_id": recipient.subentry_id,
                "entity_id": self._entity_id(recipient),
                "name": recipient.name,
                "mobiles": list(recipient.mobiles),
                "signature": self._signature if recipient.signature else "",
            }
            for recipient in self._recipients.values()
            if shown is None or recipient.subentry_id in shown
        ]

    def named(self, words: str) -> list[str]:
        """The conversations of the recipients whose names have these words."""
        found = (entry for entry in self.recipients() if words.casefold() in entry["name"].casefold())
        return [entry["conversation_id"] for entry in found]

    def _entity_id(self, recipient: Recipient) -> str | None:
        entity: er.RegistryEntry | None = self._entities.get(recipient.subentry_id)
        return entity.entity_id if entity and entity.disabled_by is None else None

    def name(self, conversation_id: str, mobiles: Iterable[str] = ()) -> str:
        """The name of a conversation: the recipient's, or the number."""
        if recipient := self._recipients.get(conversation_id):
            return recipient.name
        return next(iter(mobiles), conversation_id.partition("mobile:")[2])

    def conversation(self, found: conversations.Conversation, cursor: str = "") -> api.Conversation:
        """A conversation."""
        recipient = self._recipients.get(found.id)
        is_signed = found.id != UNREADABLE and (recipient is None or recipient.signature)
        mobiles = recipient.mobiles if recipient else found.mobiles[:1] or tuple(self._view.directory.numbers_of(found.id))
        return {
            "config_entry_id": self._view.entry_id,
            "conversation_id": found.id,
            "kind": "recipient" if recipient else UNREADABLE if found.id == UNREADABLE else "number",
            "name": self.name(found.id, mobiles),
            "mobiles": list(mobiles),
            "entity_id": self._entity_id(recipient) if recipient else None,
            "signature": self._signature if is_signed else "",
            "can_send": found.id != UNREADABLE,
            "unread": found.unread,
            "last": self.preview(found.last) if found.last else None,
            "cursor": cursor,
        }

    def preview(self, item: conversations.Item) -> api.Preview:
        """A text in short."""
        first = item.messages[0]
        states = [message.state for message in item.messages]
        worst = min(item.messages, key=lambda message: SEVERITY.index(message.state))
        return {
            "id": item.id,
            "direction": _direction(first),
            "message": first.message,
            "at": local_iso(first.at),
            "state": message_state(worst),
            "delivered": sum(state in (MessageState.DELIVERED, MessageState.RECEIVED) for state in states),
            "total": len(states),
            "send_at": optional_local_iso(first.send_at),
        }

    def item(self, item: conversations.Item) -> api.Item:
        """An item of a conversation, with what became of each of its numbers."""
        first = item.messages[0]
        is_sent = first.direction is Direction.OUT
        quote = item.in_reply_to
        return {
            "id": item.id,
            "direction": _direction(first),
            "message": first.message,
            "at": local_iso(first.at),
            "mobile": None if is_sent else first.mobile,
            "in_reply_to": {"id": quote.id, "message": quote.message, "at": local_iso(quote.at)} if quote else None,
            "source": None if is_sent else first.history[0].source,
            "reason": None if is_sent else self.reason(first),
            "call_id": item.call_id,
            "send_at": optional_local_iso(first.send_at),
            "expires_at": optional_local_iso(item.expires_at),
            "numbers": [self._number(message) for message in item.messages] if is_sent else [],
        }

    def _number(self, message: Message) -> api.NumberState:
        """What became of one number."""
        since = next((change.at for change in message.history if change.state is message.state), message.at)
        return {
            "message_id": message.message_id,
            "mobile": message.mobile or "",
            "state": message_state(message),
            "reason": self.reason(message),
            "code": message.status or message.code,
            "at": local_iso(since),
            "history": [
                {"state": change.state.value, "status": change.status, "at": local_iso(change.at), "source": change.source}
                for change in message.history
            ],
        }

    def reason(self, message: Message) -> str | None:
        """Why a message is in its state, in words."""
        return describe_reason(self._request.hass, message.state, message.reason, message.status, language=self._request.language)


def _direction(message: Message) -> str:
    return UNREADABLE if message.state is MessageState.QUARANTINED else message.direction.value

"""An account that receives by push, in a running Home Assistant: by its own web server, and by a port for pushes alone."""

from .client import Client, Json

USER = "station"
PASSWORD = "open sesame"


async def add_push_account(client: Client, platform_url: str, listener_port: int) -> str:
    """Add the account, and return the secret path of its URL for pushes."""
    account = {"username": USER, "password": PASSWORD, "advanced": {"url": platform_url}}
    await client.flow("flow", "smsadmin", account, {"mode": "push"})
    (entry,) = await client.entries("smsadmin")
    sections: Json = {"receive": {"mode": "push"}, "push": {"listener_port": listener_port}, "send": {}, "balance": {}, "log": {}}
    await client.flow("options/flow", entry["entry_id"], sections)
    form = await client.flow("options/flow", entry["entry_id"])
    url: str = form["description_placeholders"]["webhook_url"]
    return "/" + url.split("/", 3)[3]

"""SMSAdmin: the SMS gateway 通用短信平台 for Home Assistant. Set-up and tear-down, in order."""

from homeassistant.const import CONF_MODE, EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.typing import ConfigType

from .account import Account, SmsAdminConfigEntry
from .connection import create_client
from .const import DOMAIN, ReceiveMode
from .coordinator import BalanceCoordinator, LogCoordinator
from .entity import account_device
from .inbound.puller import Puller
from .inbound.webhook import TrailingSlashView
from .intake import async_intake_of, async_remove_intake
from .outbound.sender import Sender
from .services import async_setup_services

PLATFORMS = [Platform.BUTTON, Platform.EVENT, Platform.NOTIFY, Platform.SENSOR]

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Open the door for pushes to every account before any of them is set up, and register the actions."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        await async_intake_of(hass, entry)
    hass.http.register_view(TrailingSlashView)
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> bool:
    """Set up an account."""
    intake = await async_intake_of(hass, entry)
    client = create_client(hass, entry.data)
    balance = BalanceCoordinator(hass, entry, client)
    await balance.async_config_entry_first_refresh()
    summary = LogCoordinator(hass, entry, intake.log)
    # Without it the sensors that follow the log are unavailable, and nothing else is.
    await summary.async_refresh()
    entry.async_on_unload(summary.follow())
    device = dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **account_device(entry))
    entry.runtime_data = Account(
        device_id=device.id,
        balance=balance,
        log=intake.log,
        summary=summary,
        puller=Puller(hass, entry, client, intake.log, intake.dispatcher),
        sender=Sender(hass, entry, client, intake.log, balance),
    )

    async def finish(event: Event) -> None:
        """Home Assistant waits at its end for what is begun now, and for nothing that was begun before."""
        await entry.runtime_data.puller.async_stop()
        await entry.runtime_data.sender.async_finish()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, finish))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    if ReceiveMode(entry.options[CONF_MODE]).pulls:
        entry.runtime_data.puller.start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> bool:
    """Unload an account; a pull under way is finished, and the door for pushes stays open."""
    await entry.runtime_data.puller.async_stop()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> None:
    """Leave nothing behind."""
    await async_remove_intake(hass, entry)

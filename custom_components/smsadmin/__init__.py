"""SMSAdmin: the SMS gateway 通用短信平台 for Home Assistant."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.typing import ConfigType

from .account import async_accounts
from .blueprints.install import async_install_blueprints
from .const import DOMAIN
from .coordinator import BalanceCoordinator, LogCoordinator, RuntimeData, SmsAdminConfigEntry
from .entity import account_device
from .inbound.webhook import TrailingSlashView
from .issues.references import ReferenceMonitor
from .migration import async_migrate_entry as async_migrate_entry
from .outbound.legacy_notify import async_setup_legacy_notify
from .panel.registration import async_setup_panel
from .services import async_setup_services
from .translation import async_load_texts

PLATFORMS = [Platform.BUTTON, Platform.EVENT, Platform.NOTIFY, Platform.SENSOR]

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Make every account before any entry is set up, and register the actions."""
    await async_load_texts(hass)
    accounts = async_accounts(hass)
    for entry in hass.config_entries.async_entries(DOMAIN):
        accounts.update(entry)
    async_setup_legacy_notify(hass)
    hass.http.register_view(TrailingSlashView)
    async_setup_services(hass)
    await async_setup_panel(hass)
    async_at_started(hass, async_install_blueprints)
    ReferenceMonitor(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> bool:
    """Set up the entities of an account; this needs no answer from the platform."""
    if (account := await async_accounts(hass).async_get(entry)) is None:
        return False
    # So a reload tries again to open a port that another program had.
    await account.push_port.async_update()
    balance = BalanceCoordinator(hass, entry, account)
    summary = LogCoordinator(hass, entry, account)
    # If this fails, only the entities that show figures of the log are unavailable.
    await summary.async_refresh()
    device = dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, **account_device(hass, entry))
    entry.runtime_data = RuntimeData(account=account, balance=balance, summary=summary, device_id=device.id)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    if not entry.pref_disable_polling:
        entry.async_create_background_task(hass, balance.async_refresh(), "smsadmin first balance")
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> bool:
    """Unload the entities; sending, receiving and pulling go on."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: SmsAdminConfigEntry) -> None:
    """Remove the account, and the message log with it."""
    await async_accounts(hass).async_remove(entry)

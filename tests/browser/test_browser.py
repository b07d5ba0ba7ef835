"""Everything that a person does with the integration, clicked and typed in a browser, in English and in Chinese."""

from datetime import UTC, datetime, timedelta
import re

from playwright.async_api import expect

from .house import MOTHER, NEIGHBOURS, OUTSIDE, PASSWORD, USER, House
from .screen import PHONE, Screen
from .variants import in_a_browser, in_every_language, in_one_language

pytestmark = in_a_browser


@in_every_language
async def test_the_account_is_found_and_set_up_and_leads_to_recipients(house: House, screen: Screen) -> None:
    words, page = screen.ui_texts, screen.page
    await _fill_in_account(house, screen, "wrong")
    await screen.in_form("config.error.invalid_auth").wait_for()
    await screen.field("password").fill(PASSWORD)
    await screen.submit()

    await screen.in_form("config.step.receive.title").wait_for()
    await screen.submit()

    await _fill_in_recipient(screen, words.pick(en="Mother", zh_Hans="妈妈"), [f"+86 {MOTHER}"])
    await screen.submit()
    await screen.finish()

    await screen.open("/config/integrations/integration/smsadmin")
    await screen.button("config_subentries.recipient.initiate_flow.user").click()
    await _fill_in_recipient(screen, words.pick(en="Neighbours", zh_Hans="邻居"), ["hello"])
    await screen.submit()
    await screen.form.get_by_text(re.compile("hello")).wait_for()
    await screen.numbers.first.fill(";".join(NEIGHBOURS))
    await screen.submit()
    await screen.finish()
    await page.get_by_text(words.pick(en="Neighbours", zh_Hans="邻居")).first.wait_for()
    (entry,) = await house.client.entries("smsadmin")
    recipients = await house.web_socket.command("config_entries/subentries/list", entry_id=entry["entry_id"])
    assert [recipient["title"] for recipient in recipients] == [
        words.pick(en="Mother", zh_Hans="妈妈"),
        words.pick(en="Neighbours", zh_Hans="邻居"),
    ]


@in_one_language
async def test_the_push_url_is_on_the_closing_page_and_in_the_options(house: House, screen: Screen) -> None:
    words = screen.ui_texts
    await _fill_in_account(house, screen, PASSWORD)
    push = screen.form.get_by_role("radio", name=words("selector.mode.options.push"), exact=True)
    await push.click()
    await expect(push).to_be_checked()
    await screen.submit()
    push_url = screen.form.locator("code").first
    await expect(push_url).to_have_text(re.compile(f"^{OUTSIDE}/api/webhook/"))
    url = await push_url.inner_text()
    await screen.finish("ui.panel.config.integrations.config_flow.finish_skip")

    await screen.open("/config/integrations/integration/smsadmin")
    await screen.button("ui.panel.config.integrations.config_entry.configure").click()
    label = words("options.step.init.sections.push.data.push_url")
    field = screen.form.get_by_role("textbox", name=label, exact=True)
    await expect(field).to_have_value(url)
    await expect(field).not_to_be_editable()


async def _fill_in_account(house: House, screen: Screen, password: str) -> None:
    """Find the integration, and fill in the form of an account."""
    await screen.open("/config/integrations/dashboard")
    await screen.button("ui.panel.config.integrations.add_integration").click()
    brands = screen.page.locator("dialog-add-integration")
    for search in ("sms", "短信"):
        await brands.locator("input").first.fill(search)
        await expect(brands.get_by_text("SMSAdmin 通用短信平台")).to_be_visible()
    await brands.get_by_text("SMSAdmin 通用短信平台").click()
    await screen.in_form("config.step.user.data_description.password").wait_for()
    await screen.field("username").fill(USER)
    await screen.field("password").fill(password)
    await screen.unfold("config.step.user.sections.advanced.name")
    await screen.field("url").fill(house.simulator.url)
    await screen.submit()


async def _fill_in_recipient(screen: Screen, name: str, mobiles: list[str]) -> None:
    """Fill in the form of a recipient that is about to open."""
    await screen.in_form("config_subentries.recipient.step.user.data_description.mobiles").wait_for()
    await screen.field("name").fill(name)
    for place, mobile in enumerate(mobiles):
        await screen.numbers.nth(place).fill(mobile)


@in_one_language
async def test_a_wrong_option_is_an_error_and_others_take_effect(house: House, screen: Screen, account: str) -> None:
    await screen.open("/config/integrations/integration/smsadmin")
    await screen.button("ui.panel.config.integrations.config_entry.configure").click()
    await screen.in_form("options.step.init.sections.receive.description").wait_for()
    await screen.form.locator("ha-input-multi ha-button").click()
    await screen.form.locator("ha-input-multi").get_by_role("textbox").fill("platform")
    await screen.field("signature").fill("消防")
    await screen.submit()
    await expect(screen.in_form("options.error.invalid_allowed_sources", detail="platform")).to_be_visible()
    await screen.form.locator("ha-input-multi").get_by_role("textbox").fill("127.0.0.1")
    await screen.submit()
    await screen.finish()
    await house.web_socket.until_available("sensor.smsadmin_demo_balance")
    await house.web_socket.perform("smsadmin.send_sms", {"mobiles": [MOTHER], "message": "Fire!"})
    assert [sent.text for sent in house.simulator.sent] == ["【消防】Fire!"]


@in_one_language
async def test_the_handset_fits_a_phone(house: House, screen: Screen, account: str) -> None:
    """On a phone the page was wider than the screen, and offered a report on a text that had not gone out yet."""
    words = screen.ui_texts
    await house.web_socket.perform("smsadmin.send_sms", {"mobiles": [MOTHER], "message": "Fire!"})
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await house.web_socket.perform("smsadmin.send_sms", {"mobiles": [MOTHER], "message": "Tomorrow", "send_at": tomorrow})
    handset = Screen(await screen.page.context.new_page(), house.simulator.handset.rstrip("/"), words, screen.pictures)
    await handset.page.set_viewport_size(PHONE)
    await handset.open("/")
    texts = handset.page.locator("#chat li")
    await expect(texts.filter(has_text="Fire!").get_by_role("combobox")).to_be_visible()
    await expect(texts.filter(has_text="Tomorrow")).to_be_visible()
    await expect(texts.filter(has_text="Tomorrow").get_by_role("combobox")).to_have_count(0)
    await expect(handset.page.locator("input[name=text]")).to_be_in_viewport()
    assert await handset.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    platform = handset.page.get_by_role("combobox", name=words.pick(en="Platform", zh_Hans="平台"))
    for name in ("refused", ""):
        await platform.select_option(name)

        async def chosen(outage: str | None = name or None) -> bool:
            return house.simulator.outage == outage

        await house.web_socket.until(chosen)
    await handset.page.close()
    assert handset.complaints == []


@in_one_language
async def test_a_new_password_is_asked_for_and_taken(house: House, screen: Screen, account: str) -> None:
    house.simulator.accounts[USER].password = "a new one"
    await house.web_socket.perform("homeassistant.update_entity", {"entity_id": "sensor.smsadmin_demo_balance"})
    await screen.open("/config/integrations/integration/smsadmin")
    await screen.button("ui.panel.config.integrations.reconfigure").click()
    await screen.in_form("config.step.reauth_confirm.title").wait_for()
    await screen.field("password").fill("wrong")
    await screen.submit()
    await screen.in_form("config.error.invalid_auth").wait_for()
    await screen.field("password").fill("a new one")
    await screen.submit()
    await screen.in_form("config.abort.reauth_successful").wait_for()
    await screen.finish("ui.panel.config.integrations.config_flow.close")
    await house.web_socket.until_available("sensor.smsadmin_demo_balance")


@in_one_language
async def test_a_low_balance_is_an_issue_until_it_is_topped_up(house: House, screen: Screen, account: str) -> None:
    house.simulator.accounts[USER].balance = 8
    await house.client.flow("options/flow", account, {"balance": {"low_balance": 20}})
    await house.web_socket.perform("homeassistant.update_entity", {"entity_id": "sensor.smsadmin_demo_balance"})
    await screen.open("/config/repairs")
    await screen.text("issues.balance_low.title").click()
    (entry,) = await house.client.entries("smsadmin")
    await screen.text("issues.balance_low.description", account=entry["title"], balance=8, threshold=20).wait_for()
    await screen.picture("repair")
    await screen.page.keyboard.press("Escape")
    house.simulator.accounts[USER].balance = 500
    await house.web_socket.perform("homeassistant.update_entity", {"entity_id": "sensor.smsadmin_demo_balance"})
    await expect(screen.text("issues.balance_low.title")).to_have_count(0)


@in_one_language
async def test_an_automation_answers_a_reply(house: House, screen: Screen, account: str) -> None:
    words, page = screen.ui_texts, screen.page
    question, answer = words.pick(en="status?", zh_Hans="状态？"), words.pick(en="All is well.", zh_Hans="一切正常。")
    editor = "ui.panel.config.automation.editor"
    await screen.open("/config/automation/edit/new")
    await screen.button(f"{editor}.triggers.add").click()
    await _pick(screen, "triggers.reply_received")
    text = screen.row("triggers.reply_received.fields.text.description")
    await text.locator("ha-checkbox").click()
    await text.locator("ha-button").click()
    await text.get_by_role("textbox").fill(question)
    await screen.picture("automation")

    await screen.button(f"{editor}.actions.add").click()
    await _finds_first(screen, "services.send_sms", "sms", "短信")
    await _pick(screen, "services.send_sms")
    mobiles = screen.row("services.send_sms.fields.mobiles.description")
    await mobiles.locator("ha-checkbox").click()
    await mobiles.locator("ha-button").click()
    await mobiles.get_by_role("textbox").fill(MOTHER)
    await screen.row("services.send_sms.fields.message.description").get_by_role("textbox").fill(answer)
    await screen.button("ui.common.save").click()
    dialog = page.locator("ha-dialog-automation-save")
    await dialog.get_by_role("textbox").first.fill(question)
    await dialog.get_by_role("button", name=words("ui.common.save"), exact=True).click()
    await page.wait_for_url(re.compile(r"/edit/\d+$"))

    await house.simulator.push_reply(MOTHER, question, uid=USER)

    async def answered() -> bool:
        return [sent.text for sent in house.simulator.sent] == [answer]

    await house.web_socket.until(answered)


async def _finds_first(screen: Screen, key: str, *searches: str) -> None:
    """Search for an action by other words; the legacy services, one for each recipient, come after it."""
    dialog = screen.page.locator("add-automation-element-dialog")
    for search in searches:
        await dialog.locator("input").first.fill(search)
        await expect(dialog.locator("ha-combo-box-item").first).to_contain_text(screen.ui_texts(f"{key}.description"))


async def _pick(screen: Screen, key: str) -> None:
    """Search for a trigger or an action by its name, and take it."""
    dialog = screen.page.locator("add-automation-element-dialog")
    await dialog.locator("input").first.fill(screen.ui_texts(f"{key}.name"))
    await dialog.get_by_text(screen.ui_texts(f"{key}.description"), exact=True).first.click()

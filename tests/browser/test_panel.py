"""The panel and the card against a real Home Assistant: people read and write texts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
import re
from typing import Any

from playwright.async_api import expect

from .house import MOTHER, NEIGHBOURS, PASSWORD, USER, House
from .panel import Panel, mother_of
from .screen import PHONE, SIZE, Screen, logged_in
from .variants import in_a_browser, in_every_language, in_one_language

pytestmark = in_a_browser

STRANGER = "13700000003"


@asynccontextmanager
async def another_users_screen(screen: Screen, house: House, **settings: Any) -> AsyncIterator[Screen]:
    """The browser of a user who is no administrator."""
    await house.add_user("family")
    async with logged_in(house, screen.ui_texts, screen.pictures, "family", "family", **settings) as theirs:
        yield theirs


@in_every_language
async def test_the_panel_shows_the_truth_about_every_text(house: House, screen: Screen, account: str) -> None:
    words, simulator = screen.ui_texts, house.simulator
    mother, neighbours = mother_of(words), words.pick(en="Neighbours", zh_Hans="邻居")
    await house.add_recipient(account, neighbours, *NEIGHBOURS)
    parcel = words.pick(en="Your parcel is at the gate, code 0417.", zh_Hans="您的快递已到门岗，取件码 0417。")
    wrong = await house.send(words.pick(en="The plumber comes at nine.", zh_Hans="水管工九点到。"), mobile="13600000004")
    await simulator.push_report("13600000004", "UNDELIV", uid=USER, link_id=wrong)
    await simulator.push_reply(STRANGER, parcel, uid=USER)
    water = await house.send(words.pick(en="Water in the cellar!", zh_Hans="地下室进水了！"), neighbours)
    for mobile, status in zip(NEIGHBOURS, ("DELIVRD", "UNDELIV"), strict=True):
        await simulator.push_report(mobile, status, uid=USER, link_id=water)
    windows = await house.send(
        words.pick(en="A storm is coming. Are the windows closed?", zh_Hans="要刮大风了，窗户都关好了吗？"), mother
    )
    await simulator.push_report(MOTHER, "DELIVRD", uid=USER, link_id=windows)
    answer = words.pick(en="All but the one in the kitchen.", zh_Hans="都关了，只有厨房的还开着。")
    await simulator.push_reply(MOTHER, answer, uid=USER, link_id=windows)

    panel = Panel(screen)
    await screen.open("/")
    await screen.page.locator("ha-sidebar").get_by_text(words("common.panel_title"), exact=True).click()
    await expect(panel.row(mother).locator(".badge")).to_have_count(0)
    await expect(panel.row(neighbours)).to_contain_text("1/2")
    await panel.choose(mother)
    await expect(panel.text(answer).locator(".quote")).to_contain_text(words.pick(en="A storm", zh_Hans="要刮大风了"))

    reply = words.pick(en="I am closing it now.", zh_Hans="我这就去关。")
    request = words.pick(en="Please close it, the rain is near.", zh_Hans="请关上，雨快来了。")
    await panel.field.fill(request)
    await panel.field.press("Enter")
    await expect(panel.field).to_have_value("")
    await expect(panel.thread.locator(".message.out")).to_have_count(2)
    assert (simulator.sent[-1].mobiles, simulator.sent[-1].text) == ((MOTHER,), request)
    link_id = simulator.sent[-1].link_id
    await simulator.push_report(MOTHER, "DELIVRD", uid=USER, link_id=link_id)
    await simulator.push_reply(MOTHER, reply, uid=USER, link_id=link_id)
    await expect(panel.text(reply)).to_be_visible()
    await expect(panel.thread.locator(".state.delivered")).to_have_count(2)
    medicine = words.pick(en="Take your medicine, please.", zh_Hans="该吃药了。")
    evening = (datetime.now(UTC) + timedelta(hours=3)).replace(minute=30, second=0, microsecond=0).isoformat()
    await house.send(medicine, mother, send_at=evening)
    await expect(panel.text(medicine).locator(".state.scheduled")).to_be_visible()
    await expect(panel.row(mother)).to_contain_text(medicine)
    await expect(panel.row(mother).locator(".badge")).to_have_count(0)
    await screen.picture("panel")


@in_one_language
async def test_a_text_that_waits_can_be_cancelled(house: House, screen: Screen, account: str) -> None:
    panel = Panel(screen)
    await house.send("Fire!", mother_of(screen.ui_texts))
    await house.simulator.begin_outage("refused")
    await screen.open("/smsadmin")
    await panel.choose(mother_of(screen.ui_texts))
    await panel.field.fill("Later")
    await panel.field.press("Enter")
    waiting = panel.text("Later")
    await expect(waiting.locator(".state.waiting")).to_be_visible()
    await expect(panel.list.locator(".line")).to_be_visible()
    await waiting.locator("button.textual").click()
    await expect(waiting.locator(".state.ended")).to_be_visible()
    await house.simulator.end_outage()
    await house.send("The platform is back", mother_of(screen.ui_texts))
    await expect(panel.text("The platform is back")).to_be_visible()
    assert [sent.text for sent in house.simulator.sent] == ["Fire!", "The platform is back"]


@in_one_language
async def test_what_is_on_its_way_is_not_in_the_field_again(house: House, screen: Screen, account: str) -> None:
    """After a reload while "Sending …", the field held a text that the thread had already, and Enter sent it again."""
    panel, mother, page = Panel(screen), mother_of(screen.ui_texts), screen.page
    await house.send("Fire!", mother)
    await screen.open("/smsadmin")
    await panel.choose(mother)
    answered = house.simulator.hold("submit")
    await panel.field.fill("part A")
    await panel.field.press("Enter")
    await panel.field.press_sequentially("part B")
    await expect(panel.text("part A").locator(".state.going")).to_be_visible()
    await page.reload()
    await expect(panel.text("part A").locator(".state.going")).to_be_visible()
    await expect(panel.field).to_have_value("part B")

    await screen.open("/smsadmin/new")
    dialog = page.locator("smsadmin-new")
    for name in (mother, STRANGER):
        await dialog.locator("#to").fill(name)
        await dialog.locator("#to").press("Enter")
    await dialog.locator("textarea").fill("part C")
    await dialog.locator("textarea").press("Enter")
    await dialog.locator("textarea").press_sequentially("part D")
    await expect(panel.row("137 0000 0003")).to_contain_text("part C")
    await page.reload()
    await expect(dialog.locator("textarea")).to_have_value("part D")
    await expect(dialog.locator(".token")).to_have_count(2)

    await panel.choose(mother)
    answered.set()
    await panel.field.press("Enter")
    await expect(panel.text("part B").locator(".state.accepted")).to_be_visible()
    await expect(panel.field).to_have_value("")
    assert sorted(sent.text for sent in house.simulator.sent) == ["Fire!", "part A", "part B", "part C"]


@in_one_language
async def test_unread_replies_are_marked_and_words_are_found(house: House, screen: Screen, account: str) -> None:
    panel, mother = Panel(screen), mother_of(screen.ui_texts)
    await house.send("Fire!", mother)
    await house.send("Smoke?", mobile=STRANGER)
    await screen.open("/smsadmin")
    await expect(panel.list.locator("a.row")).to_have_count(2)
    await house.simulator.push_reply(STRANGER, "Who is this?", uid=USER)
    await expect(panel.row("137 0000 0003").locator(".badge")).to_have_text("1")
    await panel.choose("137 0000 0003")
    await expect(panel.row("137 0000 0003").locator(".badge")).to_have_count(0)
    await screen.page.reload()
    await expect(panel.text("Who is this?")).to_be_visible()
    await expect(panel.row("137 0000 0003").locator(".badge")).to_have_count(0)

    await panel.list.locator("input[type=search]").fill("smoke")
    await panel.list.locator("a.hit").click()
    await expect(panel.thread.locator(".highlighted")).to_contain_text("Smoke?")
    await panel.list.locator("input[type=search]").fill(MOTHER[-4:])
    await expect(panel.list.locator("a.row")).to_have_count(1)
    await expect(panel.row(mother)).to_be_visible()


@in_one_language
async def test_a_number_becomes_another_recipient_of_a_name(house: House, screen: Screen, account: str) -> None:
    """The form says what the flow says, lets its user confirm it, and what was typed goes to the recipient."""
    panel, mother = Panel(screen), mother_of(screen.ui_texts)
    await house.send("Smoke?", mobile=STRANGER)
    await screen.open("/smsadmin")
    await panel.choose("137 0000 0003")
    await panel.field.fill("Hello")
    await panel.thread.locator("button.add").click()
    form = screen.page.locator("smsadmin-recipient-form")
    await form.locator("input").fill(mother)
    await form.locator("button[type=submit]").click()
    error = "config_subentries.recipient.error.name_exists"
    await expect(form.locator("#fault")).to_have_text(screen.ui_texts(error, detail=mother))
    await form.locator("input[type=checkbox]").check()
    await form.locator("button[type=submit]").click()
    await expect(panel.thread.locator("h1")).to_have_text(mother)
    await panel.field.press("Enter")
    await expect(panel.text("Hello")).to_be_visible()
    assert (house.simulator.sent[-1].mobiles, house.simulator.sent[-1].text) == ((STRANGER,), "Hello")


@in_one_language
async def test_the_family_sees_what_it_may_on_a_phone_in_the_dark(house: House, screen: Screen, account: str) -> None:
    """Who may use a recipient's notify entity reads and writes its conversation; everything else is for administrators."""
    mother = mother_of(screen.ui_texts)
    await house.send("Fire!", mother)
    await house.send("Smoke?", mobile=STRANGER)
    async with another_users_screen(screen, house, viewport=PHONE, color_scheme="dark") as theirs:
        panel = Panel(theirs)
        await theirs.open("/smsadmin")
        await expect(panel.list.locator("a.row")).to_have_count(1)
        await expect(panel.list.locator(".line")).to_have_count(0)
        await panel.choose(mother)
        await expect(panel.list).not_to_be_visible()
        await panel.field.fill("From the family")
        await panel.thread.locator("button.send").click()
        await expect(panel.text("From the family")).to_be_visible()
        assert await theirs.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        await theirs.page.go_back()
        await expect(panel.row(mother)).to_contain_text("From the family")
        background = await theirs.page.locator("smsadmin-panel").evaluate("panel => getComputedStyle(panel).backgroundColor")
        assert max(int(part) for part in re.findall(r"\d+", background)[:3]) < 0x40
    assert [sent.text for sent in house.simulator.sent] == ["Fire!", "Smoke?", "From the family"]


@in_one_language
async def test_what_was_typed_stays_in_all_trouble(house: House, screen: Screen, account: str) -> None:
    """Nothing to send, more than the platform takes, no number, and an account that is removed meanwhile."""
    panel, mother = Panel(screen), mother_of(screen.ui_texts)
    await house.send("Fire!", mother)
    await screen.open("/smsadmin/new")
    to, text = screen.page.locator("smsadmin-new #to"), screen.page.locator("smsadmin-new textarea")
    await text.fill("Hello")
    await to.fill("138 0210")
    await text.press("Enter")
    await expect(screen.page.locator("#to-fault")).to_contain_text("138 0210")
    await expect(text).to_have_value("Hello")

    await panel.choose(mother)
    await panel.field.press("Enter")
    await expect(panel.thread.locator("#fault")).not_to_be_empty()
    house.simulator.fault("submit", "code:107")
    await panel.field.fill("Too long")
    await panel.field.press("Enter")
    await expect(panel.text("Too long").locator(".state.failed")).to_contain_text("107")
    # With the last account, the panel would go.
    house.simulator.add_account("other", PASSWORD)
    await house.client.flow("flow", "smsadmin", house.settings("other"), {"mode": "off"})
    await panel.field.fill("Kept")
    await house.client.remove_entry(account)
    await expect(panel.thread.locator(".notice")).to_be_visible()
    await expect(panel.field).to_have_value("Kept")


@in_one_language
async def test_texts_are_written_while_the_log_does_not_work(house: House, screen: Screen, account: str) -> None:
    """Texts go out without a log, but after a reload there was no field to write them in."""
    panel, mother = Panel(screen), mother_of(screen.ui_texts)
    await house.send("Fire!", mother)
    await screen.open("/smsadmin")
    await panel.choose(mother)
    url = screen.page.url
    async with house.broken_log(account):
        await screen.page.goto(url)
        await expect(panel.thread.locator(".trouble")).to_be_visible()
        await panel.field.fill("Help")
        await panel.field.press("Enter")
        await expect(panel.thread.locator(".notice")).to_be_visible()
        assert house.simulator.sent[-1].text == "Help"
    # The log is written to again with the next thing that happens.
    await house.send("The log is back", mother)
    await expect(panel.text("Help")).to_be_visible()


@in_one_language
async def test_the_card_leads_to_the_panel_beside_a_dashboard(house: House, screen: Screen) -> None:
    """A dashboard with the panel's path was opened instead of the panel."""
    await house.add_dashboard(path="smsadmin")
    await house.add_account(mother_of(screen.ui_texts))
    card = {"type": "custom:smsadmin-conversation-card", "entity": await house.notify_entity(mother_of(screen.ui_texts))}
    await house.add_dashboard(card)
    await screen.page.goto(f"{house.process.origin}/family")
    await screen.page.locator("smsadmin-conversation-card button.head").click()
    await expect(Panel(screen).thread.locator("h1")).to_have_text(mother_of(screen.ui_texts))
    await screen.page.wait_for_url("**/smsadmin-panel/recipient/**")


@in_every_language
async def test_the_card_is_answered_on_the_handset(house: House, screen: Screen, account: str) -> None:
    words = screen.ui_texts
    mother = mother_of(words)
    await house.add_dashboard({"type": "custom:smsadmin-conversation-card", "entity": await house.notify_entity(mother)})
    question = words.pick(en="Are the windows closed?", zh_Hans="窗户都关好了吗？")
    answer = words.pick(en="All of them.", zh_Hans="都关好了。")
    async with another_users_screen(screen, house, viewport=SIZE) as theirs:
        await theirs.open("/family")
        card = theirs.page.locator("smsadmin-conversation-card")
        await card.locator("textarea").fill(question)
        await card.locator("textarea").press("Enter")
        await expect(card.locator(".message.out")).to_contain_text(question)

        handset = Screen(await theirs.page.context.new_page(), house.simulator.origin, words, screen.pictures)
        await handset.open("/")
        await handset.page.locator("#chat li").get_by_text(question).wait_for()
        await handset.page.get_by_role("combobox", name=words.pick(en="Report …", zh_Hans="发送回执…")).select_option("DELIVRD")
        await handset.page.locator("input[name=text]").fill(answer)
        await handset.page.keyboard.press("Enter")
        await handset.page.locator("#chat li b").wait_for()
        await handset.page.close()
        assert handset.complaints == []

        await expect(card.locator(".message.in")).to_contain_text(answer)
        await expect(card.locator(".state.delivered")).to_be_visible()
        await card.screenshot(path=screen.pictures / f"card.{words.language}.png", animations="disabled")

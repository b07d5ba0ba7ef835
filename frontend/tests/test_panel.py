"""The panel and the card in a browser, against a backend in memory."""

from collections.abc import Callable
import re
from typing import Any

from playwright.sync_api import Locator, Page, expect
import pytest

type Open = Callable[..., Page]

AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
  .map(({id, nodes}) => `${id}: ${nodes.map((node) => node.target.join(' ') + ' ' + node.html.slice(0, 120)).join(', ')}`)"""


def row(page: Page, name: str) -> Locator:
    """A conversation in the list."""
    return page.locator("a.row", has_text=name).first


def open_thread(page: Page, name: str = "Mother") -> Locator:
    """Open a conversation; its field to write."""
    row(page, name).click()
    expect(page.locator("smsadmin-thread h1")).to_have_text(name)
    return page.locator("smsadmin-thread textarea")


def sent(page: Page) -> list[dict[str, Any]]:
    """The sends that the backend got."""
    return page.evaluate("backend.calls.filter(({type}) => type === 'smsadmin/send')")  # type: ignore[no-any-return]


def check_accessible(page: Page, what: str = "document") -> None:
    """Nothing that axe finds."""
    page.add_script_tag(url="/axe.js")
    page.wait_for_timeout(250)  # what appears is half transparent for a moment
    assert page.evaluate(AXE.replace("document", what)) == []


def distance_from_end(page: Page) -> float:
    """How far a thread is from its end, in pixels."""
    script = "scroller => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight"
    return page.locator("smsadmin-thread .scroller").evaluate(script)  # type: ignore[no-any-return]


def test_list_shows_conversations_newest_first(open_page: Open) -> None:
    """Names, last texts and what became of them."""
    page = open_page()
    expect(page.locator("a.row .name")).to_have_text(
        ["Mother", re.compile("Neighbours"), re.compile("Family"), "Old Wang", "139 0000 0001"]
    )
    expect(row(page, "Neighbours").locator(".badge")).to_have_text("2")
    expect(row(page, "Family")).to_contain_text("3/4")
    expect(row(page, "Mother").get_by_role("img", name="Waiting")).to_be_visible()
    expect(row(page, "139 0000 0001").get_by_role("img", name="Rejected")).to_be_visible()


def test_administrators_see_the_state_of_the_account(open_page: Open) -> None:
    """Balance, what waits, and the push URL with a button that copies it."""
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    expect(page.locator(".line")).to_contain_text("The platform has been unreachable since")
    expect(page.locator(".line")).to_contain_text("1 text is waiting")
    page.get_by_role("button", name="999 texts left").click()
    expect(page.locator("code")).to_contain_text("/api/webhook/")
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.evaluate("backend.accounts[0].push_url")


def test_others_see_no_administrators_lines(open_page: Open) -> None:
    """Neither balance nor export nor free numbers."""
    page = open_page(isAdmin=False)
    expect(page.locator("a.row")).to_have_count(3)
    for name in ("texts left", "More", "Unreadable"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    page.get_by_role("button", name="New").click()
    page.get_by_role("combobox", name="To").fill("13911112222")
    page.keyboard.press("Enter")
    expect(page.locator("#to-fault")).to_contain_text("Only administrators write to other numbers")


@pytest.mark.parametrize(("chip", "name"), [("Unread", "Neighbours"), ("Failed", "139 0000 0001"), ("Waiting", "Mother")])
def test_filters(open_page: Open, chip: str, name: str) -> None:
    """Each filter shows what it says."""
    page = open_page()
    page.get_by_role("button", name=re.compile(rf"^{chip} ?\d")).click()
    expect(page.locator("a.row")).to_have_count(1)
    expect(page.locator("a.row")).to_contain_text(name)
    page.get_by_role("button", name="All").click()
    expect(page.locator("a.row")).to_have_count(5)


def test_what_could_not_be_read_is_shown(open_page: Open) -> None:
    """As it came, with the reason, and no field to write."""
    page = open_page()
    page.get_by_role("button", name="Unreadable").click()
    row(page, "Unreadable").click()
    expect(page.locator(".words")).to_contain_text("Class=mo&SmsName=10001")
    expect(page.locator(".state")).to_have_text("the phone number is missing")
    expect(page.locator("smsadmin-thread textarea")).to_have_count(0)
    assert page.url.endswith("/smsadmin/unreadable/a0")


def test_search_finds_words_and_opens_the_text(open_page: Open) -> None:
    """The words are marked in the list, the text in its thread."""
    page = open_page()
    page.get_by_role("searchbox").fill("20 °C")
    hit = page.locator("a.hit")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark")).to_have_text("20 °C")
    hit.click()
    expect(page.locator(".highlighted")).to_contain_text("20 °C")
    expect(page.locator(".highlighted")).to_be_in_viewport()
    page.get_by_role("button", name="Clear the search").click()
    expect(page.locator("a.row")).to_have_count(5)


def test_search_by_name_and_number(open_page: Open) -> None:
    """As on a phone."""
    page = open_page()
    page.get_by_role("searchbox").fill("0210 21")
    expect(page.locator("a.row")).to_have_count(1)
    expect(page.locator("a.row")).to_contain_text("Mother")
    page.get_by_role("searchbox").fill("unknown")
    expect(page.get_by_text("Nothing found for “unknown”")).to_be_visible()


def test_all_hits_come_as_one_scrolls(open_page: Open) -> None:
    """Not only the first ones."""
    page = open_page(size=2, depth=300)
    page.get_by_role("searchbox").fill("reply")
    expect(page.locator("a.hit")).to_have_count(60)
    for count in (120, 155):
        page.locator("a.hit").last.scroll_into_view_if_needed()
        expect(page.locator("a.hit")).to_have_count(count)


def test_log_that_fails_later_is_shown_in_the_list(open_page: Open) -> None:
    """What was read before stays."""
    page = open_page()
    page.wait_for_selector("a.row")
    page.evaluate("""() => {
      backend.failures.set('smsadmin/conversations', {code: 'log_failed', message: 'The disk is full.'});
      backend.changed();
    }""")
    expect(page.locator(".line.bad")).to_have_text("The disk is full.")
    expect(page.locator("a.row")).to_have_count(5)


def test_thread_shows_states_in_words(open_page: Open) -> None:
    """Each of a text's fates, with what can be done about it."""
    page = open_page()
    open_thread(page)
    states = page.locator("smsadmin-thread .out .state")
    expect(states.nth(-4)).to_contain_text("Delivered")
    expect(states.nth(-3)).to_have_text("Rejected: the balance is too low (code 102)")
    expect(states.nth(-2)).to_have_text("No clear answer, it may or may not arrive")
    expect(states.nth(-1)).to_contain_text("Waiting, tried until")
    open_thread(page, "Old Wang")
    expect(states.last).to_contain_text("Scheduled for")


def test_texts_are_text(open_page: Open) -> None:
    """Neither HTML nor Markdown."""
    page = open_page()
    open_thread(page)
    expect(page.locator(".words b")).to_have_count(0)
    expect(page.get_by_text("<b>It rains</b>").first).to_be_visible()


def test_tap_shows_the_history(open_page: Open) -> None:
    """Times, statuses, sources; a second tap hides it."""
    page = open_page()
    open_thread(page)
    bubble = page.locator(".bubble", has_text="Are the windows closed").first
    bubble.click()
    expect(page.locator(".details .history li")).to_have_text(
        [re.compile("On its way"), re.compile("Accepted · 000"), re.compile("DELIVRD · pushed")]
    )
    bubble.click()
    expect(page.locator(".details")).to_have_count(0)


def test_time_that_is_pointed_at_is_told_in_full(open_page: Open) -> None:
    """Of a text of yesterday, the time alone stands below it."""
    page = open_page()
    open_thread(page)
    time = page.locator(".meta time").last
    time.hover()
    expect(time).to_have_attribute("title", re.compile(r"20\d\d"))


def test_text_is_marked_without_its_history(open_page: Open) -> None:
    """Marking some of its words to copy them opened the history."""
    page = open_page()
    open_thread(page)
    box = page.locator(".words", has_text="Are the windows closed").first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 8, steps=3)
    page.mouse.up()
    assert "windows" in page.evaluate("getSelection().toString()")
    expect(page.locator(".details")).to_have_count(0)


def test_history_that_fits_leaves_the_end_in_sight(open_page: Open) -> None:
    """The button that leads to the end was there although nothing was below, and replies stayed unread."""
    page = open_page()
    open_thread(page, "Old Wang")
    page.locator(".message .state").first.click()
    expect(page.locator(".details")).to_be_visible()
    expect(page.locator(".to-end")).to_have_count(0)


def test_group_shows_who_has_it_and_who_has_not(open_page: Open) -> None:
    """Those who have not come first."""
    page = open_page()
    open_thread(page, "Family")
    state = page.locator("smsadmin-thread .state.failed")
    expect(state).to_have_text("3 of 4 delivered · 1 failed")
    state.click()
    expect(page.locator("summary")).to_have_count(4)
    expect(page.locator("summary").first).to_contain_text("Not delivered")
    page.locator("summary").first.click()
    expect(page.locator("details[open] .history")).to_contain_text("UNDELIV")


@pytest.mark.parametrize("what", ["panel", "card"])
def test_history_of_a_number_at_the_end_is_seen(open_page: Open, what: str) -> None:
    """It opened out of sight, and the next turn of the wheel upwards went down."""
    page = open_page(what=what)
    if what == "card":
        scroller = page.locator("smsadmin-conversation-card .texts")
        expect(page.locator(".words")).to_have_count(4)
        scroller.evaluate("texts => { texts.style.height = '200px' }")
    else:
        page.set_viewport_size({"width": 1280, "height": 420})
        open_thread(page, "Family")
        scroller = page.locator("smsadmin-thread .scroller")
    page.locator(".message.out .state").last.click()
    expect(page.locator(".details").last).to_be_visible()
    if what == "panel":
        page.locator("summary").last.click()
    expect(page.locator(".history li").last).to_be_in_viewport()
    assert scroller.evaluate("each => each.scrollHeight - each.scrollTop - each.clientHeight") < 2


def test_reply_leads_to_the_text_it_answers(open_page: Open) -> None:
    """A tap on the quote marked it, and did not show it."""
    page = open_page()
    open_thread(page)
    page.locator(".quote").last.click()
    expect(page.locator(".highlighted")).to_contain_text("Are the windows closed")
    # As one reads at the top, with what it answers out of sight.
    page.locator(".quote").nth(20).evaluate("quote => quote.click()")
    expect(page.locator(".highlighted")).to_contain_text("10 °C")
    expect(page.locator(".highlighted")).to_be_in_viewport()
    page.locator(".quote").nth(2).evaluate("quote => quote.click()")
    expect(page.locator(".highlighted")).to_contain_text("28 °C")
    expect(page.locator(".highlighted")).to_be_in_viewport()


def test_enter_sends_and_shift_enter_breaks_the_line(open_page: Open) -> None:
    """The signature goes in front; the field is empty afterwards."""
    page = open_page()
    field = open_thread(page)
    field.fill("First")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("second")
    height = field.evaluate("field => field.clientHeight")
    page.keyboard.press("Enter")
    expect(page.locator(".words").last).to_have_text("【Our house】First\nsecond")
    expect(field).to_have_value("")
    assert field.evaluate("field => field.clientHeight") < height
    assert sent(page)[0]["conversations"][0]["config_entry_id"] == "a0"
    expect(row(page, "Mother")).to_contain_text("First second")
    assert distance_from_end(page) < 2


def test_enter_breaks_the_line_on_a_touch_screen(open_page: Open) -> None:
    """A phone has no Shift+Enter, and a text of two lines went out after the first."""
    page = open_page(phone=True, touch=True)
    field = open_thread(page)
    expect(field).to_have_attribute("enterkeyhint", "enter")
    field.fill("First")
    field.press("Enter")
    page.keyboard.type("second")
    expect(field).to_have_value("First\nsecond")
    assert sent(page) == []
    page.get_by_role("button", name="Send", exact=True).tap()
    expect(page.locator(".words").last).to_have_text("【Our house】First\nsecond")


def test_field_is_as_high_as_its_text(open_page: Open) -> None:
    """Also as the window is made narrower, and when a draft is there again."""
    page = open_page()
    field = open_thread(page)
    least = field.evaluate("field => field.offsetHeight")
    is_whole = "field => field.scrollHeight <= field.clientHeight"
    field.fill("Water is off from 8 a.m. until noon, please fill some bottles. " * 2)
    wide = field.evaluate("field => field.offsetHeight")
    assert wide > least
    page.set_viewport_size({"width": 390, "height": 844})
    assert field.evaluate("field => field.offsetHeight") > wide
    assert field.evaluate(is_whole)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert field.evaluate("field => field.offsetHeight") == wide
    open_thread(page, "Family")
    expect(field).to_have_value("")
    assert field.evaluate("field => field.offsetHeight") == least
    open_thread(page)
    assert field.evaluate("field => field.offsetHeight") == wide
    field.fill("One\n\n")
    assert field.evaluate("field => field.offsetHeight") == least + 2 * 22
    assert field.evaluate(is_whole)
    field.fill("")
    assert field.evaluate("field => field.offsetHeight") == least


def test_enter_that_ends_a_composition_sends_nothing(open_page: Open) -> None:
    """Choosing Chinese characters with Enter cut texts off."""
    page = open_page()
    field = open_thread(page)
    field.fill("ni")
    for options in ("isComposing: true", "keyCode: 229"):
        field.evaluate(
            f"field => field.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, composed: true, {options}}}))"
        )
    assert sent(page) == []
    expect(field).to_have_value("ni")


def test_characters_and_texts_are_counted_with_the_signature(open_page: Open) -> None:
    """As it will go out."""
    page = open_page()
    field = open_thread(page)
    counts = page.locator("smsadmin-thread #counts")
    # Nothing goes out yet: an empty field was "7 of 70 · 1 text".
    for empty in ("", " \n", "\u200b\ufeff"):
        field.fill(empty)
        expect(counts).to_be_empty()
    field.fill("x" * 59)
    expect(counts).to_have_text("70 of 70 · 1 text")
    field.fill("x" * 60)
    expect(counts).to_have_text("71 of 134 · 2 texts")
    field.fill("【Mine】x")
    expect(counts).to_have_text("7 of 70 · 1 text")


def test_empty_text_is_refused_at_the_field(open_page: Open) -> None:
    """In words."""
    page = open_page()
    field = open_thread(page)
    # A zero-width space looks empty, too.
    field.fill(" \u200b ")
    field.press("Enter")
    expect(page.locator("smsadmin-thread").get_by_role("alert")).to_contain_text(["Write something first."])
    assert sent(page) == []


def test_too_long_text_stays_in_the_field(open_page: Open) -> None:
    """With the server's reason."""
    page = open_page()
    field = open_thread(page)
    field.fill("x" * 801)
    field.press("Enter")
    expect(page.locator("smsadmin-thread #fault")).to_have_text("The text is longer than the channel allows.")
    expect(field).to_have_value("x" * 801)


def test_time_to_send(open_page: Open) -> None:
    """Chosen by a tap; a time that passed is refused."""
    page = open_page()
    field = open_thread(page)
    field.fill("Later")
    page.get_by_role("button", name="Send later").click()
    # A date without a time went out at once.
    page.get_by_label("Time to send").press_sequentially("0101")
    field.press("Enter")
    expect(page.get_by_text("Enter both a date and a time.")).to_be_visible()
    assert sent(page) == []
    page.get_by_label("Time to send").fill("2020-01-01T08:00")
    # The browser's own words, in its language, stood in front of ours.
    page.locator("smsadmin-thread button.send").click()
    expect(page.get_by_text("This time has passed.")).to_be_visible()
    page.get_by_role("button", name="Tomorrow morning").click()
    # The button that opened or closed it went, and a keyboard began at the top of the page again.
    page.get_by_role("button", name="Send later").click()
    page.get_by_role("button", name="Goes out").press("Enter")
    expect(page.get_by_role("button", name="Send later")).to_be_focused()
    # "Send at once" sent nothing, and nothing said that the platform keeps what it has.
    expect(page.locator("smsadmin-composer")).to_contain_text("can't be cancelled")
    page.get_by_role("button", name="Don't schedule").press("Enter")
    expect(page.get_by_role("button", name="Send later")).to_be_focused()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tomorrow morning").click()
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.locator("smsadmin-thread .state").last).to_contain_text("Scheduled for tomorrow 08:00")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00.000Z", sent(page)[0]["send_at"])


def test_time_to_send_is_in_the_zone_that_is_shown(open_page: Open) -> None:
    """A user abroad who has times in Home Assistant's zone typed 8:00, and the text went out at another time."""
    page = open_page(serverZone="America/New_York")
    field = open_thread(page)
    field.fill("Later")
    page.get_by_role("button", name="Send later").click()
    expect(page.get_by_role("button", name="Tomorrow morning")).to_contain_text("08:00")
    page.get_by_label("Time to send").fill("2099-01-01T08:00")
    field.press("Enter")
    expect(page.locator("smsadmin-thread .state").last).to_contain_text("Scheduled for 1/1/2099 08:00")
    assert sent(page)[0]["send_at"] == "2099-01-01T13:00:00.000Z"


def test_what_was_typed_survives_all_trouble(open_page: Open) -> None:
    """Errors, no connection, another conversation, a reload."""
    page = open_page()
    field = open_thread(page)
    page.evaluate("backend.failures.set('smsadmin/send', {code: 'log_failed', message: 'The log does not work.'})")
    field.fill("Help")
    field.press("Enter")
    expect(page.locator("smsadmin-thread #fault")).to_have_text("Not sent: The log does not work.")
    expect(field).to_have_value("Help")
    page.evaluate("harness.setConnected(false)")
    expect(page.get_by_text("No connection to Home Assistant. What you typed is kept.")).to_be_visible()
    field.press("Enter")
    expect(field).to_have_value("Help")
    open_thread_again = page.url
    row(page, "Family").click()
    page.go_back()
    expect(page.locator("smsadmin-thread .trouble")).to_be_visible()
    page.goto(open_thread_again)
    expect(page.locator("smsadmin-thread textarea")).to_have_value("Help")


def test_what_was_typed_is_its_users_alone(open_page: Open) -> None:
    """After a logout, the next user on the same tab found it in the field."""
    page = open_page("/new")
    field = page.locator("smsadmin-new textarea")
    field.fill("Secret")
    address = page.url.partition("?")[0]
    page.goto(page.url.replace("%7B", "%7B%22isAdmin%22%3A%20false%2C%20", 1))
    expect(page.locator("a.row")).to_have_count(3)
    expect(field).to_have_value("")
    page.evaluate("sessionStorage.setItem('harness', JSON.stringify({...JSON.parse(sessionStorage.harness), isAdmin: true}))")
    page.goto(address)
    expect(field).to_have_value("Secret")


def test_send_whose_answer_was_lost_is_made_once(open_page: Open) -> None:
    """Sending again uses the same call, so that nothing goes out twice."""
    page = open_page()
    field = open_thread(page)
    page.evaluate("backend.failures.set('smsadmin/send', {code: 3, message: 'Connection lost'})")
    field.fill("Once")
    field.press("Enter")
    expect(page.locator("smsadmin-thread #fault")).to_contain_text("it can't go out twice")
    page.evaluate("backend.failures.clear()")
    field.press("Enter")
    expect(field).to_have_value("")
    first, second = sent(page)
    assert first["call_id"] == second["call_id"]


def test_slow_send_leaves_nothing_behind(open_page: Open) -> None:
    """A user who opens another conversation meanwhile finds the field empty, and can write there at once."""
    page = open_page(delay=600)
    page.wait_for_selector("a.row")
    field = open_thread(page)
    field.fill("Slow")
    field.press("Enter")
    expect(field).to_have_value("")
    other = open_thread(page, "Family")
    other.fill("Other")
    other.press("Enter")
    open_thread(page)
    page.wait_for_function("backend.calls.filter(({type}) => type === 'smsadmin/send').length === 2")
    page.wait_for_timeout(1500)
    expect(field).to_have_value("")
    expect(page.locator(".words").last).to_contain_text("Slow")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('smsadmin'))") == []


@pytest.mark.parametrize("path", ["", "/new"])
def test_text_that_never_arrived_is_back_after_a_reload(open_page: Open, path: str) -> None:
    """In front of what was typed while it was being sent; the same call sends it, unless it was changed."""
    page = open_page(path, delay=300)
    page.wait_for_selector("a.row")
    if path:
        page.get_by_role("combobox", name="To").fill("neigh")
        page.get_by_role("option", name="Neighbours").click()
        field = page.locator("smsadmin-new textarea")
    else:
        field = open_thread(page)
    # No answer comes: the log of this page forgets everything when it is reloaded.
    page.evaluate("() => { backend.handle = () => new Promise(() => {}) }")
    field.fill("part A")
    field.press("Enter")
    expect(field).to_have_value("")
    page.reload()
    expect(field).to_have_value("part A")
    field.fill("part A!")
    page.reload()
    expect(field).to_have_value("part A!")
    page.wait_for_selector("a.row")
    page.evaluate("() => { backend.handle = () => new Promise(() => {}) }")
    field.press("Enter")
    field.press_sequentially("part B")
    page.reload()
    expect(field).to_have_value("part A!\npart B")


def test_lost_answer_is_settled_by_the_thread(open_page: Open) -> None:
    """The text did go out: it does not stay in the field."""
    page = open_page()
    field = open_thread(page)
    page.evaluate("""() => {
      const handle = backend.handle.bind(backend);
      backend.handle = async (message) => {
        const answer = await handle(message);
        if (message.type === 'smsadmin/send') throw {code: 3, message: 'Connection lost'};
        return answer;
      };
    }""")
    field.fill("Arrived")
    field.press("Enter")
    expect(page.locator(".words").last).to_contain_text("Arrived")
    expect(field).to_have_value("")


def test_failed_text_is_sent_again(open_page: Open) -> None:
    """Only to those who did not get it."""
    page = open_page()
    open_thread(page, "Family")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_function("backend.calls.some(({type}) => type === 'smsadmin/send')")
    (call,) = sent(page)
    assert len(call["message_ids"]) == 1
    assert call["message"] == ""


@pytest.mark.parametrize("what", ["panel", "card"])
def test_failed_text_is_sent_again_once(open_page: Open, what: str) -> None:
    """A double click sent it twice, and "Send again" was there after the text had gone out."""
    page = open_page(what=what, delay=200)
    if what == "panel":
        page.wait_for_selector("a.row")
        open_thread(page)
    again = page.get_by_role("button", name="Send again")
    page.evaluate("() => { backend.outcome = 'rejected' }")
    again.dblclick()
    expect(page.locator(".message").last).to_contain_text("Water in the cellar")
    # Of two that failed, the last can be sent again.
    expect(again).to_have_count(1)
    expect(page.locator(".message").last.get_by_role("button", name="Send again")).to_be_visible()
    page.evaluate("() => { backend.outcome = 'accepted' }")
    again.dblclick()
    expect(page.locator(".message").last.locator(".state")).to_have_text("Accepted")
    expect(again).to_have_count(0)
    assert len(sent(page)) == 2


def test_unconfirmed_text_is_sent_again_after_a_question(open_page: Open) -> None:
    """Which says what may happen."""
    page = open_page()
    open_thread(page)
    page.get_by_role("button", name="Why?").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("it may arrive twice")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert sent(page) == []
    page.get_by_role("button", name="Why?").click()
    page.keyboard.press("Enter")
    # A keyboard goes on where it was, and not at the top of the page.
    expect(page.get_by_role("button", name="Why?")).to_be_focused()
    page.get_by_role("button", name="Why?").click()
    page.get_by_role("button", name="Send again anyway").click()
    expect(page.locator(".words").last).to_contain_text("Front door opened")


def test_waiting_text_can_be_cancelled(open_page: Open) -> None:
    """A double click cancelled it, and said that it is not waiting any more."""
    page = open_page(delay=200)
    page.wait_for_selector("a.row")
    open_thread(page)
    page.get_by_role("button", name="Cancel", exact=True).dblclick()
    expect(page.locator("smsadmin-thread .state").last).to_have_text("Cancelled")
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    expect(page.locator("smsadmin-thread .notice")).to_have_count(0)
    assert page.evaluate("backend.calls.filter(({type}) => type === 'smsadmin/cancel').length") == 1
    page.evaluate("backend.failures.set('smsadmin/send', {code: 'unauthorized', message: 'Not allowed.'})")
    page.get_by_role("button", name="Send again").click()
    expect(page.locator("smsadmin-thread .notice")).to_contain_text("Not allowed.")


@pytest.mark.parametrize(("state", "words"), [("cancelled", "Cancelled"), ("accepted", "Accepted")])
def test_text_that_waits_no_more_can_not_be_cancelled(open_page: Open, state: str, words: str) -> None:
    """That it went out is said; that it is cancelled already, as the lost answer to a first click would have said, is what was wanted."""
    page = open_page()
    open_thread(page)
    script = "backend.talks.find(({conversation}) => conversation.name === 'Mother').items.at(-1).numbers[0].state = "
    page.evaluate(script + f"'{state}'")
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.locator("smsadmin-thread .state").last).to_contain_text(words)
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    expect(page.get_by_text("Nothing is waiting any more.")).to_have_count(0 if state == "cancelled" else 1)


def test_reply_and_report_appear_by_themselves(open_page: Open) -> None:
    """In the thread, in the list, and for screen readers."""
    page = open_page()
    open_thread(page)
    page.evaluate("backend.receive('Mother', 'I am awake')")
    expect(page.locator(".words").last).to_have_text("I am awake")
    expect(page.locator("smsadmin-thread [aria-live]")).to_have_text("Mother: I am awake")
    expect(row(page, "Mother")).to_contain_text("I am awake")
    expect(row(page, "Mother").locator(".badge")).to_have_count(0)
    assert distance_from_end(page) < 2
    page.evaluate("backend.report('Mother', 'delivered')")
    expect(page.locator("smsadmin-thread .out .state").last).to_contain_text("Delivered")


def test_reader_of_old_texts_is_not_moved(open_page: Open) -> None:
    """A new text counts on the button that leads to it."""
    page = open_page()
    open_thread(page)
    scroller = page.locator("smsadmin-thread .scroller")
    scroller.evaluate("scroller => { scroller.scrollTop -= 1500 }")
    page.wait_for_timeout(300)
    before = scroller.evaluate("scroller => scroller.scrollTop")
    page.evaluate("backend.receive('Mother', 'News')")
    expect(page.locator(".to-end .badge")).to_have_text("1")
    assert abs(scroller.evaluate("scroller => scroller.scrollTop") - before) < 2
    page.locator(".to-end").click()
    expect(page.locator(".to-end")).to_have_count(0)
    # The button goes, and a keyboard scrolls on.
    expect(scroller).to_be_focused()
    page.wait_for_function("backend.calls.some(({type}) => type === 'smsadmin/read')")


def test_older_texts_load_without_a_jump(open_page: Open) -> None:
    """What one reads stays where it is."""
    page = open_page(size=5, depth=1000, delay=300)
    row(page, "130 0000 0001").click()
    page.wait_for_selector("li[data-id]")
    scroller = page.locator("smsadmin-thread .scroller")
    first = page.locator("li[data-id]").first
    seen = first.get_attribute("data-id")
    scroller.evaluate("scroller => { scroller.scrollTop = 300 }")
    reader = page.locator(f"li[data-id='{seen}']")
    top = reader.bounding_box()
    expect(first).not_to_have_attribute("data-id", seen or "")
    now = reader.bounding_box()
    assert top
    assert now
    assert abs(now["y"] - top["y"]) < 2


def test_older_texts_stop_no_reader_who_scrolls(open_page: Open) -> None:
    """A part of the way that a key or a wheel went was lost: the place is kept as soon as the texts are there."""
    page = open_page(size=5, depth=1000, delay=300)
    row(page, "130 0000 0001").click()
    page.wait_for_selector("li[data-id]")
    moved = page.locator("smsadmin-thread .scroller").evaluate("""async (scroller) => {
      scroller.scrollTop = 300;
      await new Promise((resolve) => { scroller.addEventListener('scroll', resolve, {once: true}) });
      const reader = scroller.querySelector('li[data-id]');
      const top = reader.getBoundingClientRect().top;
      await new Promise((resolve) => {
        const isMore = () => scroller.querySelector('li[data-id]') !== reader && resolve();
        new MutationObserver(isMore).observe(scroller, {subtree: true, childList: true});
      });
      return reader.getBoundingClientRect().top - top;
    }""")
    assert abs(moved) < 2


def test_newer_texts_load_without_a_jump(open_page: Open) -> None:
    """With the last of them, the thread went to its end, past what was not read yet."""
    page = open_page(size=2, depth=300)
    page.get_by_role("searchbox").fill("Reply 241")
    page.locator("a.hit").first.click()
    expect(page.locator(".highlighted")).to_be_in_viewport()
    scroller = page.locator("smsadmin-thread .scroller")
    page.evaluate("backend.options.delay = 300")
    last = page.locator("li[data-id]").last
    seen = last.get_attribute("data-id")
    scroller.evaluate("scroller => { scroller.scrollTop = scroller.scrollHeight }")
    expect(last).not_to_have_attribute("data-id", seen or "")
    page.wait_for_timeout(300)
    expect(page.locator(f"li[data-id='{seen}']")).to_be_in_viewport()


def test_place_is_kept_as_a_phone_is_turned(open_page: Open) -> None:
    """Texts that wrap otherwise are higher or lower."""
    page = open_page()
    open_thread(page)
    page.locator("smsadmin-thread .scroller").evaluate("scroller => { scroller.scrollTop -= 1500 }")
    expect(page.locator(".to-end")).to_be_visible()
    reader = page.locator(".words", has_text="10 °C")
    reader.locator("xpath=ancestor::li").evaluate("""async (row) => {
      const scroller = row.closest('.scroller');
      scroller.scrollTop += row.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      // Once the page knows of it: a phone is not turned within a frame.
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    }""")
    for width, height in ((390, 844), (844, 390), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(200)
        expect(reader).to_be_in_viewport()


def test_newest_text_is_reached_while_states_change(open_page: Open) -> None:
    """A report that came stopped the way to the end."""
    page = open_page()
    open_thread(page)
    page.locator("smsadmin-thread .scroller").evaluate("scroller => { scroller.scrollTop -= 1500 }")
    page.locator(".to-end").click()
    page.evaluate("backend.report('Mother', 'delivered')")
    expect(page.locator("smsadmin-thread .out .state").last).to_contain_text("Delivered")
    expect(page.locator(".to-end")).to_have_count(0)
    assert distance_from_end(page) < 2


def test_thread_that_was_away_is_where_it_was(open_page: Open) -> None:
    """Home Assistant takes the panel out of a page that was hidden for some minutes, and puts it back later."""
    page = open_page()
    open_thread(page)
    again = """async () => {
      backend.changed();
      const panel = document.querySelector('smsadmin-panel'), parent = panel.parentNode;
      panel.remove();
      await new Promise((resolve) => setTimeout(resolve, 300));
      parent.append(panel);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }"""
    page.evaluate(again)
    assert distance_from_end(page) < 2
    page.evaluate("backend.receive('Mother', 'I am awake')")
    expect(page.locator(".words").last).to_have_text("I am awake")
    scroller = page.locator("smsadmin-thread .scroller")
    scroller.evaluate("scroller => { scroller.scrollTop -= 1500 }")
    expect(page.locator(".to-end")).to_be_visible()
    before = scroller.evaluate("scroller => scroller.scrollTop")
    page.evaluate(again)
    assert abs(scroller.evaluate("scroller => scroller.scrollTop") - before) < 2


def test_all_older_texts_can_be_reached(open_page: Open) -> None:
    """The page keeps a part of them, and finds the way back to the newest."""
    page = open_page(size=2, depth=700)
    row(page, "130 0000 0001").click()
    page.wait_for_selector("li[data-id]")
    scroller = page.locator("smsadmin-thread .scroller")
    for _ in range(30):
        scroller.evaluate("scroller => { scroller.scrollTop = 0 }")
        page.wait_for_timeout(60)
    expect(page.get_by_text("Text 0 to 13000000001", exact=False).first).to_be_visible()
    assert page.locator("li[data-id]").count() <= 400
    page.locator(".to-end").click()
    expect(page.locator(".words").last).to_contain_text("Reply 699 of")
    expect(page.locator(".words").last).to_be_in_viewport()


def test_jump_to_a_date(open_page: Open) -> None:
    """The first text of that day is in sight."""
    page = open_page()
    open_thread(page)
    day = page.evaluate("new Date(Date.now() - 20 * 86400000).toLocaleDateString('sv')")
    page.locator(".jump-date").fill(day)
    page.locator(".jump-date").dispatch_event("change")
    expect(page.get_by_text("20 °C inside").first).to_be_in_viewport()


def test_new_text_to_recipients_and_numbers(open_page: Open) -> None:
    """Names are suggested, numbers taken as typed, each error stands at its field."""
    page = open_page(accounts=2)
    page.get_by_role("button", name="New").click()
    assert page.url.endswith("/smsadmin/new")
    to = page.get_by_role("combobox", name="To")
    text = page.locator("smsadmin-new textarea")
    text.fill("Hello")
    text.press("Enter")
    expect(page.locator("#to-fault")).to_have_text("Enter a name or a number.")
    to.fill("neigh")
    page.get_by_role("option", name="Neighbours").click()
    to.fill("139 1234 5678, nonsense")
    to.press("Enter")
    expect(page.locator("#to-fault")).to_have_text("“nonsense” is neither a recipient nor a number.")
    expect(to).to_have_value("nonsense")
    to.fill("")
    text.press("Enter")
    expect(page.locator("#account-fault")).to_have_text("Choose the account that sends.")
    page.get_by_role("combobox", name="Account").select_option("SMSAdmin 10001")
    text.press("Enter")
    page.wait_for_url(re.compile(r"/smsadmin(\?|$)"))
    (call,) = sent(page)
    assert call["mobiles"] == ["139 1234 5678"]
    assert call["config_entry_id"] == "a0"
    assert len(call["conversations"]) == 1


def test_number_that_is_typed_can_be_chosen(open_page: Open) -> None:
    """The list of suggestions went blank, and nothing said what to do."""
    page = open_page("/new")
    page.wait_for_selector("a.row")
    to = page.get_by_role("combobox", name="To")
    expect(to).to_have_attribute("aria-expanded", "true")
    to.fill("13912345678")
    option = page.get_by_role("option", name="Use 139 1234 5678")
    expect(to).to_have_attribute("aria-expanded", "true")
    option.click()
    expect(page.locator(".token")).to_have_text(["139 1234 5678"])
    # Among recipients with such a number, by the keyboard.
    to.fill("138")
    expect(page.get_by_role("option")).to_have_count(2)
    to.press("ArrowUp")
    to.press("ArrowDown")
    to.press("ArrowDown")
    expect(page.get_by_role("option", name="Use 138")).to_have_attribute("aria-selected", "true")
    check_accessible(page)
    to.press("Enter")
    expect(page.locator(".token")).to_have_text(["139 1234 5678", "138"])
    to.fill("nonsense")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(to).to_have_attribute("aria-expanded", "false")


def test_error_of_the_server_stands_at_the_number(open_page: Open) -> None:
    """And everything that was entered is still there, after a reload too."""
    page = open_page("/new")
    to = page.get_by_role("combobox", name="To")
    to.fill("1234,")
    to.press("Enter")
    page.locator("smsadmin-new textarea").fill("Hello")
    page.locator("smsadmin-new textarea").press("Enter")
    expect(page.locator("#to-fault")).to_have_text("“1234” is not a phone number.")
    page.reload()
    expect(page.locator(".token")).to_have_text("1234")
    expect(page.locator("smsadmin-new textarea")).to_have_value("Hello")


def test_text_to_a_number_opens_its_conversation(open_page: Open) -> None:
    """Without the number in the URL."""
    page = open_page("/new")
    page.wait_for_selector("a.row")
    page.get_by_role("combobox", name="To").fill("13912345678")
    page.keyboard.press("Enter")
    page.locator("smsadmin-new textarea").fill("Hello")
    page.keyboard.press("Enter")
    expect(page.locator("smsadmin-thread h1")).to_have_text("139 1234 5678")
    assert "139" not in page.url
    assert re.search(r"/smsadmin/number/a0/\d+$", page.url)


def test_number_becomes_a_recipient_in_two_clicks(open_page: Open) -> None:
    """Its conversation goes on under the name, with what was typed."""
    page = open_page()
    field = open_thread(page, "139 0000 0001")
    field.fill("Kept")
    page.get_by_role("button", name="Add as recipient").click()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Enter a name.")).to_be_visible()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#fault").get_by_text("config_subentries.recipient.error.empty_name")).to_be_visible()
    page.get_by_role("textbox", name="Name").fill("Postman")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("smsadmin-thread h1")).to_have_text("Postman")
    expect(row(page, "Postman")).to_have_attribute("aria-current", "true")
    expect(field).to_have_value("Kept")
    expect(field).to_be_focused()


def test_doubtful_recipient_can_be_confirmed(open_page: Open) -> None:
    """The form said to confirm below that a name is there already, and had nothing to do it with."""
    page = open_page()
    open_thread(page, "139 0000 0001")
    page.get_by_role("button", name="Add as recipient").click()
    page.keyboard.type("Mother")
    page.keyboard.press("Enter")
    expect(page.locator("#fault").get_by_text("config_subentries.recipient.error.name_exists")).to_be_visible()
    page.get_by_role("checkbox", name="data.confirm").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("smsadmin-thread h1")).to_have_text("Mother")


def test_every_view_has_a_url_and_back_works(open_page: Open) -> None:
    """The phone's back button, and a link from outside."""
    page = open_page(phone=True)
    expect(page.locator("smsadmin-thread")).to_have_count(0)
    open_thread(page)
    assert "/smsadmin/recipient/a0/" in page.url
    expect(page.locator("smsadmin-list")).to_be_hidden()
    url = page.url
    page.go_back()
    expect(page.locator("smsadmin-list")).to_be_visible()
    page.goto(url)
    expect(page.locator("smsadmin-thread h1")).to_have_text("Mother")
    page.get_by_role("button", name="Back").click()
    expect(page.locator("smsadmin-list")).to_be_visible()
    expect(row(page, "Mother")).to_be_focused()


def test_the_back_buttons_of_page_and_phone_agree(open_page: Open) -> None:
    """After the page's own, the phone's led to the conversation again."""
    page = open_page(phone=True)
    open_thread(page)
    page.get_by_role("button", name="Back").click()
    expect(row(page, "Mother")).to_be_focused()
    page.go_forward()
    expect(page.locator("smsadmin-thread h1")).to_have_text("Mother")
    page.go_back()
    page.get_by_role("button", name="New").click()
    page.get_by_role("combobox", name="To").fill("neigh")
    page.get_by_role("option", name="Neighbours").click()
    page.locator("smsadmin-new textarea").fill("Hello")
    page.locator("smsadmin-new textarea").press("Enter")
    expect(page.locator("smsadmin-thread h1")).to_have_text("Neighbours")
    page.go_back()
    expect(page.locator("smsadmin-list")).to_be_visible()


def test_link_to_a_text_opens_its_conversation(open_page: Open) -> None:
    """As a notification has it."""
    page = open_page()
    page.wait_for_selector("a.row")
    item = page.evaluate("backend.talks.find(({conversation}) => conversation.name === 'Mother').items[10].id")
    page.goto(f"{page.url.partition('/smsadmin')[0]}/smsadmin/message/a0/{item}")
    expect(page.locator("smsadmin-thread h1")).to_have_text("Mother")
    expect(page.locator(".highlighted")).to_be_in_viewport()
    expect(page.locator("a.row[aria-current]")).to_contain_text("Mother")


def test_trouble_is_shown_in_its_place(open_page: Open) -> None:
    """A log that does not work, a conversation that is gone, no connection."""
    page = open_page()
    page.wait_for_selector("a.row")
    page.evaluate("backend.failures.set('smsadmin/thread', {code: 'log_failed', message: 'The disk is full.'})")
    row(page, "Mother").click()
    expect(page.get_by_role("alert").get_by_text("The message log does not work")).to_be_visible()
    expect(page.get_by_text("The disk is full.")).to_be_visible()
    page.evaluate("backend.failures.clear()")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("smsadmin-thread h1")).to_have_text("Mother")
    page.locator("smsadmin-thread textarea").fill("Kept")
    page.evaluate("backend.remove()")
    expect(page.locator("smsadmin-thread .notice")).to_contain_text("This conversation is not there any more")
    expect(page.locator("smsadmin-thread textarea")).to_have_value("Kept")


def test_nothing_is_offered_for_a_conversation_that_is_gone(open_page: Open) -> None:
    """Cancel, "Send again" and "Add as recipient" were there, and none of them could work."""
    page = open_page()
    thread = page.locator("smsadmin-thread")
    for name in ("139 0000 0001", "Mother"):
        open_thread(page, name).fill("Kept")
    page.evaluate("backend.remove()")
    expect(thread.locator(".notice")).to_be_visible()
    expect(thread.locator(".textual")).to_have_count(0)
    expect(thread.locator("header button")).to_have_count(1)
    expect(thread.locator("smsadmin-composer button")).to_have_count(0)
    field = thread.locator("textarea")
    expect(field).to_have_value("Kept")
    expect(field).not_to_be_editable()
    field.press("Enter")
    assert sent(page) == []
    # What became of a text is still shown.
    thread.locator(".bubble").last.click()
    expect(thread.locator(".details")).to_be_visible()
    check_accessible(page)


def test_texts_are_written_while_the_log_does_not_work(open_page: Open) -> None:
    """After a reload there was no field, though texts went out; now it is said what became of one that is not shown."""
    page = open_page(logError="The disk is full.")
    mother = page.evaluate("backend.talks.find(({conversation}) => conversation.name === 'Mother').conversation.conversation_id")
    page.goto(f"{page.url.partition('?')[0]}/recipient/a0/{mother}")
    expect(page.locator("smsadmin-list")).to_contain_text("The disk is full.")
    expect(page.locator("smsadmin-thread .trouble")).to_contain_text("The disk is full.")
    field = page.locator("smsadmin-thread textarea")
    field.fill("Help")
    field.press("Enter")
    expect(field).to_have_value("")
    expect(page.locator("smsadmin-thread .notice")).to_contain_text("Accepted for 1 of 1 numbers")
    page.evaluate("backend.outcome = 'rejected'")
    field.fill("No money")
    field.press("Enter")
    expect(page.locator("smsadmin-thread #fault")).to_contain_text("Accepted for 0 of 1 numbers")
    expect(field).to_have_value("No money")
    page.get_by_role("button", name="New").click()
    page.get_by_role("combobox", name="To").fill("neigh")
    page.get_by_role("option", name="Neighbours").click()
    page.locator("smsadmin-new textarea").fill("Water")
    page.evaluate("backend.outcome = 'accepted'")
    page.locator("smsadmin-new textarea").press("Enter")
    expect(page.locator(".bar")).to_contain_text("Accepted for 2 of 2 numbers")
    page.go_back()
    page.evaluate("backend.accounts[0].log_error = null; backend.changed()")
    expect(page.locator("smsadmin-thread .bubble", has_text="Help")).to_be_visible()
    expect(page.locator("smsadmin-thread .notice")).to_have_count(0)
    expect(row(page, "Mother")).to_be_visible()


def test_account_whose_log_does_not_work_is_named_in_the_list(open_page: Open) -> None:
    """Beside an account that works, its conversations were just not there: "No texts yet"."""
    broken = "backend.accounts[0].log_error = 'The log does not work.'; backend.changed()"
    page = open_page(accounts=2, isAdmin=False)
    page.wait_for_selector("a.row")
    page.evaluate(broken)
    expect(page.locator(".line.bad")).to_have_text(
        re.compile(r"SMSAdmin 10001 The log does not work\.\s*Its texts can't be shown\.")
    )
    expect(page.locator("a.row")).to_have_count(0)
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.get_by_role("button", name="New").click()
    page.get_by_role("combobox", name="To").fill("neigh")
    page.get_by_role("option", name="Neighbours").click()
    page.locator("smsadmin-new textarea").fill("Water")
    page.locator("smsadmin-new textarea").press("Enter")
    expect(page.locator(".bar")).to_contain_text("Accepted for 2 of 2 numbers")


def test_connection_that_comes_back_brings_what_was_missed(open_page: Open) -> None:
    """Without a reload."""
    page = open_page()
    open_thread(page)
    page.evaluate("harness.setConnected(false)")
    expect(page.get_by_text("This page goes on as soon as it is back.")).to_be_visible()
    page.evaluate("backend.receive('Mother', 'Missed')")
    page.evaluate("harness.setConnected(true)")
    expect(page.locator(".words").last).to_have_text("Missed")


def test_panel_of_an_older_version_offers_to_reload(open_page: Open) -> None:
    """And keeps what was typed."""
    page = open_page()
    open_thread(page).fill("Kept")
    page.evaluate("() => { backend.version = 'newer'; backend.changed() }")
    expect(page.get_by_text("SMSAdmin was updated.")).to_be_visible()
    page.get_by_role("button", name="Reload").click()
    expect(page.locator("smsadmin-thread textarea")).to_have_value("Kept")
    expect(page.get_by_text("SMSAdmin was updated.")).to_have_count(0)


@pytest.mark.parametrize("form", ["CSV", "JSON"])
def test_export(open_page: Open, form: str) -> None:
    """Of what is shown, and of one conversation."""
    page = open_page()
    page.get_by_role("button", name="Failed").click()
    page.get_by_role("button", name="More").first.click()
    with page.expect_download():
        page.get_by_role("menuitem", name=form).click()
    open_thread(page, "139 0000 0001")
    page.locator("smsadmin-thread").get_by_role("button", name="More").click()
    expect(page.get_by_role("menuitem", name="CSV")).to_be_focused()
    if form == "JSON":
        page.keyboard.press("ArrowDown")
    with page.expect_download():
        page.keyboard.press("Enter")
    first, second = page.evaluate("backend.calls.filter(({type}) => type === 'smsadmin/export')")
    assert (first["filter"], first["conversation_id"], first["format"]) == ("failed", None, form.lower())
    assert (second["filter"], second["conversation_id"], second["format"]) == ("all", "mobile:13900000001", form.lower())


def test_list_by_keyboard(open_page: Open) -> None:
    """Arrow keys from row to row, Enter opens."""
    page = open_page()
    row(page, "Mother").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("smsadmin-thread h1")).to_have_text("Family")
    expect(page.locator("smsadmin-thread textarea")).to_be_focused()


def test_list_keeps_the_focus_as_its_order_changes(open_page: Open) -> None:
    """A text for another conversation moved the row, and the keyboard began at the top of the page again."""
    page = open_page()
    row(page, "Mother").focus()
    page.evaluate("backend.receive('Neighbours', 'Hello')")
    expect(page.locator("a.row").first).to_contain_text("Neighbours")
    expect(row(page, "Mother")).to_be_focused()


@pytest.mark.parametrize("what", ["panel", "card"])
def test_reasons_follow_the_language(open_page: Open, what: str) -> None:
    """All else was in the new language at once; reasons come from the server."""
    page = open_page(what=what)
    if what == "panel":
        open_thread(page)
    expect(page.locator(".message").last).to_be_visible()
    page.evaluate("harness.setLanguage('zh-Hans')")
    read = "backend.calls.findLast(({type}) => type === 'smsadmin/thread').language"
    page.wait_for_function(f"{read} === 'zh-Hans'")


def left_of(place: Locator) -> float:
    """Where its words begin on the screen."""
    script = """element => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().left;
    }"""
    return place.evaluate(script)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["أمي", "אמא 2"])
def test_names_from_right_to_left_stand_with_the_others(open_page: Open, name: str) -> None:
    """They were at the far side of the list, the header and the suggestions."""
    page = open_page(accounts=2)
    page.wait_for_selector("a.row")
    page.evaluate(
        """name => {
          const talk = backend.talks.find(({conversation}) => conversation.name === 'Family');
          talk.conversation.name = name;
          backend.receive(name, name);
        }""",
        name,
    )
    words = row(page, name).locator("[dir=auto]")
    expect(words).to_have_text([name, name])
    other = left_of(row(page, "Neighbours").locator(".name"))
    assert [left_of(words.nth(index)) for index in range(2)] == pytest.approx([other, other], abs=2)
    # The name runs from right to left, and the number of its members and its account do not.
    expect(words.first).to_have_css("direction", "rtl")
    assert left_of(row(page, name).locator(".aside").first) > other
    row(page, name).click()
    header = page.locator("smsadmin-thread header")
    expect(header.locator("h1")).to_have_text(name)
    assert left_of(header.locator("h1")) == pytest.approx(left_of(header.locator(".below")), abs=2)
    page.get_by_role("button", name="New").click()
    option = page.get_by_role("option", name=name)
    assert left_of(option.locator("[dir=auto]")) == pytest.approx(left_of(option.locator(".numbers")), abs=2)


def test_forced_colours_leave_marks(open_page: Open) -> None:
    """What was chosen could not be told from the rest: the system takes backgrounds and shadows away."""
    page = open_page()
    page.emulate_media(forced_colors="active")
    page.get_by_role("searchbox").fill("20 °C")
    page.locator("a.hit").click()
    page.get_by_role("button", name="Clear the search").click()
    for chosen in (".chip[aria-pressed=true]", "a.row[aria-current]", ".highlighted .bubble"):
        expect(page.locator(chosen)).to_have_css("border-top-width", "3px")


VIEWS: dict[str, list[tuple[str, str | None]]] = {
    "list": [],
    "thread": [("a.row >> text=Mother", None)],
    "details": [("a.row >> text=Family", None), (".state.failed", None)],
    "schedule": [("a.row >> text=Mother", None), ("button[aria-label]:has(svg) >> nth=0", "smsadmin-composer")],
    "question": [("a.row >> text=Mother", None), ("smsadmin-thread .tone-unclear .textual", None)],
    "new": [("smsadmin-list header .filled", None)],
    "accounts": [(".balance button", None)],
    "menu": [("smsadmin-list .menu-holder .round", None)],
}


@pytest.mark.parametrize("is_dark", [False, True])
@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing(open_page: Open, view: str, *, phone: bool, is_dark: bool) -> None:
    """In any view, wide and narrow, light and dark."""
    page = open_page(phone=phone, isDark=is_dark)
    page.wait_for_selector("a.row")
    for selector, inside in VIEWS[view]:
        (page.locator(inside).locator(selector) if inside else page.locator(selector)).first.click()
        page.wait_for_timeout(200)
    check_accessible(page)


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_phone_is_never_scrolled_sideways(open_page: Open, language: str) -> None:
    """390 pixels are enough for everything."""
    page = open_page(phone=True, language=language)
    page.wait_for_selector("a.row")
    for index in range(5):
        page.locator("a.row").nth(index).click()
        page.wait_for_selector("li[data-id]")
        page.locator(".message .bubble").last.click()
        wide = page.locator("smsadmin-thread .scroller").evaluate("scroller => scroller.scrollWidth - scroller.clientWidth")
        assert wide == 0
        page.go_back()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_panel_itself_has_nothing_to_scroll(open_page: Open) -> None:
    """What came into view scrolled the whole panel out of sight, since the words for screen readers stuck out of it."""
    page = open_page()
    open_thread(page)
    expect(page.locator(".quote").first).to_be_attached()
    assert page.locator("smsadmin-panel").evaluate("panel => panel.scrollHeight - panel.clientHeight") == 0


def test_nothing_jumps_while_it_loads(open_page: Open) -> None:
    """No layout shift, with a slow server."""
    page = open_page(delay=400)
    page.add_init_script("""
      window.shift = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value })
        .observe({type: 'layout-shift', buffered: true});
    """)
    page.reload()
    page.wait_for_selector("a.row")
    row(page, "Mother").evaluate("link => link.click()")
    page.wait_for_selector("li[data-id]")
    page.wait_for_timeout(800)
    assert page.evaluate("window.shift") < 0.01


def test_only_rows_in_sight_are_drawn(open_page: Open) -> None:
    """Ten thousand conversations are as quick as none; the next ones come as one scrolls."""
    page = open_page(size=10_000, depth=10)
    page.wait_for_selector("a.row")
    rows = page.locator("smsadmin-list .rows")
    for _ in range(12):
        rows.evaluate("rows => { rows.scrollTop = rows.scrollHeight }")
        page.wait_for_timeout(120)
    assert page.locator("a.row").count() < 40
    assert rows.evaluate("rows => rows.scrollHeight") > 300 * 72


def test_hass_that_changes_draws_nothing_again(open_page: Open) -> None:
    """Home Assistant hands it down at every change of any state."""
    page = open_page()
    open_thread(page)
    page.wait_for_timeout(500)
    changes = page.evaluate("""async () => {
      let changes = 0;
      const observer = new MutationObserver((records) => { changes += records.length });
      const options = {subtree: true, childList: true, attributes: true, characterData: true};
      const panel = document.querySelector('smsadmin-panel').shadowRoot;
      for (const root of [panel, ...[...panel.querySelectorAll('smsadmin-list, smsadmin-thread')].map((each) => each.shadowRoot)]) observer.observe(root, options);
      for (let index = 0; index < 50; index++) harness.update();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return changes;
    }""")
    assert changes == 0


def test_card_shows_the_last_texts_and_sends(open_page: Open) -> None:
    """With the same states and the same field as the panel."""
    page = open_page(what="card")
    expect(page.locator(".words")).to_have_count(4)
    expect(page.locator(".words").last).to_be_in_viewport()
    field = page.locator("smsadmin-card-composer textarea")
    field.fill("From the card")
    field.press("Enter")
    expect(page.locator(".words").last).to_have_text("【Our house】From the card")
    page.evaluate("backend.receive('Mother', 'Thanks')")
    expect(page.locator(".words").last).to_have_text("Thanks")
    check_accessible(page, "document.querySelector('main')")
    page.get_by_role("button", name="Open the conversation").click()
    page.wait_for_url("**/smsadmin/recipient/a0/*")


def test_card_sends_while_the_log_does_not_work(open_page: Open) -> None:
    """It says what became of a text that it can't show."""
    page = open_page(what="card", logError="The disk is full.")
    expect(page.locator(".trouble")).to_contain_text(re.compile("The message log does not work.*The disk is full."))
    field = page.get_by_role("textbox", name="Text to Mother")
    field.fill("Help")
    field.press("Enter")
    expect(page.locator(".notice")).to_contain_text("Accepted for 1 of 1 numbers")
    page.evaluate("backend.accounts[0].log_error = null; backend.changed()")
    expect(page.locator(".bubble", has_text="Help")).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0)


def test_card_says_that_its_conversation_is_gone(open_page: Open) -> None:
    """Its last texts stood there as before, and what was typed could not be sent."""
    page = open_page(what="card")
    field = page.get_by_role("textbox", name="Text to Mother")
    field.fill("Kept")
    page.evaluate("backend.remove()")
    expect(page.locator(".notice")).to_contain_text("This conversation is not there any more")
    expect(page.locator("smsadmin-conversation-card .textual")).to_have_count(0)
    expect(field).not_to_be_editable()
    expect(field).to_have_value("Kept")
    expect(page.locator(".words")).to_have_count(4)


def test_card_marks_as_read_what_is_on_the_screen(open_page: Open) -> None:
    """A reply that was read on the card stayed unread in the panel; one further down the dashboard is not read."""
    page = open_page(what="card")
    expect(page.locator(".words")).to_have_count(4)
    page.evaluate("document.querySelector('main').style.marginTop = '2000px'")
    page.evaluate("backend.receive('Mother', 'Below')")
    expect(page.locator(".badge")).to_have_text("1")
    reads = "backend.calls.filter(({type}) => type === 'smsadmin/read').map(({up_to}) => up_to)"
    assert page.evaluate(reads) == []
    page.evaluate("document.querySelector('main').style.marginTop = 0")
    expect(page.locator(".badge")).to_have_count(0)
    last = "backend.talks.find(({conversation}) => conversation.name === 'Mother').items.at(-1).id"
    assert page.evaluate(reads) == [page.evaluate(last)]
    page.evaluate("backend.receive('Mother', 'In sight')")
    expect(page.locator(".words").last).to_have_text("In sight")
    page.wait_for_function(f"{reads}.at(-1) === {last}")


def test_card_stays_where_its_reader_is(open_page: Open) -> None:
    """It went to its end with everything that was read, also while its reader was at an older text."""
    page = open_page(what="card")
    expect(page.locator(".words")).to_have_count(4)
    texts = page.locator("smsadmin-conversation-card .texts")
    texts.evaluate("texts => { texts.style.maxHeight = '150px' }")
    distance = "texts => texts.scrollHeight - texts.scrollTop - texts.clientHeight"
    page.evaluate("backend.receive('Mother', 'At the end')")
    expect(page.locator(".words").last).to_have_text("At the end")
    assert texts.evaluate(distance) < 2
    reader = page.locator(".words", has_text="Front door opened")
    reader.evaluate("words => words.scrollIntoView()")
    page.wait_for_timeout(100)
    before = reader.bounding_box()
    page.evaluate("backend.receive('Mother', 'News'); backend.report('Mother', 'delivered')")
    expect(page.locator(".words").last).to_have_text("News")
    assert before
    assert (after := reader.bounding_box())
    assert abs(after["y"] - before["y"]) < 2
    page.evaluate("""async () => {
      const card = document.querySelector('smsadmin-conversation-card'), parent = card.parentNode;
      card.remove();
      await new Promise((resolve) => setTimeout(resolve, 100));
      parent.append(card);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }""")
    assert (after := reader.bounding_box())
    assert abs(after["y"] - before["y"]) < 2
    texts.evaluate("texts => { texts.scrollTop = texts.scrollHeight }")
    page.wait_for_timeout(100)
    page.evaluate("backend.receive('Mother', 'Last')")
    expect(page.locator(".words").last).to_have_text("Last")
    assert texts.evaluate(distance) < 2


def test_card_in_the_picker_and_the_editor(open_page: Open) -> None:
    """A form, a first recipient, sizes."""
    page = open_page(what="card")
    card = "customElements.get('smsadmin-conversation-card')"
    assert page.evaluate("customCards[0].type") == "smsadmin-conversation-card"
    assert page.evaluate(f"{card}.getConfigForm().schema.map(({{name}}) => name)") == ["entity", "texts", "write"]
    hass = "{states: {'notify.x': {}, 'notify.mother': {}}, entities: {'notify.mother': {platform: 'smsadmin'}}}"
    assert page.evaluate(f"{card}.getStubConfig({hass})") == {"entity": "notify.mother"}
    assert page.evaluate("document.querySelector('smsadmin-conversation-card').getGridOptions().columns") == 12
    refused = """() => {
      try { document.querySelector('smsadmin-conversation-card').setConfig({texts: 0}) } catch (error) { return error.message }
    }"""
    assert page.evaluate(refused) == "texts: a number from 1 on"


def test_panel_and_card_live_on_one_page(open_page: Open) -> None:
    """Both bring a field to write: neither may take the other's name."""
    page = open_page()
    page.evaluate("import('/static/x/card.js')")
    page.wait_for_function("customElements.get('smsadmin-conversation-card') !== undefined")
    expect(open_thread(page)).to_be_visible()

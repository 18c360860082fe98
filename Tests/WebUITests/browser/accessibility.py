"""Every page in both themes, wide and on a phone: axe is silent, nothing scrolls sideways, no style or script breaks the policy."""

from axe_playwright_python.sync_playwright import Axe

from house import PHONE, WIDE, fits, ready_trade, test, until

INSIDE = {
    "trade": "/trade?i=NSE:INFY",
    "watchlist": "/watchlist",
    "portfolio": "/portfolio",
    "proof": "/proof",
    "statistics": "/statistics",
    "books": "/books",
    "risk": "/risk",
    "triggers": "/triggers",
    "orders": "/orders",
    "account": "/account",
    "old-books": "/old-books",
    "not-found": "/nowhere",
}
OUTSIDE = {"login": "/login", "register": "/register", "setup": "/setup?token=0"}


def violations(page):
    found = Axe().run(page).response["violations"]
    return [f"{entry['id']}: {entry['nodes'][0]['html'][:160]}" for entry in found]


def settled(page, name):
    page.locator("main h1, main h2").first.wait_for(state="attached")
    if name == "trade":
        ready_trade(page)
    page.wait_for_load_state("networkidle") if name in OUTSIDE else page.wait_for_timeout(250)


def busy_person(house):
    """Somebody whose tables are not empty."""
    person = house.person()
    person.order("INFY", 3)
    person.order("SBIN", 2, "SELL")
    person.order("TCS", 1, kind="LIMIT", price=1000)
    person.order("RELIANCE", 90_000)
    return person


def check_pages(house, theme, size):
    person = busy_person(house)
    troubles = []
    for pages, who in ((INSIDE, person), (OUTSIDE, None)):
        page = house.page(who, path=None, size=size, theme=theme, touch=size is PHONE, expects=(403, 404))
        for name, path in pages.items():
            page.goto(house.url + path)
            settled(page, name)
            troubles += [f"{name}: {words}" for words in violations(page)]
            troubles += [f"{name}: {words}" for words in fits(page)]
    assert not troubles, "\n".join(troubles)


@test("every page is clean for axe, dark, wide")
def dark_wide(house):
    check_pages(house, "dark", WIDE)


@test("every page is clean for axe, light, wide")
def light_wide(house):
    check_pages(house, "light", WIDE)


@test("every page is clean for axe, dark, on a phone")
def dark_phone(house):
    check_pages(house, "dark", PHONE)


@test("every page is clean for axe, light, on a phone")
def light_phone(house):
    check_pages(house, "light", PHONE)


@test("dialogs and every tab of the book are clean for axe")
def opened_parts(house):
    person = busy_person(house)
    for theme, size in (("dark", WIDE), ("light", PHONE)):
        page = house.page(person, "/trade?i=NSE:INFY", size=size, theme=theme, touch=size is PHONE)
        ready_trade(page)
        troubles = []
        for tab in ("Positions", "Orders", "Trades", "Funds"):
            page.get_by_role("tab", name=tab).click()
            page.wait_for_timeout(150)
            troubles += [f"{tab}: {words}" for words in violations(page) + fits(page)]
        page.get_by_role("tab", name="Orders").click()
        page.get_by_role("button", name="Modify Buy TCS").click()
        troubles += [f"modify: {words}" for words in violations(page)]
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Data table").click()
        troubles += [f"data: {words}" for words in violations(page)]
        page.keyboard.press("Escape")
        if size is PHONE:
            page.locator(".trade-bar").get_by_role("button", name="Sell").click()
            troubles += [f"sheet: {words}" for words in violations(page)]
        else:
            page.keyboard.press("Control+k")
            page.keyboard.type("IN")
            page.get_by_role("option").first.wait_for()
            troubles += [f"palette: {words}" for words in violations(page)]
        assert not troubles, "\n".join(troubles)


@test("at 320 pixels, as at 400 % zoom, no page scrolls sideways")
def very_narrow(house):
    person = busy_person(house)
    page = house.page(person, path=None, size={"width": 320, "height": 640}, touch=True, expects=(403, 404))
    troubles = []
    for name, path in INSIDE.items():
        page.goto(house.url + path)
        settled(page, name)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        if width > 320:
            troubles.append(f"{name}: {width}")
    assert not troubles, troubles


@test("the theme is changed by key, is remembered, and the chart follows")
def themes(house):
    page = house.page(house.person(), "/trade?i=NSE:INFY", theme="light")
    ready_trade(page)
    background = "() => getComputedStyle(document.body.parentElement).backgroundColor"
    light = page.evaluate(background)
    page.keyboard.press("d")
    until(lambda: page.evaluate(background) != light, "the background is dark")
    dark = page.evaluate(background)
    page.reload()
    assert page.evaluate(background) == dark


@test("the layout does not jump while the trade page loads")
def no_jumps(house):
    page = house.page(
        house.person(),
        "/trade?i=NSE:INFY",
        script="window.shift = 0; new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value }).observe({ type: 'layout-shift', buffered: true });",
    )
    ready_trade(page)
    page.wait_for_timeout(500)
    shift = page.evaluate("() => window.shift")
    assert shift <= 0.02, shift

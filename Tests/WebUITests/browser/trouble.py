"""When the line breaks or falls silent: words, grey prices, reconnect, and nothing lost."""

import re

from house import ready_trade, test, until


class Line:
    """Stands between the page and the live socket; can be cut and held."""

    def __init__(self, page):
        self.open = True
        self.held = False
        self.routes = []
        page.route_web_socket(re.compile(r"/api/stream"), self.connect)

    def connect(self, route):
        if not self.open:
            route.close(code=1001)
            return
        self.routes.append(route)
        server = route.connect_to_server()
        route.on_message(server.send)

        def pass_on(message):
            # Held: the line lives and answers pings, but prices do not come.
            if not (self.held and '"quotes"' in message):
                route.send(message)

        server.on_message(pass_on)

    def cut(self):
        self.open = False
        for route in self.routes:
            route.close(code=1001)
        self.routes = []


def open_with_line(house, person, path):
    page = house.page(person, path=None)
    line = Line(page)
    page.goto(house.url + path)
    return page, line


@test("a cut line is said at once, prices turn grey, and all is well after it returns")
def cut_line(house):
    anna = house.person()
    page, line = open_with_line(house, anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    until(lambda: page.locator(".age").get_attribute("data-state") == "live", "the feed is live")
    line.cut()
    page.locator(".age", has_text="Reconnecting").wait_for()
    page.locator("html[data-stale]").wait_for(timeout=12_000)
    muted = "() => getComputedStyle(document.querySelector('.watch-table .live-price')).color === getComputedStyle(document.querySelector('.watch-table thead th')).color"
    assert page.evaluate(muted)
    # What happens meanwhile must be on screen afterwards.
    assert anna.order("INFY", 6)[0] == 201
    line.open = True
    page.get_by_role("table", name="Positions").get_by_role("cell", name="+6", exact=True).wait_for(timeout=30_000)
    until(lambda: page.locator("html[data-stale]").count() == 0, "prices are fresh again", seconds=15)
    until(lambda: page.locator(".age").get_attribute("data-state") == "live", "the word is gone")


@test("prices that stop coming turn grey within six seconds though the line lives")
def frozen_prices(house):
    anna = house.person()
    page, line = open_with_line(house, anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    until(lambda: page.locator(".age").get_attribute("data-state") == "live", "the feed is live")
    line.held = True
    page.locator("html[data-stale]").wait_for(timeout=7_000)
    page.locator(".age", has_text="Delayed").wait_for()
    line.held = False
    until(lambda: page.locator("html[data-stale]").count() == 0, "prices are fresh again")


@test("prices that never begin to move are old, too")
def never_began(house):
    anna = house.person()
    page = house.page(anna, path=None)
    line = Line(page)
    line.held = True
    page.goto(house.url + "/trade?i=NSE:INFY")
    ready_trade(page)
    page.locator("html[data-stale]").wait_for(timeout=8_000)


@test("a list that cannot be loaded says so and can be asked again")
def list_error(house):
    anna = house.person()
    page = house.page(anna, path=None, expects=(500,))
    page.route("**/api/paper-trading/orders?*", lambda route: route.fulfill(status=500, json={"detail": "The disk is full."}))
    page.goto(house.url + "/orders")
    page.get_by_role("alert").filter(has_text="The disk is full.").wait_for()
    page.unroute("**/api/paper-trading/orders?*")
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("No orders here.").wait_for()


@test("a server that is away at the start is said, and the token is kept")
def away(house):
    anna = house.person()
    page = house.page(anna, path=None, expects=(502,))
    page.route("**/api/auth/status?*", lambda route: route.fulfill(status=502, body=""))
    page.goto(house.url + "/trade")
    page.get_by_role("heading", name="Tradehouse does not answer").wait_for()
    assert page.evaluate("() => localStorage.getItem('authToken')") == anna.token


@test("a symbol that does not exist is said and breaks nothing")
def unknown_symbol(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:NOSUCHTHING", expects=(404, 422))
    page.locator(".chart-words [role=alert], .chart-words p").first.wait_for()
    page.locator(".watch-table").get_by_role("button", name="INFY", exact=True).click()
    ready_trade(page)


@test("markup in a name stays text")
def markup(house):
    email = "x@example.test"
    anna = house.person()
    page = house.page(anna, path=None)
    page.route("**/api/auth/user", lambda route: route.fulfill(json={"user_id": "U1", "user_name": "<img src=x onerror=alert(1)>", "email": email, "role": "trader", "broker": None, "login_time": "2026-11-20T10:00:00+05:30", "expires_at": "2026-11-21T10:00:00+05:30"}))
    page.goto(house.url + "/account")
    page.get_by_text("<img src=x onerror=alert(1)>").wait_for()
    assert page.locator("main img").count() == 0


def as_role(role):
    """Answers who is logged in with another role."""

    def answer(route):
        status = route.fetch().json()
        status["user"]["role"] = role
        route.fulfill(json=status)

    return answer


@test("the owner is told on every page when backups do not work, and nobody else")
def failing_backups(house):
    state = {"status": "success", "enabled": True, "alert": True, "verdict": "failed", "last_verified": None}
    for role, seen in (("owner", 1), ("trader", 0)):
        page = house.page(house.person(), path=None, expects=(403,))
        page.route("**/api/admin/backups", lambda route: route.fulfill(json=state))
        page.route("**/api/auth/status?*", as_role(role))
        page.goto(house.url + "/portfolio")
        page.get_by_role("heading", name="Portfolio").wait_for()
        page.get_by_role("term").filter(has_text="Available").first.wait_for()
        notice = page.get_by_role("alert").filter(has_text="Backups of this house do not work (failed).")
        if seen:
            notice.wait_for()
        assert notice.count() == seen

"""Coming and going: set-up, log-in, the end of a session in its several ways, log-out, and two people side by side."""

import os
from urllib.parse import urlsplit

from house import PASSWORD, ready_trade, test


@test("the set-up address makes the owner, once")
def set_up(house):
    address = os.environ.get("TRADEHOUSE_SETUP_URL")
    needed = house.call("GET", "/api/setup/status")[1]["setup_needed"]
    if not address or not needed:
        # The house has an owner already: then the page must say so and lead to the login.
        page = house.page(path="/setup?token=00000000")
        page.get_by_text("This house is set up already.").wait_for()
        return
    parts = urlsplit(address)
    page = house.page(path=f"{parts.path}?{parts.query}", expects=(400, 403))
    page.get_by_label("E-mail").fill("owner@example.test")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Make the owner's account").click()
    page.locator(".field-error:not(:empty), .form-error:not(:empty)").first.wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the owner's account").click()
    page.wait_for_url("**/trade*")
    ready_trade(page)
    page.get_by_role("link", name="Old books").click()
    page.get_by_role("heading", name="Old books").wait_for()
    page.locator("text=/There are none|These books came/").first.wait_for()
    again = house.page(path=f"{parts.path}?{parts.query}")
    again.get_by_text("This house is set up already.").wait_for()


@test("somebody new makes an account and is on the trade page")
def register(house):
    page = house.page(path="/register", expects=(400, 409))
    page.get_by_label("E-mail").fill("no address")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.locator(".field-error:not(:empty), .form-error:not(:empty)").first.wait_for()
    page.get_by_label("E-mail").fill(f"new-{os.urandom(5).hex()}@example.test")
    page.get_by_role("button", name="Make the account").click()
    page.wait_for_url("**/trade*")
    ready_trade(page)
    assert page.evaluate("() => localStorage.getItem('authToken')")


@test("a wrong password is said at the form, the right one leads in")
def log_in(house):
    anna = house.person()
    page = house.page(path="/", expects=(401,))
    page.wait_for_url("**/login*")
    page.get_by_label("E-mail").fill(anna.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    page.locator(".form-error:not(:empty), .field-error:not(:empty)").first.wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/trade*")
    ready_trade(page)


@test("a page that needs a login leads back to itself after it")
def back_again(house):
    anna = house.person()
    page = house.page(path="/orders?status=open")
    page.wait_for_url("**/login?next=*")
    page.get_by_label("E-mail").fill(anna.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/orders?status=open")
    page.get_by_role("heading", name="Orders").wait_for()


@test("the login does not lead to another site")
def no_open_redirect(house):
    anna = house.person()
    page = house.page(path="/login?next=//evil.example/x")
    page.get_by_label("E-mail").fill(anna.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{house.url}/trade*")


@test("a token in the address of an old login is taken and leaves the address")
def token_in_address(house):
    anna = house.person()
    page = house.page(path=f"/?login=success&token={anna.token}")
    page.wait_for_url("**/trade*")
    ready_trade(page)
    assert anna.token not in page.url
    assert page.evaluate("() => localStorage.getItem('authToken')")
    page.go_back()
    assert anna.token not in page.url


@test("an unknown token is dropped, said in words, and asks for the login")
def unknown_token(house):
    page = house.page(path="/favicon.svg", expects=(401,))
    page.evaluate("() => localStorage.setItem('authToken', '00000000-0000-4000-8000-000000000000')")
    page.goto(house.url + "/portfolio")
    page.wait_for_url("**/login*")
    page.get_by_role("alert").filter(has_text="log in again").wait_for()
    assert page.evaluate("() => localStorage.getItem('authToken')") is None


@test("a 401 in the middle empties the token, says why, and comes back to the page")
def expired(house):
    anna = house.person()
    page = house.page(anna, path="/orders", expects=(401,))
    page.get_by_text("No orders here.").wait_for()
    page.route("**/api/paper-trading/orders?*", lambda route: route.fulfill(status=401, json={"detail": "Authentication required. Your session has expired, please log in again."}))
    page.get_by_text("Rejected", exact=True).click()
    page.wait_for_url("**/login?next=*")
    page.get_by_role("alert").filter(has_text="Your session has expired").wait_for()
    assert page.evaluate("() => localStorage.getItem('authToken')") is None
    page.unroute("**/api/paper-trading/orders?*")
    page.get_by_label("E-mail").fill(anna.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/orders?status=rejected")


@test("a session ended elsewhere ends here")
def ended_elsewhere(house):
    anna = house.person()
    page = house.page(anna, path="/account", expects=(401,))
    page.get_by_text(anna.email).wait_for()
    assert anna.call("POST", "/api/auth/logout")[0] == 200
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/login*")
    assert page.evaluate("() => localStorage.getItem('authToken')") is None


@test("logging out asks, ends the session at the server, and empties the token")
def log_out(house):
    anna = house.person()
    page = house.page(anna, path="/account")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    assert page.evaluate("() => localStorage.getItem('authToken')") is None
    assert anna.call("GET", "/api/paper-trading/funds")[0] == 401
    page.go_back()
    page.wait_for_url("**/login*")


@test("two people in two browsers see nothing of each other")
def two_people(house):
    anna, bert = house.person("anna"), house.person("bert")
    first, second = house.page(anna, "/trade?i=NSE:INFY"), house.page(bert, "/trade?i=NSE:INFY")
    for page in (first, second):
        ready_trade(page)
    before = second.locator(".costs dd").last.inner_text()
    first.get_by_role("button", name="Buy 1 INFY").click()
    first.get_by_text("Bought 1 INFY at").first.wait_for()
    first.get_by_role("table", name="Positions").get_by_text("INFY").wait_for()
    # Something of Bert's own arrives after it, so what Anna did would have arrived too.
    assert bert.order("TCS", 1, kind="LIMIT", price=1)[0] in (201, 409)
    second.get_by_role("tab", name="Orders").click()
    second.get_by_role("table", name="Orders").get_by_text("TCS").wait_for()
    assert second.get_by_role("table", name="Orders").get_by_text("INFY").count() == 0
    second.get_by_role("tab", name="Positions").click()
    second.get_by_text("No open positions.").wait_for()
    second.get_by_role("tab", name="Trades").click()
    second.get_by_text("No fills yet.").wait_for()
    assert bert.call("GET", "/api/paper-trading/positions")[1]["positions"] == []
    assert before


@test("a trader finds no owner's page in the menu and gets no old books")
def not_the_owner(house):
    anna = house.person()
    page = house.page(anna, "/old-books")
    page.get_by_text("Only the owner of the house can see this page.").wait_for()
    assert page.get_by_role("link", name="Old books").count() == 0
    assert anna.call("GET", "/api/admin/legacy-books")[0] == 403


@test("two tabs of one browser follow each other's log-out")
def two_tabs(house):
    anna = house.person()
    page = house.page(anna, path="/account")
    page.get_by_text(anna.email).wait_for()
    other = page.context.new_page()
    other.goto(house.url + "/account")
    other.get_by_text(anna.email).wait_for()
    other.get_by_role("button", name="Log out").click()
    other.get_by_role("dialog").get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login*")

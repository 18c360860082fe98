"""What every browser test stands on: the browser, people with accounts, a page that reports each error, and the runner.

A test is a function with a sentence, `@test("…")`; it gets a House. Any console error, page error or violation of the content security
policy fails it, unless it says beforehand which HTTP statuses it provokes.
"""

import json
import os
import shutil
import time
import traceback
import urllib.error
import urllib.request
import uuid

from playwright.sync_api import sync_playwright

TESTS = []
PASSWORD = "seven quiet otters"
WIDE = {"width": 1440, "height": 860}
PHONE = {"width": 390, "height": 844}
LIMIT_MILLISECONDS = 10_000

REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', event => console.error('CSP violation: ' + event.violatedDirective + ' ' + event.blockedURI));
"""


def test(sentence):
    """Adds a test under the sentence that it proves."""

    def add(function):
        TESTS.append((sentence, function))
        return function

    return add


class Person:
    """Somebody with an account, who can also be asked about by HTTP."""

    def __init__(self, house, email, answer):
        self.house = house
        self.email = email
        self.user_id = answer["user_id"]
        self.token = answer["session_token"]

    def call(self, method, path, body=None):
        return self.house.call(method, path, body, self.token)

    def order(self, symbol, quantity, side="BUY", kind="MARKET", product="MIS", **more):
        draft = dict(exchange="NSE", tradingsymbol=symbol, transaction_type=side, quantity=quantity, product=product, order_type=kind, **more)
        return self.call("POST", "/api/paper-trading/orders", draft)


class House:
    """The server under test and the browser that visits it."""

    def __init__(self, browser):
        self.url = os.environ["TRADEHOUSE_URL"].rstrip("/")
        self.browser = browser
        self.contexts = []
        self.troubles = []
        self.owner = None

    def call(self, method, path, body=None, token=None):
        """One HTTP call; gives (status, answer)."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token:
            headers["X-Session-Token"] = token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def person(self, name="anna"):
        """A new account with a fresh book."""
        email = f"{name}-{uuid.uuid4().hex[:10]}@example.test"
        status, answer = self.call("POST", "/api/auth/register", {"email": email, "password": PASSWORD, "name": name.title()})
        assert status == 201, f"register answered {status}: {answer}"
        return Person(self, email, answer)

    def page(self, person=None, path="/", size=WIDE, theme="dark", expects=(), touch=False, script=None):
        """A page of a browser of its own. `expects`: HTTP statuses that may show up in the console."""
        context = self.browser.new_context(
            viewport=size, color_scheme=theme, locale="en-IN", timezone_id="Asia/Kolkata", reduced_motion="reduce", has_touch=touch
        )
        self.contexts.append(context)
        context.set_default_timeout(LIMIT_MILLISECONDS)
        page = context.new_page()
        page.add_init_script(REPORT_VIOLATIONS)
        if script:
            page.add_init_script(script)

        def heard(message):
            if message.type != "error":
                return
            allowed = any(f"status of {status}" in message.text for status in expects)
            if not allowed:
                self.troubles.append(f"console: {message.text}")

        page.on("console", heard)
        page.on("pageerror", lambda error: self.troubles.append(f"page error: {error}"))
        if person:
            page.goto(self.url + "/favicon.svg")
            page.evaluate("token => localStorage.setItem('authToken', token)", person.token)
        if path:
            page.goto(self.url + path)
        return page

    def close(self):
        for context in self.contexts:
            context.close()
        self.contexts = []


def until(question, words, seconds=10):
    """Asks until the answer is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {words}")


def ready_trade(page):
    """Waits until the trade page has prices, candles and a book."""
    page.locator(".ticket .button.send:enabled").or_(page.locator(".trade-bar .button.buy:visible")).first.wait_for()
    page.locator(".chart-legend", has_text="Vol").wait_for()


def fits(page):
    """The page does not scroll sideways and no container hides columns."""
    return page.evaluate(
        """() => {
        const wide = [];
        const root = document.documentElement;
        if (root.scrollWidth > root.clientWidth) wide.push(`page ${root.scrollWidth} > ${root.clientWidth}`);
        for (const box of document.querySelectorAll('.table-box, .tab-panel, .tabs, .trade-side, .watch-rows, .segments, #header, .tabbar'))
            if (box.scrollWidth > box.clientWidth + 1) wide.push(`${box.className || box.id} ${box.scrollWidth} > ${box.clientWidth}`);
        return wide;
    }"""
    )


def run(word):
    """Runs the tests whose sentence contains the word; gives (passed, failed)."""
    passed = failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        house = House(browser)
        for sentence, function in TESTS:
            if word and word not in sentence:
                continue
            house.troubles = []
            try:
                function(house)
                assert not house.troubles, "; ".join(house.troubles)
                print(f"ok   {sentence}", flush=True)
                passed += 1
            except Exception:
                print(f"FAIL {sentence}\n     " + traceback.format_exc().strip().replace("\n", "\n     "), flush=True)
                for trouble in house.troubles:
                    print(f"     {trouble}", flush=True)
                failed += 1
            finally:
                house.close()
        browser.close()
    return passed, failed

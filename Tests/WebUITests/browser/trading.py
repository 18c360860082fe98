"""Trading on paper in the browser: buy, sell, modify, cancel, exit, by pointer and by key, and what is shown meanwhile."""

import re

from house import PHONE, WIDE, ready_trade, test, until


def quote(person, symbol):
    return person.call("GET", f"/api/market/watch?instruments=NSE:{symbol}")[1]["quotes"][0]


def far_below(person, symbol):
    """A limit price on the tick that will not be reached."""
    facts = quote(person, symbol)
    return round(round(facts["ltp"] * 0.8 / facts["tick"]) * facts["tick"], 2)


@test("buying at market fills and shows everywhere without a reload")
def buy(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    page.evaluate("() => { window.neverReloaded = true }")
    page.get_by_label("Quantity").fill("2")
    page.locator(".costs dd").first.filter(has_text="₹").wait_for()
    page.get_by_role("button", name="Buy 2 INFY").click()
    page.get_by_role("status").filter(has_text="Bought 2 INFY at").first.wait_for()
    row = page.get_by_role("table", name="Positions").get_by_role("row").filter(has_text="INFY")
    row.filter(has_text="+2").wait_for()
    page.get_by_role("tab", name="Orders").click()
    page.get_by_role("table", name="Orders").get_by_text("Filled").wait_for()
    page.get_by_role("tab", name="Trades").click()
    page.get_by_role("table", name="Trades").get_by_text("INFY").wait_for()
    page.get_by_role("tab", name="Funds").click()
    page.get_by_text("Available", exact=True).nth(1).wait_for()
    assert page.evaluate("() => window.neverReloaded") is True
    assert "Last order" in page.locator("#footer").inner_text()
    positions = anna.call("GET", "/api/paper-trading/positions")[1]["positions"]
    assert [(position["tradingsymbol"], position["quantity"]) for position in positions] == [("INFY", 2)]


@test("the result of a position moves with the price")
def result_moves(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:RELIANCE")
    ready_trade(page)
    page.get_by_label("Quantity").fill("20")
    page.get_by_role("button", name="Buy 20 RELIANCE").click()
    cell = page.get_by_role("table", name="Positions").locator("td.column-pnl").first
    cell.wait_for()
    seen = set()
    until(lambda: seen.add(cell.inner_text()) or len(seen) > 2, "three different results", seconds=20)


@test("a double click sends one order")
def double_click(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:ITC")
    ready_trade(page)
    page.get_by_role("button", name="Buy 1 ITC").dblclick()
    page.get_by_text("Bought 1 ITC at").first.wait_for()
    orders = anna.call("GET", "/api/paper-trading/orders")[1]["orders"]
    assert len(orders) == 1 and orders[0]["client_order_id"], orders


@test("a retry after a lost answer does not buy twice")
def lost_answer(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:ITC")
    ready_trade(page)
    lost = []

    def lose_first(route):
        if route.request.method != "POST" or lost:
            route.fallback()
            return
        # The order reaches the house, its answer does not reach the page.
        lost.append(route.fetch())
        route.abort()

    house_troubles = house.troubles
    page.route("**/api/paper-trading/orders", lose_first)
    page.get_by_role("button", name="Buy 1 ITC").click()
    page.get_by_role("alert").filter(has_text="sending again is safe").wait_for()
    page.get_by_role("button", name="Buy 1 ITC").click()
    page.get_by_text("Bought 1 ITC at").first.wait_for()
    assert len(anna.call("GET", "/api/paper-trading/orders")[1]["orders"]) == 1
    house_troubles[:] = [trouble for trouble in house_troubles if "ERR_FAILED" not in trouble]


@test("a limit order waits, is modified and cancelled")
def limit_order(house):
    anna = house.person()
    price = far_below(anna, "INFY")
    page = house.page(anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    page.get_by_text("Limit", exact=True).click()
    page.get_by_label("Price", exact=True).fill(str(price))
    page.get_by_role("button", name="Buy 1 INFY").click()
    page.get_by_role("status").filter(has_text="is open at").first.wait_for()
    page.get_by_role("tab", name="Orders").click()
    page.get_by_role("button", name="Modify Buy INFY").click()
    page.get_by_role("dialog").get_by_label("Quantity").fill("3")
    page.get_by_role("button", name="Modify the order").click()
    page.get_by_role("dialog").wait_for(state="detached")
    orders = page.get_by_role("table", name="Orders")
    orders.get_by_role("cell", name="3", exact=True).wait_for()
    page.get_by_role("button", name="Cancel Buy INFY").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the order").click()
    orders.get_by_role("cell", name="Cancelled", exact=True).wait_for()
    order = anna.call("GET", "/api/paper-trading/orders")[1]["orders"][0]
    assert (order["status"], order["quantity"], order["filled_quantity"]) == ("CANCELLED", 3, 0)


@test("a stop order asks for its trigger and waits for it")
def stop_order(house):
    anna = house.person()
    facts = quote(anna, "INFY")
    trigger = round(round(facts["ltp"] * 1.2 / facts["tick"]) * facts["tick"], 2)
    page = house.page(anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    page.locator(".ticket").get_by_text("SL-M", exact=True).click()
    page.get_by_role("button", name="Buy 1 INFY").click()
    page.get_by_text("Enter a trigger price.").wait_for()
    page.get_by_label("Trigger price").fill(str(trigger))
    page.get_by_role("button", name="Buy 1 INFY").click()
    page.get_by_role("status").filter(has_text="waits for its trigger").first.wait_for()
    assert anna.call("GET", "/api/paper-trading/orders")[1]["orders"][0]["status"] == "TRIGGER PENDING"


@test("a refusal is shown in the ticket and in the orders, with its reason")
def refused(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:RELIANCE", expects=(409,))
    ready_trade(page)
    page.get_by_label("Quantity").fill("90000")
    page.locator(".ticket-doubt:not(:empty)").wait_for()
    page.get_by_role("button", name="Buy 90,000 RELIANCE").click()
    page.locator(".ticket").get_by_role("alert").filter(has_text="Rejected").wait_for()
    page.get_by_role("tab", name="Orders").click()
    page.get_by_role("table", name="Orders").get_by_text("Rejected").wait_for()
    assert anna.call("GET", "/api/paper-trading/positions")[1]["positions"] == []


@test("what cannot be a quantity is stopped at the field")
def bad_quantity(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:RELIANCE")
    ready_trade(page)
    for text in ("", "0", "-4", "many"):
        page.get_by_label("Quantity").fill(text)
        page.locator(".ticket .button.send").click()
        page.get_by_text("Enter how many to trade.").wait_for()
    assert anna.call("GET", "/api/paper-trading/orders")[1]["orders"] == []


@test("the whole way of an order goes by keyboard")
def by_keyboard(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    press = page.keyboard.press
    press("s")
    page.keyboard.type("4")
    press("Enter")
    page.get_by_role("status").filter(has_text="Sold 4 INFY at").first.wait_for()
    press("Escape")
    until(lambda: page.evaluate("() => document.activeElement.className === 'watch-open'"), "focus is in the watchlist")
    press("ArrowDown")
    press("Enter")
    until(lambda: "INFY" not in page.evaluate("() => location.href"), "another symbol is open")
    press("Control+k")
    page.keyboard.type("INFY")
    page.get_by_role("option").filter(has_text="INFY").first.wait_for()
    press("Enter")
    page.wait_for_url("**/trade?i=NSE%3AINFY")
    press("?")
    page.get_by_role("dialog").get_by_text("Sell the selected symbol").wait_for()
    press("Escape")
    press("g")
    press("o")
    page.wait_for_url("**/orders")


@test("leaving a position asks first, then closes it")
def exit_position(house):
    anna = house.person()
    assert anna.order("INFY", 5)[0] == 201
    page = house.page(anna, "/trade?i=NSE:RELIANCE")
    ready_trade(page)
    page.get_by_role("button", name="Exit INFY MIS").click()
    page.get_by_role("button", name="Keep as it is").click()
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "Exit INFY MIS"
    page.get_by_role("button", name="Exit INFY MIS").click()
    page.get_by_role("button", name="Sell 5 at market").click()
    page.get_by_text("No open positions.").wait_for()
    assert anna.call("GET", "/api/paper-trading/positions")[1]["positions"] == []


@test("the watchlist takes symbols by search, loses them by key, and is there after a reload")
def watchlist(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    page.locator(".lister").get_by_text("2", exact=True).click()
    page.get_by_text("This list is empty.").wait_for()
    for symbol in ("TCS", "SBIN"):
        page.get_by_role("combobox", name="Add a symbol").fill(symbol)
        page.get_by_role("option").filter(has_text=symbol).first.wait_for()
        page.keyboard.press("Enter")
        page.locator(".watch-table").get_by_role("button", name=symbol, exact=True).wait_for()
    page.reload()
    rows = page.locator(".watch-table tbody tr")
    page.locator(".watch-table").get_by_role("button", name="TCS", exact=True).focus()
    page.locator(".watch-table tbody td.live-price", has_text=re.compile(r"\d")).first.wait_for()
    page.keyboard.press("Delete")
    until(lambda: rows.count() == 1, "one row is left")
    assert "SBIN" in rows.first.inner_text()


@test("the chart reads its bars by key, changes interval, and has its data as a table")
def chart(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:INFY")
    ready_trade(page)
    before = page.locator(".chart-legend").inner_text()
    assert re.match(r"O [\d,.]+ H [\d,.]+ L [\d,.]+ C [\d,.]+ Vol [\d,]+", before), before
    page.locator(".chart").focus()
    for key in ("ArrowLeft", "ArrowLeft", "ArrowLeft", "+", "-", "Home", "End", "ArrowLeft"):
        page.keyboard.press(key)
    page.locator(".chart [role=status]").filter(has_text="open").wait_for(state="attached")
    page.keyboard.press("Escape")
    assert "bars from" in page.locator(".chart > p.spoken").first.inner_text()
    with page.expect_response(lambda answer: "interval=5minute" in answer.url):
        page.keyboard.press("2")
    page.locator(".chart-legend", has_text="Vol").wait_for()
    page.get_by_role("button", name="Data table").click()
    assert page.get_by_role("dialog").get_by_role("row").count() > 5
    page.keyboard.press("Escape")
    box = page.locator(".chart canvas").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.wheel(0, 400)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 200, steps=4)
    page.mouse.up()


@test("the orders page keeps its filters in the address and follows events")
def orders_page(house):
    anna = house.person()
    assert anna.order("INFY", 1)[0] == 201
    assert anna.order("TCS", 1, kind="LIMIT", price=far_below(anna, "TCS"))[0] == 201
    page = house.page(anna, "/orders?status=open")
    table = page.get_by_role("table", name="Orders")
    table.get_by_text("TCS").wait_for()
    assert table.get_by_text("INFY").count() == 0
    page.get_by_text("All", exact=True).click()
    table.get_by_text("INFY").wait_for()
    page.get_by_label("Symbol").fill("infy")
    page.wait_for_url("**/orders?symbol=INFY")
    until(lambda: table.get_by_text("TCS").count() == 0, "only INFY is left")
    page.get_by_label("Symbol").fill("")
    page.wait_for_url("**/orders")
    assert anna.order("SBIN", 1)[0] == 201
    table.get_by_text("SBIN").wait_for()


@test("the portfolio shows funds and statistics and begins anew on request")
def portfolio(house):
    anna = house.person()
    assert anna.order("INFY", 3)[0] == 201
    until(lambda: anna.call("GET", "/api/paper-trading/positions")[1]["positions"], "the position is there")
    assert anna.order("INFY", 3, "SELL")[0] == 201
    page = house.page(anna, "/portfolio")
    page.get_by_text("Closed trades").wait_for()
    page.get_by_role("button", name="Reset the book…").click()
    page.get_by_label("Starting capital in ₹").fill("250000")
    page.get_by_role("button", name="Reset the book", exact=True).click()
    page.get_by_text("Nothing has been closed yet.").wait_for()
    page.get_by_text("₹2,50,000.00").first.wait_for()
    assert anna.call("GET", "/api/paper-trading/funds")[1]["funds"]["virtual_capital"] == 250000


@test("on a phone the ticket is a sheet, and buying works by touch")
def on_a_phone(house):
    anna = house.person()
    page = house.page(anna, "/trade?i=NSE:INFY", size=PHONE, touch=True)
    ready_trade(page)
    page.locator(".trade-bar").get_by_role("button", name="Buy").tap()
    sheet = page.get_by_role("dialog", name="Order")
    sheet.get_by_label("Quantity").fill("2")
    sheet.get_by_role("button", name="Buy 2 INFY").tap()
    sheet.wait_for(state="detached")
    page.get_by_role("table", name="Positions").get_by_text("MIS · +2 @").wait_for()
    page.get_by_role("link", name="Watchlist").tap()
    page.wait_for_url("**/watchlist")
    page.get_by_role("button", name="TCS", exact=True).tap()
    page.wait_for_url("**/trade?i=NSE%3ATCS")
    page.get_by_role("heading", name="TCS").wait_for()


@test("the proof of funds says that it adds up, line by line, and follows a new fill")
def proof_of_funds(house):
    anna = house.person()
    assert anna.order("INFY", 3)[0] == 201
    for size in (WIDE, PHONE):
        page = house.page(anna, "/portfolio", size=size, touch=size is PHONE)
        page.get_by_role("link", name="Proof of funds").click()
        page.get_by_role("status").filter(has_text="It adds up.").wait_for()
        page.get_by_role("rowheader", name="Opening capital").wait_for()
        page.get_by_role("img", name="Cash from ₹1,00,000.00").wait_for()
        before = page.get_by_role("rowheader").count()
        assert anna.order("INFY", 1)[0] == 201
        until(lambda: page.get_by_role("rowheader").count() == before + 2, "the fill and its charges have their lines")


@test("a proof that does not add up is said as an alert, with the figure")
def broken_proof(house):
    anna = house.person()
    assert anna.order("INFY", 3)[0] == 201
    page = house.page(anna, path=None)

    def forge(route):
        answer = route.fetch().json()
        answer["adds_up"] = False
        answer["difference_count"] = 1
        answer["figures"][0].update(holds=False, computed="1")
        route.fulfill(json=answer)

    page.route("**/api/paper-trading/proof*", forge)
    page.goto(house.url + "/proof")
    page.get_by_role("alert").filter(has_text="It does not add up").wait_for()
    page.get_by_text("the lines give ₹1.00").wait_for()


@test("statistics draw the equity, say why a figure is missing, and divide by tag")
def statistics(house):
    anna = house.person()
    for tag in ("dip", "fade"):
        assert anna.order("INFY", 3, tag=tag)[0] == 201
        assert anna.order("INFY", 3, "SELL")[0] == 201
    assert anna.order("SBIN", 2)[0] == 201
    for size in (WIDE, PHONE):
        page = house.page(anna, "/portfolio", size=size, touch=size is PHONE)
        page.get_by_role("link", name="All statistics").click()
        page.get_by_role("img", name="Equity from ₹1,00,000.00").wait_for()
        page.get_by_text("needs two days").wait_for()
        page.get_by_role("rowheader", name="NSE:INFY").wait_for()
        page.get_by_text("Tag", exact=True).last.click()
        page.get_by_role("rowheader", name="dip").wait_for()
        page.get_by_role("rowheader", name="No tag").wait_for()
        assert "by=tag" in page.url
        curve = page.get_by_role("img", name="Equity from")
        curve.focus()
        page.keyboard.press("Home")
        first = page.locator(".curve-readout").inner_text()
        page.keyboard.press("End")
        assert first != page.locator(".curve-readout").inner_text(), first


@test("a second book is made, used, filled, begun anew and looked back at, and the first is untouched")
def second_book(house):
    anna = house.person()
    for size in (WIDE, PHONE):
        name = "swing" if size is WIDE else "slow"
        page = house.page(anna, "/books", size=size, touch=size is PHONE)
        page.get_by_role("button", name="New book…").click()
        page.get_by_label("Name").fill(name)
        page.get_by_label("Title").fill(name.title())
        page.get_by_label("Opening funds in ₹").fill("2,50,000")
        page.get_by_role("button", name="Make the book").click()
        page.get_by_role("button", name=f"Use {name.title()}").click()
        page.get_by_role("heading", name="Portfolio").wait_for()
        if size is WIDE:
            page.locator(".book-badge", has_text=name.title()).wait_for()
        page.goto(house.url + "/trade?i=NSE:INFY")
        ready_trade(page)
        status, answer = anna.call("POST", f"/api/paper-trading/orders?book={name}", dict(
            exchange="NSE", tradingsymbol="INFY", transaction_type="BUY", quantity=2, product="MIS", order_type="MARKET"))
        assert status == 201, answer
        page.goto(house.url + "/orders")
        page.get_by_role("table", name="Orders").get_by_text("INFY").wait_for()
        page.goto(house.url + "/books")
        card = page.get_by_role("region", name=name.title())
        card.get_by_role("button", name="Begin anew…").click()
        page.get_by_role("button", name="Begin anew", exact=True).click()
        card.get_by_role("button", name="Earlier epochs").click()
        card.get_by_role("rowheader", name="1", exact=True).wait_for()
        card.get_by_role("link", name="Statistics").last.click()
        page.get_by_role("heading", name="Statistics of epoch 1").wait_for()
        page.get_by_role("img", name="Equity from ₹2,50,000.00").wait_for()
        assert anna.call("GET", "/api/paper-trading/orders")[1]["orders"] == []


@test("the choice of a book that somebody else made is left at the next login")
def foreign_choice(house):
    bela = house.person("bela")
    page = house.page(bela, path=None, expects=(404,))
    page.goto(house.url + "/favicon.svg")
    page.evaluate("() => localStorage.setItem('paperBook', 'annas')")
    page.goto(house.url + "/portfolio")
    page.wait_for_function("() => localStorage.getItem('paperBook') === null")
    page.get_by_text("₹1,00,000.00").first.wait_for()


@test("a limit and a kill switch are set on the page, say what they stop, and let exits through")
def risk_page(house):
    for size in (WIDE, PHONE):
        anna = house.person()
        assert anna.order("INFY", 3)[0] == 201
        assert anna.order("SBIN", 1, kind="LIMIT", price=far_below(anna, "SBIN"))[0] == 201
        page = house.page(anna, "/portfolio", size=size, touch=size is PHONE)
        page.locator("main").get_by_role("link", name="Risk").click()
        page.get_by_role("button", name="Change the limits…").click()
        page.get_by_label("Orders a day").fill("2")
        page.get_by_label("Banned instruments").fill("nse:tcs")
        page.get_by_role("button", name="Set the limits").click()
        page.get_by_text("Reached, until").wait_for()
        page.get_by_text("NSE:TCS").wait_for()
        assert anna.order("INFY", 1)[1]["error"] == "orders_per_day_limit"
        page.get_by_role("button", name="Stop this book…").click()
        page.get_by_text("Positions stay open: no switch closes them.").wait_for()
        page.get_by_label("Reason").fill("lunch")
        page.get_by_role("button", name="Stop this book", exact=True).click()
        page.get_by_text("1 working orders that could only open something were").first.wait_for()
        page.get_by_text("Only orders that reduce a position are taken in this book.").wait_for()
        assert anna.order("INFY", 1)[1]["error"] == "kill_switch"
        assert anna.order("INFY", 3, "SELL")[0] == 201
        page.get_by_role("button", name="Release: this book").click()
        page.get_by_role("button", name="Stop this book…").wait_for()
        assert page.get_by_role("button", name="Stop the whole house…").count() == 0


@test("an order waits for its price on the page of triggers, with a target and a stop, and is deleted there")
def triggers_page(house):
    for size in (WIDE, PHONE):
        anna = house.person()
        price = quote(anna, "INFY")["ltp"]
        page = house.page(anna, "/triggers", size=size, touch=size is PHONE, expects=(422,))
        page.get_by_text("Nothing waits.").wait_for()
        page.get_by_role("button", name="New trigger…").click()
        page.get_by_text("Target and stop").click()
        page.get_by_text("Sell", exact=True).click()
        page.get_by_label("Instrument").fill("nse:infy")
        page.get_by_label("Quantity").fill("3")
        page.get_by_label("Trigger price", exact=True).fill(str(round(price)))
        page.get_by_label("Limit price", exact=True).fill(str(round(price)))
        page.get_by_label("Other trigger price").fill(str(round(price * 0.7)))
        page.get_by_label("Other limit price").fill(str(round(price * 0.7)))
        page.get_by_role("button", name="Let it wait").click()
        page.get_by_text("at least 0.25 % away from the last price").wait_for()
        page.get_by_label("Trigger price", exact=True).fill(str(round(price * 1.3)))
        page.get_by_role("button", name="Let it wait").click()
        page.get_by_text("One cancels the other").wait_for()
        page.get_by_role("img", name="from the nearest trigger").wait_for()
        page.get_by_role("button", name="Delete the trigger of INFY").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_text("Nothing waits.").wait_for()
        page.get_by_role("heading", name="Ended").wait_for()


@test("a fill says why it happened, and the ledger balances on the page of the proof")
def why_and_ledger(house):
    anna = house.person()
    assert anna.order("INFY", 3)[0] == 201
    for size in (WIDE, PHONE):
        page = house.page(anna, "/portfolio", size=size, touch=size is PHONE)
        page.get_by_role("button", name="Why INFY filled").first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_text("were displayed for it at").wait_for()
        dialog.get_by_text("Last price then").wait_for()
        page.goto(house.url + "/proof")
        page.get_by_text("The ledger balances:").click()
        page.get_by_text("Long positions, at cost").wait_for()
        page.get_by_text("Charges: exchange").wait_for()

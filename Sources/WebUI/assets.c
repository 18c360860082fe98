// Every file below site/, as bytes in the binary: three lines of #embed each, and one line in the table. A file that is added or
// removed there is added or removed in both lists here, in the order of their paths; a test compares the lists with the folder.

#include "WebUI.h"

// #embed is of C23; the compiler takes it in every mode, and would say so for each file.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char chart_axis_js[] = {
#embed "site/chart/axis.js"
};
static const unsigned char chart_candles_js[] = {
#embed "site/chart/candles.js"
};
static const unsigned char chart_chart_js[] = {
#embed "site/chart/chart.js"
};
static const unsigned char chart_crosshair_js[] = {
#embed "site/chart/crosshair.js"
};
static const unsigned char chart_curve_js[] = {
#embed "site/chart/curve.js"
};
static const unsigned char chart_gestures_js[] = {
#embed "site/chart/gestures.js"
};
static const unsigned char chart_indicators_js[] = {
#embed "site/chart/indicators.js"
};
static const unsigned char chart_line_js[] = {
#embed "site/chart/line.js"
};
static const unsigned char chart_scale_js[] = {
#embed "site/chart/scale.js"
};
static const unsigned char chart_volume_js[] = {
#embed "site/chart/volume.js"
};
static const unsigned char core_api_js[] = {
#embed "site/core/api.js"
};
static const unsigned char core_book_js[] = {
#embed "site/core/book.js"
};
static const unsigned char core_clock_js[] = {
#embed "site/core/clock.js"
};
static const unsigned char core_dom_js[] = {
#embed "site/core/dom.js"
};
static const unsigned char core_first_js[] = {
#embed "site/core/first.js"
};
static const unsigned char core_format_js[] = {
#embed "site/core/format.js"
};
static const unsigned char core_ids_js[] = {
#embed "site/core/ids.js"
};
static const unsigned char core_keys_js[] = {
#embed "site/core/keys.js"
};
static const unsigned char core_live_js[] = {
#embed "site/core/live.js"
};
static const unsigned char core_paint_js[] = {
#embed "site/core/paint.js"
};
static const unsigned char core_router_js[] = {
#embed "site/core/router.js"
};
static const unsigned char core_session_js[] = {
#embed "site/core/session.js"
};
static const unsigned char core_socket_js[] = {
#embed "site/core/socket.js"
};
static const unsigned char core_store_js[] = {
#embed "site/core/store.js"
};
static const unsigned char core_theme_js[] = {
#embed "site/core/theme.js"
};
static const unsigned char favicon_svg[] = {
#embed "site/favicon.svg"
};
static const unsigned char icons_sprite_svg[] = {
#embed "site/icons/sprite.svg"
};
static const unsigned char index_html[] = {
#embed "site/index.html"
};
static const unsigned char main_js[] = {
#embed "site/main.js"
};
static const unsigned char manifest_webmanifest[] = {
#embed "site/manifest.webmanifest"
};
static const unsigned char page_account_js[] = {
#embed "site/page/account.js"
};
static const unsigned char page_books_js[] = {
#embed "site/page/books.js"
};
static const unsigned char page_login_js[] = {
#embed "site/page/login.js"
};
static const unsigned char page_not_found_js[] = {
#embed "site/page/not-found.js"
};
static const unsigned char page_old_books_js[] = {
#embed "site/page/old-books.js"
};
static const unsigned char page_orders_js[] = {
#embed "site/page/orders.js"
};
static const unsigned char page_portfolio_js[] = {
#embed "site/page/portfolio.js"
};
static const unsigned char page_proof_js[] = {
#embed "site/page/proof.js"
};
static const unsigned char page_register_js[] = {
#embed "site/page/register.js"
};
static const unsigned char page_risk_js[] = {
#embed "site/page/risk.js"
};
static const unsigned char page_setup_js[] = {
#embed "site/page/setup.js"
};
static const unsigned char page_statistics_js[] = {
#embed "site/page/statistics.js"
};
static const unsigned char page_trade_js[] = {
#embed "site/page/trade.js"
};
static const unsigned char page_trade_chart_panel_js[] = {
#embed "site/page/trade/chart-panel.js"
};
static const unsigned char page_trade_depth_js[] = {
#embed "site/page/trade/depth.js"
};
static const unsigned char page_triggers_js[] = {
#embed "site/page/triggers.js"
};
static const unsigned char page_watchlist_js[] = {
#embed "site/page/watchlist.js"
};
static const unsigned char style_base_css[] = {
#embed "site/style/base.css"
};
static const unsigned char style_chart_css[] = {
#embed "site/style/chart.css"
};
static const unsigned char style_controls_css[] = {
#embed "site/style/controls.css"
};
static const unsigned char style_layout_css[] = {
#embed "site/style/layout.css"
};
static const unsigned char style_pages_css[] = {
#embed "site/style/pages.css"
};
static const unsigned char style_table_css[] = {
#embed "site/style/table.css"
};
static const unsigned char style_tokens_css[] = {
#embed "site/style/tokens.css"
};
static const unsigned char style_trade_css[] = {
#embed "site/style/trade.css"
};
static const unsigned char types_d_ts[] = {
#embed "site/types.d.ts"
};
static const unsigned char ui_account_fields_js[] = {
#embed "site/ui/account-fields.js"
};
static const unsigned char ui_book_tables_js[] = {
#embed "site/ui/book-tables.js"
};
static const unsigned char ui_dialog_js[] = {
#embed "site/ui/dialog.js"
};
static const unsigned char ui_field_js[] = {
#embed "site/ui/field.js"
};
static const unsigned char ui_fill_why_js[] = {
#embed "site/ui/fill-why.js"
};
static const unsigned char ui_order_acts_js[] = {
#embed "site/ui/order-acts.js"
};
static const unsigned char ui_palette_js[] = {
#embed "site/ui/palette.js"
};
static const unsigned char ui_shell_js[] = {
#embed "site/ui/shell.js"
};
static const unsigned char ui_suggest_js[] = {
#embed "site/ui/suggest.js"
};
static const unsigned char ui_table_js[] = {
#embed "site/ui/table.js"
};
static const unsigned char ui_tabs_js[] = {
#embed "site/ui/tabs.js"
};
static const unsigned char ui_ticket_js[] = {
#embed "site/ui/ticket.js"
};
static const unsigned char ui_toast_js[] = {
#embed "site/ui/toast.js"
};
static const unsigned char ui_watchlist_js[] = {
#embed "site/ui/watchlist.js"
};
static const unsigned char ui_words_js[] = {
#embed "site/ui/words.js"
};

const struct webui_asset webui_assets[] = {
    {"chart/axis.js", "text/javascript; charset=utf-8", chart_axis_js, sizeof chart_axis_js},
    {"chart/candles.js", "text/javascript; charset=utf-8", chart_candles_js, sizeof chart_candles_js},
    {"chart/chart.js", "text/javascript; charset=utf-8", chart_chart_js, sizeof chart_chart_js},
    {"chart/crosshair.js", "text/javascript; charset=utf-8", chart_crosshair_js, sizeof chart_crosshair_js},
    {"chart/curve.js", "text/javascript; charset=utf-8", chart_curve_js, sizeof chart_curve_js},
    {"chart/gestures.js", "text/javascript; charset=utf-8", chart_gestures_js, sizeof chart_gestures_js},
    {"chart/indicators.js", "text/javascript; charset=utf-8", chart_indicators_js, sizeof chart_indicators_js},
    {"chart/line.js", "text/javascript; charset=utf-8", chart_line_js, sizeof chart_line_js},
    {"chart/scale.js", "text/javascript; charset=utf-8", chart_scale_js, sizeof chart_scale_js},
    {"chart/volume.js", "text/javascript; charset=utf-8", chart_volume_js, sizeof chart_volume_js},
    {"core/api.js", "text/javascript; charset=utf-8", core_api_js, sizeof core_api_js},
    {"core/book.js", "text/javascript; charset=utf-8", core_book_js, sizeof core_book_js},
    {"core/clock.js", "text/javascript; charset=utf-8", core_clock_js, sizeof core_clock_js},
    {"core/dom.js", "text/javascript; charset=utf-8", core_dom_js, sizeof core_dom_js},
    {"core/first.js", "text/javascript; charset=utf-8", core_first_js, sizeof core_first_js},
    {"core/format.js", "text/javascript; charset=utf-8", core_format_js, sizeof core_format_js},
    {"core/ids.js", "text/javascript; charset=utf-8", core_ids_js, sizeof core_ids_js},
    {"core/keys.js", "text/javascript; charset=utf-8", core_keys_js, sizeof core_keys_js},
    {"core/live.js", "text/javascript; charset=utf-8", core_live_js, sizeof core_live_js},
    {"core/paint.js", "text/javascript; charset=utf-8", core_paint_js, sizeof core_paint_js},
    {"core/router.js", "text/javascript; charset=utf-8", core_router_js, sizeof core_router_js},
    {"core/session.js", "text/javascript; charset=utf-8", core_session_js, sizeof core_session_js},
    {"core/socket.js", "text/javascript; charset=utf-8", core_socket_js, sizeof core_socket_js},
    {"core/store.js", "text/javascript; charset=utf-8", core_store_js, sizeof core_store_js},
    {"core/theme.js", "text/javascript; charset=utf-8", core_theme_js, sizeof core_theme_js},
    {"favicon.svg", "image/svg+xml", favicon_svg, sizeof favicon_svg},
    {"icons/sprite.svg", "image/svg+xml", icons_sprite_svg, sizeof icons_sprite_svg},
    {"index.html", "text/html; charset=utf-8", index_html, sizeof index_html},
    {"main.js", "text/javascript; charset=utf-8", main_js, sizeof main_js},
    {"manifest.webmanifest", "application/manifest+json", manifest_webmanifest, sizeof manifest_webmanifest},
    {"page/account.js", "text/javascript; charset=utf-8", page_account_js, sizeof page_account_js},
    {"page/books.js", "text/javascript; charset=utf-8", page_books_js, sizeof page_books_js},
    {"page/login.js", "text/javascript; charset=utf-8", page_login_js, sizeof page_login_js},
    {"page/not-found.js", "text/javascript; charset=utf-8", page_not_found_js, sizeof page_not_found_js},
    {"page/old-books.js", "text/javascript; charset=utf-8", page_old_books_js, sizeof page_old_books_js},
    {"page/orders.js", "text/javascript; charset=utf-8", page_orders_js, sizeof page_orders_js},
    {"page/portfolio.js", "text/javascript; charset=utf-8", page_portfolio_js, sizeof page_portfolio_js},
    {"page/proof.js", "text/javascript; charset=utf-8", page_proof_js, sizeof page_proof_js},
    {"page/register.js", "text/javascript; charset=utf-8", page_register_js, sizeof page_register_js},
    {"page/risk.js", "text/javascript; charset=utf-8", page_risk_js, sizeof page_risk_js},
    {"page/setup.js", "text/javascript; charset=utf-8", page_setup_js, sizeof page_setup_js},
    {"page/statistics.js", "text/javascript; charset=utf-8", page_statistics_js, sizeof page_statistics_js},
    {"page/trade.js", "text/javascript; charset=utf-8", page_trade_js, sizeof page_trade_js},
    {"page/trade/chart-panel.js", "text/javascript; charset=utf-8", page_trade_chart_panel_js, sizeof page_trade_chart_panel_js},
    {"page/trade/depth.js", "text/javascript; charset=utf-8", page_trade_depth_js, sizeof page_trade_depth_js},
    {"page/triggers.js", "text/javascript; charset=utf-8", page_triggers_js, sizeof page_triggers_js},
    {"page/watchlist.js", "text/javascript; charset=utf-8", page_watchlist_js, sizeof page_watchlist_js},
    {"style/base.css", "text/css; charset=utf-8", style_base_css, sizeof style_base_css},
    {"style/chart.css", "text/css; charset=utf-8", style_chart_css, sizeof style_chart_css},
    {"style/controls.css", "text/css; charset=utf-8", style_controls_css, sizeof style_controls_css},
    {"style/layout.css", "text/css; charset=utf-8", style_layout_css, sizeof style_layout_css},
    {"style/pages.css", "text/css; charset=utf-8", style_pages_css, sizeof style_pages_css},
    {"style/table.css", "text/css; charset=utf-8", style_table_css, sizeof style_table_css},
    {"style/tokens.css", "text/css; charset=utf-8", style_tokens_css, sizeof style_tokens_css},
    {"style/trade.css", "text/css; charset=utf-8", style_trade_css, sizeof style_trade_css},
    {"types.d.ts", "text/plain; charset=utf-8", types_d_ts, sizeof types_d_ts},
    {"ui/account-fields.js", "text/javascript; charset=utf-8", ui_account_fields_js, sizeof ui_account_fields_js},
    {"ui/book-tables.js", "text/javascript; charset=utf-8", ui_book_tables_js, sizeof ui_book_tables_js},
    {"ui/dialog.js", "text/javascript; charset=utf-8", ui_dialog_js, sizeof ui_dialog_js},
    {"ui/field.js", "text/javascript; charset=utf-8", ui_field_js, sizeof ui_field_js},
    {"ui/fill-why.js", "text/javascript; charset=utf-8", ui_fill_why_js, sizeof ui_fill_why_js},
    {"ui/order-acts.js", "text/javascript; charset=utf-8", ui_order_acts_js, sizeof ui_order_acts_js},
    {"ui/palette.js", "text/javascript; charset=utf-8", ui_palette_js, sizeof ui_palette_js},
    {"ui/shell.js", "text/javascript; charset=utf-8", ui_shell_js, sizeof ui_shell_js},
    {"ui/suggest.js", "text/javascript; charset=utf-8", ui_suggest_js, sizeof ui_suggest_js},
    {"ui/table.js", "text/javascript; charset=utf-8", ui_table_js, sizeof ui_table_js},
    {"ui/tabs.js", "text/javascript; charset=utf-8", ui_tabs_js, sizeof ui_tabs_js},
    {"ui/ticket.js", "text/javascript; charset=utf-8", ui_ticket_js, sizeof ui_ticket_js},
    {"ui/toast.js", "text/javascript; charset=utf-8", ui_toast_js, sizeof ui_toast_js},
    {"ui/watchlist.js", "text/javascript; charset=utf-8", ui_watchlist_js, sizeof ui_watchlist_js},
    {"ui/words.js", "text/javascript; charset=utf-8", ui_words_js, sizeof ui_words_js},
};

const size_t webui_asset_count = sizeof webui_assets / sizeof webui_assets[0];

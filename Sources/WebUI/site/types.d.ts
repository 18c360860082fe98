// The shapes of messages and models that all modules share. Money and quantities arrive as exact JSON decimals;
// they are formatted, never added up here.

export type Figure = number | string;

export type OrderStatus = "OPEN" | "TRIGGER PENDING" | "AMO REQ RECEIVED" | "COMPLETE" | "CANCELLED" | "REJECTED" | "PENDING";
export type Side = "BUY" | "SELL";
export type OrderType = "MARKET" | "LIMIT" | "SL" | "SL-M";
export type Product = "MIS" | "CNC" | "NRML";
export type Interval = "minute" | "3minute" | "5minute" | "10minute" | "15minute" | "30minute" | "60minute" | "day";

/** Milliseconds since 1970, open, high, low, close, volume. */
export type Candle = [number, number, number, number, number, number];

export interface Quote {
  i: string;
  /** Null, and all other prices absent, before the first tick. */
  ltp: number | null;
  change?: number;
  pct?: number | null;
  open?: number;
  high?: number;
  low?: number;
  close?: number;
  volume?: number;
  at?: number;
  bid?: number | null;
  ask?: number | null;
  bids?: Array<[number, number, number]>;
  asks?: Array<[number, number, number]>;
  tick?: number;
  lot?: number;
  name?: string;
  tradable?: boolean;
  stale?: boolean;
  simulated?: boolean;
}

export interface Order {
  order_id: string;
  book: string;
  kind: "paper" | "live";
  status: OrderStatus;
  exchange: string;
  tradingsymbol: string;
  transaction_type: Side;
  quantity: number;
  filled_quantity: number;
  pending_quantity: number;
  cancelled_quantity: number;
  order_type: OrderType;
  product: Product;
  validity: string;
  variety: "regular" | "amo";
  price: number | null;
  trigger_price: number | null;
  average_price: number | null;
  reserved: number | null;
  status_message: string | null;
  error: string | null;
  tag: string | null;
  client_order_id: string | null;
  order_timestamp: string;
  exchange_timestamp: string | null;
  updated_at: string;
  fill_rule: string | null;
  modified: boolean;
}

export interface Trade {
  trade_id: string;
  order_id: string;
  exchange: string;
  tradingsymbol: string;
  transaction_type: Side;
  quantity: number;
  price: number;
  value: number;
  product: Product;
  charges: number;
  realised_pnl: number | null;
  rule: string | null;
  tag: string | null;
  at: Figure;
  /** What the market showed when it filled; null for older fills. */
  why?: {
    quoted_at: string;
    last_price: number;
    displayed: number | null;
    ahead: number | null;
    traded: number | null;
    words: string;
  } | null;
}

export interface Position {
  exchange: string;
  tradingsymbol: string;
  product: Product;
  quantity: number;
  average_price: number;
  last_price: number | null;
  stale: boolean;
  unrealised_pnl: number | null;
  realised_pnl: number;
  pnl_percent: number | null;
  invested: number;
  current_value: number | null;
  opened_at: Figure | null;
}

export interface Funds {
  virtual_capital: number;
  available_funds: number;
  invested_funds: number;
  reserved_funds: number;
  realized_pnl: number;
  total_value: number;
  unrealized_pnl: number;
  day_pnl: number;
}

export interface OrderDraft {
  exchange: string;
  tradingsymbol: string;
  transaction_type: Side;
  quantity: number;
  product: Product;
  order_type: OrderType;
  price?: number;
  trigger_price?: number;
  validity?: string;
  variety?: "regular" | "amo";
  tag?: string;
  client_order_id?: string;
}

export interface OrderChange {
  quantity?: number;
  price?: number;
  trigger_price?: number;
}

export interface Estimate {
  value: number | null;
  margin: number | null;
  charges: number | null;
  available: number | null;
  worst_price: number | null;
  fills: Array<{ price: number; quantity: number }>;
  would_be_accepted: boolean;
  error?: string;
  detail?: string;
}

export interface OrderAnswer {
  status: string;
  order_id: string;
  order: Order;
}

export interface User {
  user_id: string;
  user_name: string;
  email: string | null;
  role: "owner" | "admin" | "trader" | "viewer";
  broker: string | null;
  login_time: string;
  expires_at: string;
  created_at?: string;
  books?: Array<{ name: string; kind: string }>;
}

export interface AuthAnswer {
  ok: true;
  user_id: string;
  email: string;
  name: string;
  role: string;
  token: string;
  session_token: string;
  expires_at: string;
}

export interface SetupStatus {
  setup_needed: boolean;
  registration: "open" | "invite" | "closed";
  market: string;
  mode: string;
  name: string;
}

export interface MarketStatus {
  market_status: "OPEN" | "CLOSED" | "PRE-OPEN";
  session: string;
  opens_in?: string;
  closes_in?: string;
  next_open?: string;
  /** Its name, when nothing trades because of it. */
  holiday?: string | null;
  clock_ms: number;
  simulated: boolean;
  feed: { kind: string; age_ms: number | null; ticks_per_second?: number };
}

export interface InstrumentFound {
  tradingsymbol: string;
  exchange: string;
  name: string;
  tick_size: number;
  lot_size: number;
  instrument_type: string;
}

export interface Statistics {
  total_trades: number;
  winning_trades: number;
  losing_trades: number;
  win_rate: number;
  avg_profit: number;
  avg_loss: number;
  avg_pnl: number;
  best_trade: number;
  worst_trade: number;
  profit_factor: number | null;
  total_profit: number;
  total_loss: number;
}

export interface Book {
  name: string;
  title: string;
  kind: string;
  default: boolean;
  epoch: number;
  cloned_from: string | null;
  orders: number;
  working_orders: number;
  open_positions: number;
  trades: number;
  stopped: boolean;
  funds: Funds;
}

export interface RiskStop {
  scope: "book" | "user" | "house";
  since: string;
  reason: string | null;
  actor?: string;
  effect: string;
}

export interface TriggerLeg {
  trigger_price: number;
  transaction_type: "BUY" | "SELL";
  product: string;
  quantity: number;
  order_type: "LIMIT";
  price: number;
  result: { timestamp: string; triggered_at: number; order_id: string | null; rejection_reason: string | null } | null;
}

export interface Trigger {
  id: number;
  book: string;
  type: "single" | "two-leg";
  status: "active" | "triggered" | "deleted" | "expired" | "cancelled";
  exchange: string;
  tradingsymbol: string;
  last_price: number;
  created_at: string;
  updated_at: string;
  expires_at: string;
  legs: TriggerLeg[];
}

export interface Risk {
  book: string;
  stopped: boolean;
  limits: Array<{ name: string; limit: number | null; used: number | null; tripped: boolean; until: string | null }>;
  banned: string[];
  stops: RiskStop[];
  day_result: number;
}

export interface Epoch {
  epoch: number;
  is_over: boolean;
  opened_at: string | null;
  updated_at: string;
  capital: number;
  cash: number;
  realised_pnl: number;
  charges: number;
  orders: number;
  trades: number;
  positions: number;
  adds_up: boolean;
}

/** Figures of closed round trips, before or after charges; `undefined` says why one is null. */
export interface ResultFigures {
  total: number;
  wins: number;
  losses: number;
  even: number;
  profit: number;
  loss: number;
  best: number | null;
  worst: number | null;
  longest_win_streak: number;
  longest_loss_streak: number;
  streak: number;
  drawdown: number;
  drawdown_from: string | null;
  drawdown_low_at: string | null;
  drawdown_now: number;
  longest_drawdown_seconds: number;
  drawdown_percent: number | null;
  win_percent: number | null;
  profit_factor: number | null;
  payoff: number | null;
  expectancy: number | null;
  average_win: number | null;
  average_loss: number | null;
  sharpe: number | null;
  undefined: Record<string, string>;
}

export interface StatisticsReport {
  closed: number;
  open: number;
  fills: number;
  turnover: number;
  charges: number;
  open_realised: number;
  open_charges: number;
  unrealised: number;
  days: number;
  largest_exposure: number;
  time_exposed_percent: number | null;
  days_exposed_percent: number | null;
  average_holding_seconds: number | null;
  undefined: Record<string, string>;
  net: ResultFigures;
  gross: ResultFigures;
}

export interface StatisticsAnswer {
  book: string;
  epoch: number;
  capital: number;
  as_of: string;
  marks: string;
  unpriced: string[];
  whole: StatisticsReport;
  by: string | null;
  parts: Array<StatisticsReport & { name: string | null }>;
  parts_left_out: number;
  curve_base: number;
  /** Milliseconds, after charges, before charges, how far below the highest. */
  curve: Array<[number, number, number, number]>;
}

export interface LegacyBooks {
  exists: boolean;
  user_id: string;
  counts: { orders: number; positions: number; trades: number };
  funds: Partial<Funds> | null;
  positions: Position[];
  trades: Trade[];
  orders: Order[];
}

export interface HouseUser {
  user_id: string;
  email: string;
  name: string;
  role: string;
  disabled: boolean;
  created_at: string;
}

/** A page as the router sees it. */
export interface Page {
  title: string;
  styles?: string[];
  mount(root: HTMLElement, params: PageParams): () => void;
  /** Takes another query of the same path without being mounted anew; false: mount me. */
  moved?(query: URLSearchParams): boolean;
}

export interface PageParams {
  path: string;
  query: URLSearchParams;
}

/** One line of the statement: what moved the cash, and the cash after it. */
export interface ProofLine {
  number: number;
  cause: "opening" | "reset" | "buy" | "sell" | "charges";
  at: string | null;
  amount: number;
  balance: number;
  trade_id?: string;
  order_id?: string;
  exchange?: string;
  tradingsymbol?: string;
  product?: Product;
  quantity?: number;
  price?: number;
}

export interface LedgerAnswer {
  epoch: number;
  balanced: boolean;
  differences: string[];
  balances: Array<{ account: string; amount: number }>;
  charges: number;
  entry_count: number;
}

export interface Proof {
  book: string;
  epoch: number;
  adds_up: boolean;
  opening: number;
  closing: number;
  line_count: number;
  compared_orders: number;
  compared_trades: number;
  figure_count: number;
  difference_count: number;
  figures: Array<{ figure: string; subject: string | null; recorded: string; computed: string; holds: boolean }>;
  holds: Array<{
    cause: "working_order" | "short_position" | "long_on_margin";
    amount: number;
    order_id: string | null;
    exchange: string;
    tradingsymbol: string;
    product: Product;
  }>;
  lines: ProofLine[];
  next: number | null;
  /** Line number and balance. */
  curve: Array<[number, number]>;
}

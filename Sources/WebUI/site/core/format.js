// The only place where numbers and times become text. Grouping is Indian (12,34,567.80), the minus is a true minus, "-0.00" never appears.
// Formats are cached: making an Intl format per cell costs ten times the painting. Nothing here computes money.

const locale = "en-IN";
const zone = "Asia/Kolkata";
const absent = "—";
const minus = "−";

/** @typedef {number | string | null | undefined} Figure numbers, or decimal text as some wires send it */

/** @type {Map<string, Intl.NumberFormat>} */
const numberFormats = new Map();

/** @param {number} least @param {number} most */
function numberFormat(least, most) {
  const key = `${least}/${most}`;
  let format = numberFormats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most });
    numberFormats.set(key, format);
  }
  return format;
}

/** @param {Figure} value @returns {value is number | string} */
function isFigure(value) {
  if (value === null || value === undefined || value === "") return false;
  return Number.isFinite(Number(value));
}

/**
 * The digits without a sign, and whether they stand for something below or above zero after rounding.
 * @param {number | string} value
 * @param {number} least
 * @param {number} most
 */
function parts(value, least, most) {
  // Decimal text goes in as text: Intl rounds it exactly where a double could not hold it.
  const text = numberFormat(least, most).format(/** @type {any} */ (value));
  const negative = text.startsWith("-");
  const digits = negative ? text.slice(1) : text;
  const isZero = !/[1-9]/.test(digits);
  return { digits, sign: isZero ? 0 : negative ? -1 : 1 };
}

/** `12,34,567.80`; `−5.00`; an absent figure is a dash. @param {Figure} value @param {number} [decimals] */
export function number(value, decimals = 2) {
  if (!isFigure(value)) return absent;
  const { digits, sign } = parts(value, decimals, decimals);
  return sign < 0 ? minus + digits : digits;
}

/** With `+` or `−` unless it rounds to zero. @param {Figure} value @param {number} [decimals] */
export function signed(value, decimals = 2) {
  if (!isFigure(value)) return absent;
  const { digits, sign } = parts(value, decimals, decimals);
  return (sign < 0 ? minus : sign > 0 ? "+" : "") + digits;
}

/** `₹4,99,300.00`, for totals and cards. @param {Figure} value @param {number} [decimals] */
export function rupees(value, decimals = 2) {
  if (!isFigure(value)) return absent;
  const { digits, sign } = parts(value, decimals, decimals);
  return `${sign < 0 ? minus : ""}₹${digits}`;
}

/** `+₹4,856.25`. @param {Figure} value */
export function signedRupees(value) {
  if (!isFigure(value)) return absent;
  const { digits, sign } = parts(value, 2, 2);
  return `${sign < 0 ? minus : sign > 0 ? "+" : ""}₹${digits}`;
}

/** A count of shares or contracts: grouped, with as many decimals as it has, eight at most. @param {Figure} value */
export function quantity(value) {
  if (!isFigure(value)) return absent;
  const { digits, sign } = parts(value, 0, 8);
  return sign < 0 ? minus + digits : digits;
}

/** `+250`, `−65`: a position's size. @param {Figure} value */
export function signedQuantity(value) {
  if (!isFigure(value)) return absent;
  const { digits, sign } = parts(value, 0, 8);
  return (sign < 0 ? minus : sign > 0 ? "+" : "") + digits;
}

/**
 * Where a change points: `up`, `down` or `flat` as it would be printed.
 * @param {Figure} value
 * @param {number} [decimals]
 * @returns {"up" | "down" | "flat"}
 */
export function direction(value, decimals = 2) {
  if (!isFigure(value)) return "flat";
  const { sign } = parts(value, decimals, decimals);
  return sign > 0 ? "up" : sign < 0 ? "down" : "flat";
}

/** The mark that stands beside a change, so that colour never stands alone. @param {Figure} value @param {number} [decimals] */
export function arrow(value, decimals = 2) {
  const pointing = direction(value, decimals);
  return pointing === "up" ? "▲" : pointing === "down" ? "▼" : "";
}

/** `▲ 0.42%`: the arrow carries the sign. @param {Figure} value */
export function arrowPercent(value) {
  if (!isFigure(value)) return absent;
  const { digits } = parts(value, 2, 2);
  const mark = arrow(value);
  return `${mark ? `${mark} ` : ""}${digits}%`;
}

/** `−0.35 (−0.02%)`. @param {Figure} change @param {Figure} percent @param {number} [decimals] */
export function changeAndPercent(change, percent, decimals = 2) {
  if (!isFigure(change)) return absent;
  return isFigure(percent) ? `${signed(change, decimals)} (${signed(percent)}%)` : signed(change, decimals);
}

/** Decimals that a tick size needs, two at least: rupee prices are always shown in paise. @param {Figure} tick */
export function decimalsOf(tick) {
  if (!isFigure(tick)) return 2;
  const text = Number(tick).toFixed(8).replace(/0+$/, "");
  return Math.max(2, text.length - text.indexOf(".") - 1);
}

/**
 * A typed figure as a plain decimal, or null when it is none: grouping commas and blanks are taken, exponents are not.
 * @param {string} text
 */
export function parseDecimal(text) {
  const plain = text.replace(/[,\s₹]/g, "");
  if (!/^\d{1,12}(\.\d{0,8})?$/.test(plain)) return null;
  return Number(plain);
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const timeFormats = new Map();

/** @param {string} name @param {Intl.DateTimeFormatOptions} options */
function timeFormat(name, options) {
  let format = timeFormats.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    timeFormats.set(name, format);
  }
  return format;
}

/** Milliseconds since 1970 of a stamp as the wires send it; a stamp without a zone is exchange time. @param {Figure} stamp */
export function instant(stamp) {
  if (stamp === null || stamp === undefined || stamp === "") return null;
  if (typeof stamp === "number") return stamp;
  let text = stamp.includes("T") ? stamp : stamp.replace(" ", "T");
  if (!/(Z|[+-]\d\d:?\d\d)$/.test(text)) text += "+05:30";
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

/** @param {Figure} stamp @param {Intl.DateTimeFormat} format */
function stamped(stamp, format) {
  const at = instant(stamp);
  return at === null ? absent : format.format(at);
}

/** `14:17:52` exchange time. @param {Figure} stamp */
export const time = (stamp) => stamped(stamp, timeFormat("time", { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
/** `14:17`. @param {Figure} stamp */
export const minute = (stamp) => stamped(stamp, timeFormat("minute", { hour: "2-digit", minute: "2-digit" }));
/** `20 Nov`. @param {Figure} stamp */
export const day = (stamp) => stamped(stamp, timeFormat("day", { day: "numeric", month: "short" }));
/** `20 Nov 2026`. @param {Figure} stamp */
export const date = (stamp) => stamped(stamp, timeFormat("date", { day: "numeric", month: "short", year: "numeric" }));
/** `Nov 2026`. @param {Figure} stamp */
export const month = (stamp) => stamped(stamp, timeFormat("month", { month: "short", year: "numeric" }));
/** `20 Nov, 14:17:52`. @param {Figure} stamp */
export function dateTime(stamp) {
  return instant(stamp) === null ? absent : `${day(stamp)}, ${time(stamp)}`;
}

/** `1:12:08` or `12:08`. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** Seconds of a countdown as the market status writes it (`h:mm:ss`), or null. @param {string | null | undefined} text */
export function parseDuration(text) {
  const match = /^(\d+):(\d\d):(\d\d)$/.exec(text ?? "");
  return match ? Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]) : null;
}

/** `38 ms`, `12 s`. @param {number} milliseconds */
export function age(milliseconds) {
  const whole = Math.max(0, Math.round(milliseconds));
  return whole < 1000 ? `${whole} ms` : `${Math.round(whole / 1000)} s`;
}

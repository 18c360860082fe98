// Keyboard commands: one list that the shell and pages add to, shown by `?`. Single letters work only while no field has the focus,
// and a person can turn them off (they may collide with speech input). Keys with Ctrl or ⌘ always work.

import { recall, remember } from "./theme.js";

const offKey = "tradehouse.letters";
/** How long the second letter of a pair such as `g o` is waited for. */
const pairMilliseconds = 1_500;

/**
 * @typedef {object} Command
 * @property {string} keys as shown and matched: `b`, `g o`, `Ctrl+k`, `?`
 * @property {string} label
 * @property {string} group
 * @property {() => unknown} run `false`: not mine just now, the key keeps its usual meaning
 */

/** @type {Set<Command>} */
const commands = new Set();
let first = "";
let firstAt = 0;

export function lettersOn() {
  return recall(offKey) !== "off";
}

/** @param {boolean} on */
export function setLetters(on) {
  remember(offKey, on ? null : "off");
}

/** Adds commands until the returned function is called. @param {Command[]} more */
export function addKeys(more) {
  for (const command of more) commands.add(command);
  return () => {
    for (const command of more) commands.delete(command);
  };
}

/** A key as it is printed. @param {string} key */
export function keyName(key) {
  if (key === "ArrowDown") return "↓";
  if (key.startsWith("Ctrl+")) return `Ctrl ${key.slice(5).toUpperCase()}`;
  return key.toUpperCase();
}

/** The list for the help, grouped, in the order of adding. */
export function listKeys() {
  /** @type {Map<string, Command[]>} */
  const groups = new Map();
  for (const command of commands) groups.set(command.group, [...(groups.get(command.group) ?? []), command]);
  return groups;
}

/** @param {EventTarget | null} target */
function isField(target) {
  return target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !(target instanceof HTMLInputElement && /^(radio|checkbox|button|submit)$/.test(target.type));
}

/** @param {KeyboardEvent} event */
function pressed(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const letter = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) {
    runFirst(event, `Ctrl+${letter}`);
    return;
  }
  if (event.altKey || isField(event.target) || !lettersOn() || document.querySelector("dialog[open]")) return;
  // Arrows belong to whatever has the focus; they are commands only where nothing has it.
  if (
    letter.startsWith("Arrow") && event.target !== document.body && !(event.target instanceof HTMLElement && event.target.id === "main")
  ) return;
  const pair = event.timeStamp - firstAt < pairMilliseconds ? `${first} ${letter}` : "";
  first = letter;
  firstAt = event.timeStamp;
  if (pair && runFirst(event, pair)) first = "";
  else runFirst(event, letter);
}

/** @param {KeyboardEvent} event @param {string} keys */
function runFirst(event, keys) {
  // The latest added wins: a page may override the shell.
  const command = [...commands].reverse().find((candidate) => candidate.keys === keys);
  if (!command) return false;
  if (command.run() === false) return false;
  event.preventDefault();
  return true;
}

export function startKeys() {
  document.addEventListener("keydown", pressed);
}

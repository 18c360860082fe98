// Makes real DOM nodes. Text enters the page only as text nodes here; there is no way to pass markup.
// Styles in attributes are forbidden by the content security policy: pass custom properties as `vars` instead.

const svgNamespace = "http://www.w3.org/2000/svg";
const sprite = new URL("../icons/sprite.svg", import.meta.url).pathname;

/**
 * @typedef {Node | string | number | null | undefined | false | Array<any>} Child
 * @typedef {Record<string, any> & {
 *   on?: Record<string, (event: any) => void>,
 *   data?: Record<string, string>,
 *   vars?: Record<string, string>,
 * }} Attributes
 */

/**
 * An element with attributes, listeners and children.
 *
 * `true` sets an empty attribute, `false`, `null` and `undefined` leave it out; `value`, `checked` and `disabled` are set as properties.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Attributes | null} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) set(element, name, value);
  append(element, children);
  return element;
}

/** @param {any} element @param {string} name @param {any} value */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  switch (name) {
    case "on":
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
      break;
    case "data":
      Object.assign(element.dataset, value);
      break;
    case "vars":
      for (const [key, text] of Object.entries(value)) element.style.setProperty(key, String(text));
      break;
    case "value":
    case "checked":
    case "disabled":
      element[name] = value;
      break;
    default:
      element.setAttribute(name, value === true ? "" : String(value));
  }
}

/** @param {Node} parent @param {Child[]} children */
export function append(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replaces everything below a node. @param {Element} parent @param {...Child} children */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** Writes text only where it differs, so an unchanged cell costs no layout. @param {Node} node @param {string} text */
export function patch(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Sets or removes one class name among several that exclude each other.
 * @param {Element} element
 * @param {string[]} all
 * @param {string} [chosen]
 */
export function only(element, all, chosen) {
  for (const name of all) element.classList.toggle(name, name === chosen);
}

/** A symbol of the sprite; decorative, the text or label beside it speaks. @param {string} name */
export function icon(name) {
  const image = document.createElementNS(svgNamespace, "svg");
  image.setAttribute("class", "icon");
  image.setAttribute("aria-hidden", "true");
  image.setAttribute("focusable", "false");
  const use = document.createElementNS(svgNamespace, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  image.appendChild(use);
  return image;
}

let lastID = 0;
/** An id that no other element of this tab has, for labels and descriptions. @param {string} stem */
export function uniqueID(stem) {
  lastID += 1;
  return `${stem}-${lastID}`;
}

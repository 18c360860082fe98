// State that pages read and listen to: one value (`createStore`), or many by key (`createKeyed`), so that a tick of one
// symbol wakes only the rows that show it. Painting is not done here but queued in paint.js.

/**
 * @template V
 * @typedef {{ get(): V, set(value: V): void, update(change: (value: V) => V): void, subscribe(listener: (value: V) => void): () => void }} Store
 */

/**
 * One value. Listeners are called at once after a change, in the order they came; a listener that goes away meanwhile is not called.
 * @template V
 * @param {V} initial
 * @returns {Store<V>}
 */
export function createStore(initial) {
  let value = initial;
  /** @type {Set<(value: V) => void>} */
  const listeners = new Set();
  const store = {
    get: () => value,
    /** @param {V} next */
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) if (listeners.has(listener)) listener(value);
    },
    /** @param {(value: V) => V} change */
    update: (change) => store.set(change(value)),
    /** @param {(value: V) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return store;
}

/**
 * Many values by key, in the order they were first set.
 * @template V
 */
export function createKeyed() {
  /** @type {Map<string, V>} */
  let values = new Map();
  /** @type {Map<string, Set<(value: V | undefined) => void>>} */
  const byKey = new Map();
  /** @type {Set<(key: string | null) => void>} */
  const all = new Set();

  /** @param {string} key */
  function tell(key) {
    for (const listener of [...(byKey.get(key) ?? [])]) listener(values.get(key));
    for (const listener of [...all]) listener(key);
  }

  return {
    /** @param {string} key */
    get: (key) => values.get(key),
    values: () => [...values.values()],
    size: () => values.size,
    /** @param {string} key @param {V} value */
    set(key, value) {
      values.set(key, value);
      tell(key);
    },
    /** Lays new members over those that are known. @param {string} key @param {Partial<V>} members */
    merge(key, members) {
      values.set(key, /** @type {V} */ ({ ...values.get(key), ...members }));
      tell(key);
    },
    /** @param {string} key */
    remove(key) {
      if (values.delete(key)) tell(key);
    },
    /** Takes a whole new set; listeners to all get `null` for "anything may have changed". @param {Array<[string, V]>} entries */
    replace(entries) {
      values = new Map(entries);
      for (const [key, listeners] of byKey) for (const listener of [...listeners]) listener(values.get(key));
      for (const listener of [...all]) listener(null);
    },
    /** @param {string} key @param {(value: V | undefined) => void} listener */
    subscribe(key, listener) {
      const listeners = byKey.get(key) ?? new Set();
      byKey.set(key, listeners);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0 && byKey.get(key) === listeners) byKey.delete(key);
      };
    },
    /** @param {(key: string | null) => void} listener */
    subscribeAll(listener) {
      all.add(listener);
      return () => void all.delete(listener);
    },
  };
}

/** Collects the undoings of a page or part, and undoes them once. */
export function createBag() {
  /** @type {Array<() => void>} */
  let undoings = [];
  return {
    /** @param {...(() => void)} more */
    add: (...more) => void undoings.push(...more),
    empty() {
      const taken = undoings;
      undoings = [];
      for (const undo of taken.reverse()) undo();
    },
  };
}

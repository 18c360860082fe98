// Runs before the first paint, as a classic script, so that a stored theme or density never flashes in late.
// The same keys are written by theme.js; a browser without storage simply follows the system.
(function () {
  "use strict";
  const root = document.documentElement;
  ["theme", "density", "colours"].forEach(function (name) {
    try {
      const value = localStorage.getItem("tradehouse." + name);
      if (value) root.dataset[name] = value;
    } catch (_refused) {
      // Storage is blocked: the attributes stay absent, which means "system, compact, default".
    }
  });
})();

// A key does on the row one stands on (j and k) what its button of that key does. The buttons work without.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
  const row = document.querySelector(".list tbody tr.here") || event.target.closest?.(".list tbody tr");
  const does = row?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (does) { event.preventDefault(); does.click(); }
});

// What every page does: keys, menus that close, and times that stay true while a page is open. No page needs it to work.
"use strict";
(() => {
  const rows = () => [...document.querySelectorAll(".list tbody tr, [data-row]")].filter((row) => row.offsetParent !== null);
  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;
  const linkOf = (row) => (row.matches("a") ? row : row.querySelector("a, button, input, summary"));

  function step(by) {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.classList.contains("here"));
    const next = all[Math.min(all.length - 1, Math.max(0, now + by))] || all[0];
    all.forEach((row) => row.classList.toggle("here", row === next));
    linkOf(next)?.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function search() {
    const box = document.querySelector('main input[type="search"]');
    if (box) { box.focus(); box.select(); } else { location.href = "/search/"; }
  }

  const keys = { "/": search, j: () => step(1), k: () => step(-1), "?": () => document.getElementById("keys")?.showModal() };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("[data-closes][open]").forEach((menu) => { menu.open = false; });
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const does = keys[event.key];
    if (does) { event.preventDefault(); does(); }
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("[data-closes][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    if (event.target.closest("[data-print]")) window.print();
  });

  // The menu is a row on a wide screen and a drawer on a narrow one; browsers that cannot show a closed <details> by style get it opened.
  const drawer = document.querySelector("[data-menu]");
  if (drawer && !CSS.supports("selector(::details-content)")) {
    const wide = matchMedia("(min-width: 1271px)");
    const set = () => { drawer.open = wide.matches; };
    wide.addEventListener("change", set);
    set();
  }

  // A second press of a button that is being handled would do the same thing twice.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "1";
    setTimeout(() => { delete event.target.dataset.sent; }, 4000);
  });

  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always", style: "short" });
  const units = [["year", 31536000], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  function age() {
    const clock = Date.now() + Number(document.body.dataset.clock || 0);
    document.querySelectorAll("time[data-ago]").forEach((time) => {
      const seconds = (Date.parse(time.dateTime) - clock) / 1000;
      const [unit, size] = units.find(([, one]) => Math.abs(seconds) >= one * 1.5) || units[6];
      time.textContent = words.format(Math.round(seconds / size), unit);
    });
  }
  const face = document.querySelector("[data-wall-clock]");
  function strike() { face.textContent = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: face.dataset.wallClock }); }
  if (face) { strike(); setInterval(strike, 5000); }

  if (document.querySelector("time[data-ago]") || document.querySelector("[data-live]")) setInterval(age, 30000);
})();

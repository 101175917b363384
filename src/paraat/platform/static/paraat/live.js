// Live updates: one stream of server-sent events a page. Each event becomes "live:<topic>" on the body, at most once a second per topic and
// never losing the last, so that any element can say hx-trigger="live:board from:body". A lost connection shows; nothing then pretends to be live.
"use strict";
(() => {
  const badge = document.querySelector("[data-live]");
  if (!badge) return;
  const topics = JSON.parse(badge.dataset.topics);
  const silent = 40000; // the server speaks at least every 15 seconds
  let token = badge.dataset.token;
  let last = "";
  let source = null;
  let pause = 1000;
  let heard = 0;
  const due = new Map();

  function show(live) {
    if (badge.dataset.state === (live ? "on" : "off")) return;
    badge.dataset.state = live ? "on" : "off";
    badge.querySelectorAll("[data-when]").forEach((part) => { part.hidden = part.dataset.when !== badge.dataset.state; });
  }

  function tell(topic, id) {
    const known = due.get(topic);
    if (known) { known.id = id; known.again = true; return; }
    const entry = { id, again: false };
    due.set(topic, entry);
    document.body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: { id } }));
    setTimeout(() => { due.delete(topic); if (entry.again) tell(topic, entry.id); }, 1000);
  }

  async function renew() {
    const answer = await fetch("/live-token", { method: "GET", headers: { "X-Live-Token": token }, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`live token: ${answer.status}`);
    token = (await answer.text()).trim();
  }

  function connect() {
    source = new EventSource(`${badge.dataset.live}?token=${encodeURIComponent(token)}&last=${encodeURIComponent(last)}`);
    const note = (event) => { heard = Date.now(); if (event.lastEventId) last = event.lastEventId; };
    source.onopen = () => { heard = Date.now(); pause = 1000; show(true); };
    source.onerror = () => { source.close(); show(false); setTimeout(again, pause); pause = Math.min(15000, pause * 2); };
    source.addEventListener("beat", note);
    source.addEventListener("resync", (event) => { note(event); topics.forEach((topic) => tell(topic, "")); });
    topics.forEach((topic) => source.addEventListener(topic, (event) => { note(event); tell(topic, event.data); }));
  }

  async function again() {
    try {
      await renew();
      connect();
    } catch {
      setTimeout(again, pause);
      pause = Math.min(15000, pause * 2);
    }
  }

  setInterval(() => {
    if (source && source.readyState === EventSource.OPEN && Date.now() - heard > silent) source.onerror();
  }, 5000);
  addEventListener("pagehide", () => source && source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) again(); });
  connect();
})();

// Keeps the parts of an open page true. The stream carries ids only; what changed is fetched from the page's own address, at most once a second.
"use strict";
(() => {
  const mark = document.querySelector(".live[data-token]");
  const root = document.querySelector("[data-live]");
  if (!mark || !root) return;

  const POLL = 10000, SAFETY = 60000, PACE = 1000, SOONEST = 50, SILENCE = 40000;  // the stream beats every 15 s: two beats missed and it is dead
  const MARKED = ".tile, .count, .lines > li, .towns > li, .log > li, .bubbles > li, .list tbody tr";
  let stream = null, retry = 2000, polling = null, wanted = false, last = 0, running = false, heard = Date.now();

  function say(state) {
    if (mark.dataset.state === state) return;
    mark.dataset.state = state === "polled" ? "lost" : state;
    mark.textContent = mark.dataset[state + "Words"];
    document.documentElement.classList.toggle("lost", state !== "live");
  }

  const parts = () => [...document.querySelectorAll("[data-part]")];
  const plain = (element) => element.outerHTML.replace(/data-ago(="")?>[^<]*</g, "").replace(/ class="([^"]*?) ?(changed|here)"/g, ' class="$1"');

  // The value of a tick without one is "on", whether anybody touched it or not.
  const written = (one) => ["checkbox", "radio"].includes(one.type) ? one.checked !== one.defaultChecked : one.value !== one.defaultValue;

  function replace(fresh) {
    const old = document.querySelector(`[data-part="${CSS.escape(fresh.dataset.part)}"]`);
    if (!old) { location.reload(); return; }
    const before = new Set([...old.querySelectorAll(MARKED)].map(plain));
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const place = focused ? [...old.querySelectorAll("a, button, input, summary")].indexOf(focused) : -1;
    if (focused && focused.matches("input, textarea, select")) return;  // never under somebody's fingers
    if (old.querySelector("details.confirm[open]")) return;
    if ([...old.querySelectorAll("input, textarea")].some(written)) return;  // nor over what somebody wrote
    const node = document.importNode(fresh, true);
    old.replaceWith(node);
    node.querySelectorAll(MARKED).forEach((element) => { if (!before.has(plain(element))) element.classList.add("changed"); });
    if (place >= 0) node.querySelectorAll("a, button, input, summary")[place]?.focus({ preventScroll: true });
  }

  async function refresh() {
    wanted = false; last = Date.now(); running = true;
    try {
      const address = new URL(root.dataset.live, location.href);
      address.searchParams.set("have", parts().map((part) => `${part.dataset.part}.${part.dataset.version}`).join("~"));
      const answer = await fetch(address, { headers: { "X-Requested-With": "live" }, redirect: "error", cache: "no-store" });
      if (answer.status === 403 || answer.status === 401) { location.reload(); return true; }
      if (!answer.ok) return false;
      if (answer.headers.get("X-Live-Again")) soon();  // made a moment before the last change
      if (answer.status === 200) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        page.querySelectorAll("[data-part]").forEach(replace);
        if (page.title) document.title = page.title + " · Paraat";
        document.dispatchEvent(new CustomEvent("paraat:changed"));
      }
      return true;
    } catch { return false; } finally { running = false; }
  }

  const pause = () => Math.max(SOONEST, last + PACE - Date.now());  // until a page may ask again

  function soon() {
    if (wanted) return;
    wanted = true;
    setTimeout(async function go() {
      if (running || document.hidden) { setTimeout(go, document.hidden ? PACE : pause()); return; }  // a late answer is not made later by a second
      if (!(await refresh())) say("lost");
    }, pause());
  }

  function poll() {
    if (polling) return;
    polling = setInterval(async () => { say((await refresh()) ? "polled" : "lost"); }, POLL);
  }

  async function renewed() {
    try {
      const answer = await fetch(mark.dataset.renew, { headers: { "X-Live-Token": mark.dataset.token }, cache: "no-store", redirect: "error" });
      if (answer.ok) mark.dataset.token = (await answer.text()).trim();
      else if (answer.status === 403) location.reload();
    } catch { /* tried again */ }
  }

  function open() {
    heard = Date.now();
    stream = new EventSource(`${mark.dataset.stream}?token=${encodeURIComponent(mark.dataset.token)}`);
    stream.addEventListener("beat", () => { heard = Date.now(); });
    stream.onopen = () => {
      heard = Date.now(); retry = 2000; clearInterval(polling); polling = null;
      say("live");
      soon();  // what was missed while nobody listened
    };
    const topics = (root.dataset.topics || "").split(" ").filter(Boolean);
    [...topics, "resync"].forEach((topic) => stream.addEventListener(topic, () => { heard = Date.now(); soon(); }));
    stream.onerror = () => {
      say("lost"); poll();
      if (stream.readyState !== EventSource.CLOSED) return;  // the browser tries again by itself
      setTimeout(async () => { await renewed(); open(); }, retry);
      retry = Math.min(30000, retry * 2);
    };
  }

  // A process that hangs keeps its sockets: no beat, so no stream.
  setInterval(() => {
    if (document.hidden || !stream || stream.readyState !== EventSource.OPEN || Date.now() - heard < SILENCE) return;
    stream.close(); say("lost"); poll(); open();
  }, 5000);
  // A connection that died without a word is noticed here at the latest.
  setInterval(async () => { if (!document.hidden && !(await refresh())) { say("lost"); poll(); } }, SAFETY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  addEventListener("pagehide", () => stream?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
})();

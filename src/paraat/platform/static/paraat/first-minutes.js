// The first five minutes: a list that can be dragged, a telephone that opens its links in itself, a clock that counts down. Without it links and
// buttons work all the same.
"use strict";
(() => {
  const phone = document.getElementById("phone");
  const page = phone?.querySelector("[data-page]"), content = phone?.querySelector("[data-content]"), messages = phone?.querySelector("[data-messages]");

  async function show(address, options = {}) {
    const answer = await fetch(address, { ...options, credentials: "same-origin" });
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = found.querySelector("main > .content");
    if (!main) { location.href = address; return; }
    content.replaceChildren(...[...main.childNodes].map((node) => document.importNode(node, true)));
    content.lang = found.documentElement.lang;
    page.hidden = false;
    messages.hidden = true;
    phone.scrollTop = 0;
    content.focus({ preventScroll: true });
  }

  function back() {
    page.hidden = true;
    messages.hidden = false;
    messages.querySelector("a")?.focus();
  }

  phone?.addEventListener("click", (event) => {
    if (event.target.closest("[data-back]")) { back(); return; }
    const link = event.target.closest('a[href^="/n/"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.getAttribute("href"));
  });
  phone?.addEventListener("submit", (event) => {
    if (!event.target.action.includes("/n/")) return;
    event.preventDefault();
    show(event.target.action, { method: "POST", body: new FormData(event.target) });
  });

  // The sheet of paper is dragged onto the desk; so may be a file from the computer.
  const desk = document.querySelector(".desk"), sheet = document.querySelector("[data-sheet]");
  const chosen = document.getElementById("file");
  document.querySelectorAll("[data-with-script]").forEach((hint) => { hint.hidden = false; });
  sheet?.addEventListener("dragstart", (event) => { event.dataTransfer.setData("text/x-paraat-sheet", "1"); });
  const ours = (event) => ["Files", "text/x-paraat-sheet"].some((kind) => event.dataTransfer?.types.includes(kind));
  desk?.addEventListener("dragover", (event) => { if (ours(event)) { event.preventDefault(); desk.classList.add("over"); } });
  desk?.addEventListener("dragleave", (event) => { if (!desk.contains(event.relatedTarget)) desk.classList.remove("over"); });
  desk?.addEventListener("drop", (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    desk.classList.remove("over");
    if (event.dataTransfer.files.length) { chosen.files = event.dataTransfer.files; chosen.form.requestSubmit(); } else document.getElementById("drop")?.requestSubmit();
  });

  function tick() {
    document.querySelectorAll("[data-due]").forEach((due) => {
      const seconds = Math.ceil((Date.parse(due.dataset.due) - Date.now()) / 1000);
      const words = seconds > 0 ? due.dataset.secondsWords.replace("#", seconds) : due.dataset.nowWords;
      if (due.textContent !== words) due.textContent = words;
    });
  }
  setInterval(tick, 250);
  tick();
})();

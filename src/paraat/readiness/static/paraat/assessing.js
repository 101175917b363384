// Answering: keys 1 to 6 choose, what could not be saved is said and tried again, and nobody leaves with something unsaved. No page needs it.
"use strict";
(() => {
  const AGAIN = 5000;
  const formOf = (event) => event.target.closest?.("form[data-answer]");
  const typing = (target) => target.closest("input:not([type=radio]), select, textarea") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const card = event.target.closest(".question") || document.querySelector(".question.here");
    const pill = card?.querySelectorAll(".pills input")[Number(event.key) - 1];
    if (!pill) return;
    event.preventDefault();
    pill.checked = true;
    pill.focus();
    pill.dispatchEvent(new Event("change", { bubbles: true }));
  });

  document.addEventListener("input", (event) => { const form = formOf(event); if (form) form.dataset.unsaved = "1"; });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = formOf(event);
    if (!form) return;
    if (event.detail.successful) { delete form.dataset.unsaved; return; }
    const line = form.querySelector(".saved");
    const text = line?.querySelector("span") || line?.appendChild(document.createElement("span"));
    if (text) { text.textContent = form.dataset.failed; line.classList.add("lost"); }
    form.dataset.unsaved = "1";
    setTimeout(() => { if (form.isConnected && form.dataset.unsaved) htmx.trigger(form, "submit"); }, AGAIN);
  });

  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-unsaved]")) event.preventDefault();
  });
})();

// Drop files anywhere on the form, and see them go. Without this script the form sends them all the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-drop]");
  if (!form) return;
  const zone = form.querySelector(".dropzone"), input = form.querySelector("input[type=file]");
  const line = form.querySelector(".progress"), bar = line.querySelector("progress"), label = line.querySelector("label");
  const button = form.querySelector("button[type=submit]");

  function send() {
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "upload");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
    });
    request.upload.addEventListener("load", () => { label.textContent = form.dataset.readingWords; bar.removeAttribute("value"); });
    request.addEventListener("load", () => {
      const next = request.getResponseHeader("X-Location");
      if (next) { location.href = next; return; }
      form.submit();  // the server says in a page of its own what is wrong
    });
    request.addEventListener("error", () => { label.textContent = form.dataset.failedWords; button.disabled = false; });
    label.textContent = form.dataset.sendingWords;
    line.hidden = false;
    button.disabled = true;
    request.send(new FormData(form));
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  for (const kind of ["dragenter", "dragover"]) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) form.addEventListener(kind, () => zone.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
})();

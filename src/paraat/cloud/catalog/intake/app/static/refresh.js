// Fetches a part of the page anew every few seconds; without JavaScript the page has a link that does it.
"use strict";
for (const part of document.querySelectorAll("[data-refresh]")) {
  const again = async () => {
    if (!document.hidden && !part.contains(document.activeElement)) {
      try {
        const answer = await fetch(part.dataset.refresh, { redirect: "error" });
        const text = answer.ok ? await answer.text() : "";
        if (text && text !== part.shown) {
          const fresh = new DOMParser().parseFromString(text, "text/html");
          part.replaceChildren(...fresh.body.childNodes);
          part.shown = text;
        }
      } catch {
        // the next try may work
      }
    }
    setTimeout(again, Number(part.dataset.seconds) * 1000);
  };
  setTimeout(again, Number(part.dataset.seconds) * 1000);
}

// The list is loaded anew when mail comes; the letter can be seen at the width of a phone.
"use strict";
(() => {
  const list = document.querySelector("[data-testid=mails], [data-testid=empty]");
  if (list) {
    let known;
    new EventSource(document.currentScript?.dataset.changes ?? "changes").addEventListener("mails", (event) => {
      if (known !== undefined) location.reload();
      known = event.data;
    });
  }
  const frame = document.querySelector("[data-testid=html]");
  const widths = document.querySelector("[data-testid=widths]");
  if (frame && widths) {
    widths.hidden = false;
    widths.addEventListener("change", (event) => frame.classList.toggle("phone", event.target.value === "phone"));
  }
})();

// A matter: arrows move over the chosen papers, Alt and an arrow order them.

import { typing } from "./frame.js";

const lines = [...document.querySelectorAll("#lines .line")];
const kept = "tabellion-line";

// The form leads back to this page: the line that was moved has the focus again.
const key = sessionStorage.getItem(kept);
if (key) {
  sessionStorage.removeItem(kept);
  lines.find((line) => line.dataset.key === key)?.focus();
}

for (const form of document.querySelectorAll(".line-act")) {
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "remove") sessionStorage.setItem(kept, form.elements.key.value);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || typing(event)) return;
  if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
  const at = lines.indexOf(document.activeElement);
  const step = event.key === "ArrowUp" ? -1 : 1;
  if (event.altKey && at >= 0) {
    const button = lines[at].querySelector(`[value="${step < 0 ? "up" : "down"}"]`);
    if (button && !button.disabled) button.click();
  } else if (!event.altKey && lines.length) {
    lines[Math.min(lines.length - 1, Math.max(0, at + step))].focus();
  } else return;
  event.preventDefault();
});

// The operator's start: n opens the form, arrows move over the batches.

import { typing } from "./frame.js";

const stops = [...document.querySelectorAll(".stop")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  if (event.key === "n") document.getElementById("new")?.click();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[Math.min(stops.length - 1, Math.max(0, at))]?.focus();
  } else return;
  event.preventDefault();
});

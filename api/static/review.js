// Review: one key a decision, and the page opens where its marks are.

import { typing } from "./frame.js";

const desk = document.querySelector(".desk");
const keys = { a: "accept", r: "reject", n: "later", Enter: "open" };

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  // Enter presses what has the focus: somebody else who was found, a button, a link.
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
  if (event.key === "o") document.getElementById("other")?.focus();
  else if (keys[event.key]) document.getElementById(keys[event.key])?.click();
  else return;
  event.preventDefault();
});

const mark = document.querySelector(".marks .mark");
if (mark && desk && desk.scrollHeight > desk.clientHeight) {
  desk.scrollBy({ top: mark.getBoundingClientRect().top - desk.getBoundingClientRect().top - desk.clientHeight / 3, behavior: "instant" });
}

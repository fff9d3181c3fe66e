// A dossier: [ and ] go to the paper before and after, Enter opens the one that is shown, e takes pages of it,
// c copies a value of the strip, again the next one, g says that something is wrong with the paper.

import { typing } from "./frame.js";

const desk = document.querySelector(".desk");
// Where the paper lies below the list, on a phone, a paper that was chosen is what comes into view.
const below = getComputedStyle(document.querySelector(".papers")).overflowY === "visible";
if (!below) document.querySelector('.paper-row[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
else if (location.hash === "#paper") desk.scrollIntoView({ block: "start" });

const values = [...document.querySelectorAll(".identity [data-value]")];
const copied = document.querySelector(".copied");
let last = -1;

async function copy() {
  last = (last + 1) % values.length;
  const { value } = values[last].dataset;
  for (const [at, one] of values.entries()) one.classList.toggle("taken", at === last);
  try {
    await navigator.clipboard.writeText(value);
    copied.textContent = `${copied.dataset.copied}: ${value}`;
  } catch {
    copied.textContent = copied.dataset.refused;
  }
}

// What the paper has to be asked about opens where it stands, with the first answer ready for Enter.
function doubt(box) {
  box.open = true;
  box.querySelector("button, a.button").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  if (event.key === "[" && desk.dataset.before) location.assign(desk.dataset.before);
  else if (event.key === "]" && desk.dataset.following) location.assign(desk.dataset.following);
  else if (event.key === "Enter" && !event.target.closest("a, button, summary")) document.getElementById("open")?.click();
  else if (event.key === "e" && document.getElementById("take-pages")) document.getElementById("take-pages").select();
  else if (event.key === "c" && values.length) copy();
  else if (event.key === "g" && document.getElementById("doubt")) doubt(document.getElementById("doubt"));
  else return;
  event.preventDefault();
});

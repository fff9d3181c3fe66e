// A dossier: [ and ] go to the paper before and after, Enter opens the one that is shown, e takes pages of it.

import { typing } from "./frame.js";

const desk = document.querySelector(".desk");
document.querySelector('.paper-row[aria-current="true"]')?.scrollIntoView({ block: "nearest" });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  if (event.key === "[" && desk.dataset.before) location.assign(desk.dataset.before);
  else if (event.key === "]" && desk.dataset.following) location.assign(desk.dataset.following);
  else if (event.key === "Enter" && !event.target.closest("a, button, summary")) document.getElementById("open")?.click();
  else if (event.key === "e" && document.getElementById("take-pages")) document.getElementById("take-pages").select();
  else return;
  event.preventDefault();
});

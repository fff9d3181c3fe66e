// The viewer: the hit a third from the top, n and p between hits, figures that show their box, tabs without a reload.

import { typing } from "./frame.js";

const desk = document.getElementById("desk");
const hits = [...document.querySelectorAll(".marks .line")];
const rows = [...document.querySelectorAll(".figure-row")];
const place = document.getElementById("hits");
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let at = 0;

// Where the desk scrolls by itself it is scrolled, on a phone the window.
function show(mark, smooth) {
  const box = mark.getBoundingClientRect();
  const behavior = smooth && !calm ? "smooth" : "instant";
  if (desk.scrollHeight > desk.clientHeight + 1) {
    const from = desk.getBoundingClientRect();
    desk.scrollBy({ top: box.top - from.top - desk.clientHeight / 3, left: box.left < from.left ? box.left - from.left - 20 : 0, behavior });
  } else {
    window.scrollBy({ top: box.top - window.innerHeight / 3, behavior });
  }
}

function here(mark) {
  for (const other of document.querySelectorAll(".marks [data-here]")) delete other.dataset.here;
  mark.dataset.here = "";
}

function turn(step) {
  const numbers = place ? place.dataset.pages.split(" ").filter(Boolean).map(Number) : [];
  const now = Number(place?.dataset.page);
  const next = step > 0 ? numbers.find((n) => n > now) : numbers.filter((n) => n < now).pop();
  if (next === undefined) return;
  const address = new URL(location.href);
  address.searchParams.set("page", next);
  address.searchParams.delete("field");
  address.hash = step > 0 ? "hit" : "last";
  location.assign(address);
}

function hit(step) {
  const next = at + step;
  if (next < 0 || next >= hits.length) return turn(step);
  at = next;
  here(hits[at]);
  const count = document.getElementById("hit-at");
  if (count) count.textContent = at + 1;
  show(hits[at], true);
}

function figure(row) {
  const mark = document.querySelector(`.marks .field[data-field="${row.dataset.field}"]`);
  if (!mark) return false;
  for (const other of rows) other.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  here(mark);
  show(mark, true);
  return true;
}

function tab(link) {
  for (const other of document.querySelectorAll('[role="tab"]')) {
    const chosen = other === link;
    other.setAttribute("aria-selected", chosen);
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
  history.replaceState(null, "", link.href);
}

for (const row of rows) row.addEventListener("click", (event) => figure(row) && event.preventDefault());
function pointing(selector, found) {
  for (const one of document.querySelectorAll(selector)) {
    one.addEventListener("click", () => {
      const mark = document.querySelector(found(one.dataset));
      if (mark) here(mark), show(mark, true);
    });
  }
}
pointing(".regions button", (data) => `.marks .region[data-region="${data.region}"]`);
pointing(".lines [data-line]", (data) => `.marks .field[data-line="${data.line}"]`);
const tabs = [...document.querySelectorAll('[role="tab"]')];
for (const link of tabs) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    tab(link);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  const row = rows.indexOf(document.activeElement);
  if (event.key === "n") hit(1);
  else if (event.key === "p") hit(-1);
  else if (event.key === "[") document.querySelector('.steps [rel="prev"]')?.click();
  else if (event.key === "]") document.querySelector('.steps [rel="next"]')?.click();
  else if (/^[1-4]$/.test(event.key)) {
    tab(tabs[event.key - 1]);
    tabs[event.key - 1].focus(); // the keys of figures work from here, those of the page from the page
  }
  else if (event.key === "e" && row >= 0) rows[row].parentElement.querySelector(".correct")?.click();
  else if (event.key === "c" && row >= 0) navigator.clipboard?.writeText(rows[row].dataset.value);
  else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && rows.length && (row >= 0 || !desk.contains(event.target))) {
    const next = rows[row < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, row + (event.key === "ArrowDown" ? 1 : -1)))];
    next.focus();
  } else return;
  event.preventDefault();
});

// Nothing jumps: the picture's place is known before it is loaded, so the first hit is shown at once.
if (location.hash === "#last" && hits.length) {
  at = hits.length - 1;
  here(hits[at]);
  const count = document.getElementById("hit-at");
  if (count) count.textContent = at + 1;
}
const first = document.querySelector(".marks [data-here]");
if (first) show(first, false);
if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), 2000);

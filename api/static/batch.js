// A batch: arrows move over the frames, letters act on the chosen one, and what is alive on the page is fetched anew.

import { typing } from "./frame.js";

const sheet = document.getElementById("sheet");
const large = document.getElementById("large");
const frames = () => [...sheet.querySelectorAll(".frame")];
let chosen = "";
let mark = "";

function choose(frame) {
  if (!frame) return;
  for (const other of frames()) other.tabIndex = other === frame ? 0 : -1;
  chosen = frame.dataset.key;
  frame.focus({ preventScroll: true });
  frame.scrollIntoView({ block: "nearest" });
}

const current = () => document.activeElement?.closest?.(".frame") ?? null;

function columns() {
  const all = frames();
  const top = all[0]?.offsetTop;
  return Math.max(1, all.filter((frame) => frame.offsetTop === top).length);
}

function submit(name, values) {
  const form = document.getElementById(`act-${name}`);
  if (!form) return;
  // Not form.elements[key]: that collection has an item() of its own.
  for (const [key, value] of Object.entries(values)) form.querySelector(`[name="${key}"]`).value = value;
  form.requestSubmit();
}

function ask(name, values, number) {
  const dialog = document.getElementById(name);
  if (!dialog) return;
  for (const [key, value] of Object.entries(values)) dialog.querySelector(`[name="${key}"]`).value = value;
  document.getElementById(`${name}-number`).value = number;
  dialog.showModal();
}

function enlarge(frame) {
  const { document: id, position } = frame.dataset;
  if (!frame.querySelector("img")) return;
  document.getElementById("large-image").src = `/api/v1/documents/${id}/pages/${position}/image?width=1200`;
  document.getElementById("large-text").textContent = frame.querySelector(".cap").textContent.trim();
  if (!large.open) large.showModal();
}

const decide = (frame, ruling, to = "") =>
  frame.dataset.cut && submit("cut", { document: frame.dataset.document, position: frame.dataset.cut, ruling, to });

const acts = {
  a: (frame) => decide(frame, "accept"),
  x: (frame) => decide(frame, "refuse"),
  s: (frame) => Number(frame.dataset.position) > 1 && submit("split", { document: frame.dataset.document, position: frame.dataset.position }),
  j: (frame) => frame.dataset.before && frame.dataset.before !== frame.dataset.document && submit("join", { document: frame.dataset.document, to: frame.dataset.before }),
  v: (frame) => ask("void", { number: frame.dataset.number }, frame.dataset.number),
  r: (frame) => frame.dataset.item && ask("replace", { sequence: frame.dataset.number, replaces: frame.dataset.item }, frame.dataset.number),
  m: (frame) => frame.dataset.item && submit("mark", { item: frame.dataset.item, state: frame.dataset.state === "separator" ? "held" : "separator" }),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  const frame = large.open ? frames().find((one) => one.dataset.key === chosen) : current();
  const all = frames();
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
  if (document.dir === "rtl") [steps.ArrowRight, steps.ArrowLeft] = [-1, 1];
  if (event.shiftKey && steps[event.key] && frame?.dataset.cut && !large.open) decide(frame, "move", Number(frame.dataset.cut) + steps[event.key]);
  else if (event.key === "n" && !large.open) {
    const offered = all.filter((one) => one.dataset.cut);
    choose(offered.find((one) => all.indexOf(one) > all.indexOf(frame)) ?? offered[0]);
  } else if (event.key in steps && (!event.target.closest("dialog") || large.open)) {
    const at = all.indexOf(frame) + (frame ? steps[event.key] : 1);
    const next = all[Math.min(all.length - 1, Math.max(0, at))];
    if (large.open && next) { chosen = next.dataset.key; enlarge(next); } else choose(next);
  } else if (event.key === " " && (frame || large.open)) {
    if (large.open) { large.close(); choose(all.find((one) => one.dataset.key === chosen)); } else { chosen = frame.dataset.key; enlarge(frame); }
  } else if (event.key === "c") document.querySelector("#foot select, #close")?.focus();
  else if (frame && !large.open && acts[event.key]) acts[event.key](frame);
  else return;
  event.preventDefault();
});

for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
sheet.addEventListener("focusin", (event) => (chosen = event.target.closest(".frame")?.dataset.key ?? chosen));

// Only frames that differ are put in place of the old ones, so that pictures and the focus stay.
function patch(html) {
  const fresh = document.createElement("ol");
  fresh.innerHTML = html;
  const old = new Map([...sheet.children].map((child) => [child.dataset.key, child]));
  const focused = current()?.dataset.key;
  const next = [...fresh.children].map((child) => {
    const known = old.get(child.dataset.key);
    if (!known) return child;
    child.tabIndex = known.tabIndex;
    return known.outerHTML === child.outerHTML ? known : child;
  });
  sheet.replaceChildren(...next);
  if (focused) choose(next.find((child) => child.dataset.key === focused));
}

async function refresh() {
  const address = new URL(location.href);
  address.pathname += "/state";
  if (mark) address.searchParams.set("since", mark);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) return 5000;
  const state = await answer.json();
  if (state.sheet !== undefined) {
    if (mark) {
      for (const name of ["sentence", "ledger"]) document.getElementById(name).innerHTML = state[name];
      const foot = document.getElementById("foot");
      if (!foot.contains(document.activeElement)) foot.innerHTML = state.foot;
      patch(state.sheet);
    }
    mark = state.mark;
  }
  return state.quiet ? 4000 : 1200;
}

let timer = 0;

async function live() {
  clearTimeout(timer);
  let wait = 4000;
  try {
    if (!document.hidden) wait = await refresh();
  } catch {
    wait = 8000;
  }
  clearTimeout(timer);
  timer = setTimeout(live, wait);
}

live();
// What was just handed over is shown at once, not when the page would have looked next.
document.addEventListener("received", live);

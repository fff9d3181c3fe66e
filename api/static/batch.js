// A batch: arrows move over the frames, letters act on the chosen one as its buttons do, and what is alive on the page is
// fetched anew.

import { typing } from "./frame.js";

const sheet = document.getElementById("sheet");
const large = document.getElementById("large");
const done = document.getElementById("done");
const frames = () => [...sheet.querySelectorAll(".frame")];
let chosen = "";
let mark = "";

// One frame is a stop of the tab key, with its buttons.
function stops(frame, at) {
  frame.tabIndex = at;
  for (const button of frame.querySelectorAll("button")) button.tabIndex = at;
}

function choose(frame) {
  if (!frame) return;
  for (const other of frames()) stops(other, other === frame ? 0 : -1);
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

const press = (frame, act) => frame.querySelector(`[data-act="${act}"]`)?.click();

// What can be undone is the act that the page tells of; another visit to the page tells of none.
function undo() {
  if (done.querySelector('[data-act="undo"]')) return press(done, "undo");
  done.innerHTML = "<p></p>";
  done.firstChild.textContent = done.dataset.nothing;
}

const acts = {
  a: (frame) => press(frame, "accept"),
  x: (frame) => press(frame, "refuse"),
  s: (frame) => press(frame, "split"),
  j: (frame) => press(frame, "join"),
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
  } else if (event.key === "u" && !large.open) undo();
  else if (event.key === "c") document.querySelector("#foot select, #close")?.focus();
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
  const act = document.activeElement?.dataset?.act;
  const next = [...fresh.children].map((child) => {
    const known = old.get(child.dataset.key);
    if (!known) return child;
    stops(child, known.tabIndex);
    return known.outerHTML === child.outerHTML ? known : child;
  });
  sheet.replaceChildren(...next);
  for (const child of next) if (!old.has(child.dataset.key)) stops(child, -1);
  if (!focused) return;
  const again = next.find((child) => child.dataset.key === focused);
  choose(again);
  if (act) again?.querySelector(`[data-act="${act}"]`)?.focus({ preventScroll: true });
}

// An act leaves the page where it is: the sheet is patched, the page that it was about is chosen, and what was done is said.
let busy = false;

async function perform(form, button) {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, button)) });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!fresh.getElementById("sheet")) {
      const said = fresh.querySelector("main [role=alert]");
      if (!said) return location.assign(answer.url);
      done.innerHTML = "";
      done.append(...[...said.querySelectorAll("p")].slice(0, 2));
      return;
    }
    document.getElementById("sentence").innerHTML = fresh.getElementById("sentence").innerHTML;
    patch(fresh.getElementById("sheet").innerHTML);
    done.innerHTML = fresh.getElementById("done").innerHTML;
    goOn();
  } finally {
    busy = false;
  }
}

function goOn() {
  const at = done.querySelector("[data-at]")?.dataset.at;
  choose((at && document.getElementById(at)) || frames().find((frame) => frame.dataset.key === chosen));
}

document.addEventListener("submit", (event) => {
  if (!("inPlace" in event.target.dataset)) return;
  event.preventDefault();
  perform(event.target, event.submitter);
});

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

for (const frame of frames()) stops(frame, frame.tabIndex);
if (done.querySelector("[data-at]")) goOn();
live();
// What was just handed over is shown at once, not when the page would have looked next.
document.addEventListener("received", live);

// Search while typing; arrows move over the answers of one side, Tab changes sides, Enter opens the first.

const PAUSE = 350;
const box = document.getElementById("q");
let timer = 0;
let asked = new AbortController();

const sides = () => [".strips", ".side"].map((name) => [...document.querySelectorAll(`${name} .stop`)]);

// One stop a side is in the order of Tab, so that Tab changes sides and nobody is caught.
function settle() {
  for (const stops of sides()) stops.forEach((stop, at) => (stop.tabIndex = at ? -1 : 0));
}

async function ask(text) {
  asked.abort();
  asked = new AbortController();
  const address = `/search?q=${encodeURIComponent(text)}`;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: asked.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.getElementById("main");
    if (!main || box.value !== text) return;
    document.getElementById("main").replaceWith(main);
    document.title = page.title;
    history.replaceState(null, "", address);
    box.defaultValue = text;
    settle();
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function move(step) {
  const here = document.activeElement;
  const all = sides();
  const side = all.find((stops) => stops.includes(here)) ?? all.find((stops) => stops.length);
  if (!side) return;
  const at = side.indexOf(here);
  if (at === 0 && step < 0) return box.focus();
  const next = side[Math.min(side.length - 1, at + step)];
  for (const stop of side) stop.tabIndex = stop === next ? 0 : -1;
  next.focus();
  next.closest(".hit")?.scrollIntoView({ block: "nearest" });
}

box?.addEventListener("input", () => {
  clearTimeout(timer);
  const text = box.value;
  if (text.trim().length > 1) timer = setTimeout(() => ask(text), PAUSE);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, select, dialog, summary")) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && (event.target === box || !event.target.closest("a, button, input"))) {
    const first = sides().flat()[0];
    if (!first || (event.target === box && box.value !== box.defaultValue)) return;
    event.preventDefault();
    first.click();
  }
});

settle();

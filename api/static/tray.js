// The tray: b adds the page, Shift+B the whole paper; Alt and an arrow order what lies in it. Forms do the same without this.

import { csrf, typing } from "./frame.js";

const tray = document.getElementById("tray");
const said = document.getElementById("tray-said");
const list = () => document.getElementById("tray-list");
const items = () => [...list().querySelectorAll("[data-key]")];

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Fragment": "tray", "X-CSRF-Token": csrf, Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    // Whatever is wrong, the page that the form itself leads to says it.
    form.dataset.plain = "";
    return form.requestSubmit(submitter);
  }
  const key = document.activeElement?.closest("[data-key]")?.dataset.key;
  const before = items().length;
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  list().replaceWith(template.content.querySelector("#tray-list"));
  const found = key && items().find((item) => item.dataset.key === key);
  if (found) found.focus();
  const now = items();
  if (now.length > before) now.at(-1).scrollIntoView({ inline: "nearest", block: "nearest" });
  else found?.scrollIntoView({ inline: "nearest", block: "nearest" });
  said.textContent = list().querySelector(".tray-name")?.textContent.trim() ?? "";
}

tray.addEventListener("submit", (event) => {
  if (event.target.matches(".tray-act, [data-tray]") && !("plain" in event.target.dataset)) {
    event.preventDefault();
    send(event.target, event.submitter);
  }
});

// On a list of papers there is no form: the paper that is chosen there is named by its element.
function chosen(whole) {
  const forms = Object.fromEntries([...tray.querySelectorAll("[data-tray]")].map((form) => [form.dataset.tray, form]));
  const form = (whole && forms.paper) || forms.page;
  if (form) return form;
  const paper = document.activeElement?.closest("[data-document]");
  const made = document.getElementById("tray-paper");
  if (!paper || !made) return null;
  made.elements.document.value = paper.dataset.document;
  return made;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || typing(event)) return;
  const item = document.activeElement?.closest("[data-key]");
  const back = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (event.altKey && item && /^Arrow/.test(event.key)) {
    const act = event.key === "ArrowUp" || event.key === back ? "up" : "down";
    const button = item.querySelector(`[value="${act}"]`);
    if (!button.disabled) send(button.form, button);
  } else if (!event.altKey && item && /^Arrow(Left|Right)$/.test(event.key)) {
    const all = items();
    all[all.indexOf(item) + (event.key === back ? -1 : 1)]?.focus();
  } else if (!event.altKey && item && event.key === "Delete") {
    const button = item.querySelector('[value="remove"]');
    send(button.form, button);
  } else if (!event.altKey && event.key.toLowerCase() === "b") {
    const form = chosen(event.shiftKey);
    if (!form) return;
    send(form, null);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

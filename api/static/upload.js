// Files that are dropped or chosen go one after another, in their order, so that feed order is kept; with their digest.

import { csrf } from "./frame.js";

const LARGEST_DIGESTED = 256 * 1024 * 1024;
const form = document.getElementById("drop");
const input = document.getElementById("files");
const list = document.getElementById("sending");
const batch = form.elements.batch.value;
let queue = Promise.resolve();

async function digest(file) {
  if (!crypto.subtle || file.size > LARGEST_DIGESTED) return null;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return `sha-256=:${btoa(String.fromCharCode(...bytes))}:`;
}

// XMLHttpRequest and not fetch, because only it tells how far an upload is.
function post(file, header, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/deposits?${new URLSearchParams({ batch, name: file.name })}`);
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("Idempotency-Key", crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`);
    if (header) request.setRequestHeader("Repr-Digest", header);
    request.upload.onprogress = (event) => (progress.value = event.loaded / Math.max(1, event.total));
    request.onerror = () => reject(new Error(request.statusText || "✕"));
    request.onload = () => {
      const value = JSON.parse(request.responseText || "{}");
      if (request.status < 300) resolve(value);
      else reject(new Error(`${value.title ?? request.status}. ${value.advice ?? ""}`));
    };
    request.send(file);
  });
}

async function send(file, line) {
  const progress = line.querySelector("progress");
  const word = line.querySelector(".word");
  try {
    word.textContent = list.dataset.reading;
    const header = await digest(file);
    word.textContent = "";
    const answer = await post(file, header, progress);
    progress.value = 1;
    word.textContent = answer.repeated ? list.dataset.again : `${list.dataset.done} · ${answer.sequence}`;
    setTimeout(() => line.remove(), 6000);
    document.dispatchEvent(new Event("received"));
  } catch (error) {
    word.textContent = error.message;
    word.classList.add("wrong");
    progress.remove();
  }
}

function take(files) {
  for (const file of files) {
    const line = document.createElement("li");
    const name = document.createElement("bdi");
    name.textContent = file.name;
    const word = document.createElement("span");
    word.className = "word faint";
    const progress = document.createElement("progress");
    line.append(progress, name, word);
    list.append(line);
    queue = queue.then(() => send(file, line));
  }
}

input.multiple = true;
form.querySelector("button").hidden = true;
input.addEventListener("change", () => {
  take(input.files);
  input.value = "";
});
for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    form.classList.toggle("over", type === "dragover");
    if (type === "drop") take(event.dataTransfer.files);
  });
}

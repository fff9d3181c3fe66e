// What every page can do: focus the box with `/`, show the keys with `?`, and send requests with the session's token.

export const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export const typing = (event) => event.target.closest("input, textarea, select, [contenteditable]") !== null;

export async function send(address, method, body) {
  const answer = await fetch(address, {
    method,
    headers: { "X-CSRF-Token": csrf, Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  if (answer.status === 401) location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Error(value ? `${value.title}. ${value.advice}` : answer.statusText);
  return value;
}

// A form that takes a while says so, and cannot be sent twice.
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    const button = form.querySelector("button");
    if (button.disabled) event.preventDefault();
    button.textContent = form.dataset.busy;
    setTimeout(() => (button.disabled = true));
  });
}

// Without a script there are no keys, and nothing that shows them.
for (const button of document.querySelectorAll(".show-keys")) {
  button.hidden = false;
  button.addEventListener("click", () => document.getElementById("keys").showModal());
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
  if (event.key === "/") {
    const box = document.getElementById("q");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "?") {
    event.preventDefault();
    document.getElementById("keys").showModal();
  }
});

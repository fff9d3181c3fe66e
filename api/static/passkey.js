// Passkeys: a form asks the browser to make one or to show one, and sends what it answers.

import { send } from "./frame.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

// PublicKeyCredential.toJSON and its relatives are younger than the browsers that people have.
function plain(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    const value = credential.response[name];
    if (value) response[name] = text(value);
  }
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

async function make() {
  const { options } = await send("/api/v1/me/factors/passkey/options", "POST");
  const asked = JSON.parse(options);
  return navigator.credentials.create({
    publicKey: {
      ...asked,
      challenge: bytes(asked.challenge),
      user: { ...asked.user, id: bytes(asked.user.id) },
      excludeCredentials: known(asked.excludeCredentials),
    },
  });
}

function show(form) {
  const asked = JSON.parse(form.dataset.options);
  return navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: known(asked.allowCredentials) },
  });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const trouble = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.hidden = true;
    try {
      const made = form.dataset.passkey === "create" ? await make() : await show(form);
      form.elements.credential.value = plain(made);
      form.submit();
    } catch (error) {
      // What this service refuses is said in its words; what the browser refuses, in ours.
      if (!(error instanceof DOMException)) trouble.textContent = error.message;
      trouble.hidden = false;
    }
  });
}

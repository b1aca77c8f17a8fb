/** The buttons of passkeys: `<form data-passkey="create|get|login">` is sent once the device has answered. */

import { gettext } from "../../base/js/i18n.js";
import { isSupported, problemOf } from "./passkey.js";

const DEVICE = {
  create: (options) =>
    navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) }),
  get: (options) =>
    navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) }),
};

/** From the page, or (for a log-in, when the challenge must be young) from the address of the form. */
async function optionsOf(form) {
  const script = form.querySelector("script[type='application/json']");
  if (script) return JSON.parse(script.textContent);
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(`the challenge answers ${response.status}`);
  return (await response.json()).request_options;
}

function show(form, problem) {
  const place = form.querySelector("[data-passkey-problem]");
  place.textContent = problem;
  place.hidden = !problem;
}

async function ask(form, button) {
  button.disabled = true;
  show(form, "");
  try {
    const options = await optionsOf(form);
    const credential = await DEVICE[form.dataset.passkey === "create" ? "create" : "get"](options);
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch (error) {
    show(form, problemOf(error));
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  const button = form.querySelector("button");
  if (!isSupported()) {
    show(form, gettext("This browser is too old for passkeys."));
    button.disabled = true;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form, button);
  });
}

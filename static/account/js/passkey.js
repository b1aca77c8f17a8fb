/** What a device says when it gives no passkey, in words. Pure. */

import { gettext } from "../../base/js/i18n.js";

export function problemOf(error) {
  switch (error?.name) {
    case "NotAllowedError":
    case "AbortError":
      return gettext("No passkey was chosen, or it took too long. Try again.");
    case "InvalidStateError":
      return gettext("This device holds a passkey for this account already.");
    case "SecurityError":
      return gettext("Passkeys need a secure address with a name: https, or localhost.");
    case "NotSupportedError":
    case "ConstraintError":
      return gettext("This device cannot keep such a passkey.");
    default:
      return gettext("That did not work. Reload the page and try again.");
  }
}

/** Whether this browser reads and writes passkeys as JSON, as our pages carry them. */
export const isSupported = (scope = globalThis) =>
  typeof scope.PublicKeyCredential?.parseCreationOptionsFromJSON === "function" &&
  typeof scope.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

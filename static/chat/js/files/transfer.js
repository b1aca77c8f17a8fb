/** Sends one file to the server. `fetch` tells nothing of an upload's progress; XMLHttpRequest does. */

import { gettext } from "../../../base/js/i18n.js";

/** Makes the `transfer` of Uploads. `token` gives the CSRF token. */
export function transferTo(address, token) {
  return (file, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("X-CSRFToken", token());
      request.upload.onprogress = ({ loaded, total }) => total && onProgress(loaded / total);
      request.onload = () => (request.status === 201 ? resolve(JSON.parse(request.response)) : reject(problem(request)));
      request.onerror = () => reject(LOST());
      request.onabort = () => reject({ code: "aborted", detail: "" });
      signal.addEventListener("abort", () => request.abort());
      const form = new FormData();
      form.append("size", String(file.size));
      form.append("file", file);
      request.send(form);
    });
}

const LOST = () => ({ code: "network", detail: gettext("The connection was lost. It goes on when you are back.") });

/** The server's own words where it has some. */
function problem({ status, response }) {
  try {
    const { code, detail } = JSON.parse(response);
    return { code, detail };
  } catch {
    if (status === 413) return { code: "too_large", detail: gettext("The server does not take a file of this size.") };
    if (status === 403) return { code: "stale", detail: gettext("You may have logged in anew. Reload the page.") };
    return { code: "server", detail: gettext("The server could not take this file.") };
  }
}

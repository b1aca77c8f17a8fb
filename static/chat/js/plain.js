/** The words alone of the HTML that the server made, in one line. */

export function plainText(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent.replace(/\s+/g, " ").trim();
}

/** Words in the reader's language. The page brings the catalogue, where it has one; without it they stay English. */

export const gettext = (text) => globalThis.gettext?.(text) ?? text;

export const ngettext = (one, many, count) => globalThis.ngettext?.(one, many, count) ?? (count === 1 ? one : many);

/** Puts values into `%(name)s`. */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

/** The page's language, for Intl. */
export const language = globalThis.document?.documentElement.lang || "en";

const NUMBER = new Intl.NumberFormat(language);

/** "1,204", or "1.204". */
export const grouped = (number) => NUMBER.format(number);

/** Words in the reader's language. The page brings the catalogue, where it has one; without it they stay English. */

export const gettext = (text) => globalThis.gettext?.(text) ?? text;

export const ngettext = (one, many, count) => globalThis.ngettext?.(one, many, count) ?? (count === 1 ? one : many);

/** Puts values into `%(name)s`. */
export const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

/** The page's. */
export const language = globalThis.document?.documentElement.lang || "en";

/** For Intl: the page's language, as it is written where the reader lives. */
export const locale = globalThis.navigator?.languages?.find((each) => each.split("-")[0] === language) ?? language;

const NUMBER = new Intl.NumberFormat(locale);

/** "1,204", or "1.204". */
export const grouped = (number) => NUMBER.format(number);

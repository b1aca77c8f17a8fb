/* The theme: system, light or dark. A classic script in the head, so that the choice stands before the first paint. */
(() => {
  "use strict";
  const KEY = "connect.theme";
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const root = document.documentElement;

  /** The catalogue comes later than this script, and before the buttons are named. */
  const gettext = (text) => globalThis.gettext?.(text) ?? text;
  const LABELS = {
    system: () => [gettext("Theme: as this device"), gettext("Theme: as this device. Change to light")],
    light: () => [gettext("Theme: light"), gettext("Theme: light. Change to dark")],
    dark: () => [gettext("Theme: dark"), gettext("Theme: dark. Change to that of this device")],
  };

  function stored() {
    try {
      const value = localStorage.getItem(KEY);
      return value in NEXT ? value : "system";
    } catch {
      return "system"; // storage is switched off
    }
  }

  function apply(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
  }

  function label(theme) {
    const [title, name] = LABELS[theme]();
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.setAttribute("aria-label", name);
      button.title = title;
      for (const icon of button.querySelectorAll("[data-theme-icon]")) {
        icon.toggleAttribute("hidden", icon.dataset.themeIcon !== theme);
      }
    }
    for (const choice of document.querySelectorAll("[data-theme-choice]")) choice.checked = choice.value === theme;
  }

  function choose(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // The choice then lasts as long as the page.
    }
    apply(theme);
    label(theme);
  }

  root.dataset.js = "";
  apply(stored());
  document.addEventListener("DOMContentLoaded", () => label(stored()));
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) choose(NEXT[stored()]);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-theme-choice]")) choose(event.target.value);
  });
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    apply(stored());
    label(stored());
  });
})();

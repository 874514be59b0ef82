// The page works without this. With it the main part is fetched again every few seconds, and what the reader does is left in peace: focus,
// scrolling, opened details, and a form that somebody fills in.
"use strict";
(() => {
  const seconds = 5;
  let paused = false;

  const key = (element) => element && (element.id || element.getAttribute("href") || element.name);

  // The element of the new main part that stands where this one did.
  const again = (root, element) =>
    element.id ? root.querySelector("#" + CSS.escape(element.id))
      : [...root.querySelectorAll(element.tagName)].find((other) => key(other) && key(other) === key(element));

  const keep = (main, fresh) => {
    for (const details of main.querySelectorAll("details[open]")) {
      const other = again(fresh, details);
      if (other) other.open = true;
    }
    const scrolled = [...main.querySelectorAll(".scroll")].map((element) => element.scrollLeft);
    const focused = main.contains(document.activeElement) && document.activeElement !== main ? document.activeElement : null;
    main.replaceChildren(...fresh.childNodes);
    [...main.querySelectorAll(".scroll")].forEach((element, i) => { element.scrollLeft = scrolled[i] || 0; });
    const other = focused && again(main, focused);
    if (other) other.focus({ preventScroll: true });
    addButton(main);
  };

  const isBusy = () => {
    const active = document.activeElement;
    return paused || document.hidden || (active && /^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName))
      || String(document.getSelection() || "") !== ""
      || [...document.querySelectorAll("main input:not([type=hidden])")].some((input) => input.value !== input.defaultValue);
  };

  const refresh = async () => {
    if (isBusy()) return;
    const main = document.getElementById("main");
    try {
      const answer = await fetch(location.href, { cache: "no-store", redirect: "error", signal: AbortSignal.timeout(10000) });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main");
      if (!fresh) throw new Error("no page");
      if (isBusy()) return;
      document.body.classList.remove("away");
      keep(main, fresh);
    } catch {
      document.body.classList.add("away");
      const updated = document.querySelector(".updated");
      if (updated && !updated.querySelector(".lost")) {
        const lost = document.createElement("strong");
        lost.className = "lost";
        lost.setAttribute("role", "status");
        lost.textContent = " weir page does not answer; this is what it said last.";
        updated.append(lost);
      }
    }
  };

  // Who reads slowly, or by ear, can stop it.
  const addButton = (main) => {
    const link = main.querySelector(".refresh");
    if (!link) return;
    const button = document.createElement("button");
    button.type = "button";
    button.id = "pause";
    button.setAttribute("aria-pressed", String(paused));
    button.textContent = paused ? "Updates are paused: go on" : "Pause updates";
    button.addEventListener("click", () => {
      paused = !paused;
      button.setAttribute("aria-pressed", String(paused));
      button.textContent = paused ? "Updates are paused: go on" : "Pause updates";
    });
    link.replaceWith(button);
  };

  addButton(document.getElementById("main"));
  setInterval(refresh, seconds * 1000);
})();

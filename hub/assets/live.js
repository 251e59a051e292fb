// Brings a part of a page up to date when the hub says that something changed. The page is whole without it. It changes
// only what is different, so that whoever reads, types or tabs there stays where they are.
"use strict";
(() => {
  const part = document.querySelector("[data-live]");
  const says = document.getElementById("live-says");
  if (!part || !("EventSource" in window)) return;
  const stream = new EventSource(part.dataset.live);
  let busy = false, again = false;

  const change = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    const alike = old.nodeName === fresh.nodeName && old.childNodes.length === fresh.childNodes.length;
    if (!alike) {
      old.replaceWith(document.importNode(fresh, true));
    } else if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
    } else {
      for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
      for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
      const children = [...old.childNodes];
      [...fresh.childNodes].forEach((child, place) => change(children[place], child));
    }
  };

  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[data-live]");
    if (!fresh) return;
    const at = part.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const before = part.dataset.summary;
    const children = [...part.childNodes];
    if (children.length === fresh.childNodes.length) {
      [...fresh.childNodes].forEach((child, place) => change(children[place], child));
    } else {
      part.replaceChildren(...[...fresh.childNodes].map((child) => document.importNode(child, true)));
    }
    if (at && !part.contains(document.activeElement)) {
      const same = [...part.querySelectorAll("a[href]")].find((link) => link.getAttribute("href") === at);
      if (same) same.focus({ preventScroll: true });
    }
    part.dataset.summary = fresh.dataset.summary;
    if (says && before !== fresh.dataset.summary) says.textContent = fresh.dataset.summary;
  };

  const look = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const answer = await fetch(part.dataset.part, { redirect: "error" });
      if (answer.ok) show(await answer.text());
      else if (answer.status < 500) stream.close();
    } catch {
      // The hub is away; the stream comes back with it.
    }
    busy = false;
    if (again) {
      again = false;
      look();
    }
  };

  stream.addEventListener("changed", look);
  // After a break nobody knows what was missed.
  stream.addEventListener("begun", look);
  stream.addEventListener("over", () => stream.close());
  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();

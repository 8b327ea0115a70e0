// What only the reader's window can say: which boxes scroll, so that they can be reached by keyboard, which arrows
// belong to the claim in focus, and that SP-T4, when it is looked for, is one word and no beginning of SP-T4-ETA.
"use strict";
(() => {
  const boxes = "div.formula, span.long, span.longer, .md-typeset__scrollwrap, .graph-box, pre > code";
  const mark = () => {
    for (const box of document.querySelectorAll(boxes)) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      if (scrolls && !box.hasAttribute("tabindex")) {
        box.tabIndex = 0;
        box.setAttribute("role", "group"); // a region would be a landmark, and a page may have hundreds
        box.setAttribute("aria-label", box.dataset.scroll || (box.matches(".formula") ? "Formula" : "Table or code"));
        box.dataset.marked = "";
      } else if (!scrolls && "marked" in box.dataset) {
        for (const name of ["tabindex", "role", "aria-label", "data-marked"]) box.removeAttribute(name);
      }
    }
  };
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search"); // the theme's dialog has no name
  // To who goes by landmarks, the theme's lists within lists have no name, and the button of each code block is a landmark.
  for (const nav of document.querySelectorAll("nav[aria-labelledby]")) {
    const name = nav.querySelector(".md-nav__title")?.textContent.trim();
    if (name) {
      nav.setAttribute("aria-label", name);
      nav.removeAttribute("aria-labelledby");
    }
  }
  const article = document.querySelector("article");
  const buttons = () => {
    for (const nav of article.querySelectorAll("nav.md-code__nav:not([role])")) nav.setAttribute("role", "presentation");
  };
  if (article) new MutationObserver(buttons).observe(article, { childList: true, subtree: true });
  const graph = document.querySelector("svg.graph");
  if (graph) {
    const light = (id) => {
      graph.classList.toggle("g-lit", id !== null);
      for (const edge of graph.querySelectorAll(".g-edge")) {
        edge.classList.toggle("g-on", edge.dataset.from === id || edge.dataset.to === id);
      }
    };
    for (const claim of graph.querySelectorAll(".g-claim")) {
      for (const event of ["mouseenter", "focus"]) claim.addEventListener(event, () => light(claim.dataset.id));
      for (const event of ["mouseleave", "blur"]) claim.addEventListener(event, () => light(null));
    }
  }
  // The search cuts what is typed at hyphens. Each claim and scheme has its name as one word among its tags. And its index
  // takes a second of a processor: it is made when the search is first opened, not on every page.
  const SETUP = 0;
  const query = document.querySelector("[data-md-component=search-query]");
  const post = Worker.prototype.postMessage;
  let held = new URLSearchParams(location.search).has("q") ? null : [];
  Worker.prototype.postMessage = function (message, ...rest) {
    if (held && query && message?.type === SETUP) {
      held.push(() => post.call(this, message, ...rest));
      return undefined;
    }
    const name = typeof message?.data === "string" ? message.data.trim().toLowerCase() : "";
    const asked = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)
      ? { ...message, data: `${message.data} ${name.replaceAll("-", "_")}^10` }
      : message;
    return post.call(this, asked, ...rest);
  };
  const begin = () => {
    const waiting = held || [];
    held = null;
    for (const send of waiting) send();
  };
  query?.addEventListener("focus", begin);
  addEventListener("load", mark);
  addEventListener("resize", mark);
  addEventListener("toggle", mark, true);
  if (document.fonts) document.fonts.ready.then(mark);
})();

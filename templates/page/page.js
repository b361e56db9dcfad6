"use strict";
(() => {
  const links = [...document.querySelectorAll(".phase:not(.setup) .chain .link")];
  const where = document.querySelector(".where"), play = document.querySelector('[data-do="play"]'), box = document.querySelector(".derivative");
  let at = -1, timer = 0;

  // The parts of all formulas by their markup: a symbol is found wherever it stands.
  const parts = new Map();
  for (const node of document.querySelectorAll("math *")) {
    const key = node.outerHTML;
    parts.has(key) ? parts.get(key).push(node) : parts.set(key, [node]);
  }
  const symbol = (chain) => {
    let node = chain.querySelector(".quantity math");
    while (node && node.children.length === 1 && /^(math|mrow|mstyle)$/i.test(node.tagName)) node = node.children[0];
    return node && !/^(math|mrow|mstyle)$/i.test(node.tagName) ? parts.get(node.outerHTML) || [] : [];
  };
  // A gradient lights up what it belongs to in its own chart.
  const drawn = (chain) => {
    const name = chain.dataset.quantity;
    return name ? chain.closest(".phase").querySelectorAll(`figure [data-quantity~="${CSS.escape(name)}"]`) : [];
  };

  function show(next) {
    document.querySelectorAll(".lit, .current").forEach((node) => node.classList.remove("lit", "current"));
    at = Math.max(-1, Math.min(next, links.length - 1));
    document.body.classList.toggle("walking", at >= 0);
    links.forEach((link, place) => link.classList.toggle("waits", at >= 0 && place > at));
    document.querySelectorAll(".phase:not(.setup) .chain").forEach((chain) => chain.classList.toggle("waits", at >= 0 && chain.querySelector(".link")?.classList.contains("waits")));
    where.textContent = at < 0 ? "" : `${at + 1} / ${links.length}`;
    if (at < 0) return;
    const chain = links[at].closest(".chain");
    links[at].classList.add("current");
    symbol(chain).forEach((node) => node.classList.add("lit"));
    drawn(chain).forEach((node) => node.classList.add("lit"));
    chain.scrollIntoView({ block: "center" });
  }
  function running(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => (at + 1 < links.length ? show(at + 1) : running(false)), 1400) : 0;
    play.setAttribute("aria-pressed", String(on));
  }
  const actions = {
    first: () => { running(false); show(0); },
    back: () => { running(false); show(Math.max(at - 1, 0)); },
    on: () => { running(false); show(at + 1); },
    play: () => { const on = !timer; if (on) show(at + 1 < links.length ? at + 1 : 0); running(on); },
    all: () => { running(false); show(-1); box.hidden = true; },
  };
  document.querySelector(".player").addEventListener("click", (event) => actions[event.target.closest("button")?.dataset.do]?.());
  const keys = { ArrowRight: "on", ArrowLeft: "back", " ": "play", Home: "first", Escape: "all" };
  document.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey || (event.key === " " && event.target.closest("button, a"))) return;
    event.preventDefault();
    actions[action]();
  });

  // An edge answers with its derivative.
  const derivatives = new Map([...document.querySelectorAll("template.edge-of")].map((one) => [`${one.dataset.source} ${one.dataset.target}`, one]));
  const found = (edge) => derivatives.get(`${edge.dataset.source} ${edge.dataset.target}`) || derivatives.get(`${edge.dataset.target} ${edge.dataset.source}`);
  function answer(edge) {
    const one = found(edge);
    if (!one) return;
    box.querySelector(".shown").replaceChildren(one.content.cloneNode(true));
    box.hidden = false;
  }
  for (const edge of document.querySelectorAll("g.edge")) {
    if (!found(edge)) continue;
    edge.setAttribute("tabindex", "0");
    edge.setAttribute("role", "button");
    edge.setAttribute("aria-label", box.getAttribute("aria-label") + " " + edge.dataset.source + " " + edge.dataset.target);
    edge.addEventListener("click", () => answer(edge));
    edge.addEventListener("keydown", (event) => { if (event.key === "Enter") answer(edge); });
  }
  box.querySelector(".close").addEventListener("click", () => { box.hidden = true; });
})();

"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const links = all(".phase:not(.setup) .chain .link"), chains = all(".phase:not(.setup) .chain"), figures = all("figure.flow");
  const player = document.querySelector(".player"), slider = player.querySelector("input"), where = player.querySelector(".where");
  const play = player.querySelector('[data-do="play"]'), told = document.querySelector(".told"), box = document.querySelector("dialog.derivative");
  const order = new Map(links.map((link, place) => [link, place]));
  const starts = new Map(chains.map((chain) => [chain, order.get(chain.querySelector(".link"))]));
  let at = -1, timer = 0, asked = null;
  const rest = `${links.length} ${slider.dataset.links}`;
  slider.max = links.length;
  player.hidden = links.length === 0;

  // The parts of all formulas by their markup, gathered at the first step: so a symbol is found wherever it stands.
  const twins = new Map();
  function gather() {
    const found = new Map();
    for (const node of all("math *")) {
      const markup = {% block markup %}node.outerHTML{% endblock %};
      if (!found.has(markup)) found.set(markup, []);
      found.get(markup).push(node);
      twins.set(node, found.get(markup));
    }
  }
  function symbol(chain) {
    if (!twins.size) gather();
    const formula = chain.querySelector(".quantity math");
    return formula?.children.length === 1 ? twins.get(formula.firstElementChild) : formula ? [formula] : [];
  }
  // What a chain is about in the charts of its phase; a phase without a chart has none.
  const drawn = (chain) => all(`figure [data-quantity~="${CSS.escape(chain.dataset.drawn)}"]`, chain.closest(".phase"));
  // A box of a chart fills when the last chain about it has come to its end.
  const fills = new Map();
  for (const figure of figures) {
    const inside = chains.filter((chain) => chain.closest(".phase") === figure.closest(".phase"));
    for (const node of all("g.node, g.edge", figure)) {
      const about = inside.filter((chain) => (node.dataset.quantity || "").split(" ").includes(chain.dataset.drawn) && chain.querySelector(".value"));
      const ends = about.length && all(".link", about.at(-1)).at(-1);
      if (ends) fills.set(node, order.get(ends));
    }
  }

  const name = (link) => {
    const phase = link.closest(".phase"), number = link.closest(".step").dataset.number;
    return phase.dataset.title + (number ? `, ${slider.dataset.step} ${number}` : "");
  };
  const says = (link) => `${name(link)}: ${link.closest(".chain").dataset.text}, ${link.dataset.role}. ${at + 1} ${slider.dataset.of} ${links.length}`;

  function show(next) {
    all(".lit, .current").forEach((node) => node.classList.remove("lit", "current"));{% block leaving %}{% endblock %}
    at = Math.max(-1, Math.min(next, links.length - 1));
    const walking = at >= 0, link = links[at];
    document.body.classList.toggle("walking", walking);
    links.forEach((one, place) => one.classList.toggle("waits", walking && place > at));
    chains.forEach((chain) => {
      const waits = walking && starts.get(chain) > at;
      for (const part of [chain.querySelector(".quantity"), chain.querySelector(".reason")]) part?.classList.toggle("waits", waits);
    });
    for (const step of all(".phase:not(.setup) .step")) {
      const first = step.querySelector(".link");
      step.querySelector(".title")?.classList.toggle("waits", walking && order.get(first) > at);
    }
    for (const opening of all(".opening")) opening.classList.toggle("waits", walking && order.get(opening.nextElementSibling?.querySelector(".link")) > at);
    for (const [node, end] of fills) node.classList.toggle("later", walking && end > at);
    slider.value = at + 1;
    slider.setAttribute("aria-valuetext", walking ? says(link) : slider.dataset.rest);
    told.textContent = walking ? says(link) : slider.dataset.rest;
    where.textContent = walking ? `${at + 1} / ${links.length}` : rest;
    for (const anchor of all("nav a")) {
      const here = walking && anchor.hash === `#${link.closest(".phase").id}`;
      here ? anchor.setAttribute("aria-current", "step") : anchor.removeAttribute("aria-current");
    }
    pin(walking ? link.closest(".phase") : null);
    if (!walking) return;
    const phase = document.createElement("span");
    phase.className = "phase-name";
    phase.textContent = ` · ${name(link)}`;
    where.append(phase);
    player.style.setProperty("--tone", getComputedStyle(link.closest(".phase")).getPropertyValue("--tone"));
    const chain = link.closest(".chain");
    link.classList.add("current");
    symbol(chain).forEach((node) => node.classList.add("lit"));
    drawn(chain).forEach((node) => node.classList.add("lit"));
    link.scrollIntoView({ block: "center", inline: "nearest" });{% block shown %}{% endblock %}
  }
  // The first chart of the phase stays in view beside the chains where it leaves room for them.
  function pin(phase) {
    let height = 0;
    for (const figure of figures) {
      const stays = figure.closest(".phase") === phase && !height && figure.offsetHeight < innerHeight * 0.42;
      figure.classList.toggle("pinned", stays);
      if (stays) height = figure.offsetHeight;
    }
    document.documentElement.style.setProperty("--pinned", `${height}px`);
  }
  function running(on) {
    clearTimeout(timer);{% block halting %}{% endblock %}
    timer = on ? setTimeout(() => { if (at + 1 < links.length) { show(at + 1); running(true); } else running(false); }, {% block pace %}links[at]?.matches(".value") ? 1900 : 1300{% endblock %}) : 0;
    play.setAttribute("aria-pressed", String(on));
  }
  const stop = (next) => { running(false); show(next); };
  const actions = {
    first: () => stop(0),
    back: () => stop(Math.max(at - 1, 0)),
    on: () => {% block on %}stop(at + 1){% endblock %},
    last: () => stop(links.length - 1),
    play: () => { const on = !timer; if (on) show(at + 1 < links.length ? at + 1 : 0); running(on); },
    all: () => { if (box.open) close(); else stop(-1); },
  };
  player.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) (button.dataset.do === "all" ? () => stop(-1) : actions[button.dataset.do])();
  });
  slider.addEventListener("input", () => stop(slider.value - 1));
  const keys = { ArrowRight: "on", ArrowLeft: "back", " ": "play", Home: "first", End: "last", Escape: "all" };
  document.addEventListener("keydown", (event) => {
    const action = keys[event.key], target = event.target;
    if (!action || !links.length || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === " " && target.closest("button, a, [role=button]")) return;
    if (event.key !== "Escape" && event.key !== " " && target.closest("input, .scrolls")) return;
    event.preventDefault();
    actions[action]();
  });

  // An edge answers with its derivative.
  const found = new Map(all("template.edge-of").map((one) => [`${one.dataset.source} ${one.dataset.target}`, one]));
  function answers(edge) {
    const names = [edge.dataset.source, edge.dataset.target].map((text) => (text || "").split(" "));
    const pairs = names[0].flatMap((one) => names[1].flatMap((other) => [`${one} ${other}`, `${other} ${one}`]));
    return [...new Set(pairs.map((pair) => found.get(pair)).filter(Boolean))];
  }
  function ask(edge, templates) {
    asked?.classList.remove("asked");
    asked = edge;
    edge.classList.add("asked");
    box.querySelector(".shown").replaceChildren(...templates.map((one) => one.content.cloneNode(true)));
    if (!box.open) box.show();
    box.querySelector(".close").focus();
    scrollers(box);{% block asked %}{% endblock %}
  }
  function close() {
    const edge = asked;
    asked?.classList.remove("asked");
    asked = null;
    box.close();
    edge?.focus();
  }
  for (const edge of all("figure.flow g.edge")) {
    const templates = answers(edge);
    if (!templates.length) continue;
    for (const path of all("path", edge)) {
      const reach = path.cloneNode();
      reach.removeAttribute("marker-end");
      reach.setAttribute("class", "reach");
      edge.prepend(reach);
    }
    edge.closest("svg").setAttribute("role", "group");
    edge.setAttribute("tabindex", "0");
    edge.setAttribute("role", "button");
    edge.setAttribute("aria-label", templates.map((one) => one.dataset.label).join(", "));
    edge.addEventListener("click", () => ask(edge, templates));
    edge.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      ask(edge, templates);
    });
  }
  box.querySelector(".close").addEventListener("click", close);

  // A chain too wide to stand beside its reason stands above it; what is wider than the page can be scrolled, by keys too.
  const overflows = (node) => node.scrollWidth > node.clientWidth;
  function scrollers(root = document) {
    for (const chain of all(".chain", root)) chain.classList.remove("wide");
    const wide = all(".chain > .formulas", root).filter(overflows).map((formulas) => formulas.parentNode);
    for (const chain of wide) chain.classList.add("wide");
    for (const one of all(".drawn, .formulas, .table", root)) {
      const scrolls = overflows(one);
      one.classList.toggle("scrolls", scrolls);
      scrolls ? one.setAttribute("tabindex", "0") : one.removeAttribute("tabindex");
    }
  }
  let resized = 0;
  addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => { {{ self.ready() }}; if (at >= 0) pin(links[at].closest(".phase")); }, 150); });
  where.textContent = rest;
  document.fonts.ready.then(() => {% block ready %}scrollers(){% endblock %});
})();

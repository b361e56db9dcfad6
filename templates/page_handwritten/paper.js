// What stands on the paper's lines, and the bars of fractions, once all is laid out.
const sheet = (() => {
  const ASCENT = {{ hand.ascent }}, range = document.createRange();
  // Where the first writing of a block stands, from the top of the sheet.
  function baseline(block) {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT, (text) => (text.data.trim() && !text.parentElement.closest(".number, svg, msup > :nth-child(2), mfrac, mtable, mover > :nth-child(2)") ? 1 : 3));
    if (!walker.nextNode()) return null;
    range.selectNodeContents(walker.currentNode);
    const rect = [...range.getClientRects()].find((one) => one.height);
    return rect ? rect.top + Math.round(parseFloat(getComputedStyle(walker.currentNode.parentElement).fontSize) * ASCENT) : null; // browsers take whole pixels
  }
  function bars(root) {
    const found = [...root.querySelectorAll("mfrac")].map((node) => {
      const chart = node.closest("svg"), zoom = chart ? chart.getBoundingClientRect().width / chart.viewBox.baseVal.width : 1;
      const box = node.getBoundingClientRect(), size = parseFloat(getComputedStyle(node).fontSize) * zoom, [over, under] = [...node.children].map((child) => child.getBoundingClientRect());
      return [node, ((over.bottom + under.top) / 2 - box.top) / size];
    });
    for (const [node, bar] of found) if (Number.isFinite(bar)) node.style.setProperty("--bar", `${bar.toFixed(3)}em`);
    document.documentElement.classList.add("drawn-bars");
  }
  // Each link takes whole squares above and below its line, so that links which stand below each other keep to the lines.
  function rows(pitch) {
    const links = [...document.querySelectorAll(".chain .link, .chain .quantity")];
    for (const link of links) for (const side of ["--over", "--under"]) link.style.removeProperty(side);
    const found = links.map((link) => [link, link.getBoundingClientRect(), baseline(link)]), rest = (size) => Math.ceil(size / pitch - 0.05) * pitch - size;
    for (const [link, box, base] of found) {
      if (base === null || !box.height) continue;
      link.style.setProperty("--over", `${rest(base - box.top)}px`);
      link.style.setProperty("--under", `${rest(box.bottom - base)}px`);
    }
  }
  function lines(pitch) {
    const blocks = [...document.querySelectorAll("h1, .top p, h2, h3, h4, .chain, .reason, .shapes, .table, footer p")];
    for (const block of blocks) block.style.removeProperty("--down");
    const top = document.body.getBoundingClientRect().top, at = blocks.map((block) => [block, baseline(block)]);
    let down = 0;
    for (const [block, base] of at) {
      if (base === null) continue;
      const beside = block.matches(".given + .given");
      const rest = beside ? 0 : (((-(base - top + down)) % pitch) + pitch) % pitch;
      if (rest < 0.3 || rest > pitch - 0.3) continue;
      block.style.setProperty("--down", `${rest}px`);
      down += rest;
    }
  }
  function settle() {
    const pitch = parseFloat(getComputedStyle(document.body).getPropertyValue("--pitch")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
    bars(document);
    rows(pitch);
    lines(pitch);
  }
  return { settle, bars };
})();

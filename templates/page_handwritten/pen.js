// The pen: what is to be written is covered by a mask, and the mask is opened along the strokes, one after the other.
const pen = (() => {
  const SPEED = 0.55, LIFT = 22; // pixels in a millisecond, milliseconds in the air
  const still = matchMedia("(prefers-reduced-motion: reduce), print"), svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
  let running = [], ends = 0, count = 0;

  function masked(element) {
    const mask = svg("mask"), box = svg("svg"), id = `pen${count++}`;
    const size = { id, maskUnits: "userSpaceOnUse", x: -60, y: -60, width: element.offsetWidth + 120, height: element.offsetHeight + 120 };
    for (const [name, value] of Object.entries(size)) mask.setAttribute(name, value);
    box.setAttribute("class", "masks");
    box.setAttribute("aria-hidden", "true");
    box.append(mask);
    document.body.append(box);
    element.style.mask = `url(#${id})`;
    element.classList.add("writing");
    const covered = { element, box, mask };
    running.push(covered);
    return covered;
  }
  function opened({ path, width, cap }, mask, delay, duration) {
    const one = svg("path");
    one.setAttribute("d", path);
    one.setAttribute("pathLength", 1);
    one.style.strokeWidth = width;
    one.style.strokeLinecap = cap;
    mask.append(one);
    const frames = [{ strokeDashoffset: 1, opacity: 0 }, { strokeDashoffset: 0.98, opacity: 1, offset: 0.01 }, { strokeDashoffset: 0, opacity: 1 }];
    return one.animate(frames, { delay, duration, fill: "both", easing: "ease-in-out" });
  }
  function cover(element, passages, rate, begins) {
    if (!passages.length) return begins;
    const covered = masked(element);
    let delay = begins, last;
    for (const passage of passages) {
      const lasts = (passage.length / SPEED) * rate;
      last = opened(passage, covered.mask, delay, lasts);
      delay += lasts + LIFT * rate;
    }
    last.onfinish = () => lift(covered);
    return delay;
  }
  function lift(covered) {
    covered.element.style.mask = "";
    covered.element.classList.remove("writing");
    covered.box.remove();
    running = running.filter((one) => one !== covered);
  }
  return {
    // Writes elements one after the other, after whatever is being written, in `most` milliseconds at most.
    write(elements, most) {
      if (still.matches) return;
      const found = elements.filter(Boolean).map((element) => [element, new Trace(element).passages]);
      const natural = found.flatMap(([, passages]) => passages).reduce((sum, { length }) => sum + length / SPEED + LIFT, 0), rate = Math.min(1, most / natural);
      let begins = this.left();
      for (const [element, passages] of found) begins = cover(element, passages, rate, begins);
      ends = performance.now() + begins;
    },
    left: () => (running.length ? Math.max(0, ends - performance.now()) : 0),
    finish() {
      running.forEach(lift);
      ends = 0;
    },
  };
})();

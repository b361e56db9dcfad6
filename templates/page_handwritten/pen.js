"use strict";
// The pen: what stands on the page is covered by a mask, and the mask is opened along the strokes in the order of writing.
const pen = (() => {
  const STROKES = {{ hand.strokes|tojson }}, LARGE = {{ hand.large|tojson }}, NIB = {{ hand.nib }}, UPRIGHT = {{ hand.upright|tojson }}, FORMS = {{ hand.forms }};
  const ASCENT = {{ hand.ascent }}, SPEED = 0.55, LIFT = 22, OVER = 2.1; // pixels and milliseconds; OVER: how much wider than the ink the mask is opened
  const still = matchMedia("(prefers-reduced-motion: reduce), print"), svg = (name) => document.createElementNS("http://www.w3.org/2000/svg", name);
  let running = [], ends = 0, count = 0;

  // Strokes as the hand has them: points, "!" at a corner, "/" where the pen is lifted.
  const strokesOf = (text) => text.split(" / ").map((stroke) => stroke.split("! ").map((run) => run.split(" ").map((point) => point.split(",").map(Number))));
  const runsOf = (stroke) => stroke.map((run, place) => (place ? [stroke[place - 1].at(-1), ...run] : run));
  const away = ([a, b], [c, d]) => Math.hypot(c - a, d - b) || 0.01;
  const less = (p, q) => [p[0] - q[0], p[1] - q[1]], plus = (p, q, by) => [p[0] + q[0] * by, p[1] + q[1] * by];

  // A smooth line through a run: the directions of a curve that takes the root of the distances as its times.
  function smooth(run) {
    if (run.length === 1) return [[plus(run[0], [-0.1, -0.1], 1), plus(run[0], [0.1, 0.1], 1), plus(run[0], [0.1, 0.1], 1)]];
    const times = run.slice(1).map((point, k) => Math.sqrt(away(run[k], point)));
    const ways = run.map((point, k) => {
      if (k === 0 || k === run.length - 1) return null;
      const [a, b, c] = run.slice(k - 1, k + 2), [before, after] = [times[k - 1], times[k]];
      return plus(plus(less(b, a).map((x) => x / before), less(c, a), -1 / (before + after)), less(c, b), 1 / after);
    });
    return run.slice(1).map((end, k) => {
      const start = run[k], chord = less(end, start), leave = ways[k]?.map((x) => x * times[k]), arrive = ways[k + 1]?.map((x) => x * times[k]);
      const out = leave || (arrive ? plus(chord.map((x) => 1.5 * x), arrive, -0.5) : chord), into = arrive || (leave ? plus(chord.map((x) => 1.5 * x), leave, -0.5) : chord);
      return [plus(start, out, 1 / 3), plus(end, into, -1 / 3), end];
    });
  }
  // A stroke as one passage of the pen, its points put where they stand in the element.
  function passage(stroke, put, width) {
    let path = "", length = 0;
    for (const run of runsOf(stroke).map((points) => points.map(put))) {
      const curves = smooth(run);
      path += `${path ? "L" : "M"}${run[0].map((x) => x.toFixed(1))}` + curves.map((curve) => "C" + curve.map((point) => point.map((x) => x.toFixed(1))).join(" ")).join("");
      length += run.slice(1).reduce((sum, point, k) => sum + away(run[k], point), width);
    }
    return { path, length, width };
  }

  // All passages of an element in the order of writing. `place` gives a rectangle of the window in the element's own pixels.
  function passages(element) {
    const whole = element.getBoundingClientRect(), zoom = whole.width / (element.offsetWidth || whole.width) || 1, found = [], range = document.createRange();
    const place = (rect) => ({ left: (rect.left - whole.left) / zoom, top: (rect.top - whole.top) / zoom, width: rect.width / zoom, height: rect.height / zoom });
    const line = (points, width) => found.push(passage([points], (point) => point, width));
    const sized = (node) => parseFloat(getComputedStyle(node).fontSize);
    function stretched(strokes, box, width) {
      for (const stroke of strokesOf(strokes)) found.push(passage(stroke, ([x, y]) => [box.left + (x / 100) * box.width, box.top + (1 - y / 100) * box.height], width));
    }
    function letters(text) {
      const parent = text.parentElement, size = sized(parent), nib = NIB * size * OVER, first = Math.max(0, "abcdef".indexOf(parent.classList[0] || "a"));
      const box = parent.localName === "mo" && place(parent.getBoundingClientRect()), sign = text.data.trim(), bracket = box && LARGE[sign];
      if (bracket && box.height > size * 1.12) return stretched(bracket, box, bracket === UPRIGHT ? box.width * 1.1 : nib * 1.6);
      for (let k = 0, turn = first; k < text.data.length; k++) {
        const shapes = STROKES[text.data[k]], shape = turn++ % {{ hand.shapes }};
        if (!shapes) {
          turn = first;
          continue;
        }
        range.setStart(text, k);
        range.setEnd(text, k + 1);
        const rect = range.getClientRects()[0];
        if (!rect || !rect.height) continue;
        const at = place(rect), base = at.top + Math.round(size * ASCENT); // browsers take whole pixels
        for (const stroke of strokesOf(shapes[bracket ? shape % FORMS : shape])) found.push(passage(stroke, ([x, y]) => [at.left + (x * size) / 100, base - (y * size) / 100], nib));
      }
    }
    function frame(box, nib) {
      const corners = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]].map(([x, y]) => [box.left + x * box.width, box.top + y * box.height]);
      found.push(passage(corners.slice(1).map((corner, k) => (k ? [corner] : [corners[0], corner])), (point) => point, nib));
    }
    function ring(box, nib) {
      const turns = Array.from({ length: 10 }, (_, k) => -Math.PI / 2 - (k * 2 * Math.PI) / 9);
      line(turns.map((turn) => [box.left + (box.width * (1 + Math.cos(turn))) / 2, box.top + (box.height * (1 + Math.sin(turn))) / 2]), nib);
    }
    function walk(node) {
      if (node.nodeType === Node.TEXT_NODE) return letters(node);
      if (node.nodeType !== Node.ELEMENT_NODE || node.localName === "svg") return;
      const box = place(node.getBoundingClientRect()), size = sized(node), nib = NIB * size * OVER;
      if (node.localName === "msqrt") stretched(LARGE["√"], { ...box, width: Math.min(box.width, size) }, nib * 1.6), line([[box.left + size * 0.5, box.top + 1], [box.left + box.width, box.top + 1]], nib * 2);
      const children = [...node.childNodes];
      children.forEach((child, count) => {
        walk(child);
        if (node.localName !== "mfrac" || count) return;
        const y = box.top + parseFloat(node.style.getPropertyValue("--bar") || 0.5) * size;
        line([[box.left, y], [box.left + box.width, y]], nib * 2.5);
      });
      const border = getComputedStyle(node);
      if (node.matches(".number")) ring(box, 9);
      else if (node.matches(".chain:not(.given) .value .behind")) frame(box, size * 0.4);
      else if (parseFloat(border.borderBottomWidth)) line([[box.left, box.top + box.height - 2], [box.left + box.width, box.top + box.height - 4]], 15);
    }
    walk(element);
    return found;
  }

  function cover(element, drawn, rate, begins) {
    const mask = svg("mask"), box = svg("svg"), id = `pen${count++}`;
    mask.id = id;
    for (const [name, value] of Object.entries({ maskUnits: "userSpaceOnUse", x: -60, y: -60, width: element.offsetWidth + 120, height: element.offsetHeight + 120 })) mask.setAttribute(name, value);
    box.setAttribute("class", "masks");
    box.setAttribute("aria-hidden", "true");
    let delay = begins, last;
    for (const { path, length, width } of drawn) {
      const one = svg("path");
      one.setAttribute("d", path);
      one.setAttribute("pathLength", 1);
      one.style.strokeWidth = width;
      mask.append(one);
      const lasts = (length / SPEED) * rate;
      last = one.animate([{ strokeDashoffset: 1, opacity: 0 }, { strokeDashoffset: 0.98, opacity: 1, offset: 0.01 }, { strokeDashoffset: 0, opacity: 1 }], { delay, duration: lasts, fill: "both", easing: "ease-in-out" });
      delay += lasts + LIFT * rate;
    }
    box.append(mask);
    document.body.append(box);
    element.style.mask = `url(#${id})`;
    element.classList.add("writing");
    const covered = { element, box };
    running.push(covered);
    if (last) last.onfinish = () => lift(covered);
    else lift(covered);
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
      const found = elements.filter(Boolean).map((element) => [element, passages(element)]);
      const natural = found.flatMap(([, drawn]) => drawn).reduce((sum, { length }) => sum + length / SPEED + LIFT, 0), rate = Math.min(1, most / natural);
      let begins = this.left();
      for (const [element, drawn] of found) begins = cover(element, drawn, rate, begins);
      ends = performance.now() + begins;
    },
    left: () => (running.length ? Math.max(0, ends - performance.now()) : 0),
    finish() { running.forEach(lift); ends = 0; },
  };
})();

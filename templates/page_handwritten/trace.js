// The way of the pen over an element, in the order of writing.
class Trace {
  static SHAPES = {{ hand.strokes|tojson }};
  static LARGE = {{ hand.large|tojson }};
  static UPRIGHT = {{ hand.upright|tojson }};
  static NIB = {{ hand.nib }};
  static OVER = 2.1; // how much wider than the ink the mask is opened
  static ASCENT = {{ hand.ascent }};

  constructor(element) {
    this.passages = [];
    this.range = document.createRange();
    this.whole = element.getBoundingClientRect();
    this.zoom = this.whole.width / (element.offsetWidth || this.whole.width) || 1;
    this.walk(element);
  }
  // A rectangle of the window in the element's own pixels.
  place({ left, top, width, height }) {
    return { left: (left - this.whole.left) / this.zoom, top: (top - this.whole.top) / this.zoom, width: width / this.zoom, height: height / this.zoom };
  }
  add(stroke, width, put = (point) => point, cap = "round") {
    this.passages.push(strokes.passage(stroke, put, width, cap));
  }
  line(points, width) {
    this.add([points], width);
  }
  walk(node) {
    if (node.nodeType === Node.TEXT_NODE) return this.text(node);
    if (node.nodeType !== Node.ELEMENT_NODE || node.localName === "svg") return;
    const box = this.place(node.getBoundingClientRect()), style = getComputedStyle(node), size = parseFloat(style.fontSize), nib = Trace.NIB * size * Trace.OVER;
    if (node.localName === "msqrt") this.root(box, size, nib);
    [...node.childNodes].forEach((child, count) => {
      this.walk(child);
      if (node.localName === "mfrac" && !count) this.bar(node, box, size, nib);
    });
    if (node.matches(".number")) this.ring(box);
    else if (node.matches(".chain:not(.given) .value .behind")) this.frame(box, size * 0.4);
    else if (parseFloat(style.borderBottomWidth)) this.line([[box.left, box.top + box.height - 2], [box.left + box.width, box.top + box.height - 4]], 15);
  }
  text(node) {
    const parent = node.parentElement, size = parseFloat(getComputedStyle(parent).fontSize), nib = Trace.NIB * size * Trace.OVER;
    const sign = parent.localName === "mo" && Trace.LARGE[node.data.trim()], box = sign && this.place(parent.getBoundingClientRect());
    if (sign && box.height > size * 1.12) return this.stretched(sign, box, sign === Trace.UPRIGHT ? box.width * 1.1 : nib * 1.6);
    const first = Math.max(0, "abcdef".indexOf(parent.classList[0] || "a"));
    for (let k = 0, turn = first; k < node.data.length; k++, turn++) {
      const shapes = Trace.SHAPES[node.data[k]];
      if (shapes) this.letter(node, k, shapes[turn % (sign ? {{ hand.forms }} : {{ hand.shapes }})], size, nib);
      else turn = first - 1;
    }
  }
  letter(node, place, shape, size, nib) {
    this.range.setStart(node, place);
    this.range.setEnd(node, place + 1);
    const rect = this.range.getClientRects()[0];
    if (!rect || !rect.height) return;
    const { left, top } = this.place(rect), base = top + Math.round(size * Trace.ASCENT); // browsers take whole pixels
    for (const stroke of strokes.of(shape)) this.add(stroke, nib, ([x, y]) => [left + (x * size) / 100, base - (y * size) / 100]);
  }
  stretched(shape, box, width) {
    for (const stroke of strokes.of(shape)) this.add(stroke, width, ([x, y]) => [box.left + (x * box.width) / 100, box.top + box.height - (y * box.height) / 100], shape === Trace.UPRIGHT ? "butt" : "round");
  }
  root(box, size, nib) {
    this.stretched(Trace.LARGE["√"], { ...box, width: Math.min(box.width, size) }, nib * 1.6);
    this.line([[box.left + size / 2, box.top + 1], [box.left + box.width, box.top + 1]], nib * 2);
  }
  bar(node, box, size, nib) {
    const y = box.top + parseFloat(node.style.getPropertyValue("--bar") || 0.5) * size;
    this.line([[box.left, y], [box.left + box.width, y]], nib * 2.5);
  }
  frame(box, width) {
    const [start, ...corners] = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]].map(([x, y]) => [box.left + x * box.width, box.top + y * box.height]);
    this.add(corners.map((corner, k) => (k ? [corner] : [start, corner])), width);
  }
  ring(box) {
    const turns = Array.from({ length: 10 }, (_, k) => -Math.PI / 2 - (k * 2 * Math.PI) / 9);
    this.line(turns.map((turn) => [box.left + (box.width * (1 + Math.cos(turn))) / 2, box.top + (box.height * (1 + Math.sin(turn))) / 2]), 9);
  }
}

"use strict";
// Strokes as passages of the pen: paths for an SVG, with their lengths.
const strokes = (() => {
  const away = ([a, b], [c, d]) => Math.hypot(c - a, d - b) || 0.01;
  const less = (p, q) => [p[0] - q[0], p[1] - q[1]], plus = (p, q, by) => [p[0] + q[0] * by, p[1] + q[1] * by], times = (p, by) => [p[0] * by, p[1] * by];
  const written = (point) => point.map((x) => x.toFixed(1)).join(",");

  // As the hand has them: points, "!" at a corner, "/" where the pen is lifted. A stroke is a list of runs without a corner.
  const of = (text) => text.split(" / ").map((stroke) => stroke.split("! ").map((run) => run.split(" ").map((point) => point.split(",").map(Number))));
  const runs = (stroke) => stroke.map((run, place) => (place ? [stroke[place - 1].at(-1), ...run] : run));

  // The direction at each inner point of a run: a curve that takes the roots of the distances as its times.
  function directions(run, spans) {
    return run.map((here, k) => {
      if (k === 0 || k === run.length - 1) return null;
      const [before, after] = [spans[k - 1], spans[k]], last = run[k - 1], next = run[k + 1];
      return plus(plus(times(less(here, last), 1 / before), less(next, last), -1 / (before + after)), less(next, here), 1 / after);
    });
  }
  // The smooth line through a run, as cubics.
  function smooth(run) {
    if (run.length === 1) return smooth([run[0], plus(run[0], [0.2, 0.2], 1)]);
    const spans = run.slice(1).map((point, k) => Math.sqrt(away(run[k], point))), ways = directions(run, spans);
    return run.slice(1).map((end, k) => {
      const chord = less(end, run[k]), leave = ways[k] && times(ways[k], spans[k]), arrive = ways[k + 1] && times(ways[k + 1], spans[k]);
      const half = (other) => (other ? plus(times(chord, 1.5), other, -0.5) : chord);
      return [plus(run[k], leave || half(arrive), 1 / 3), plus(end, arrive || half(leave), -1 / 3), end];
    });
  }
  // A stroke as one passage, its points put where they stand.
  function passage(stroke, put, width, cap) {
    let path = "", length = 0;
    for (const run of runs(stroke).map((points) => points.map(put))) {
      path += (path ? "L" : "M") + written(run[0]) + smooth(run).map((curve) => `C${curve.map(written).join(" ")}`).join("");
      length += run.slice(1).reduce((sum, point, k) => sum + away(run[k], point), width);
    }
    return { path, length, width, cap };
  }
  return { of, passage };
})();

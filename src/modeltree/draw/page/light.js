// Lighting up a model, its ancestors and its descendants: copies of them lie over the figure, which fades as a whole.
const curves = overlay.querySelector(".curves");
const lit = overlay.querySelector(".lit");
let lighting = 0;
const PORTION = 60; // models, and steps, that are lit in a frame

// What is lit: the model that is pointed at; else, unless one searches, what was chosen, or the way from it to the
// second. All others fade.
function lightAsked() {
  const model = STATE.pointed ?? (STATE.q ? null : STATE.model);
  if (model === null) return null;
  const ways = STATE.pointed === null && STATE.second !== null;
  const way = ways && wayBetween(model, STATE.second);
  const ends = (steps, end) => ({ models: steps.map((step) => STEPS[step][end]), steps });
  const [up, down] = ways ? [ends(way ? way.up : [], 0), ends(way ? way.down : [], 1)] : [ancestry(model), descent(model)];
  const selves = ways ? [model, STATE.second] : [model];
  // Of a model that the figure does not have, its kin that it has.
  return [...selves, ...up.models, ...down.models].some(nodeOf) ? { selves, up, down } : null;
}

const LIGHT = ["view", "pointed", "byKey", "model", "second", "q", "depth", "passes", "until", "color"];
parts.push((changed) => {
  if (!changed(...LIGHT)) return;
  cancelAnimationFrame(lighting);
  lit.replaceChildren();
  curves.replaceChildren();
  const asked = FIGURES.has(STATE.view) ? lightAsked() : null;
  stage.classList.toggle("fading", asked !== null);
  if (!asked) return;
  const styled = shown.svg.querySelector(".models");
  for (const name of ["font-size", "font-weight", "stroke-width"]) lit.setAttribute(name, styled.getAttribute(name));
  const focused = STATE.byKey && STATE.pointed !== null;
  const selves = asked.selves.map((model) => copyOf(model, focused ? "self focused" : "self") || drawn("g", {}));
  lit.append(...selves);
  lightKin(selves[0], asked.up, asked.down, 0);
});

// The nearest kin at once, all others portion by portion, so that thousands hold nothing up.
function lightKin(self, up, down, from) {
  const [models, steps] = ["models", "steps"].map((sort) => (kin) => kin[sort].slice(from, from + PORTION));
  const copies = (kin, kind) => models(kin).map((model) => copyOf(model, kind)).filter(Boolean);
  self.before(...copies(down, "descendant"), ...copies(up, "ancestor"));
  curves.append(...tied(steps(up), "ancestor"), ...tied(steps(down), "descendant"));
  const next = from + PORTION;
  if ([up, down].some((kin) => kin.steps.length > next)) {
    lighting = requestAnimationFrame(() => lightKin(self, up, down, next));
  }
}

function copyOf(model, kinds) {
  const node = nodeOf(model);
  if (!node) return null;
  const copy = node.cloneNode(true);
  copy.removeAttribute("id");
  copy.removeAttribute("tabindex");
  copy.classList.add(...kinds.split(" "));
  return copy;
}

// The steps as a few paths: the figure's own where it has them, else curves from box to box.
function tied(steps, kind) {
  const found = { weights: [], outputs: [], ideas: [] };
  const heads = [];
  const lanes = new Map();
  for (const step of steps) {
    const [parent, child] = STEPS[step];
    if (!nodeOf(parent) || !nodeOf(child)) continue;
    const own = document.getElementById(`${shown.key}-link-${step}`);
    const path = own ? own.firstElementChild.getAttribute("d") : null;
    if (path) lanes.set(parent, [...(lanes.get(parent) || []), path]);
    found[passes(step)].push(path || curve(parent, child, heads));
  }
  for (const [parent, paths] of lanes) found.weights.push(along(parent, paths));
  return [
    ...Object.entries(found).filter(([, paths]) => paths.length)
      .map(([sort, paths]) => drawn("path", { class: `${kind} ${sort}`, d: paths.join("") })),
    ...(heads.length ? [drawn("path", { class: `head ${kind}`, d: heads.join("") })] : []),
  ];
}

// A bent line from the middle of one label to the edge of another, and its head there.
function curve(parent, child, heads) {
  const [from, to] = [boxOf(parent), boxOf(child)];
  const [[x1, y1], [x2, y2]] = [from.middle, to.middle];
  const [dx, dy] = [x2 - x1, y2 - y1];
  const bend = 0.13 * (dx >= 0 ? 1 : -1);
  const [mx, my] = [(x1 + x2) / 2 + dy * bend, (y1 + y2) / 2 - dx * bend];
  // From the bend it comes in straight enough to say where it meets the edge.
  const [ax, ay] = [x2 - mx, y2 - my];
  const share = Math.min(Math.abs(to.width / 2 / (ax || 1e-6)), Math.abs(to.height / 2 / (ay || 1e-6)), 1);
  const [tx, ty] = [x2 - ax * share, y2 - ay * share];
  const length = Math.hypot(ax, ay) || 1;
  const [ux, uy] = [ax / length, ay / length];
  const back = 0.5 * shown.type;
  const [bx, by] = [tx - ux * back, ty - uy * back];
  const points = [[tx, ty], [bx - uy * back * 0.42, by + ux * back * 0.42], [bx + uy * back * 0.42, by - ux * back * 0.42]];
  heads.push(`M${points.map((point) => point.map((value) => value.toFixed(1)).join(" ")).join("L")}z`);
  return `M${x1.toFixed(1)} ${y1.toFixed(1)}Q${mx.toFixed(1)} ${my.toFixed(1)} ${bx.toFixed(1)} ${by.toFixed(1)}`;
}

// The points of a line that is straight from point to point, each said from the last one.
function pointsOf(path) {
  let [x, y] = [0, 0];
  const numbers = path.match(/-?\d*\.?\d+/g).map(Number);
  return numbers.flatMap((along, at) => (at % 2 ? [] : [[(x += along), (y += numbers[at + 1])]]));
}

// The part of a model's lane up to the farthest of some branches.
function along(model, paths) {
  const lane = document.getElementById(`${shown.key}-lane-${model}`);
  if (!lane) return "";
  const points = [...lane.children].flatMap((part) => {
    const found = pointsOf(part.getAttribute("d"));
    if (!part.classList.contains("trunk")) return found;
    const back = found.splice(found.length / 2).reverse(); // the other side of its outline
    return found.map(([x, y], at) => [(x + back[at][0]) / 2, (y + back[at][1]) / 2]);
  });
  const [first, last] = [points[0], points.at(-1)];
  const axis = Math.abs(last[1] - first[1]) <= Math.abs(last[0] - first[0]) ? 0 : 1;
  const away = (point) => Math.abs(point[axis] - first[axis]);
  const farthest = Math.max(...paths.map((path) => away(pointsOf(path)[0])));
  return `M${points.filter((point) => away(point) <= farthest).map((point) => point.map((value) => value.toFixed(2)).join(" ")).join("L")}`;
}

const pointAt = (pointed, byKey = false) => update({ pointed, byKey });

const figures = at("figures");
let leaving = 0;
let still = false; // the figure has moved under the mouse, which has not: it points at nothing
function pointByMouse(event) {
  if (event.pointerType !== "mouse" || pointers.size || still) return;
  const node = event.target.closest(".m");
  clearTimeout(leaving);
  if (node) pointAt(placeOf(node));
  else leaving = setTimeout(() => pointAt(null), 70); // or all would blink between two neighbors
}
figures.addEventListener("pointerover", pointByMouse);
figures.addEventListener("pointermove", (event) => {
  if (!still || !(event.movementX || event.movementY)) return;
  still = false;
  pointByMouse(event);
});
figures.addEventListener("pointerleave", () => {
  clearTimeout(leaving);
  if (!STATE.byKey) pointAt(null);
});
figures.addEventListener("focusin", (event) => {
  const node = event.target.closest(".m");
  if (!node) return;
  const byKey = node.matches(":focus-visible");
  pointAt(placeOf(node), byKey);
  announce(kinshipFor(placeOf(node)));
});
figures.addEventListener("focusout", () => pointAt(null));

// One stop for the tab key; from there arrows go on.
let stop = null;
function stopAt(model) {
  for (const figure of FIGURES.values()) figure.nodes?.[stop]?.removeAttribute("tabindex");
  stop = model;
  nodeOf(stop)?.setAttribute("tabindex", "0");
}
function firstStop() {
  const kept = [STATE.model, stop].find((model) => model !== null && nodeOf(model));
  stopAt(kept ?? nodesOf(shown).findIndex((node) => node !== null));
}
function focusOn(model) {
  stopAt(model);
  nodeOf(model).focus({ preventScroll: true });
  reveal(model);
}

// Left and right go through time, up to the first parent, down to the first child.
function walk(model, event) {
  if (event.key === "Enter" || event.key === " ") return event.shiftKey ? compareWith(model) : choose(model), true;
  if (event.shiftKey) return false;
  const drawnOnes = (places) => places.find((place) => nodeOf(place) && !nodeOf(place).classList.contains("out"));
  const all = MODELS.map((_, place) => place);
  const next = {
    ArrowRight: () => drawnOnes(all.slice(model + 1)),
    ArrowLeft: () => drawnOnes(all.slice(0, model).reverse()),
    ArrowUp: () => drawnOnes(PARENTS[model].map((step) => STEPS[step][0])),
    ArrowDown: () => drawnOnes(CHILDREN[model].map((step) => STEPS[step][1])),
    Home: () => drawnOnes(all),
    End: () => drawnOnes([...all].reverse()),
  }[event.key];
  if (!next) return false;
  const found = next();
  if (found !== undefined) focusOn(found);
  else announce({ ArrowUp: say("No parent here"), ArrowDown: say("No child here") }[event.key] || say("No model further on here"));
  return true;
}

figures.addEventListener("click", (event) => {
  if (dragged) return;
  const node = event.target.closest(".m");
  if (node && event.shiftKey) compareWith(placeOf(node));
  else if (node) choose(placeOf(node));
  else if (STATE.model !== null) close();
});

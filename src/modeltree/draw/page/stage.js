// The stage: which figure is on it, how near, and which part of it is in the middle.
const stage = at("stage");
const overlay = at("overlay");
const FIGURES = new Map(
  DATA.figures.map((key) => {
    const base = document.querySelector(`.base[data-figure="${key}"]`);
    const svg = (base.querySelector("template")?.content ?? base).querySelector("svg"); // inert until it is shown
    const { width, height, type } = svg.dataset;
    const figure = { key, svg, world: svg.querySelector(".world"), base, nodes: null, boxes: [], view: null };
    return [key, Object.assign(figure, { width: +width, height: +height, type: +type })];
  }),
);
const tabs = [...document.querySelectorAll("[role=tab]")];
const VIEWS = tabs.map((tab) => tab.dataset.figure); // figures, and what else has a tab
let shown = FIGURES.get(DATA.figures[0]); // the figure that is on the stage, or was last
field("view", DATA.view || VIEWS[0], { read: (key) => (VIEWS.includes(key) ? key : undefined) });

// The elements of the models in a figure, by place; looked up when it is first needed.
function nodesOf(figure) {
  if (!figure.nodes) {
    figure.nodes = new Array(MODELS.length).fill(null);
    for (const node of figure.svg.querySelectorAll(".m")) {
      const place = placeOf(node);
      figure.nodes[place] = node;
      const round = { application: 0.5, dataset: 0 }[MODELS[place].k]; // products are round, data sets are square
      const box = node.firstElementChild;
      if (round !== undefined) box.setAttribute("rx", round * box.getAttribute("height"));
    }
  }
  return figure.nodes;
}
const placeOf = (node) => +node.id.slice(node.id.lastIndexOf("-") + 1);
const nodeOf = (model) => nodesOf(shown)[model];

// Where a model's label is, in the figure's own points.
function boxOf(model, figure = shown) {
  if (figure.boxes[model]) return figure.boxes[model];
  const rect = nodesOf(figure)[model].firstElementChild;
  const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => +rect.getAttribute(name));
  return (figure.boxes[model] = { x, y, width, height, middle: [x + width / 2, y + height / 2] });
}

const MARGIN = 20; // around a figure that fits, in pixels
const AROUND = 32; // what is revealed, in pixels
const LARGEST_TYPE = 64; // that one can zoom in to, in pixels
const READABLE_TYPE = 9; // in pixels
let size = { width: 1, height: 1 };
const fitting = (figure) =>
  Math.max(0.02, Math.min((size.width - 2 * MARGIN) / figure.width, (size.height - 2 * MARGIN) / figure.height));
const whole = (figure) => ({ zoom: 1, x: figure.width / 2, y: figure.height / 2 });
const mostZoom = (figure) => Math.max(4, LARGEST_TYPE / (figure.type * fitting(figure)));

// A view begins with the whole figure, or where that could not be read with a part: at the beginning of time, unless
// there is much more to see elsewhere. Of what is very large it is the whole again, to choose from.
function beginning(figure) {
  const scale = READABLE_TYPE / figure.type;
  const grown = scale / fitting(figure);
  if (grown < 1.3 || grown > (narrow.matches ? 8 : 2.4)) return whole(figure);
  const middles = nodesOf(figure).flatMap((node, model) => (node ? [boxOf(model, figure).middle] : []));
  const [width, height] = [size.width / scale, size.height / scale];
  const x = busiest(middles.map(([across]) => across), width, figure.width);
  const near = middles.filter(([across]) => Math.abs(across - x) < width / 2);
  return { zoom: grown, x, y: busiest(near.map(([, down]) => down), height, figure.height) };
}

// The middle of the stretch of an axis that has the most places; of the first one, unless that has many fewer.
function busiest(places, extent, all) {
  if (all < extent) return all / 2;
  const sorted = places.sort((one, other) => one - other);
  const room = extent - 2 * (MARGIN * extent) / Math.max(size.width, 1);
  const early = sorted.filter((place) => place < room).length;
  let [start, most] = [0, early];
  for (let from = 0, to = 0; from < sorted.length; from += 1) {
    while (to < sorted.length && sorted[to] - sorted[from] < room) to += 1;
    if (to - from > most) [start, most] = [from, to - from];
  }
  return most > 1.5 * early ? (sorted[start] + sorted[start + most - 1]) / 2 : room / 2;
}

// The middle may leave the figure a little, so that what is at its edge can be seen beside the card.
const BEYOND = 0.4; // of the stage
function bounded(figure, { zoom, x, y }) {
  const kept = (value, least, most) => Math.min(Math.max(value, least), most);
  const nearness = kept(zoom, 0.6, mostZoom(figure));
  const beyond = (extent) => (BEYOND * extent) / (nearness * fitting(figure));
  const [across, down] = [beyond(size.width), beyond(size.height)];
  return { zoom: nearness, x: kept(x, -across, figure.width + across), y: kept(y, -down, figure.height + down) };
}

const scaleOf = (figure) => figure.view.zoom * fitting(figure);

// Where a figure is on the stage: how many pixels from the corner, and how many for a point.
function placing(figure) {
  const scale = scaleOf(figure);
  return { x: size.width / 2 - figure.view.x * scale, y: size.height / 2 - figure.view.y * scale, scale };
}

// Axis and dates lie over the figure, so that they do not fade with it. Dates that have lines across the figure stay in
// sight: they are on a strip that keeps to the top.
const dateLayer = overlay.querySelector(".dates");
function datesOf(figure) {
  const [guides, axis, ticks] = ["guide", "axis", "tick"].map((name) => figure.svg.querySelector(`.${name}`));
  const copies = [axis, ticks].map((part) => part?.cloneNode(true));
  figure.dates = [...copies].filter(Boolean);
  if (!guides || !axis || !ticks) return;
  const number = (tick, name) => +tick.querySelector("rect").getAttribute(name);
  const top = (tick) => number(tick, "y");
  const bottom = (tick) => top(tick) + number(tick, "height");
  const dated = [...copies[1].children].filter((tick) => tick.querySelector("rect"));
  const least = Math.min(...dated.map(top));
  const row = dated.filter((tick) => bottom(tick) - least <= 4 * figure.type);
  const most = Math.max(...row.map(bottom));
  const others = dated.filter((tick) => !row.includes(tick)); // the dates on the far side
  if (others.length && Math.max(...others.map(bottom)) - Math.min(...others.map(top)) > 4 * figure.type) return;
  const near = ticks.cloneNode(false);
  near.append(...row);
  const pad = figure.type / 2;
  const strip = { class: "strip", x: -figure.width, y: least - pad, width: 3 * figure.width, height: most - least + 2 * pad };
  figure.ruler = drawn("g", { class: "ruler" });
  figure.ruler.append(drawn("rect", strip), copies[0], near);
  figure.dates = [copies[1], figure.ruler];
  figure.rulerTop = least - pad;
  figure.rulerHeight = strip.height;
}

const SPECKS = 2.5; // in pixels: letters that are smaller are specks, and take longest to set
let put = null; // where the figure was drawn last
let settling = 0;
let printing = false;
function place() {
  clearTimeout(settling);
  if (printing) return;
  put = placing(shown);
  const { x, y, scale } = put;
  const moved = `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${scale.toFixed(5)})`;
  shown.world.setAttribute("transform", moved);
  overlay.firstElementChild.setAttribute("transform", moved);
  const hidden = -y / scale - (shown.rulerTop ?? Infinity);
  shown.ruler?.setAttribute("transform", `translate(0 ${Math.max(0, hidden).toFixed(2)})`);
  for (const layer of [at("figures"), overlay]) layer.style.transform = "";
  stage.classList.toggle("far", shown.type * scale < 7);
  stage.classList.toggle("tiny", shown.type * scale < SPECKS);
  overlook();
}

// A large figure takes long to draw: while it moves its last drawing is moved, and drawn anew when it rests.
const LARGE = 600; // models
const REST = 130; // milliseconds
function shift() {
  if (nodesOf(shown).length < LARGE || !put) return place();
  const { x, y, scale } = placing(shown);
  const grown = scale / put.scale;
  const moved = `translate(${x - put.x * grown}px, ${y - put.y * grown}px) scale(${grown})`;
  for (const layer of [at("figures"), overlay]) layer.style.transform = moved;
  clearTimeout(settling);
  settling = setTimeout(place, REST);
  return undefined;
}

let frame = 0;
let motion = 0;
function look(view, { keep = true } = {}) {
  shown.view = bounded(shown, view);
  if (!frame) frame = requestAnimationFrame(() => { frame = 0; shift(); });
  if (keep) remember();
}

// Go to a view at an even pace, or at once where nothing should move.
function travel(view) {
  const [from, to] = [shown.view, bounded(shown, view)];
  cancelAnimationFrame(motion);
  if (calm.matches) return look(to);
  const start = performance.now();
  const step = (now) => {
    const share = Math.min((now - start) / 220, 1);
    const eased = 1 - (1 - share) ** 3;
    const between = (one, other) => one + (other - one) * eased;
    const zoom = Math.exp(between(Math.log(from.zoom), Math.log(to.zoom)));
    look({ zoom, x: between(from.x, to.x), y: between(from.y, to.y) }, { keep: share === 1 });
    if (share < 1) motion = requestAnimationFrame(step);
  };
  motion = requestAnimationFrame(step);
}
const halt = () => cancelAnimationFrame(motion);

// Zoom by a factor so that what is under a point of the stage stays there.
function zoomed(factor, [px, py] = [size.width / 2, size.height / 2]) {
  const before = scaleOf(shown);
  const { zoom } = bounded(shown, { ...shown.view, zoom: shown.view.zoom * factor });
  const after = zoom * fitting(shown);
  const [dx, dy] = [px - size.width / 2, py - size.height / 2];
  return { zoom, x: shown.view.x + dx / before - dx / after, y: shown.view.y + dy / before - dy / after };
}

function panned(dx, dy) {
  const scale = scaleOf(shown);
  return { ...shown.view, x: shown.view.x - dx / scale, y: shown.view.y - dy / scale };
}

// Bring a model into what is seen, and with it some kin or other, the last most of all, if there is room, no farther
// than must be; where it is a speck, or on a narrow window nearly so, so near that it can be read.
function reveal(model, ...circles) {
  if (stage.hidden) return;
  const groups = [...circles, []].map((kin) => [model, ...kin].filter(nodeOf)).filter((group) => group.length);
  if (!groups.length) return;
  const small = shown.type * scaleOf(shown) < (narrow.matches ? READABLE_TYPE - 1 : READABLE_TYPE / 2);
  const zoom = small ? READABLE_TYPE / (shown.type * fitting(shown)) : shown.view.zoom;
  const scale = zoom * fitting(shown);
  const moved = { ...shown.view, zoom };
  const above = AROUND + (shown.rulerHeight ?? 0) * scale;
  for (const group of groups) {
    const boxes = group.map((one) => boxOf(one));
    moved.x += into(boxes.map(({ x, width }) => [x, x + width]), moved.x, size.width, scale);
    moved.y += into(boxes.map(({ y, height }) => [y, y + height]), moved.y, size.height, scale, above);
  }
  if (moved.x !== shown.view.x || moved.y !== shown.view.y || zoom !== shown.view.zoom) travel(moved);
}

// How far the middle of the view must go along one axis for some stretches to be seen; nowhere if there is no room.
function into(stretches, middle, room, scale, before = AROUND) {
  const ends = [Math.min(...stretches.map(([start]) => start)), Math.max(...stretches.map(([, end]) => end))];
  const [start, end] = ends.map((place) => (place - middle) * scale + room / 2);
  if (end - start > room - before - AROUND) return 0;
  if (start < before) return (start - before) / scale;
  return end > room - AROUND ? (end - room + AROUND) / scale : 0;
}

// Where the stage changes its size the whole figure stays whole, and a part of it as near as it was.
function measureStage() {
  if (stage.hidden) return;
  const before = scaleOf(shown);
  size = { width: stage.clientWidth || 1, height: stage.clientHeight || 1 };
  const view = bounded(shown, { ...shown.view, zoom: shown.view.zoom === 1 ? 1 : before / fitting(shown) });
  if (shown.view === shown.start) shown.start = view;
  shown.view = view;
  place();
}

function putOnStage(figure) {
  shown = figure;
  size = { width: stage.clientWidth || 1, height: stage.clientHeight || 1 };
  if (!figure.svg.isConnected) figure.base.replaceChildren(figure.svg);
  for (const other of FIGURES.values()) other.base.hidden = other !== figure;
  for (const part of document.querySelectorAll(".about")) part.hidden = part.dataset.figure !== figure.key;
  if (!figure.dates) datesOf(figure);
  dateLayer.replaceChildren(...figure.dates);
  figure.svg.removeAttribute("viewBox"); // it shows a whole figure where there are no scripts
  figure.start = figure.placed ? figure.start : beginning(figure);
  figure.view = figure.placed ? figure.view : figure.start;
  figure.placed = true;
  place();
}

// In the address: the zoom and the middle, where they are not those of the beginning.
function cameraWritten() {
  const [{ zoom, x, y }, start] = [shown.view, shown.start];
  const moved = Math.abs(zoom - start.zoom) > 0.005 || Math.abs(x - start.x) > 0.5 || Math.abs(y - start.y) > 0.5;
  return moved ? [zoom.toFixed(3), x.toFixed(1), y.toFixed(1)].join("_") : "";
}

function aim(text) {
  const numbers = (text || "").split("_").map((part) => (/^-?\d{1,7}(\.\d{1,4})?$/.test(part) ? +part : NaN));
  const [zoom, x, y] = numbers.length === 3 && numbers.every(Number.isFinite) ? numbers : [];
  halt();
  shown.start = beginning(shown);
  shown.view = zoom === undefined ? shown.start : bounded(shown, { zoom, x, y });
  place();
  if (zoom === undefined && STATE.model !== null) revealAmongKin(STATE.model);
}

parts.push((changed) => {
  const figure = FIGURES.get(STATE.view);
  stage.hidden = !figure;
  if (figure && (figure !== shown || !figure.placed)) putOnStage(figure);
  if (!changed("view")) return;
  for (const tab of tabs) {
    const own = tab.dataset.figure === STATE.view;
    tab.setAttribute("aria-selected", own);
    tab.tabIndex = own ? 0 : -1;
  }
  firstStop();
  if (STATE.model !== null) revealAmongKin(STATE.model);
});

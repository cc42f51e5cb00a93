// Moving and zooming by wheel, by one or two fingers or the mouse, and by keys.
const pointers = new Map();
let grip = null; // where the fingers were: their middle and how far apart
let dragged = false;
const CLICK = 5; // pixels that a pointer may stray in a click

function pointOf(event) {
  const { left, top } = stage.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
}

function gripOf() {
  const points = [...pointers.values()];
  const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
  const apart = points.length > 1 ? Math.hypot(points[0][0] - points[1][0], points[0][1] - points[1][1]) : 0;
  return { middle, apart };
}

stage.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "mouse" && event.button !== 0) return;
  halt();
  if (!pointers.size) dragged = false;
  pointers.set(event.pointerId, pointOf(event));
  grip = gripOf();
});

stage.addEventListener("pointermove", (event) => {
  if (!pointers.has(event.pointerId)) return;
  const point = pointOf(event);
  const [x, y] = pointers.get(event.pointerId);
  if (!dragged && pointers.size === 1 && Math.hypot(point[0] - x, point[1] - y) < CLICK) return;
  if (!dragged) {
    dragged = true;
    stage.classList.add("dragging");
    for (const id of pointers.keys()) stage.setPointerCapture(id);
    pointAt(null);
  }
  pointers.set(event.pointerId, point);
  const now = gripOf();
  look(panned(now.middle[0] - grip.middle[0], now.middle[1] - grip.middle[1]));
  if (now.apart && grip.apart) look(zoomed(now.apart / grip.apart, now.middle));
  grip = now;
});

function released(event) {
  if (!pointers.delete(event.pointerId)) return;
  grip = pointers.size ? gripOf() : null;
  if (!pointers.size) stage.classList.remove("dragging");
}
for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) stage.addEventListener(kind, released);

stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  halt();
  const lines = [1, 16, size.height][event.deltaMode] || 1;
  const way = Math.max(-160, Math.min(160, event.deltaY * lines));
  // A pinch on a touchpad comes as a wheel with the control key, in small steps.
  look(zoomed(Math.exp(-way * (event.ctrlKey ? 0.01 : 0.0022)), pointOf(event)));
}, { passive: false });

stage.addEventListener("dblclick", (event) => {
  if (!event.target.closest(".m")) travel(zoomed(event.shiftKey ? 0.5 : 2, pointOf(event)));
});

const nearer = () => travel(zoomed(1.5));
const farther = () => travel(zoomed(1 / 1.5));
const fit = () => travel(whole(shown));
at("zoom-in").addEventListener("click", nearer);
at("zoom-out").addEventListener("click", farther);
at("zoom-fit").addEventListener("click", fit);

const STRIDE = 90; // pixels
const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const ZOOM_KEYS = { "+": nearer, "=": nearer, "-": farther, "−": farther, _: farther, 0: fit };

stage.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey || event.ctrlKey) return;
  const model = event.target.closest(".m");
  const arrow = ARROWS[event.key];
  if (ZOOM_KEYS[event.key]) ZOOM_KEYS[event.key]();
  else if (model && walk(placeOf(model), event)) return event.preventDefault();
  else if (arrow) travel(panned(arrow[0] * STRIDE, arrow[1] * STRIDE));
  else return undefined;
  return event.preventDefault();
});

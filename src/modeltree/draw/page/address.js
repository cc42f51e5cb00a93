// The view in the address, after #: what is shown, chosen, sought and filtered, in which colours and how near.
const root = document.documentElement;
let writing = 0;
let restoring = false;

function addressed() {
  const said = new URLSearchParams();
  const say = (key, value) => { if (value) said.set(key, value); };
  if (shown.key !== DATA.figures[0]) say("view", shown.key);
  if (chosen !== null) say("model", MODELS[chosen].i);
  say("q", box.value.trim());
  for (const [key, { select }] of filters) say(key, select.value);
  say("theme", root.dataset.theme);
  const { zoom, x, y } = shown.view;
  const start = shown.start;
  const moved = Math.abs(zoom - start.zoom) > 0.005 || Math.abs(x - start.x) > 0.5 || Math.abs(y - start.y) > 0.5;
  if (moved) say("at", [zoom.toFixed(3), x.toFixed(1), y.toFixed(1)].join("_"));
  return said.toString();
}

// Write it: a step that one can go back from at once, all else when there is a pause.
function remember({ step = false } = {}) {
  if (restoring) return;
  clearTimeout(writing);
  const write = () => {
    const hash = addressed();
    if (hash === location.hash.slice(1)) return;
    try {
      history[step ? "pushState" : "replaceState"](null, "", `#${hash}`);
    } catch {
      // A browser may forbid it, or so many in a short time; the page works without.
    }
  };
  if (step) write();
  else writing = setTimeout(write, 250);
}

// Read it: what makes no sense is passed over.
function restore() {
  restoring = true;
  clearTimeout(writing);
  halt();
  let said = new URLSearchParams();
  try {
    said = new URLSearchParams(location.hash.slice(1, 4000));
  } catch {
    // Nothing is said then.
  }
  const theme = said.get("theme");
  paint(theme === "dark" || theme === "light" ? theme : null);
  box.value = (said.get("q") || "").slice(0, 200);
  for (const [key, { select, values }] of filters) {
    const value = said.get(key) || "";
    select.value = values.has(value) ? value : "";
  }
  const figure = FIGURES.get(said.get("view")) || FIGURES.get(DATA.figures[0]);
  putOnStage(figure);
  const model = BY_ID.get(said.get("model"));
  const view = viewIn(said.get("at"));
  figure.start = beginning(figure);
  figure.view = bounded(figure, view || figure.start);
  place();
  lighted = null;
  pointed = null;
  if (model === undefined) close({ record: false });
  else if (model !== chosen) choose(model, { focus: false, record: false });
  else revealAmongKin(model); // the view begins anew, perhaps in another figure; and a new address is told of twice
  if (view) {
    halt();
    look(view);
  }
  firstStop();
  sift();
  restoring = false;
}

function viewIn(text) {
  const numbers = (text || "").split("_").map((part) => (/^-?\d{1,7}(\.\d{1,4})?$/.test(part) ? +part : NaN));
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return null;
  return { zoom: numbers[0], x: numbers[1], y: numbers[2] };
}

// Colours: as the system has them, unless they were chosen.
const dark = matchMedia("(prefers-color-scheme: dark)");
function paint(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
}
at("theme").addEventListener("click", () => {
  const now = root.dataset.theme || (dark.matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  paint((next === "dark") === dark.matches ? null : next);
  announce(`${next} colours`);
  remember();
});

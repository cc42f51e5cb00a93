// The state: everything that decides what the page shows. Only `update` changes it; each part of the page then shows
// what it says, and the address has it after the #.
//   STATE.view            the key of the open tab
//   STATE.model, .second  the chosen model, whose card is open, and the one to go to from it: places in MODELS, or null
//   STATE.q               the text that is searched
//   STATE.family, …       "" or the value of each filter
//   STATE.depth, .passes  how many steps of kin are lit, 0 for all; which of them pass on: letters of "woi"
//   STATE.theme           "light", "dark", or "" as the system has it
//   STATE.pointed, .byKey the model at the mouse or the focus, or null; which of the two. They are not in the address,
//   STATE.picking         nor is whether the search is for the second model.
// A part of the page adds to it what it needs:
//   field("month", "", { sifts: true, read: (text) => (MONTHS.has(text) ? text : undefined) });
//   sieves.push(() => STATE.month && ((model, place) => model.d <= STATE.month));   // which models are kept: see KEPT
//   parts.push((changed) => { if (changed("month", "view")) drawTheSlider(); });    // called after each update
// Which part of a figure is seen is the figure's own (`figure.view`), and in the address as `at`.
const root = document.documentElement;
const STATE = {};
const FIELDS = new Map();
const parts = [];
let writing = 0;
let restoring = false;

// A field: what it is at first; how it is read from the address (undefined where that makes no sense) and written;
// whether it sifts models, so that Reset clears it; whether it passes, and is not in the address.
function field(key, initial, { read = (text) => text, write = String, sifts = false, passing = false } = {}) {
  STATE[key] = initial;
  FIELDS.set(key, { initial, read, write, sifts, passing });
}

// Change it, and show that. A step is one that the browser's Back returns from.
function update(change, { step = false } = {}) {
  const before = { ...STATE };
  Object.assign(STATE, change);
  const changed = (...keys) => restoring || keys.some((key) => STATE[key] !== before[key]);
  for (const part of parts) part(changed, before);
  if (Object.keys(change).some((key) => !FIELDS.get(key).passing && changed(key))) remember({ step });
}

const sieved = () => [...FIELDS].filter(([, { sifts }]) => sifts).map(([key]) => key);
const sifting = () => [...FIELDS].filter(([key, { sifts, initial }]) => sifts && STATE[key] !== initial);
const reset = () => update(Object.fromEntries(sifting().map(([key, { initial }]) => [key, initial])));

function addressed() {
  const said = new URLSearchParams();
  for (const [key, { initial, write, passing }] of FIELDS) {
    if (!passing && STATE[key] !== initial) said.set(key, write(STATE[key]));
  }
  const view = cameraWritten();
  if (view) said.set("at", view);
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
  let said = new URLSearchParams();
  try {
    said = new URLSearchParams(location.hash.slice(1, 4000));
  } catch {
    // Nothing is said then.
  }
  const readFrom = ([key, { initial, read, passing }]) => [key, (passing || !said.has(key) ? undefined : read(said.get(key))) ?? initial];
  update(Object.fromEntries([...FIELDS].map(readFrom)));
  aim(said.get("at"));
  restoring = false;
}

const placeWritten = { read: (id) => BY_ID.get(id), write: (place) => MODELS[place].i };
field("model", null, placeWritten);
field("second", null, placeWritten);
field("depth", 0, { read: (text) => [1, 2].find((depth) => String(depth) === text) });
field("passes", "woi", { read: (text) => (/^w?o?i?$/.test(text) ? text : undefined) });
field("picking", false, { passing: true }); // whether the search is for the model to go to
field("pointed", null, { passing: true });
field("byKey", false, { passing: true });

// Colors: as the system has them, unless they were chosen.
const dark = matchMedia("(prefers-color-scheme: dark)");
field("theme", DATA.theme || "", { read: (text) => (["", "light", "dark"].includes(text) ? text : undefined) });
parts.push((changed) => {
  if (!changed("theme")) return;
  if (STATE.theme) root.dataset.theme = STATE.theme;
  else delete root.dataset.theme;
});
at("theme").addEventListener("click", () => {
  const now = STATE.theme || (dark.matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  update({ theme: (next === "dark") === dark.matches ? "" : next });
  announce(next === "dark" ? say("Dark colors") : say("Light colors"));
});

// The table: a row for each model that is kept; of many only those in sight are built.
const panel = at("table");
const ROW = 34; // pixels
const WHOLE = 400; // so many rows are all built
const namesBy = (steps, end) => steps.map((step) => MODELS[STEPS[step][end]].n).join(", ");
const COLUMNS = [
  [say("Name"), ({ n }) => n],
  [say("Released"), ({ d }) => d || ""],
  [say("Organization"), (model) => makersOf(model).join(", ")],
  [say("Family"), ({ f = [] }) => f.map((number) => MODELS[DATA.families[number]].n).join(", ")],
  [say("Openness"), ({ w }) => (w ? say(w) : "")],
  [say("License"), (model) => licenseOf(model).join(", ")],
  [say("Domain"), ({ m }) => (m ? say(m) : "")],
  [say("Made from"), (model, place) => namesBy(PARENTS[place], 0)],
  [say("Led to"), (model, place) => CHILDREN[place].length],
];
field("sort", "", { read: (text) => (/^-?[0-8]$/.test(text) ? text : undefined) });

const heads = COLUMNS.map(([label], column) => element("th", { scope: "col", "aria-sort": "none" },
  pressable(label, () => update({ sort: STATE.sort === `${column}` ? `-${column}` : `${column}` }))));
const body = element("tbody");
const grid = element("table", {}, element("caption", { class: "unseen" }, document.title), element("thead", {}, element("tr", {}, ...heads)), body);
const length = element("div", {}, grid); // as high as all rows
panel.append(length);
let rows = []; // places of models
let current = 0; // the row that the tab key goes to

// What is kept in the order that is asked for, what is not known last.
function sorted() {
  const kept = MODELS.map((_, place) => place).filter((place) => KEPT[place]);
  if (!STATE.sort) return kept;
  const [, valueOf] = COLUMNS[Math.abs(+STATE.sort)];
  const way = STATE.sort.startsWith("-") ? -1 : 1;
  const { compare } = new Intl.Collator(LANGUAGE, { numeric: true });
  const values = MODELS.map((model, place) => String(valueOf(model, place)));
  return kept.sort((one, other) => {
    const [first, second] = [values[one], values[other]];
    return (first === "") - (second === "") || way * compare(first, second) || one - other;
  });
}

function rowOf(place, row) {
  const name = pressable(MODELS[place].n, () => { current = row; choose(place); }, { tabindex: row === current ? 0 : -1 });
  const cells = COLUMNS.slice(1).map(([, valueOf]) => {
    const value = valueOf(MODELS[place], place);
    return element("td", typeof value === "string" ? { title: value } : { class: "number" }, typeof value === "string" ? value : numeral(value));
  });
  const chosen = place === STATE.model;
  return element("tr", { "aria-rowindex": row + 2, class: chosen && "chosen" }, element("th", { scope: "row", title: MODELS[place].n }, name), ...cells);
}

function build() {
  const seen = Math.ceil(panel.clientHeight / ROW);
  const many = rows.length > WHOLE;
  const first = many ? Math.max(0, Math.min(Math.floor(panel.scrollTop / ROW) - seen, rows.length - 3 * seen)) : 0;
  const shownRows = rows.slice(first, many ? first + 3 * seen : rows.length);
  const focused = body.contains(document.activeElement);
  body.replaceChildren(...shownRows.map((place, number) => rowOf(place, first + number)));
  length.style.height = `${ROW * (rows.length + 1)}px`;
  grid.style.marginTop = `${ROW * first}px`;
  if (focused) (body.querySelector("[tabindex='0']") || panel).focus({ preventScroll: true });
}

// Go to a row; the keys do so from row to row.
function bring(row) {
  current = Math.max(0, Math.min(row, rows.length - 1));
  const top = ROW * current;
  if (top < panel.scrollTop) panel.scrollTop = top;
  else if (top + 2 * ROW > panel.scrollTop + panel.clientHeight - 16) panel.scrollTop = top + 2 * ROW + 16 - panel.clientHeight;
  build();
}
function goTo(row) {
  bring(row);
  (body.querySelector("[tabindex='0']") || panel).focus({ preventScroll: true });
}
const toRowOf = (model) => goTo(rows.indexOf(model));

panel.addEventListener("keydown", (event) => {
  const leap = Math.floor(panel.clientHeight / ROW) - 2;
  const row = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: current + leap, PageUp: current - leap, Home: 0, End: rows.length - 1 }[event.key];
  if (row === undefined || event.target.closest("thead")) return;
  event.preventDefault();
  goTo(row);
});
let building = 0;
panel.addEventListener("scroll", () => {
  if (rows.length > WHOLE && !building) building = requestAnimationFrame(() => { building = 0; build(); });
});

parts.push((changed) => {
  if (changed("view")) {
    root.dataset.view = STATE.view;
    panel.hidden = STATE.view !== "table";
  }
  if (panel.hidden || !changed("view", "model", "sort", ...sieved())) return;
  rows = sorted();
  current = Math.max(0, rows.indexOf(STATE.model));
  grid.setAttribute("aria-rowcount", rows.length + 1);
  heads.forEach((head, column) => {
    const way = { [column]: "ascending", [`-${column}`]: "descending" }[STATE.sort];
    head.setAttribute("aria-sort", way || "none");
  });
  build();
  if (changed("view", "model") && rows.includes(STATE.model)) bring(current);
});

// The search: a text, the models whose names have it, and one of them to be chosen.
const box = at("search");
const results = at("results");
const MOST = 12;
let hits = [];
let active = -1;

// How well a model's names match: the whole name, its beginning, that of a word, anything.
function rank(place, wanted) {
  const ranks = namesOf(place).map((name) => {
    const found = name.indexOf(wanted);
    if (found < 0) return 9;
    if (name === wanted) return 0;
    if (found === 0) return 1;
    return /[\p{L}\p{N}]/u.test(name[found - 1]) ? 3 : 2;
  });
  return Math.min(...ranks);
}

function find() {
  const wanted = plain(box.value.trim());
  active = -1;
  if (!wanted) return conceal();
  const ranked = MODELS.map((_, place) => [rank(place, wanted), place]).filter(([rank]) => rank < 9);
  ranked.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  hits = ranked.slice(0, MOST).map(([, place]) => place);
  const items = hits.map((place, row) => hit(place, row));
  if (ranked.length > MOST) items.push(element("li", { class: "none", role: "presentation" }, `${ranked.length - MOST} more`));
  if (!hits.length) items.push(element("li", { class: "none", role: "presentation" }, "No model has this in its names"));
  results.replaceChildren(...items);
  results.hidden = false;
  box.setAttribute("aria-expanded", "true");
  if (hits.length) activate(0);
  announce(ranked.length ? `${counted(ranked.length, "model")} found` : "none found");
  return undefined;
}

function hit(place, row) {
  const model = MODELS[place];
  const more = [makersOf(model).join(", "), (model.a || []).join(", ")].filter(Boolean).join(" · ");
  const item = element("li", { role: "option", id: `result-${row}`, "aria-selected": "false" },
    element("b", {}, model.n), element("time", {}, model.d || "no date"), element("small", {}, more));
  item.addEventListener("pointerdown", (event) => event.preventDefault()); // the text keeps the focus
  item.addEventListener("click", () => take(row));
  return item;
}

function activate(row) {
  results.children[active]?.setAttribute("aria-selected", "false");
  active = row;
  const item = results.children[row];
  item.setAttribute("aria-selected", "true");
  item.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", item.id);
}

function conceal() {
  results.hidden = true;
  hits = [];
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function take(row) {
  const model = hits[row];
  conceal();
  choose(model);
}

parts.push(() => { if (box.value.trim() !== STATE.q) box.value = STATE.q; });
box.addEventListener("input", () => {
  find();
  update({ q: box.value.trim(), pointed: null });
});
box.addEventListener("focus", () => { if (box.value) find(); });
box.addEventListener("blur", conceal);
box.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (!results.hidden || box.value)) {
    event.stopPropagation();
    const shut = results.hidden;
    conceal();
    if (shut) update({ q: "" });
    return;
  }
  if (results.hidden || !hits.length) return;
  if (event.key === "ArrowDown") activate((active + 1) % hits.length);
  else if (event.key === "ArrowUp") activate((active + hits.length - 1) % hits.length);
  else if (event.key === "Enter") take(active);
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey || event.ctrlKey) return;
  if (event.key === "/" && !event.target.closest("input, select")) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "Escape") {
    if (STATE.model !== null) close();
    else pointAt(null);
  }
});

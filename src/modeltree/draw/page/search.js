// The search: a text, what has it in its names or among what it is known by, and one of them to be chosen.
const box = at("search");
const results = at("results");
const MOST = 12; // models, and of each facet a third
let hits = []; // what each result does
let active = -1;

// How well a name matches: the whole of it, its beginning, that of a word, anything.
const NONE = 9;
function rank(name, wanted) {
  const found = name.indexOf(wanted);
  if (found < 0) return NONE;
  if (name === wanted) return 0;
  if (found === 0) return 1;
  return /[\p{L}\p{N}]/u.test(name[found - 1]) ? 3 : 2;
}

// Whether some part of a name is the text but for one letter that is wrong, missing, too many, or with its neighbor.
function nearly(name, wanted) {
  let [before, last] = [[], Array.from(wanted, (_, place) => place + 1)];
  for (let here = 0; here < name.length; here += 1) {
    const row = [];
    for (let place = 0; place < wanted.length; place += 1) {
      const same = name[here] === wanted[place] ? 0 : 1;
      row[place] = Math.min((place ? last[place - 1] : 0) + same, last[place] + 1, (place ? row[place - 1] : 0) + 1);
      const swapped = place && here && name[here] === wanted[place - 1] && name[here - 1] === wanted[place];
      if (swapped) row[place] = Math.min(row[place], (place > 1 ? before[place - 2] : 0) + 1);
    }
    if (row.at(-1) <= 1) return true;
    [before, last] = [last, row];
  }
  return false;
}

// What a text finds: models in order, values of facets in order, and which models are kept; where it finds nothing,
// what differs from it by one letter.
let lookups = null; // of each model its names, as they are searched
let lastSearch = {};
function searched(text) {
  if (lastSearch.text === text) return lastSearch;
  const wanted = plain(text);
  lookups ||= MODELS.map(({ n, i, a = [] }) => [n, ...a, i].map(plain));
  const by = (match, most) => {
    const models = [];
    lookups.forEach((names, place) => {
      const best = Math.min(...names.map(match));
      if (best < NONE) models.push({ place, rank: best });
    });
    models.sort((one, other) => one.rank - other.rank || one.place - other.place);
    const groups = facets.map((facet) => {
      const values = facet.values.map((value) => ({ ...value, rank: match(value.plain) })).filter((value) => value.rank <= most);
      return { facet, values: values.sort((one, other) => one.rank - other.rank || other.count - one.count) };
    });
    return { models, groups: groups.filter(({ values }) => values.length) };
  };
  const exact = by((name) => rank(name, wanted), 2);
  const some = exact.models.length || exact.groups.length;
  const found = some || wanted.length < 4 ? exact : by((name) => (nearly(name, wanted) ? 4 : NONE), 4);
  const kept = new Uint8Array(MODELS.length);
  for (const { place } of found.models) kept[place] = 1;
  for (const { facet, values } of found.groups) {
    const wide = new Set(values.map(({ value }) => value));
    MODELS.forEach((model, place) => { if (facet.valuesOf(model, place).some((value) => wide.has(value))) kept[place] = 1; });
  }
  lastSearch = { ...found, text, kept, near: found !== exact };
  return lastSearch;
}

function find() {
  const text = box.value.trim();
  active = -1;
  if (!text) return conceal();
  const { models, groups, near } = searched(text);
  hits = [];
  const best = (group) => Math.min(...group.values.map(({ rank }) => rank));
  const lists = groups.map((group) => [best(group), () => group.values.slice(0, MOST / 3).map((value) => facetHit(group.facet, value))]);
  const more = models.length - MOST;
  lists.push([(models[0]?.rank ?? NONE) - 0.5, () => [
    ...models.slice(0, MOST).map(({ place }) => modelHit(place)),
    ...(more > 0 ? [told(counted(more, "{count} more model", "{count} more models"))] : []),
  ]]);
  lists.sort(([one], [other]) => one - other);
  const items = lists.flatMap(([, make]) => make());
  const none = say("No model, organization, family, domain, relation or license is called that");
  if (!items.length) items.push(told(none));
  else if (near) items.unshift(told(say("Nothing is called just that; this is close:")));
  results.replaceChildren(...items);
  results.hidden = false;
  box.setAttribute("aria-expanded", "true");
  if (hits.length) activate(0);
  announce(items.length && hits.length ? counted(hits.length, "{count} result", "{count} results") : none);
  return undefined;
}

const told = (text) => element("li", { class: "none", role: "presentation" }, text);
function hit(action, ...content) {
  const row = hits.push(action) - 1;
  const item = element("li", { role: "option", id: `result-${row}`, "aria-selected": "false" }, ...content);
  item.addEventListener("pointerdown", (event) => event.preventDefault()); // the text keeps the focus
  item.addEventListener("click", () => take(row));
  return item;
}

function modelHit(place) {
  const model = MODELS[place];
  const more = [makersOf(model).join(", "), (model.a || []).join(", ")].filter(Boolean).join(" · ");
  return hit(() => (STATE.picking ? compareWith(place) : choose(place)), element("b", {}, model.n), element("time", {}, model.d || say("no date")), element("small", {}, more));
}

// A set of models: it becomes a filter.
function facetHit({ key, label }, { value, name, count }) {
  return hit(() => update({ [key]: value, q: "" }), element("span", {}, `${label}: `, element("b", {}, name), ` (${numeral(count)})`));
}

function activate(row) {
  at(`result-${active}`)?.setAttribute("aria-selected", "false");
  active = row;
  const item = at(`result-${row}`);
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
  const action = hits[row];
  conceal();
  action();
}

parts.push(() => { if (box.value.trim() !== STATE.q) box.value = STATE.q; });
box.addEventListener("input", () => {
  find();
  update({ q: box.value.trim(), pointed: null });
});
box.addEventListener("focus", () => { if (box.value) find(); });
box.addEventListener("blur", conceal);
box.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && (!results.hidden || box.value || STATE.picking)) {
    event.stopPropagation();
    const shut = results.hidden;
    conceal();
    if (shut) update({ q: "", picking: false });
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
    if (STATE.second !== null) update({ second: null, pointed: null }, { step: true });
    else if (STATE.model !== null) close();
    else pointAt(null);
  }
});

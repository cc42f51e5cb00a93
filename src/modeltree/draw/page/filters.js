// Filters: what does not meet all of them fades, and stays where it is.
const filters = new Map(); // the element of each
const facets = []; // what models have, by which they are filtered and found
const sieves = []; // of each a test that models must meet, or nothing
let KEPT = MODELS.map(() => true); // which models meet all of them

function addFilter(key, label, any, options, test) {
  const select = element("select", { "aria-label": label }, element("option", { value: "" }, any), ...options);
  const values = new Set([...select.options].map((option) => option.value));
  select.addEventListener("change", () => update({ [key]: select.value }));
  at("filters").append(element("label", {}, label, select));
  filters.set(key, select);
  field(key, "", { sifts: true, read: (text) => (values.has(text) ? text : undefined) });
  sieves.push(() => STATE[key] && ((model, place) => test(model, STATE[key], place)));
}
const option = (value, text) => element("option", { value }, text);

// A filter by the values that models have, most of them first; what a value is called, if not itself.
function addFacet(key, label, any, valuesOf, nameOf = say) {
  const counts = new Map();
  MODELS.forEach((model, place) => {
    for (const value of new Set(valuesOf(model, place))) counts.set(value, (counts.get(value) || 0) + 1);
  });
  if (!counts.size) return;
  const ranked = [...counts].map(([value, count]) => ({ value, count, name: nameOf(value) }));
  ranked.sort((one, other) => one.name.localeCompare(other.name, LANGUAGE));
  const lacking = MODELS.filter((model, place) => !valuesOf(model, place).length).length;
  const options = ranked.map(({ value, name, count }) => option(value, `${name} (${numeral(count)})`));
  if (lacking) options.push(option("-", `${say("not known")} (${numeral(lacking)})`));
  addFilter(key, label, any, options, (model, value, place) => {
    const values = valuesOf(model, place);
    return value === "-" ? !values.length : values.includes(value);
  });
  facets.push({ key, label, valuesOf, values: ranked.map((each) => ({ ...each, plain: plain(each.name) })) });
}

const licenseOf = (model) => (model.y || []).filter(([label]) => label === "license").map(([, text]) => text);
const KINDS = { model: "Models", application: "Products", dataset: "Data sets" };
function setUpFilters() {
  const ids = DATA.families.map((root) => MODELS[root].i);
  const nameOf = (id) => MODELS[BY_ID.get(id)].n;
  const one = (text) => (text ? [text] : []);
  const kinds = new Set(MODELS.map((model) => model.k));
  addFacet("family", say("Family"), say("all"), (model) => (model.f || []).map((number) => ids[number]), nameOf);
  addFacet("org", say("Organization"), say("all"), makersOf, String);
  addFacet("domain", say("Domain"), say("all"), (model) => one(model.m));
  addFacet("relation", say("Made by"), say("all"), (_, place) => PARENTS[place].map((step) => DATA.relations[STEPS[step][2]][0]));
  addFacet("license", say("License"), say("all"), licenseOf, String);
  addFacet("open", say("Openness"), say("all"), (model) => one(model.w));
  if (kinds.size > 1) addFacet("kind", say("Kind"), say("all"), (model) => [model.k || "model"], (kind) => say(KINDS[kind]));
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
field("q", "", { sifts: true, read: (text) => text.slice(0, 200) });
sieves.push(() => {
  const found = STATE.q ? searched(STATE.q) : null;
  return found && ((model, place) => found.kept[place]);
});

// Fade what does not meet all filters, and what the search does not find.
parts.push((changed) => {
  if (!changed("view", ...sieved())) return;
  const tests = sieves.map((sieve) => sieve()).filter(Boolean);
  KEPT = MODELS.map((model, place) => tests.every((test) => test(model, place)));
  nodesOf(shown).forEach((node, place) => node?.classList.toggle("out", !KEPT[place]));
  stage.classList.toggle("filtering", tests.length > 0);
  for (const [key, select] of filters) {
    select.value = STATE[key];
    select.classList.toggle("set", Boolean(STATE[key]));
  }
  at("set").replaceChildren(...[...filters].filter(([key]) => STATE[key]).map(([key, select]) => setFilter(key, select)));
  at("reset").hidden = !sifting().length;
  tell(tests.length > 0);
});

// A filter that is set, to be taken off.
function setFilter(key, select) {
  const label = select.parentNode.firstChild.textContent;
  const text = `${label}: ${select.selectedOptions[0].textContent.replace(/ \([^(]*\)$/, "")}`;
  const take = () => {
    update({ [key]: "" });
    at("show-filters").focus();
  };
  return pressable(text, take, { class: "pill set", "aria-label": say("Take off the filter {filter}", { filter: text }) });
}

// How many of all models are kept, and how many of these have no place in the figure.
function tell(sifted) {
  const here = nodesOf(shown);
  const left = KEPT.filter(Boolean).length;
  const elsewhere = KEPT.filter((keep, place) => keep && !here[place]).length;
  const lacking = FIGURES.has(STATE.view) && elsewhere;
  const texts = [
    sifted && say("{count} of {total} match", { count: left, total: MODELS.length }),
    lacking && counted(elsewhere, "{count} has no place in this figure", "{count} have no place in this figure"),
  ].filter(Boolean);
  const text = texts.join(" · ");
  if (at("shown").textContent !== text && sifted) announce(text);
  at("shown").textContent = text;
  const hint = at("hint");
  hint.hidden = !(sifted && lacking && lacking === left);
  hint.textContent = say("None of these has a place in this figure; the search finds them.");
}

at("reset").addEventListener("click", () => {
  reset();
  at("search").focus();
});
at("show-filters").addEventListener("click", (event) => {
  const panel = at("filters");
  panel.hidden = !panel.hidden;
  event.currentTarget.setAttribute("aria-expanded", !panel.hidden);
  if (!panel.hidden) panel.querySelector("select").focus();
});

// Which kin is lit: how many steps of it, and what passes on; samples of the lines stand on what is pressed.
at("depth").addEventListener("change", (event) => update({ depth: +event.target.value }));
const chips = [...document.querySelectorAll("[data-passes]")];
for (const chip of chips) {
  const own = chip.dataset.passes;
  chip.addEventListener("click", () => {
    const next = [..."woi"].filter((letter) => STATE.passes.includes(letter) !== (letter === own));
    update({ passes: next.join("") });
    announce(chip.ariaPressed === "true" ? say("lit") : say("not lit"));
  });
}
parts.push((changed) => {
  if (!changed("depth", "passes")) return;
  at("depth").value = String(STATE.depth);
  for (const chip of chips) chip.setAttribute("aria-pressed", STATE.passes.includes(chip.dataset.passes));
});

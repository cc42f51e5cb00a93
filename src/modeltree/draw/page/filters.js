// Filters: what does not meet all of them fades, and stays where it is.
const NOT_KNOWN = "unknown";
const filters = new Map();
const sieves = []; // of each a test that models must meet, or nothing
let KEPT = MODELS.map(() => true); // which models meet all of them

function addFilter(key, label, any, options, test) {
  const select = element("select", { "aria-label": label, title: label }, element("option", { value: "" }, any), ...options);
  const values = new Set([...select.options].map((option) => option.value));
  select.addEventListener("change", () => update({ [key]: select.value }));
  at("filters").append(select);
  filters.set(key, select);
  field(key, "", { sifts: true, read: (text) => (values.has(text) ? text : undefined) });
  sieves.push(() => STATE[key] && ((model) => test(model, STATE[key])));
}
const option = (value, text) => element("option", { value }, text);

// Each value of something that models have, with how many have it.
function tally(valuesOf) {
  const counts = new Map();
  for (const model of MODELS) for (const value of valuesOf(model)) counts.set(value, (counts.get(value) || 0) + 1);
  return counts;
}

function addWords(key, label, any, field, words = {}) {
  const valuesOf = (model) => [model[field] || NOT_KNOWN];
  const counts = [...tally(valuesOf)].sort(([one], [other]) => (one === NOT_KNOWN) - (other === NOT_KNOWN) || (one < other ? -1 : 1));
  const options = counts.map(([word, count]) => option(word, `${words[word] || word} (${count})`));
  addFilter(key, label, any, options, (model, value) => (model[field] || NOT_KNOWN) === value);
}

function addDates() {
  const dates = MODELS.map((model) => model.d).filter(Boolean);
  if (!dates.length) return;
  const [first, last] = [+dates[0].slice(0, 4), +dates.at(-1).slice(0, 4)];
  const months = [...new Set(dates.map((date) => date.slice(0, 7)).filter((date) => date.length === 7))].sort();
  const options = () => {
    const groups = [];
    for (let year = first; year <= last; year += 1) {
      const within = months.filter((month) => +month.slice(0, 4) === year);
      groups.push(element("optgroup", { label: String(year) }, option(String(year).padStart(4, "0"), String(year)),
        ...within.map((month) => option(month, written(month)))));
    }
    return groups;
  };
  addFilter("from", "From", "From any date", options(), (model, date) => Boolean(model.d) && firstDay(model.d) >= firstDay(date));
  addFilter("until", "Until", "Until any date", options(), (model, date) => Boolean(model.d) && lastDay(model.d) <= lastDay(date));
}

function setUpFilters() {
  const inFamily = tally((model) => model.f || []);
  const families = DATA.families.map((root, number) => option(MODELS[root].i, `${MODELS[root].n} (${inFamily.get(number)})`));
  const numbers = new Map(DATA.families.map((root, number) => [MODELS[root].i, number]));
  if (families.length) {
    addFilter("family", "Family", "All families", families, (model, id) => (model.f || []).includes(numbers.get(id)));
  }
  const byMaker = tally((model) => model.o || []);
  const makers = [...byMaker].map(([place, count]) => ({ place, count, name: DATA.organizations[place][0] }));
  makers.sort((one, other) => one.name.localeCompare(other.name, "en"));
  const named = new Map(makers.map(({ place }) => [DATA.organizations[place][0], place]));
  addFilter("org", "Organization", "All organizations", makers.map(({ name, count }) => option(name, `${name} (${count})`)),
    (model, name) => (model.o || []).includes(named.get(name)));
  addWords("open", "Openness", "Open and closed", "w", { [NOT_KNOWN]: "not known" });
  addWords("domain", "Domain", "All domains", "m", { [NOT_KNOWN]: "not known" });
  addDates();
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
let lookups = null; // of each model its names, as they are searched
function namesOf(model) {
  lookups ||= MODELS.map(({ n, i, a = [] }) => [n, ...a, i].map(plain));
  return lookups[model];
}

field("q", "", { sifts: true, read: (text) => text.slice(0, 200) });
sieves.push(() => {
  const wanted = plain(STATE.q.trim());
  return wanted && ((model, place) => namesOf(place).some((name) => name.includes(wanted)));
});

// Fade what does not meet all filters, and what does not have the text that is searched in its names.
parts.push((changed) => {
  if (!changed("view", ...[...FIELDS].filter(([, { sifts }]) => sifts).map(([key]) => key))) return;
  const tests = sieves.map((sieve) => sieve()).filter(Boolean);
  KEPT = MODELS.map((model, place) => tests.every((test) => test(model, place)));
  nodesOf(shown).forEach((node, place) => node?.classList.toggle("out", !KEPT[place]));
  stage.classList.toggle("filtering", tests.length > 0);
  for (const [key, select] of filters) {
    select.value = STATE[key];
    select.classList.toggle("set", Boolean(STATE[key]));
  }
  const set = sifting().filter(([key]) => key !== "q").length;
  const pill = at("show-filters");
  pill.classList.toggle("set", set > 0);
  pill.textContent = set ? `Filters (${set})` : "Filters";
  at("reset").hidden = !sifting().length;
  tell(tests.length > 0);
});

function tell(sifted) {
  const here = nodesOf(shown);
  const drawnOnes = here.filter(Boolean).length;
  const left = here.filter((node, place) => node && KEPT[place]).length;
  const text = `${left.toLocaleString("en")} of ${drawnOnes.toLocaleString("en")} shown`;
  if (at("shown").textContent !== text && sifted) announce(text);
  at("shown").textContent = text;
  const elsewhere = KEPT.filter((keep, place) => keep && !here[place]).length;
  const hint = at("hint");
  hint.hidden = !(sifted && !left && elsewhere);
  hint.textContent = `${counted(elsewhere, "model")} without a place in this figure: search finds them`;
}

at("reset").addEventListener("click", () => {
  reset();
  at("search").focus();
});
at("show-filters").addEventListener("click", (event) => {
  const open = at("filters").classList.toggle("open");
  event.currentTarget.setAttribute("aria-expanded", open);
});

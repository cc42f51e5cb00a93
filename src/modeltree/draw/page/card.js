// The card of a model.
const card = at("card");
const FEW = 8; // steps that are listed before one asks for more
const ACCESS = { // each said in the language of the page
  "open-weights": "open weights", gated: "weights on request", "api-only": "only through an API", unreleased: "not released",
};
const LABELS = { license: "License", sizes: "Sizes", "training data": "Training data", domain: "Domain", architecture: "Architecture" };
const FIELD_WORDS = { derived_from: "derivation", training_data: "training data" };

// A date as precise as it is known, in words.
const LOCALE = LANGUAGE === "en" ? "en-GB" : LANGUAGE;
function written(date) {
  const parts = date.split("-").length;
  const shape = { year: "numeric", month: parts > 1 ? "long" : undefined, day: parts > 2 ? "numeric" : undefined, timeZone: "UTC" };
  const day = new Date(firstDay(date.padStart(4, "0")));
  return parts > 1 ? day.toLocaleDateString(LOCALE, shape) : String(day.getUTCFullYear());
}

// Choose a model: its card opens beside the figure, and its kin are lit.
function choose(model) {
  update({ model, second: null, picking: false, pointed: null, q: "" }, { step: true });
  card.focus({ preventScroll: true });
  announce(nodeOf(model) ? kinshipFor(model) : say("{model} is not in this figure", { model: MODELS[model].n }));
}

parts.push((changed, before) => {
  if (!changed("model", "second", "depth", "passes", "until")) return;
  const { model } = STATE;
  const [top, within] = [card.scrollTop, card.contains(document.activeElement)];
  card.hidden = model === null;
  if (model === null) card.replaceChildren();
  else if (STATE.second === null || STATE.second === model) fill(model);
  else fillBoth(model, STATE.second);
  card.scrollTop = changed("model", "second") ? 0 : top;
  if ((before.model === null) !== (model === null)) {
    still = true;
    measureStage();
  }
  if (changed("model")) firstStop();
  if (model !== null && changed("model", "second")) revealAmongKin(model);
});

// Beside the card: with all kin, else with the nearest, else with what came of it.
function revealAmongKin(model) {
  if (STATE.second !== null) {
    const way = wayBetween(model, STATE.second);
    const between = way ? [...way.up, ...way.down].map((step) => STEPS[step][1]) : [];
    return reveal(model, [STATE.second, ...between], [STATE.second]);
  }
  const children = CHILDREN[model].map((step) => STEPS[step][1]);
  const parents = PARENTS[model].map((step) => STEPS[step][0]);
  return reveal(model, [...ancestry(model).models, ...descent(model).models], [...parents, ...children], children);
}

// Close the card; the focus goes back to the model, without lighting it.
function close() {
  const { model } = STATE;
  const within = card.contains(document.activeElement);
  update({ model: null, second: null, picking: false, pointed: null }, { step: true });
  if (!within) return;
  if (STATE.view === "table") toRowOf(model);
  else if (nodeOf(model)) focusOn(model);
  else at("search").focus();
  update({ pointed: null });
}

const closing = () => pressable(cross(), close, { class: "icon close", "aria-label": say("Close") });
const KIND = { model: "Model", application: "Product", dataset: "Data set" };
function fill(place) {
  const model = MODELS[place];
  const family = familiesOf(model);
  const eyebrow = [say(KIND[model.k || "model"]), family[0] && say("{model} family", { model: family[0] })];
  card.replaceChildren(
    closing(),
    element("p", { class: "eyebrow" }, eyebrow.filter(Boolean).join(" · ")),
    element("h2", { id: "card-name" }, model.n),
    ...(model.a ? [element("p", { class: "aliases" }, say("also {names}", { names: model.a.join(", ") }))] : []),
    kin(place),
    pressable(say("Compare with another model"), pick, { class: "pill" }),
    facts(model),
    ...(model.x ? [element("p", { class: "note" }, model.x)] : []),
    ...steps(say("Made from"), PARENTS[place], 0),
    ...steps(say("Led to"), CHILDREN[place], 1),
    ...impact(place),
    ...licensesAlong(model),
    ...printed(model),
    ...sources(model),
  );
}
const familiesOf = (model) => (model.f || []).map((number) => MODELS[DATA.families[number]].n);

function cross() {
  const icon = drawn("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" });
  icon.append(drawn("path", { d: "M3.5 3.5l9 9M12.5 3.5l-9 9" }));
  return icon;
}

function kin(place) {
  const [above, below] = kinOf(place);
  return element("p", { class: "kin" }, element("span", { class: "up" }, above), element("span", { class: "down" }, below));
}

// What is known of a model: labels, and what stands beside them.
function factsOf(model) {
  const makers = (model.o || []).flatMap((place, rank) => {
    const [name, address] = DATA.organizations[place];
    return [...(rank ? [", "] : []), address ? linked(address, name) : name];
  });
  const family = familiesOf(model);
  return [
    [say("Released"), model.d ? written(model.d) : say("no date is known")],
    [makers.length > 1 ? say("Organizations") : say("Organization"), ...makers],
    [say("Openness"), [model.w, ACCESS[model.c]].filter(Boolean).map((word) => say(word)).join(", ")],
    ...(model.y || []).map(([label, text]) => [say(LABELS[label] || label), text]),
    [say("Families"), family.length > 1 ? family.join(", ") : ""],
  ].filter(([, first]) => first);
}

const facts = (model) => element("dl", {}, ...factsOf(model).flatMap(([label, ...content]) =>
  [element("dt", {}, label), element("dd", {}, ...content)]));

// What descends from a model, by the strongest that passes on to it.
function impact(place) {
  const below = ["w", "wo", "woi"].map((passing) => reached(place, CHILDREN, 1, 0, passing).models);
  const all = below[2];
  if (!all.length) return [];
  const counts = below.map((models, rank) => models.length - (rank ? below[rank - 1].length : 0));
  const texts = [
    counted(counts[0], "{count} by weights", "{count} by weights"),
    counted(counts[1], "{count} by outputs", "{count} by outputs"),
    counted(counts[2], "{count} by ideas", "{count} by ideas"),
  ].filter((_, rank) => counts[rank]);
  const makers = new Set(all.flatMap((model) => MODELS[model].o || [])).size;
  const whole = counted(all.length, "{count} descends from it", "{count} descend from it");
  const by = counted(makers, "{count} organization", "{count} organizations");
  return [heading(say("Impact")), element("p", {}, `${[whole, ...(makers ? [by] : [])].join(", ")}: ${texts.join(", ")}`)];
}

// The licenses that reach a model from those that it was made from.
function licensesAlong(model) {
  if (!model.l) return [];
  const [use, rows] = model.l;
  const items = rows.map(([name, origin, passing, lost]) => element("li", {},
    pressable(MODELS[origin].n, () => compareWith(origin), { title: say("Show the way to it") }),
    element("span", { class: "relation" }, passing === "weights" ? say("by weights") : say("by outputs")),
    element("small", {}, name, lost ? ` – ${say("its own license does not carry this on")}` : "")));
  return [
    heading(say("Licenses along the chain"), items.length), element("ul", { class: "steps" }, ...items),
    element("p", {}, say("Commercial use of all of it: {answer}", { answer: say(use) })),
  ];
}

const heading = (title, count = "") => element("h3", {}, `${title} `, element("span", {}, String(count)));

function steps(title, found, end) {
  if (!found.length) return [];
  const list = element("ul", { class: "steps" });
  const show = (some) => list.append(...some.map((step) => stepItem(step, end)));
  const rest = found.slice(FEW);
  show(rest.length > 1 ? found.slice(0, FEW) : found);
  const head = heading(title, found.length);
  if (rest.length <= 1) return [head, list];
  const more = pressable(say("Show {count} more", { count: rest.length }), () => {
    show(rest);
    more.remove();
    list.children[FEW].querySelector("button").focus();
  }, { class: "plain more" });
  return [head, list, more];
}

// The note on a step, and what vouches for it.
function vouched(step) {
  const [, , , references = [], note = ""] = STEPS[step];
  return [note, ...references.flatMap((text) => [" ", reference(text)])].filter(Boolean);
}
const relationOf = (step) => DATA.relations[STEPS[step][2]][2];
const howMade = (step) => [relationOf(step), ...(vouched(step).length ? [": ", ...vouched(step)] : [])];

function stepItem(step, end) {
  const other = STEPS[step][end];
  const known = vouched(step);
  return element("li", {},
    pressable(MODELS[other].n, () => choose(other), { title: nameFor(other) }),
    element("span", { class: "relation" }, relationOf(step)),
    known.length ? element("small", {}, ...known) : null);
}

// What published sources say, where it differs.
function printed(model) {
  if (!model.p) return [];
  const items = model.p.map(([field, said, source, reason, references = []]) => element("li", {},
    element("p", {}, `${say(FIELD_WORDS[field] || field)}: `, element("q", {}, said), " ", element("small", {}, say("in {source}", { source }))),
    element("p", {}, `${reason} `, ...references.flatMap((text) => [reference(text), " "]))));
  return [heading(say("Printed otherwise"), items.length), element("ul", { class: "printed" }, ...items)];
}

function sources(model) {
  const links = (model.u || []).map(([kind, address]) => element("li", {}, linked(address, kind)));
  const references = (model.e || []).map((text) => element("li", {}, reference(text)));
  return [
    ...(links.length ? [heading(say("Links")), element("ul", { class: "links" }, ...links)] : []),
    ...(references.length ? [heading(say("References")), element("ul", { class: "references" }, ...references)] : []),
  ];
}

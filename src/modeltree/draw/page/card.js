// The card of a model.
const card = at("card");
const FEW = 8; // steps that are listed before one asks for more
const ACCESS = { "open-weights": "open weights", gated: "weights on request", "api-only": "only through an API", unreleased: "not released" };
const FIELDS = { derived_from: "derivation", training_data: "training data" };
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

function written(date) {
  const [year, month, day] = date.split("-");
  return [day && `${+day}`, month && MONTHS[month - 1], year].filter(Boolean).join(" ");
}

// Open the card of a model, and have its kin lit.
function choose(model, { focus = true, record = true } = {}) {
  chosen = model;
  fill(model);
  card.hidden = false;
  card.scrollTop = 0;
  if (focus) card.focus({ preventScroll: true });
  firstStop();
  if (pointed !== null && pointed !== model) [pointed, focused] = [null, false];
  relight();
  revealAmongKin(model);
  announce(nodeOf(model) ? kinshipFor(model) : `${MODELS[model].n} is not in this figure`);
  if (record) remember({ step: true });
}

// Beside the card: with all kin, else with the nearest, else with what came of it.
function revealAmongKin(model) {
  const children = CHILDREN[model].map((step) => STEPS[step][1]);
  const parents = PARENTS[model].map((step) => STEPS[step][0]);
  reveal(model, [...ancestry(model).models, ...descent(model).models], [...parents, ...children], children);
}

function close({ record = true } = {}) {
  if (chosen === null) return;
  const model = chosen;
  const within = card.contains(document.activeElement);
  chosen = null;
  card.hidden = true;
  if (within && nodeOf(model)) focusOn(model);
  else if (within) at("search").focus();
  relight();
  if (record) remember({ step: true });
}

function fill(place) {
  const model = MODELS[place];
  const family = (model.f || []).map((number) => MODELS[DATA.families[number]].n);
  const eyebrow = [model.k === "application" ? "Product" : "Model", family[0] && `${family[0]} family`];
  const shut = pressable(cross(), () => close(), { class: "icon close", "aria-label": "Close" });
  card.replaceChildren(
    shut,
    element("p", { class: "eyebrow" }, eyebrow.filter(Boolean).join(" · ")),
    element("h2", { id: "card-name" }, model.n),
    ...(model.a ? [element("p", { class: "aliases" }, `also ${model.a.join(", ")}`)] : []),
    kin(place),
    facts(model, family),
    ...(model.x ? [element("p", { class: "note" }, model.x)] : []),
    ...steps("Made from", PARENTS[place], 0),
    ...steps("Led to", CHILDREN[place], 1),
    ...printed(model),
    ...sources(model),
  );
}

function cross() {
  const icon = drawn("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" });
  icon.append(drawn("path", { d: "M3.5 3.5l9 9M12.5 3.5l-9 9" }));
  return icon;
}

function kin(place) {
  const above = counted(ancestry(place).models.length, "ancestor");
  const below = counted(descent(place).models.length, "descendant");
  return element("p", { class: "kin" }, element("span", { class: "up" }, above), element("span", { class: "down" }, below));
}

function facts(model, family) {
  const list = element("dl");
  const add = (label, ...content) => {
    if (content.length && content[0]) list.append(element("dt", {}, label), element("dd", {}, ...content));
  };
  const makers = (model.o || []).flatMap((place, rank) => {
    const [name, address] = DATA.organizations[place];
    return [...(rank ? [", "] : []), address ? linked(address, name) : name];
  });
  add("Released", model.d ? written(model.d) : "no date is known");
  add(makers.length > 1 ? "Organizations" : "Organization", ...makers);
  add("Openness", [model.w, ACCESS[model.c]].filter(Boolean).join(", "));
  for (const [label, text] of model.y || []) add(label[0].toUpperCase() + label.slice(1), text);
  add("Families", family.length > 1 ? family.join(", ") : "");
  return list;
}

function steps(title, found, end) {
  if (!found.length) return [];
  const list = element("ul", { class: "steps" });
  const show = (some) => list.append(...some.map((step) => stepItem(step, end)));
  const rest = found.slice(FEW);
  show(rest.length > 1 ? found.slice(0, FEW) : found);
  const heading = element("h3", {}, `${title} `, element("span", {}, String(found.length)));
  if (rest.length <= 1) return [heading, list];
  const more = pressable(`Show ${rest.length} more`, () => {
    show(rest);
    more.remove();
    list.children[FEW].querySelector("button").focus();
  }, { class: "plain more" });
  return [heading, list, more];
}

function stepItem(step, end) {
  const other = STEPS[step][end];
  const [, , relation, references = [], note = ""] = STEPS[step];
  const vouching = references.flatMap((text) => [" ", reference(text)]);
  return element("li", {},
    pressable(MODELS[other].n, () => choose(other), { title: nameFor(other) }),
    element("span", { class: "relation" }, DATA.relations[relation][0].replace("-", " ")),
    note || vouching.length ? element("small", {}, note, ...vouching) : null);
}

// What published sources say, where it differs.
function printed(model) {
  if (!model.p) return [];
  const items = model.p.map(([field, said, source, reason, references = []]) => element("li", {},
    element("p", {}, `${FIELDS[field] || field}: `, element("q", {}, said), " ", element("small", {}, `in ${source}`)),
    element("p", {}, `${reason} `, ...references.flatMap((text) => [reference(text), " "]))));
  return [element("h3", {}, "Printed otherwise ", element("span", {}, String(items.length))), element("ul", { class: "printed" }, ...items)];
}

function sources(model) {
  const links = (model.u || []).map(([kind, address]) => element("li", {}, linked(address, kind)));
  const references = (model.e || []).map((text) => element("li", {}, reference(text)));
  return [
    ...(links.length ? [element("h3", {}, "Links"), element("ul", { class: "links" }, ...links)] : []),
    ...(references.length ? [element("h3", {}, "References"), element("ul", { class: "references" }, ...references)] : []),
  ];
}

card.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  close();
});

// The card of a model.
const card = at("card");
const FEW = 8; // steps that are listed before one asks for more
const ACCESS = { "open-weights": "open weights", gated: "weights on request", "api-only": "only through an API", unreleased: "not released" };
const FIELD_WORDS = { derived_from: "derivation", training_data: "training data" };
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

function written(date) {
  const [year, month, day] = date.split("-");
  return [day && `${+day}`, month && MONTHS[month - 1], year].filter(Boolean).join(" ");
}

// Choose a model: its card opens beside the figure, and its kin are lit.
function choose(model) {
  update({ model, second: null, pointed: null, q: "" }, { step: true });
  card.focus({ preventScroll: true });
  announce(nodeOf(model) ? kinshipFor(model) : `${MODELS[model].n} is not in this figure`);
}

parts.push((changed, before) => {
  if (!changed("model", "second", "depth", "passes", "until")) return;
  const { model } = STATE;
  const [top, within] = [card.scrollTop, card.contains(document.activeElement)];
  card.hidden = model === null;
  if (model === null) card.replaceChildren();
  else fill(model);
  card.scrollTop = changed("model") ? 0 : top;
  if ((before.model === null) !== (model === null)) {
    still = true;
    measureStage();
  }
  if (changed("model")) firstStop();
  if (model !== null && changed("model")) revealAmongKin(model);
});

// Beside the card: with all kin, else with the nearest, else with what came of it.
function revealAmongKin(model) {
  const children = CHILDREN[model].map((step) => STEPS[step][1]);
  const parents = PARENTS[model].map((step) => STEPS[step][0]);
  reveal(model, [...ancestry(model).models, ...descent(model).models], [...parents, ...children], children);
}

// Close the card; the focus goes back to the model, without lighting it.
function close() {
  const { model } = STATE;
  const within = card.contains(document.activeElement);
  update({ model: null, second: null, pointed: null }, { step: true });
  if (!within) return;
  if (STATE.view === "table") toRowOf(model);
  else if (nodeOf(model)) focusOn(model);
  else at("search").focus();
  update({ pointed: null });
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
  const [above, below] = kinOf(place);
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
    element("p", {}, `${FIELD_WORDS[field] || field}: `, element("q", {}, said), " ", element("small", {}, `in ${source}`)),
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

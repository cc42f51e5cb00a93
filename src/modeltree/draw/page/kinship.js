// How two models are related: the way from one to the other through what they share, and both side by side.

// How far each ancestor of a model is, itself included, and the step from it toward the model.
function above(model) {
  const found = new Map([[model, { far: 0, step: null }]]);
  const circle = [model];
  for (let place = 0; place < circle.length; place += 1) {
    for (const step of PARENTS[circle[place]]) {
      const parent = STEPS[step][0];
      if (!STATE.passes.includes(passes(step)[0]) || found.has(parent)) continue;
      found.set(parent, { far: found.get(circle[place]).far + 1, step });
      circle.push(parent);
    }
  }
  return found;
}

// The nearest common ancestors of two models, the one on the shortest way first, and the steps down from it to each.
function wayBetween(one, other) {
  const [first, second] = [above(one), above(other)];
  const common = [...first.keys()].filter((model) => second.has(model));
  const shared = new Set(common);
  const far = (model) => first.get(model).far + second.get(model).far;
  const nearest = common.filter((model) => !CHILDREN[model].some((step) =>
    STATE.passes.includes(passes(step)[0]) && shared.has(STEPS[step][1])));
  nearest.sort((a, b) => far(a) - far(b) || a - b);
  const down = (from, found) => {
    const steps = [];
    for (let model = from; found.get(model).step !== null; model = STEPS[steps.at(-1)][1]) steps.push(found.get(model).step);
    return steps;
  };
  return nearest.length ? { nearest, up: down(nearest[0], first), down: down(nearest[0], second) } : null;
}

// What is chosen to be gone to: from the card, by a click with the shift key, or by Shift and Enter.
function compareWith(second) {
  if (STATE.model === null || STATE.model === second) return choose(second);
  update({ second, picking: false, pointed: null, q: "" }, { step: true });
  card.focus({ preventScroll: true });
  announce(wayTold(wayBetween(STATE.model, second)));
  return undefined;
}

function pick() {
  update({ picking: true, q: "" });
  at("search").focus();
  announce(say("Search the model to compare with"));
}
parts.push((changed) => {
  if (!changed("picking")) return;
  const text = STATE.picking ? say("Search the model to compare with") : say("Search models, organizations, licenses …");
  at("search").placeholder = text;
});

function wayTold(way) {
  const values = { one: MODELS[STATE.model].n, other: MODELS[STATE.second].n };
  if (!way) return say("By what is set, {one} and {other} have no common ancestor.", values);
  const [top] = way.nearest;
  if (top === STATE.model) return say("{other} descends from {one}.", values);
  if (top === STATE.second) return say("{one} descends from {other}.", values);
  return say("{one} and {other} both descend from {ancestor}.", { ...values, ancestor: MODELS[top].n });
}

function fillBoth(one, other) {
  const way = wayBetween(one, other);
  const back = pressable(say("Back to {model}", { model: MODELS[one].n }), () => {
    update({ second: null }, { step: true });
    card.focus({ preventScroll: true });
  }, { class: "plain back" });
  const list = element("ol", { class: "steps way" });
  if (way) {
    const at = (model, ...rest) => element("li", {}, pressable(MODELS[model].n, () => choose(model)), ...rest);
    const by = (step) => element("small", {}, ...howMade(step));
    // From the one up to what they share, and down to the other: each step stands at the child that it made.
    for (const step of [...way.up].reverse()) list.append(at(STEPS[step][1], by(step)));
    list.append(at(way.nearest[0], ...(way.up.length && way.down.length ? [element("span", { class: "relation" }, say("common ancestor"))] : [])));
    for (const step of way.down) list.append(at(STEPS[step][1], by(step)));
  }
  const others = way ? way.nearest.slice(1) : [];
  card.replaceChildren(
    closing(),
    element("p", { class: "eyebrow" }, back),
    element("h2", { id: "card-name" }, say("{one} and {other}", { one: MODELS[one].n, other: MODELS[other].n })),
    element("p", { class: "note" }, wayTold(way)),
    ...(way ? [list] : []),
    ...(others.length ? [element("p", {}, say("Other nearest common ancestors: {models}", { models: others.map((model) => MODELS[model].n).join(", ") }))] : []),
    sideBySide(one, other),
  );
}

// The facts of both, a row for each; what differs is set off.
function sideBySide(...both) {
  const columns = both.map((model) => new Map(factsOf(MODELS[model]).map(([label, ...content]) => [label, content])));
  const [ancestors, descendants] = [say("Ancestors"), say("Descendants")];
  both.forEach((model, number) => {
    columns[number].set(ancestors, [numeral(ancestry(model).models.length)]);
    columns[number].set(descendants, [numeral(descent(model).models.length)]);
  });
  const labels = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  const row = (label) => {
    const cells = columns.map((column) => element("td", {}, ...(column.get(label) || ["–"])));
    const same = cells[0].textContent === cells[1].textContent;
    return element("tr", { class: same ? "same" : null }, element("th", { scope: "row" }, label), ...cells);
  };
  const head = both.map((model) => element("th", { scope: "col" }, MODELS[model].n));
  return element("table", { class: "both" }, element("caption", {}, say("Side by side")),
    element("thead", {}, element("tr", {}, element("td"), ...head)), element("tbody", {}, ...labels.map(row)));
}

// What is known: models by their places in time order, and the derivations between them.
const DATA = JSON.parse(document.getElementById("data").textContent);
const MODELS = DATA.models;
const STEPS = DATA.steps; // parent, child, relation, references, note
const BY_ID = new Map(MODELS.map((model, place) => [model.i, place]));
const PARENTS = MODELS.map(() => []); // the steps that lead to each model
const CHILDREN = MODELS.map(() => []); // the steps that lead from it
STEPS.forEach(([parent, child], step) => {
  PARENTS[child].push(step);
  CHILDREN[parent].push(step);
});

// First the parent that a model takes after: by relation, then the latest.
for (const steps of PARENTS) steps.sort((one, other) => STEPS[one][2] - STEPS[other][2] || STEPS[other][0] - STEPS[one][0]);

const passes = (step) => DATA.relations[STEPS[step][2]][1]; // weights, outputs or ideas
const makersOf = (model) => (model.o || []).map((place) => DATA.organizations[place][0]);

// An English text in the language of the page, with values at its {places}; the first of two is for one thing.
const LANGUAGE = document.documentElement.lang;
const numeral = (number) => number.toLocaleString(LANGUAGE);
const say = (text, values = {}) => (DATA.words?.[text] ?? text).replace(/\{(\w+)\}/g, (_, name) =>
  (typeof values[name] === "number" ? numeral(values[name]) : values[name]));
const counted = (count, one, many) => say(count === 1 ? one : many, { count });

// All models that steps lead to from one, the nearest first, and these steps; it is not among them itself. They are
// no farther than the depth that is set, and by steps that pass on what is set.
const SEEN = new Int32Array(MODELS.length);
let search = 0;
function reached(start, stepsFrom, end, depth = STATE.depth, passing = STATE.passes) {
  const models = [];
  const steps = [];
  SEEN[start] = search += 1;
  let circle = [start];
  for (let far = 0; circle.length && (!depth || far < depth); far += 1) {
    const next = [];
    for (const step of circle.flatMap((model) => stepsFrom[model])) {
      if (!passing.includes(passes(step)[0]) || later(STEPS[step][end])) continue;
      steps.push(step);
      const model = STEPS[step][end];
      if (SEEN[model] !== search) {
        SEEN[model] = search;
        next.push(model);
      }
    }
    models.push(...next);
    circle = next;
  }
  return { models, steps };
}
const ancestry = (model) => reached(model, PARENTS, 0);
const descent = (model) => reached(model, CHILDREN, 1);

function nameFor(model) {
  const { n, d } = MODELS[model];
  return [n, d || say("no date"), ...makersOf(MODELS[model])].join(", ");
}

const kinOf = (model) => [
  counted(ancestry(model).models.length, "{count} ancestor", "{count} ancestors"),
  counted(descent(model).models.length, "{count} descendant", "{count} descendants"),
];
const kinshipFor = (model) => `${MODELS[model].n}: ${kinOf(model).join(", ")}`;

// The first and the last day that a date as precise as "2023", "2023-03" or "2023-03-14" may mean, in order as texts.
const firstDay = (date) => `${date}-01-01`.slice(0, 10);
const lastDay = (date) => `${date}-99-99`.slice(0, 10);

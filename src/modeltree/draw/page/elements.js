// Making elements. Texts become text: nothing here reads markup.
const at = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";

function element(tag, attributes = {}, ...content) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...content.filter((part) => part !== null && part !== undefined && part !== ""));
  return made;
}

function pressable(label, action, attributes = {}) {
  const made = element("button", { type: "button", class: "plain", ...attributes }, label);
  made.addEventListener("click", action);
  return made;
}

function drawn(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// A link to elsewhere, if it is one of the web; else only its text.
function linked(address, text) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    return document.createTextNode(text);
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return document.createTextNode(text);
  return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", referrerpolicy: "no-referrer" }, text);
}

const PLACES = { "arxiv:": "https://arxiv.org/abs/", "doi:": "https://doi.org/" };
function reference(text) {
  const scheme = Object.keys(PLACES).find((start) => text.startsWith(start));
  const plain = text.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
  const label = plain.length > 52 ? `${plain.slice(0, 50)}…` : plain;
  return linked(scheme ? PLACES[scheme] + text.slice(scheme.length) : text, label);
}

// What is said to those who do not see it; the same twice is said twice.
function announce(text) {
  const live = at("live");
  live.textContent = live.textContent === text ? `${text}\u00a0` : text;
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const narrow = matchMedia("(max-width: 760px)");

// What one takes along: the figure as it is seen, the table, and the address.
function download(content, type, ending) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  const name = document.title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "models";
  element("a", { href: url, download: `${name}.${ending}` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  announce(say("Saved as {file}", { file: `${name}.${ending}` }));
}

// A cell for spreadsheets, which must not take a text for a formula.
function cell(value) {
  const text = String(value);
  const safe = typeof value === "string" && /^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
function saveTable() {
  const lines = [["id", ...COLUMNS.map(([label]) => label)], ...sorted().map((place) => {
    const model = MODELS[place];
    return [model.i, ...COLUMNS.map(([, valueOf]) => valueOf(model, place))];
  })];
  download(`\ufeff${lines.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`, "text/csv", "csv");
}

// The figure with what is lit, as it is seen: each element with the colors and lines that it has on the screen.
const INHERITED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "font-size", "font-weight", "text-anchor"];
function styled(node, above = {}) {
  const style = getComputedStyle(node);
  if (style.display === "none" || style.visibility === "hidden") return null;
  const copy = node.cloneNode(false);
  for (const name of [...copy.getAttributeNames()]) if (/^(class|role|tabindex|style|aria-.*|data-.*)$/.test(name)) copy.removeAttribute(name);
  const own = {};
  const steady = style.vectorEffect !== "none"; // lines that are as wide at any zoom
  for (const name of INHERITED) {
    own[name] = style.getPropertyValue(name);
    if (steady && /width|dash/.test(name)) own[name] = own[name].replace(/[\d.]+/g, (length) => +(length / put.scale).toFixed(3));
    if (own[name] !== above[name]) copy.setAttribute(name, own[name]);
    else copy.removeAttribute(name);
  }
  if (style.opacity !== "1") copy.setAttribute("opacity", style.opacity);
  for (const child of node.childNodes) {
    const inner = child.nodeType === Node.ELEMENT_NODE ? styled(child, own) : child.cloneNode();
    if (inner) copy.append(inner);
  }
  return copy;
}

function picture() {
  place();
  const { width, height } = size;
  const copy = drawn("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "font-family": getComputedStyle(shown.svg).fontFamily });
  const faces = [...document.styleSheets[0].cssRules].filter((rule) => rule instanceof CSSFontFaceRule);
  const style = drawn("style", {});
  style.textContent = faces.map((rule) => rule.cssText).join("\n");
  const title = drawn("title", {});
  title.textContent = document.title;
  const ground = drawn("rect", { width, height, fill: getComputedStyle(document.body).backgroundColor });
  const layers = [styled(shown.world), styled(overlay.firstElementChild)];
  layers[0].setAttribute("opacity", getComputedStyle(figures).opacity);
  copy.append(title, style, document.querySelector("svg.unseen defs").cloneNode(true), ground, ...layers);
  return new XMLSerializer().serializeToString(copy);
}

async function savePixels() {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(picture())}`;
  await image.decode();
  const canvas = element("canvas", { width: 2 * size.width, height: 2 * size.height });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => download(blob, "", "png"), "image/png");
}

async function copyLink() {
  const link = `${location.href.split("#")[0]}#${addressed()}`;
  const text = element("input", { value: link, class: "unseen", "aria-hidden": "true" });
  try {
    await navigator.clipboard.writeText(link);
  } catch {
    document.body.append(text); // where there is no permission to write it
    text.select();
    document.execCommand("copy");
    text.remove();
  }
  announce(say("The link is copied"));
}

const menu = at("export");
const taken = (label, action, kind) => menu.querySelector("div").append(pressable(label, () => {
  menu.open = false;
  menu.querySelector("summary").focus();
  action();
}, { class: kind }));
taken(say("Copy link"), copyLink, "plain");
taken(say("Figure as SVG"), () => download(picture(), "image/svg+xml", "svg"), "plain picture");
taken(say("Figure as PNG"), savePixels, "plain picture");
taken(say("Table as CSV"), saveTable, "plain");
menu.addEventListener("keydown", (event) => { if (event.key === "Escape" && menu.open) menu.querySelector("summary").focus(); });

// Color: what it says; the figures come with the first of these.
const COLORS = new Map(DATA.colors.map(([key, title, legend, groups]) => [key, { title, legend, groups }]));
const [DRAWN] = COLORS.keys();
field("color", DRAWN, { read: (key) => (COLORS.has(key) ? key : undefined) });
const coloring = element("select", { id: "color" }, ...[...COLORS].map(([key, { title }]) => element("option", { value: key }, say(title))));
coloring.addEventListener("change", () => update({ color: coloring.value }));
if (COLORS.size > 1) document.querySelector(".footer").prepend(element("label", { class: "color" }, say("Color:"), coloring));

parts.push((changed) => {
  if (!changed("color", "view")) return;
  coloring.value = STATE.color;
  const { legend, groups } = COLORS.get(STATE.color);
  const drawnNow = STATE.color === DRAWN;
  if (!drawnNow || shown.colored) {
    shown.colored = true;
    nodesOf(shown).forEach((node, place) => {
      if (!node) return;
      node.own ??= node.getAttribute("class").match(/\bp\d+/)[0];
      node.setAttribute("class", node.getAttribute("class").replace(/\bp\d+/, drawnNow ? node.own : legend[groups[place]][0]));
    });
  }
  const list = document.querySelector(`.about[data-figure="${shown.key}"] .legend`);
  if (!list) return;
  for (const item of list.querySelectorAll("li")) item.hidden = item.matches(".group") ? !drawnNow : item.matches(".other");
  for (const item of list.querySelectorAll(".other")) item.remove();
  if (drawnNow) return;
  list.prepend(...legend.filter(([, text]) => text).map(([name, text]) => {
    const sample = drawn("svg", { class: `sample ${name}`, width: 20, height: 12, "aria-hidden": "true" });
    sample.append(drawn("rect", { x: 0.5, y: 0.5, width: 19, height: 11, rx: 2.5 }));
    return element("li", { class: "other" }, sample, text);
  }));
});

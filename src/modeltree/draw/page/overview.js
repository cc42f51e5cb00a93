// Where one is: a small map of the figure, and how many matches are outside of what is seen.
const map = at("map");
const frameOnMap = drawn("rect", { class: "seen" });
const inSight = () => {
  const { x, y, scale } = placing(shown);
  return { left: -x / scale, top: -y / scale, right: (size.width - x) / scale, bottom: (size.height - y) / scale };
};
function overlook() {
  const { left, top, right, bottom } = inSight();
  const needless = narrow.matches || shown.view.zoom < 1.3;
  map.toggleAttribute("hidden", needless);
  if (!needless && map.dataset.figure !== shown.key) {
    map.dataset.figure = shown.key;
    map.setAttribute("viewBox", `0 0 ${shown.width} ${shown.height}`);
    const boxes = nodesOf(shown).flatMap((node, model) => (node ? [boxOf(model)] : []));
    map.replaceChildren(drawn("path", { d: boxes.map(({ x, y, width, height }) => `M${x} ${y}h${width}v${height}h-${width}z`).join("") }), frameOnMap);
  }
  for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) frameOnMap.setAttribute(name, value);

  const outside = [];
  if (sifting().some(([key]) => key !== "until")) {
    nodesOf(shown).forEach((node, model) => {
      if (!node || !KEPT[model]) return;
      const { x, y, width, height, middle } = boxOf(model);
      if (x > right || x + width < left || y > bottom || y + height < top) outside.push([Math.hypot(middle[0] - shown.view.x, middle[1] - shown.view.y), model, middle]);
    });
  }
  outside.sort(([one], [other]) => one - other);
  const button = at("outside");
  button.hidden = !outside.length;
  if (!outside.length) return;
  const [, model, [x, y]] = outside[0];
  const turn = Math.round(Math.atan2(y - shown.view.y, x - shown.view.x) / (Math.PI / 4));
  button.textContent = `${counted(outside.length, "{count} match outside the view", "{count} matches outside the view")} ${"→↘↓↙←↖↑↗"[(turn + 8) % 8]}`;
  button.dataset.model = model;
}
parts.push((changed) => { if (FIGURES.has(STATE.view) && changed("view", ...sieved())) overlook(); });
at("outside").addEventListener("click", (event) => reveal(+event.currentTarget.dataset.model));

function goOnMap(event) {
  const { a, d, e, f } = map.getScreenCTM();
  look({ ...shown.view, x: (event.clientX - e) / a, y: (event.clientY - f) / d });
}
for (const part of [map, at("outside")]) part.addEventListener("pointerdown", (event) => event.stopPropagation());
map.addEventListener("pointerdown", (event) => {
  map.setPointerCapture(event.pointerId);
  goOnMap(event);
});
map.addEventListener("pointermove", (event) => { if (map.hasPointerCapture(event.pointerId)) goOnMap(event); });

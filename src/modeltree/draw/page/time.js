// Time: the lineage as of a month. What came later, or may have, is not there; all else stays where it is.
const dates = MODELS.map(({ d }) => d).filter(Boolean);
const ends = dates.map(lastDay).sort();
const numbered = (day) => 12 * day.slice(0, 4) + Math.min(day.slice(5, 7), 12) - 1;
const early = dates.length ? numbered(firstDay(dates[0])) : 0;
const MONTHLY = Array.from({ length: dates.length && Math.min(numbered(ends.at(-1)) - early + 1, 2400) }, (_, number) => { // every month
  const [year, month] = [Math.floor((early + number) / 12), ((early + number) % 12) + 1];
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}`;
});
field("until", "", { sifts: true, read: (text) => (MONTHLY.includes(text) ? text : undefined) });
function later(place) {
  const { d } = MODELS[place];
  return Boolean(STATE.until) && !(d && lastDay(d) <= lastDay(STATE.until));
}
sieves.push(() => STATE.until && ((_, place) => !later(place)));

const slider = element("input", { type: "range", min: 0, max: MONTHLY.length - 1, "aria-label": say("As of") });
const shade = drawn("rect", { class: "shade", y: 0, width: 100, height: 100 });
const spark = drawn("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
const play = pressable("", () => (playing ? pause() : start()), { class: "icon" });
const month = element("output", { for: "until" });
let playing = 0;
const asOf = (number) => update({ until: MONTHLY[number + 1] ? MONTHLY[number] : "" });
function pause() {
  clearInterval(playing);
  playing = 0;
  showMonth();
}
function start() {
  if (!STATE.until) asOf(0);
  // Where little should move it goes year by year.
  const [stride, rest] = calm.matches ? [12, 1500] : [1, 160];
  playing = setInterval(() => {
    asOf(Math.min(+slider.value + stride, MONTHLY.length - 1));
    if (!STATE.until) pause();
  }, rest);
  showMonth();
}
function showMonth() {
  const text = STATE.until ? written(STATE.until) : say("All times");
  [slider.value, month.textContent] = [STATE.until ? MONTHLY.indexOf(STATE.until) : MONTHLY.length - 1, text];
  slider.setAttribute("aria-valuetext", text);
  shade.setAttribute("x", (100 * slider.value) / (MONTHLY.length - 1 || 1));
  play.classList.toggle("playing", playing);
  play.setAttribute("aria-label", playing ? say("Pause") : say("Play"));
}
slider.addEventListener("input", () => {
  if (playing) pause();
  asOf(+slider.value);
});
if (MONTHLY.length > 1) {
  let count = 0;
  const points = MONTHLY.map((until, number) => {
    while (ends[count] <= lastDay(until)) count += 1;
    return `${(100 * number) / (MONTHLY.length - 1)} ${100 - (100 * count) / dates.length}`;
  });
  spark.append(drawn("path", { d: `M0 100L${points.join("L")}V100z` }), shade);
  play.append(element("span"));
  at("time").append(play, element("div", { class: "spark" }, spark, slider), month);
  at("time").hidden = false;
}
parts.push((changed) => {
  if (!changed("until", "view")) return;
  showMonth();
  stage.classList.toggle("past", Boolean(STATE.until));
  if (!STATE.until && !shown.dated) return;
  shown.dated ||= [...shown.svg.querySelectorAll("[id*='-']")].map((node) => {
    const [, kind, number] = /-(?:(link|lane|leader)-)?(\d+)$/.exec(node.id);
    return [node, kind === "link" ? STEPS[number].slice(0, 2) : [+number]];
  });
  for (const [node, places] of shown.dated) node.classList.toggle("later", places.some(later));
});

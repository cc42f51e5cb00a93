// Setting it all going.
const tabs = [...document.querySelectorAll("[role=tab]")];
function show(key, focus = false) {
  if (key === shown.key) return;
  pointed = null;
  lighted = null;
  putOnStage(FIGURES.get(key));
  if (focus) tabs.find((tab) => tab.dataset.figure === key).focus();
  firstStop();
  sift();
  if (chosen !== null) revealAmongKin(chosen);
  remember({ step: true });
}
tabs.forEach((tab, number) => {
  tab.addEventListener("click", () => show(tab.dataset.figure));
  tab.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
    if (way) show(tabs[(number + way) % tabs.length].dataset.figure, true);
  });
});

// Notes close as the card does, and when one goes on elsewhere.
const foldNotes = () => document.querySelectorAll("details[open]").forEach((notes) => notes.removeAttribute("open"));
addEventListener("pointerdown", (event) => { if (!event.target.closest("details")) foldNotes(); });
addEventListener("keydown", (event) => { if (event.key === "Escape") foldNotes(); });

// On paper the whole figure is to be seen, however much of it is on the screen.
addEventListener("beforeprint", () => {
  printing = true;
  shown.svg.setAttribute("viewBox", `0 0 ${shown.width} ${shown.height}`);
  shown.world.removeAttribute("transform");
  shown.ruler?.removeAttribute("transform");
});
addEventListener("afterprint", () => {
  printing = false;
  shown.svg.removeAttribute("viewBox");
  place();
});

setUpFilters();
size = { width: stage.clientWidth || 1, height: stage.clientHeight || 1 };
restore();
addEventListener("popstate", restore);
addEventListener("hashchange", restore);
new ResizeObserver(measureStage).observe(stage);
performance.mark("modeltree-ready");
root.dataset.ready = "true";

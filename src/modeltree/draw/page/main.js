// Setting it all going.
tabs.forEach((tab, number) => {
  tab.addEventListener("click", () => update({ view: tab.dataset.figure, pointed: null }, { step: true }));
  tab.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: tabs.length - 1 }[event.key];
    if (!way) return;
    const next = tabs[(number + way) % tabs.length];
    next.click();
    next.focus();
  });
});

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address says the state
  (stage.hidden ? panel : stage).focus();
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
});
addEventListener("afterprint", () => {
  printing = false;
  shown.svg.removeAttribute("viewBox");
  place();
});

setUpFilters();
for (const [name, kind] of [["product", "application"], ["dataset", "dataset"]]) {
  document.querySelector(`.key .${name}`).hidden = !MODELS.some((model) => model.k === kind);
}
size = { width: stage.clientWidth || 1, height: stage.clientHeight || 1 };
restore();
addEventListener("popstate", restore);
addEventListener("hashchange", restore);
new ResizeObserver(measureStage).observe(stage);
performance.mark("modeltree-ready");
root.dataset.ready = "true";

// A repair of the send gate is put into the draft where the gate says, or added before the farewell.
document.addEventListener("click", (event) => {
  const repair = event.target.closest("[data-repair]");
  if (!repair) return;
  const subject = document.querySelector("#l-subject");
  const body = document.querySelector("#l-body");
  const text = `${subject.value}\n\n${body.value}`;
  const { from, to } = repair.dataset;
  if (from === undefined) {
    const paragraphs = body.value.trimEnd().split("\n\n");
    paragraphs.splice(Math.max(1, paragraphs.length - 1), 0, repair.dataset.repair);
    body.value = `${paragraphs.join("\n\n")}\n`;
  } else {
    const mended = text.slice(0, Number(from)) + repair.dataset.repair + text.slice(Number(to));
    const cut = mended.indexOf("\n\n");
    subject.value = mended.slice(0, cut);
    body.value = mended.slice(cut + 2);
  }
  body.dispatchEvent(new Event("input", { bubbles: true }));
  body.focus();
});
// While somebody types, the gate's places are those of the text before; they wait for its answer.
document.addEventListener("input", (event) => {
  if (!event.target.closest(".composer-fields")) return;
  document.querySelectorAll("[data-repair]").forEach((repair) => { repair.disabled = true; });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Tab" || event.shiftKey || event.target.id !== "l-body") return;
  const first = document.querySelector("[data-first-repair]:not([disabled])");
  if (first) { event.preventDefault(); first.click(); }
});

// Dropping files on the zone chooses them and sends the form; without this the form works as it is.
const zone = document.querySelector("[data-drop]");
const input = zone?.querySelector("input[type=file]");

function over(on) { zone.classList.toggle("over", on); }

if (zone && input) {
  document.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) over(false); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    zone.requestSubmit();
  });
  input.addEventListener("change", () => { if (input.files.length) zone.requestSubmit(); });
}

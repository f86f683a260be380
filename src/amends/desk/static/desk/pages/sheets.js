// Files dropped on the box go the same way as files chosen with the button.
const box = document.querySelector("#drop");
if (box) {
  const input = box.querySelector("input[type=file]");
  for (const kind of ["dragenter", "dragover"]) {
    box.addEventListener(kind, (event) => { event.preventDefault(); box.classList.add("over"); });
  }
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    input.files = event.dataTransfer.files;
    if (input.files.length) box.requestSubmit();
  });
}

/** Take what is dropped anywhere, or chosen: a list of files. */
function listen(take) {
  const zone = at("drop");
  const input = at("file");
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  // beside the zone, too, a dropped file must not replace the page
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") take([...event.dataTransfer.files]);
    });
  }
}

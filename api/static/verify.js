// A file that is dropped is chosen in the form, and sent as the form would send it: the answer appears as the steps pass.

const drop = document.getElementById("drop");
const file = document.getElementById("file");
const carries = (event) => event.dataTransfer?.types.includes("Files");

for (const name of ["dragover", "dragenter"]) {
  document.addEventListener(name, (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => event.relatedTarget ?? drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  drop.classList.remove("over");
  file.files = event.dataTransfer.files;
  if (file.files.length === 1) document.getElementById("verify").requestSubmit();
});

// Review of figures: the cursor waits in the box; Enter says what stands there, arrows go on and back.

const box = document.getElementById("value");
const desk = document.querySelector(".desk");
const main = document.querySelector("#say .primary");

if (box) {
  const label = () => {
    const typed = box.value.trim();
    const asked = box.dataset.asked !== undefined && typed === box.dataset.asked;
    const { none, right, sure, other } = main.dataset;
    main.querySelector("span").textContent = typed === "" ? none : asked ? sure : typed === box.dataset.read ? right : other;
  };
  box.addEventListener("input", label);
  label();
  box.focus({ preventScroll: true });
  box.select();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !box) return;
  // The box at the top and whatever else can be typed into keep their own keys.
  if (event.target !== box && event.target.closest("input, textarea, select, dialog, .desk")) return;
  if (event.key === "ArrowDown") document.getElementById("later")?.click();
  else if (event.key === "ArrowUp") (document.getElementById("before") ?? { click: () => history.back() }).click();
  else if (event.key === "Escape") {
    box.value = box.dataset.read;
    box.dispatchEvent(new Event("input"));
    box.focus();
    box.select();
  } else return;
  event.preventDefault();
});

const mark = document.querySelector(".marks .field");
if (mark && desk && desk.scrollHeight > desk.clientHeight) {
  desk.scrollBy({ top: mark.getBoundingClientRect().top - desk.getBoundingClientRect().top - desk.clientHeight / 3, behavior: "instant" });
}

document.getElementById("print")?.addEventListener("click", () => window.print());
if (document.querySelector("[data-waiting]")) setTimeout(() => location.reload(), 2000);

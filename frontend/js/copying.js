// Copies a number or a code. Browsers give the clipboard to secure pages only; elsewhere the older way still works.

const TOLD_MS = 2000;

function copyOldWay(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(text) {
  if (!navigator.clipboard) return copyOldWay(text);
  return navigator.clipboard.writeText(text).then(() => true, () => copyOldWay(text));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || button.dataset.before) return;
  if (!(await copy(button.dataset.copy))) return;
  const words = button.querySelector("span") ?? button;
  button.dataset.before = words.textContent;
  words.textContent = button.dataset.copied;
  document.getElementById("said").textContent = button.dataset.copied;
  setTimeout(() => {
    words.textContent = button.dataset.before;
    delete button.dataset.before;
  }, TOLD_MS);
});

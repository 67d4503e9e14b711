// The desk is driven from the keyboard: / or Ctrl/⌘ K searches, j and k walk the list, Enter opens, Esc steps back.
// Single letters can be switched off in the list of keys (?), for people whose tools type for them.

const STORED = "desk-keys";
const lettersOn = () => localStorage.getItem(STORED) !== "off";
const isTyping = (element) => element?.matches?.("input, textarea, select, [contenteditable]");
const search = () => document.querySelector("[data-search]");

function items() {
  return [...document.querySelectorAll("[data-keys] .row-link, [data-keys] [data-key]")].filter((item) => item.offsetParent);
}

function walk(step) {
  const all = items();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function stepBack() {
  if (isTyping(document.activeElement)) document.activeElement.blur();
  document.getElementById("main")?.focus({ preventScroll: true });
}

const LETTERS = {
  "/": () => { search()?.focus(); search()?.select(); },
  j: () => walk(1),
  k: () => walk(-1),
  "?": () => {
    const dialog = document.getElementById("keys");
    if (!dialog) return;
    dialog.querySelector("[data-keys-choice]").checked = lettersOn();
    dialog.showModal();
  },
};

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  // event.code keeps the letters where they are when Hangul input is on.
  const letter = { KeyJ: "j", KeyK: "k" }[event.code] ?? (event.code === "Slash" ? (event.shiftKey ? "?" : "/") : event.key);
  if ((event.ctrlKey || event.metaKey) && letter === "k") {
    event.preventDefault();
    LETTERS["/"]();
    return;
  }
  if (event.key === "Escape") return stepBack();
  if (event.key === "ArrowDown" && document.activeElement === search()) {
    event.preventDefault();
    return walk(1);
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !LETTERS[letter]) return;
  if (!lettersOn() && letter !== "?") return;
  event.preventDefault();
  LETTERS[letter]();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-choice]")) localStorage.setItem(STORED, event.target.checked ? "on" : "off");
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-keys]")) LETTERS["?"]();
});

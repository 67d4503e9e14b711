// Anything that takes longer than a moment says so in words, seen and heard; a pressed button cannot be pressed twice.

const WORDS_AFTER_MS = 600;
const LONG_WORDS_AFTER_MS = 6000;
const running = new Map();
const box = () => document.getElementById("busy");

function say(words) {
  const place = box();
  if (!place) return;
  place.replaceChildren();
  if (!words) return;
  const span = document.createElement("span");
  span.textContent = words;
  place.append(span);
}

function begin(key, button) {
  button?.setAttribute("aria-busy", "true");
  const timers = [
    setTimeout(() => say(box()?.dataset.words), WORDS_AFTER_MS),
    setTimeout(() => say(box()?.dataset.wordsLong), LONG_WORDS_AFTER_MS),
  ];
  running.set(key, { timers, button });
}

function end(key) {
  const entry = running.get(key);
  if (!entry) return;
  entry.timers.forEach(clearTimeout);
  entry.button?.removeAttribute("aria-busy");
  running.delete(key);
  if (running.size === 0) say("");
}

const isStream = (ctx) => ctx.sourceElement?.matches?.("[hx-sse\\:connect]");

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (isStream(ctx)) return;
  begin(ctx, ctx.request.method === "GET" ? null : ctx.request.submitter);
});
document.addEventListener("htmx:finally:request", (event) => end(event.detail.ctx));

// A form that goes the plain way leaves the page, so only the words are needed; a page from the back-forward cache starts fresh.
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target.method !== "dialog") begin(event.target, null);
});
window.addEventListener("pageshow", () => [...running.keys()].forEach(end));

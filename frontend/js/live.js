// A live region tells when its stream is lost, and again when it is back. The extension reconnects an open stream;
// a first connection that fails is tried again here. "live:back" lets a region fetch what it may have missed.
import htmx from "htmx.org";

const RETRY_FIRST_MS = 1000;
const RETRY_LONGEST_MS = 30000;
const isStream = (element) => element?.matches?.("[hx-sse\\:connect]");
const waits = new WeakMap();
const wasLost = new WeakSet();

function marks(element) {
  const inside = element.querySelectorAll?.("[data-live]") ?? [];
  return inside.length ? inside : document.querySelectorAll("[data-live]");
}

function lost(element) {
  wasLost.add(element);
  for (const mark of marks(element)) mark.dataset.state = "lost";
}

function found(element) {
  waits.delete(element);
  for (const mark of marks(element)) mark.dataset.state = "on";
  if (wasLost.delete(element)) element.dispatchEvent(new CustomEvent("live:back", { bubbles: true }));
}

function tryAgain(element) {
  const wait = Math.min(waits.get(element) ?? RETRY_FIRST_MS, RETRY_LONGEST_MS);
  waits.set(element, wait * 2);
  setTimeout(() => {
    if (!element.isConnected || element._htmx?.sse) return;
    htmx.ajax("GET", element.getAttribute("hx-sse:connect"), { source: element });
  }, wait);
}

function firstFailed(event) {
  const element = event.detail.ctx?.sourceElement;
  if (!isStream(element)) return;
  lost(element);
  if (event.detail.ctx.response?.status === undefined || event.detail.ctx.response.status >= 500) tryAgain(element);
}

document.addEventListener("htmx:sse:after:connection", (event) => found(event.target));
document.addEventListener("htmx:sse:before:connection", (event) => {
  if (event.detail.connection.attempt > 0) lost(event.target);
});
document.addEventListener("htmx:sse:error", (event) => lost(event.target));
document.addEventListener("htmx:sse:close", (event) => {
  if (event.detail.reason === "ended" && isStream(event.target)) lost(event.target);
});
// Back on the network there is no reason to sit out the wait.
window.addEventListener("online", () => {
  for (const element of document.querySelectorAll("[hx-sse\\:connect]")) element._htmx?.sse?.delayCanceller?.();
});
document.addEventListener("htmx:error", firstFailed);
document.addEventListener("htmx:response:error", (event) => {
  if (!isStream(event.detail.ctx.sourceElement)) return;
  event.detail.ctx.swap = "none";
  firstFailed(event);
});

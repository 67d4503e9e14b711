// The scan field: ready whenever nothing else is being typed, right in Hangul mode, and clear about good and bad reads.
import { forgetKeys, keepKey, writeKept } from "./pressed-keys.js";
import { play } from "./sound.js";

const RESULT_SHOWN_MS = 1600;
const field = () => document.querySelector("[data-scan-input]");
const isTyping = (element) => element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const isBusyElsewhere = () => document.querySelector("dialog[open]") || isTyping(document.activeElement);
const isNowhere = () => !document.activeElement || document.activeElement === document.body || document.activeElement.id === "main";

document.addEventListener("keydown", (event) => {
  const input = field();
  if (!input) return;
  if (event.target !== input) {
    const writes = event.key.length === 1 || event.keyCode === 229;
    if (isBusyElsewhere() || !writes || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) return;
    input.focus();
  }
  keepKey(event, input);
});
document.addEventListener("input", (event) => {
  if (event.target === field() && !event.isComposing) writeKept(event.target);
});
document.addEventListener("compositionend", (event) => {
  if (event.target === field()) queueMicrotask(() => writeKept(event.target));
});
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-scan]")) writeKept(event.target.querySelector("[data-scan-input]"));
  forgetKeys();
}, true);

// On a touch screen the keyboard would cover half the work: it comes only when the field itself is touched.
function rest() {
  const input = field();
  if (!input || isBusyElsewhere() || !isNowhere()) return;
  if (matchMedia("(pointer: coarse)").matches) input.inputMode = "none";
  input.focus({ preventScroll: true });
}
document.addEventListener("focusout", (event) => {
  if (event.target === field()) forgetKeys();
});
document.addEventListener("pointerdown", (event) => {
  if (event.target === field()) event.target.inputMode = "text";
});
for (const name of ["focusout", "click", "close", "htmx:after:swap"]) document.addEventListener(name, () => setTimeout(rest, 120), true);
rest();

// Every read is a deed of its own; only the same code after a lost connection keeps its id, so that it cannot count twice.
let unsent = null;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

document.addEventListener("htmx:config:request", (event) => {
  const { sourceElement, request } = event.detail.ctx;
  if (!sourceElement.matches("[data-scan]") || !request.body?.has?.("operation_id")) return;
  const code = sourceElement.querySelector("[data-scan-input]").value;
  request.body.set("operation_id", unsent?.code === code ? unsent.id : newId());
  unsent = { code, id: request.body.get("operation_id") };
});
document.addEventListener("htmx:before:response", (event) => {
  if (event.detail.ctx.sourceElement.matches("[data-scan]")) unsent = null;
});

document.addEventListener("htmx:after:swap", (event) => {
  const form = event.detail.ctx.sourceElement?.closest?.("[data-scan]") ?? document.querySelector("[data-scan]");
  const answer = event.detail.ctx.target;
  const found = answer?.matches?.("[data-scan-result]") ? answer : answer?.querySelector?.("[data-scan-result], [data-refused]");
  if (!form || !found || found.dataset.told) return;
  found.dataset.told = "yes";
  const result = found.dataset.scanResult ?? "refused";
  form.dataset.result = result;
  play(result);
  const input = form.querySelector("[data-scan-input]");
  if (result === "ok") input.value = "";
  else input.select();
  document.dispatchEvent(new CustomEvent("scan:answered", { detail: { result } }));
  setTimeout(() => delete form.dataset.result, RESULT_SHOWN_MS);
});

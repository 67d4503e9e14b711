// The scan field: ready whenever nothing else is being typed, right in Hangul mode, and clear about good and bad reads.
import { forgetKeys, keepKey, writeKept } from "./pressed-keys.js";
import { play } from "./sound.js";

const RESULT_SHOWN_MS = 1600;
// The next read may stand in the field already when the last one is answered, and be the same code: only its keys tell.
let writtenSinceSent = false;
const field = () => document.querySelector("[data-scan-input]");
// Where names are typed too, Korean letters stay: the server tries what a scanner may have meant by them.
const takesCodesOnly = (input) => !input.matches("[data-scan-names]");
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
  if (takesCodesOnly(input)) keepKey(event, input);
});
document.addEventListener("input", (event) => {
  if (event.target !== field()) return;
  writtenSinceSent = true;
  if (!event.isComposing && takesCodesOnly(event.target)) writeKept(event.target);
});
document.addEventListener("compositionend", (event) => {
  if (event.target === field() && takesCodesOnly(event.target)) queueMicrotask(() => writeKept(event.target));
});
document.addEventListener("submit", (event) => {
  const input = event.target.matches("[data-scan]") && event.target.querySelector("[data-scan-input]");
  if (input && takesCodesOnly(input)) writeKept(input);
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

// Every read is a deed of its own, the same code right after itself, too; only after a lost connection the same code keeps
// its id, so that it cannot count twice.
let lost = null;
const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.sourceElement.matches("[data-scan]")) return;
  const input = ctx.sourceElement.querySelector("[data-scan-input]");
  ctx.read = { code: input.value, id: lost?.code === input.value ? lost.id : newId() };
  lost = null;
  writtenSinceSent = false;
  // The next read may begin before this one is answered: it takes this one's place in the field.
  input.select();
  if (ctx.request.body?.has?.("operation_id")) ctx.request.body.set("operation_id", ctx.read.id);
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.read) lost = event.detail.ctx.read;
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
  if (!writtenSinceSent && result === "ok") input.value = "";
  else if (!writtenSinceSent) input.select();
  document.dispatchEvent(new CustomEvent("scan:answered", { detail: { result } }));
  setTimeout(() => delete form.dataset.result, RESULT_SHOWN_MS);
});

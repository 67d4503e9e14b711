// While Hangul is being composed the browser rewrites the field itself, so the pressed keys are kept beside it and written
// over what the browser made of them.
import { characterOf, hasHangul, latinFromHangul } from "./wedge.js";

const COMPOSING_KEY_CODE = 229;
let kept = null;

/** Remembers this key press of the field once Hangul input shows itself; sends the form on Enter. */
export function keepKey(event, input) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const composing = event.isComposing || event.keyCode === COMPOSING_KEY_CODE || hasHangul(event.key);
  if (!kept && !(composing && event.code)) return;
  // What is selected is typed over.
  kept ??= { before: input.value.slice(0, input.selectionStart) + input.value.slice(input.selectionEnd), keys: "" };
  if (event.code === "Enter" || event.code === "NumpadEnter") {
    event.preventDefault();
    const whole = kept;
    input.blur(); // ends the composition, which would otherwise write its last syllable over the code
    kept = whole;
    writeKept(input);
    input.form.requestSubmit();
    return;
  }
  const character = characterOf({ code: event.code, shiftKey: event.shiftKey, capsLock: event.getModifierState("CapsLock") });
  if (event.code === "Backspace") kept.keys = kept.keys.slice(0, -1);
  else if (character) kept.keys += character;
  else return;
  event.preventDefault();
  if (!composing) writeKept(input);
}

/** Makes the field say what was pressed; without kept keys, turns Hangul back by its layout. */
export function writeKept(input) {
  if (kept) input.value = kept.before + kept.keys;
  else if (hasHangul(input.value)) input.value = latinFromHangul(input.value);
}

export function forgetKeys() {
  kept = null;
}

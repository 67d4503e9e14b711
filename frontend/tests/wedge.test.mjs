// A wedge scanner types Latin keys; these tests hold that a code arrives right also while Hangul input is on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { characterOf, hasHangul, latinFromHangul } from "../js/wedge.js";

test("keys are read by their place, with shift and caps lock", () => {
  assert.equal(characterOf({ code: "KeyM" }), "m");
  assert.equal(characterOf({ code: "KeyM", shiftKey: true }), "M");
  assert.equal(characterOf({ code: "KeyM", capsLock: true }), "M");
  assert.equal(characterOf({ code: "KeyM", shiftKey: true, capsLock: true }), "m");
  assert.equal(characterOf({ code: "Digit4" }), "4");
  assert.equal(characterOf({ code: "Digit2", shiftKey: true }), "@");
  assert.equal(characterOf({ code: "Numpad7" }), "7");
  assert.equal(characterOf({ code: "Minus" }), "-");
  assert.equal(characterOf({ code: "Slash", shiftKey: true }), "?");
  assert.equal(characterOf({ code: "Semicolon", shiftKey: true }), ":");
});

test("keys that write nothing give nothing", () => {
  for (const code of ["ShiftLeft", "Enter", "Tab", "F5", "Lang1", ""]) assert.equal(characterOf({ code }), "");
});

test("jamo and syllables turn back into the keys of the two-set layout", () => {
  assert.equal(latinFromHangul("ㅁㅐㅁ"), "aoa");
  assert.equal(latinFromHangul("햄"), "goa");
  assert.equal(latinFromHangul("뷁"), "qnpfr");
  assert.equal(latinFromHangul("ㅃㅉ꺼"), "QWRj");
  assert.equal(latinFromHangul("과"), "rhk");
});

test("every lower-case Latin letter survives Hangul mode", () => {
  const jamo = { q: "ㅂ", w: "ㅈ", e: "ㄷ", r: "ㄱ", t: "ㅅ", y: "ㅛ", u: "ㅕ", i: "ㅑ", o: "ㅐ", p: "ㅔ", a: "ㅁ", s: "ㄴ", d: "ㅇ", f: "ㄹ", g: "ㅎ", h: "ㅗ", j: "ㅓ", k: "ㅏ", l: "ㅣ", z: "ㅋ", x: "ㅌ", c: "ㅊ", v: "ㅍ", b: "ㅠ", n: "ㅜ", m: "ㅡ" };
  assert.equal(Object.keys(jamo).length, 26);
  for (const [latin, letter] of Object.entries(jamo)) assert.equal(latinFromHangul(letter), latin);
});

test("decomposed Hangul (as some tablets send it) is read the same", () => {
  assert.equal(latinFromHangul("햄".normalize("NFD")), "goa");
});

test("what is Latin already stays as it is", () => {
  assert.equal(latinFromHangul("R7K2-40913/8801234567893"), "R7K2-40913/8801234567893");
  assert.equal(hasHangul("R7K2-40913"), false);
  assert.equal(hasHangul("R7ㅏ2"), true);
});

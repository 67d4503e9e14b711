// A wedge scanner is a keyboard: it presses the keys of Latin letters. With Hangul input on, the browser turns them into
// jamo, so the code is read from the keys pressed (event.code); where a device reports no key codes, the jamo are turned
// back by the two-set (두벌식) layout. Reading keys keeps upper and lower case, turning back cannot.

const SHIFTED_DIGITS = ")!@#$%^&*(";
const MARKS = {
  Minus: "-_", Equal: "=+", BracketLeft: "[{", BracketRight: "]}", Backslash: "\\|", Semicolon: ";:",
  Quote: "'\"", Comma: ",<", Period: ".>", Slash: "/?", Backquote: "`~", Space: "  ",
  NumpadDecimal: "..", NumpadSubtract: "--", NumpadAdd: "++", NumpadDivide: "//", NumpadMultiply: "**",
};

/** The character a US keyboard writes for this key press, or "" when the key writes none. */
export function characterOf({ code, shiftKey = false, capsLock = false }) {
  if (/^Key[A-Z]$/.test(code)) return shiftKey !== capsLock ? code[3] : code[3].toLowerCase();
  if (/^Digit\d$/.test(code)) return shiftKey ? SHIFTED_DIGITS[Number(code[5])] : code[5];
  if (/^Numpad\d$/.test(code)) return code[6];
  return MARKS[code]?.[shiftKey ? 1 : 0] ?? "";
}

const LEADS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
const TAILS = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";
const KEYS = {
  ㅂ: "q", ㅃ: "Q", ㅈ: "w", ㅉ: "W", ㄷ: "e", ㄸ: "E", ㄱ: "r", ㄲ: "R", ㅅ: "t", ㅆ: "T", ㅛ: "y", ㅕ: "u", ㅑ: "i", ㅐ: "o",
  ㅒ: "O", ㅔ: "p", ㅖ: "P", ㅁ: "a", ㄴ: "s", ㅇ: "d", ㄹ: "f", ㅎ: "g", ㅗ: "h", ㅓ: "j", ㅏ: "k", ㅣ: "l", ㅋ: "z", ㅌ: "x",
  ㅊ: "c", ㅍ: "v", ㅠ: "b", ㅜ: "n", ㅡ: "m", ㅘ: "hk", ㅙ: "ho", ㅚ: "hl", ㅝ: "nj", ㅞ: "np", ㅟ: "nl", ㅢ: "ml", ㄳ: "rt",
  ㄵ: "sw", ㄶ: "sg", ㄺ: "fr", ㄻ: "fa", ㄼ: "fq", ㄽ: "ft", ㄾ: "fx", ㄿ: "fv", ㅀ: "fg", ㅄ: "qt",
};
const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
const PER_LEAD = 588;
const PER_VOWEL = 28;

function keysOf(letter) {
  const point = letter.codePointAt(0);
  if (point < FIRST_SYLLABLE || point > LAST_SYLLABLE) return KEYS[letter] ?? letter;
  const offset = point - FIRST_SYLLABLE;
  const parts = [
    LEADS[Math.floor(offset / PER_LEAD)],
    VOWELS[Math.floor((offset % PER_LEAD) / PER_VOWEL)],
    TAILS[offset % PER_VOWEL].trim(),
  ];
  return parts.map((part) => KEYS[part] ?? "").join("");
}

/** Hangul typed by mistake, as the keys that were pressed. Other characters stay as they are. */
export const latinFromHangul = (text) => [...text.normalize("NFC")].map(keysOf).join("");

export const hasHangul = (text) => /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]/.test(text);

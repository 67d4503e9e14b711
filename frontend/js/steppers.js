// Quantity: the buttons change the number here at once instead of asking the server, which they do without script.

const SEND_AFTER_MS = 400;
const timers = new WeakMap();

function settle(stepper) {
  const input = stepper.querySelector("input");
  const [fewer, more] = stepper.querySelectorAll("button");
  const low = Number(input.min || 0);
  const high = Number(input.max || Infinity);
  const value = Math.min(high, Math.max(low, Math.round(Number(input.value) || low)));
  input.value = String(value);
  fewer.disabled = value <= low;
  more.disabled = value >= high;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-stepper] button");
  if (!button) return;
  event.preventDefault();
  const stepper = button.closest("[data-stepper]");
  const input = stepper.querySelector("input");
  input.value = String(Number(input.value) + Number(button.value));
  settle(stepper);
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const stepper = event.target.closest?.("[data-stepper]");
  if (!stepper) return;
  settle(stepper);
  if (!stepper.hasAttribute("data-stepper-send")) return;
  clearTimeout(timers.get(stepper));
  timers.set(stepper, setTimeout(() => event.target.form?.requestSubmit(), SEND_AFTER_MS));
});

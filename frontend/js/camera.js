// The camera as a scanner. The reader (script and WASM) is fetched the first time it is asked for.

const LOOK_EVERY_MS = 120;
const SAME_AGAIN_MS = 2500;
let closing = () => {};

const waitFor = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function openCamera(video) {
  if (!navigator.mediaDevices) throw new DOMException("no camera", "NotFoundError");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  video.srcObject = stream;
  await video.play();
  return stream;
}

function giveTo(form, value) {
  const input = form.querySelector("[data-scan-input]");
  input.value = value;
  form.requestSubmit();
}

async function lookUntilClosed(detector, video, dialog, onRead) {
  let last = { value: "", at: 0 };
  while (dialog.open) {
    const [read] = await detector.detect(video);
    const isNew = read && (read.rawValue !== last.value || performance.now() - last.at > SAME_AGAIN_MS);
    if (read) last = { value: read.rawValue, at: performance.now() };
    if (isNew && dialog.open) onRead(read.rawValue);
    await waitFor(LOOK_EVERY_MS);
  }
}

async function scan(button) {
  const dialog = document.getElementById("camera");
  const video = dialog.querySelector("video");
  const words = dialog.querySelector("[data-camera-says]");
  let stream = null;
  closing = () => {
    stream?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
  };
  words.textContent = words.dataset.starting;
  dialog.showModal();
  try {
    const [{ makeDetector }, opened] = await Promise.all([import(button.dataset.reader), openCamera(video)]);
    stream = opened;
    if (!dialog.open) return closing();
    words.textContent = words.dataset.looking;
    await lookUntilClosed(makeDetector(button.dataset.wasm), video, dialog, (value) => {
      words.textContent = `${words.dataset.read} ${value}`;
      giveTo(button.form, value);
      if (button.dataset.cameraKeep !== "yes") dialog.close();
    });
  } catch (error) {
    closing();
    if (!dialog.open) return;
    words.textContent = error.name === "NotAllowedError" ? words.dataset.denied : words.dataset.absent;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-camera]");
  if (button) scan(button);
});
document.addEventListener("close", (event) => {
  if (event.target.id === "camera") closing();
}, true);
document.addEventListener("scan:answered", (event) => {
  const view = document.querySelector(".camera-view");
  if (view) view.dataset.result = event.detail.result;
});

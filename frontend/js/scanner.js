// Fetched by the camera only. The reader's WASM comes from our own server, never from where the library would look.
import { BarcodeDetector, setZXingModuleOverrides } from "barcode-detector/ponyfill";

const FORMATS = ["qr_code", "ean_13", "ean_8", "code_128"];

export function makeDetector(wasmAddress) {
  setZXingModuleOverrides({ locateFile: () => wasmAddress });
  return new BarcodeDetector({ formats: FORMATS });
}

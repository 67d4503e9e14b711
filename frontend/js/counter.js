// The counter: scan field, camera, lists that grow by scanning, and the bar that admits being offline.
import "./scanning.js";
import "./camera.js";
import "./drafts.js";
import "./offline.js";

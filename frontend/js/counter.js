// The counter: scan field, camera, and the bar that admits being offline.
import "./scanning.js";
import "./camera.js";
import "./offline.js";

// Two tones that cannot be mistaken: a rising pair for a good read, a low double buzz for a refused one.

const TONES = {
  ok: { shape: "sine", notes: [[880, 0, 0.09], [1319, 0.09, 0.14]], loudness: 0.25 },
  refused: { shape: "square", notes: [[196, 0, 0.16], [165, 0.22, 0.26]], loudness: 0.14 },
};
let context = null;

export function play(result) {
  const tone = TONES[result];
  if (!tone || !window.AudioContext) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  for (const [pitch, wait, length] of tone.notes) {
    const start = context.currentTime + wait;
    const source = new OscillatorNode(context, { type: tone.shape, frequency: pitch });
    const volume = new GainNode(context, { gain: tone.loudness });
    volume.gain.setValueAtTime(tone.loudness, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + length);
    source.connect(volume).connect(context.destination);
    source.start(start);
    source.stop(start + length);
  }
}

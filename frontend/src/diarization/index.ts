/** The review of who spoke: everything that a person does here is an intent, and what they see comes back from the corpus. */

import { Desk, type Figures, type Progress, type Recording } from "./editor.ts";
import { keysOf } from "./keys.ts";
import type { KnownPeaks } from "./waveform.ts";
import { openFace, type Context } from "../shared/bridge.ts";
import { keyboard } from "../shared/keyboard.ts";

function render(context: Context): () => void {
  const face = openFace(context, "Diarization review");
  const desk = new Desk(face);
  desk.head.append(keyboard(face.root, "Keys of the review", keysOf(desk)));
  face.body.append(desk.element);
  face.onClose(() => desk.close());
  face.follow<Recording>("recording", (recording) => desk.open(recording));
  face.follow<KnownPeaks>("peaks", (peaks) => desk.peaks(peaks));
  face.follow<Figures>("figures", (figures) => desk.figures(figures));
  face.follow<Progress>("progress", (progress) => desk.progress(progress));
  return face.close;
}

export default { render };

/** The review of who spoke: everything that a person does here is an intent, and what they see comes back from the corpus. */

import { Desk, type Figures, type Progress, type Recording } from "../diarization/desk.ts";
import { keysOf } from "../diarization/keys.ts";
import type { KnownPeaks } from "../diarization/waveform.ts";
import { openFace, type Context } from "../ui/face.ts";
import { keyboard } from "../ui/keys.ts";

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

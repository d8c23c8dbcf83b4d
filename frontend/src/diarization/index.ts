/** The diarization review: every action is an intent, and what is shown comes from the corpus. */

import { Bridge, type Context } from "../shared/bridge.ts";
import { keyboard } from "../shared/keyboard.ts";
import { Editor } from "./editor.ts";
import { keysOf } from "./keys.ts";
import type { Figures, Progress, Recording } from "./types.ts";
import type { KnownPeaks } from "./waveform.ts";

function render(context: Context): () => void {
  const bridge = new Bridge(context, "Diarization review");
  const editor = new Editor(bridge);
  editor.head.append(keyboard(bridge.root, "Keys of the review", keysOf(editor)));
  bridge.body.append(editor.element);
  bridge.onClose(() => editor.close());
  bridge.follow<Recording>("recording", (recording) => editor.open(recording));
  bridge.follow<KnownPeaks>("peaks", (peaks) => editor.peaks(peaks));
  bridge.follow<Figures>("figures", (figures) => editor.figures(figures));
  bridge.follow<Progress>("progress", (progress) => editor.progress(progress));
  return bridge.close;
}

export default { render };

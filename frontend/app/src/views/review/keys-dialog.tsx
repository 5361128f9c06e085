import type { RefObject } from "react";
import { useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";
import { REVIEW } from "./texts.js";

/** All keys; each does what a button does, too. */
export function KeysDialog({ ref }: { ref: RefObject<HTMLDialogElement | null> }) {
  const texts = useTexts(REVIEW);
  return (
    <Dialog ref={ref} title={texts.keysTitle}>
      <dl className="key-list">
        {texts.keyList.map(([key, does]) => (
          <div key={key}>
            <dt>
              <kbd dir="ltr">{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="actions">
        <button type="button" onClick={() => ref.current?.close()}>
          {texts.close}
        </button>
      </div>
    </Dialog>
  );
}

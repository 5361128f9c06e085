import type { RefObject } from "react";
import { type Language, useTexts } from "../../language.js";
import { Dialog } from "../../parts/dialog.js";

/** All keys; each does what a button does, too. */
export function KeysDialog({ ref }: { ref: RefObject<HTMLDialogElement | null> }) {
  const texts = useTexts(KEYS);
  return (
    <Dialog ref={ref} title={texts.title}>
      <dl className="key-list">
        {texts.list.map(([key, does]) => (
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

interface KeysTexts {
  title: string;
  close: string;
  list: [key: string, does: string][];
}

const KEYS: Record<Language, KeysTexts> = {
  he: {
    title: "מקשי קיצור",
    close: "סגירה",
    list: [
      ["F8", "הערך הבא לבדיקה"],
      ["Shift+F8", "הערך הקודם לבדיקה"],
      ["↑ ↓", "שדה קודם, שדה הבא"],
      ["Enter / F2", "עריכה; Enter שומר, Esc מבטל"],
      ["Ctrl+Enter", "שמירה ומעבר לערך הבא לבדיקה"],
      ["Ctrl+Shift+Enter", "אישור החלק"],
      ["Ctrl+Z", "ביטול הפעולה האחרונה"],
      [". ,", "המקור הבא, הקודם"],
      ["1 2", "בהשוואה: לקחת את הראשון, השני"],
      ["F6", "מעבר בין הטופס למקור"],
      ["PageUp PageDown", "עמוד קודם, הבא"],
      ["+ − 0", "הגדלה, הקטנה, התאמה"],
    ],
  },
  en: {
    title: "Keys",
    close: "Close",
    list: [
      ["F8", "Next value to check"],
      ["Shift+F8", "Previous value to check"],
      ["↑ ↓", "Previous field, next field"],
      ["Enter / F2", "Edit; Enter saves, Esc leaves it"],
      ["Ctrl+Enter", "Save and go to the next value to check"],
      ["Ctrl+Shift+Enter", "Confirm the section"],
      ["Ctrl+Z", "Undo the last action"],
      [". ,", "Next source, previous source"],
      ["1 2", "When comparing: take the first, the second"],
      ["F6", "Between form and source"],
      ["PageUp PageDown", "Previous page, next page"],
      ["+ − 0", "Zoom in, out, fit"],
    ],
  },
};

// Two panes and a separator between them, to be moved with the pointer or the arrow keys; the width is kept.

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { browserStorage } from "../../data/storage.js";
import { useTexts } from "../../language.js";
import { REVIEW } from "./texts.js";

const KEPT = "casework split";
const LEAST = 25;
const MOST = 75;
const STEP = 2;

export function Split({ start, end }: { start: ReactNode; end: ReactNode }) {
  const texts = useTexts(REVIEW);
  const [share, setShare] = useState(keptShare);
  const box = useRef<HTMLDivElement>(null);
  const put = (wanted: number) => {
    const now = Math.round(Math.min(MOST, Math.max(LEAST, wanted)));
    browserStorage.setItem(KEPT, String(now));
    setShare(now);
  };
  const keyed = (event: KeyboardEvent) => {
    const isRtl = document.documentElement.dir === "rtl";
    const steps: Record<string, number> = { ArrowLeft: isRtl ? STEP : -STEP, ArrowRight: isRtl ? -STEP : STEP };
    if (event.key === "Home") put(LEAST);
    else if (event.key === "End") put(MOST);
    else if (event.key in steps) put(share + (steps[event.key] ?? 0));
    else return;
    event.preventDefault();
  };
  const dragged = (event: PointerEvent<HTMLDivElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || !box.current) return;
    const { left, right, width } = box.current.getBoundingClientRect();
    const isRtl = document.documentElement.dir === "rtl";
    put(((isRtl ? right - event.clientX : event.clientX - left) / width) * 100);
  };
  return (
    <div className="split" ref={box} style={{ "--share": `${share}%` } as React.CSSProperties}>
      {start}
      {/* biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be focused and moved */}
      <div
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={texts.separator}
        aria-valuenow={share}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        className="separator"
        onKeyDown={keyed}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={dragged}
      />
      {end}
    </div>
  );
}

function keptShare(): number {
  const kept = Number(browserStorage.getItem(KEPT));
  return kept >= LEAST && kept <= MOST ? kept : 45;
}

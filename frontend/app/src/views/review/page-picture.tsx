// A page as it looks, with the words marked that a value rests on. In here left is left: boxes are measured on the page.

import type { DocumentPage } from "@casework/client";
import { useEffect, useRef, useState } from "react";
import { Loading } from "../../parts/loading.js";

type Box = readonly [left: number, top: number, right: number, bottom: number];

interface PagePictureProps {
  page: DocumentPage & { image_url: string };
  alt: string;
  boxes: readonly Box[];
  /** Frame the whole page: its words could not be checked. */
  isWhole: boolean;
  /** Width in per cent of the pane. */
  zoom: number;
  /** Which words are shown; it is at the picture once that is drawn. */
  name: string;
}

interface Drawn {
  url: string;
  width: number;
  height: number;
  alt: string;
  boxes: readonly Box[];
  isWhole: boolean;
  name: string;
}

export function PagePicture({ page, alt, boxes, isWhole, zoom, name }: PagePictureProps) {
  const pane = useRef<HTMLElement>(null);
  const wanted: Drawn = {
    ...{ url: page.image_url, width: page.width, height: page.height, alt, boxes, isWhole, name },
  };
  const drawn = useDecoded(wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever other words are marked, or in another size
  useEffect(() => {
    const mark = pane.current?.querySelector<HTMLElement>(".page-mark");
    if (!pane.current) return;
    const middle = mark ? mark.offsetTop + mark.offsetHeight / 2 : 0;
    pane.current.scrollTop = Math.max(0, middle - pane.current.clientHeight / 2);
    const side = mark ? mark.offsetLeft + mark.offsetWidth / 2 : 0;
    pane.current.scrollLeft = Math.max(0, side - pane.current.clientWidth / 2);
  }, [drawn?.name, zoom]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached with the keyboard
    <section className="page-scroll" dir="ltr" ref={pane} tabIndex={0} aria-label={alt}>
      {!drawn && <Loading />}
      {drawn && (
        <div
          className="page-sheet"
          data-whole={drawn.isWhole}
          data-drawn={drawn.name}
          style={{ inlineSize: `${zoom}%`, aspectRatio: `${drawn.width} / ${drawn.height}` }}
        >
          <img src={drawn.url} alt={drawn.alt} draggable={false} />
          {drawn.boxes.map(([left, top, right, bottom]) => (
            <span
              key={`${left} ${top} ${right} ${bottom}`}
              className="page-mark"
              aria-hidden="true"
              style={{
                left: `${left * 100}%`,
                top: `${top * 100}%`,
                width: `${(right - left) * 100}%`,
                height: `${(bottom - top) * 100}%`,
              }}
            />
          ))}
        </div>
      )}
    </section>
  );
}

/** The page before stays until the picture of the wanted one is decoded. */
function useDecoded(wanted: Drawn): Drawn | null {
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const latest = useRef(wanted);
  useEffect(() => {
    latest.current = wanted;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name and the picture say what is wanted
  useEffect(() => {
    let isOver = false;
    const show = () => !isOver && setDrawn(latest.current);
    if (drawn?.url === wanted.url) show();
    else {
      const picture = new Image();
      picture.src = wanted.url;
      picture.decode().then(show, show);
    }
    return () => {
      isOver = true;
    };
  }, [wanted.url, wanted.name]);
  return drawn;
}

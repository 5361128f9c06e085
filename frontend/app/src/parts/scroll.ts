/** Bring something to the middle of the pane that scrolls it. The page around the pane stays: somebody may be elsewhere. */
export function scrollWithin(pane: HTMLElement | null, target: Element | null | undefined): void {
  if (!pane || !target) return;
  const [seen, wanted] = [pane.getBoundingClientRect(), target.getBoundingClientRect()];
  pane.scrollTop += wanted.top + wanted.height / 2 - (seen.top + pane.clientHeight / 2);
}

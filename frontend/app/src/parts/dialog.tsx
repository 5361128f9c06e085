import { type ReactNode, type Ref, useId } from "react";

interface DialogProps {
  ref: Ref<HTMLDialogElement>;
  title: string;
  children: ReactNode;
}

/** A modal dialog; the browser keeps the focus inside and gives it back. Escape closes it. */
export function Dialog({ ref, title, children }: DialogProps) {
  const id = useId();
  return (
    <dialog ref={ref} aria-labelledby={id} className="dialog">
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

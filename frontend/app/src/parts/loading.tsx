import { useEffect, useState } from "react";
import { useTexts } from "../language.js";
import { FRAME } from "../texts.js";

const SOON_MS = 200;

/** Said only when it takes long enough to be noticed. */
export function Loading() {
  const { loading } = useTexts(FRAME);
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(setLate, SOON_MS, true);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p className="loading" role="status">
      {isLate && loading}
    </p>
  );
}

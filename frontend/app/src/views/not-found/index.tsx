import { Link } from "wouter";
import { useTexts } from "../../language.js";
import { FRAME } from "../../texts.js";

export function NotFoundView() {
  const texts = useTexts(FRAME);
  return (
    <section className="page narrow">
      <h1>{texts.notFound}</h1>
      <p>
        <Link href="/cases">{texts.backToCases}</Link>
      </p>
    </section>
  );
}

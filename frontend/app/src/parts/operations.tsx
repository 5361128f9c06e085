// What is around the operator's views? The ways between them; whoever is no admin reads so, as the API would.

import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { useTexts } from "../language.js";
import { useSession } from "../surroundings.js";
import { FRAME } from "../texts.js";
import { OPS } from "../views/ops-jobs/texts.js";

export function Operations({ children, isWide = false }: { children: ReactNode; isWide?: boolean }) {
  const { forbidden } = useTexts(FRAME);
  const texts = useTexts(OPS);
  const { person } = useSession();
  const [place] = useLocation();
  if (!person?.isAdmin) {
    return (
      <section className="page narrow">
        <h1>{forbidden}</h1>
      </section>
    );
  }
  return (
    <section className={isWide ? "ops wide" : "ops"}>
      <nav className="ops-nav" aria-label={texts.title}>
        {(["jobs", "lanes"] as const).map((name) => (
          <Link key={name} href={`/ops/${name}`} aria-current={place === `/ops/${name}` ? "page" : undefined}>
            {texts[name]}
          </Link>
        ))}
      </nav>
      {children}
    </section>
  );
}

// How does a person come in? By one click on the local system, at the issuer, or with a pasted token.

import { useTexts } from "../../language.js";
import { LanguageButton } from "../../layout.js";
import { Mixed } from "../../parts/mixed.js";
import { useSession, useSurroundings } from "../../surroundings.js";
import { SignInFailed } from "./failed.js";
import { SIGN_IN } from "./texts.js";
import { TokenForm } from "./token-form.js";

export function SignInView() {
  const texts = useTexts(SIGN_IN);
  const { config } = useSurroundings();
  const { problem, session } = useSession();
  const { people = [], oidc } = config;
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <p className="brand">Casework</p>
        <h1>{texts.title}</h1>
        <p className="muted">{texts.about}</p>
        <SignInFailed problem={problem} />
        {people.length > 0 && (
          <>
            {people.map(({ name, token }) => (
              <button key={name} type="button" className="primary wide" onClick={() => session.signInWith(token)}>
                {texts.as} <Mixed text={name} />
              </button>
            ))}
            <p className="hint">{texts.local}</p>
          </>
        )}
        {oidc && (
          <button type="button" className="primary wide" onClick={() => session.signInAtIssuer()}>
            {texts.issuer}
          </button>
        )}
        {people.length > 0 || oidc ? (
          <details>
            <summary>{texts.paste}</summary>
            <TokenForm />
          </details>
        ) : (
          <TokenForm />
        )}
        <LanguageButton />
      </div>
    </main>
  );
}

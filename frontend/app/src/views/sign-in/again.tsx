import { useTexts } from "../../language.js";
import { useSurroundings } from "../../surroundings.js";
import { FRAME } from "../../texts.js";
import { TokenForm } from "./token-form.js";

/** The token is refused: sign in again above the page, which stays as it is. */
export function SignInAgain() {
  const texts = useTexts(FRAME);
  const { config, session } = useSurroundings();
  return (
    <div className="band warn" role="alert">
      <p>{texts.expired}</p>
      {config.oidc ? (
        <button type="button" onClick={() => session.signInAtIssuer()}>
          {texts.signInAgain}
        </button>
      ) : (
        <TokenForm />
      )}
    </div>
  );
}

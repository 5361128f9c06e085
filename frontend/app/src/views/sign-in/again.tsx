import { useTexts } from "../../language.js";
import { useSession, useSurroundings } from "../../surroundings.js";
import { FRAME } from "../../texts.js";
import { SignInFailed } from "./failed.js";
import { TokenForm } from "./token-form.js";

/** The token is over, or the API never takes it: sign in again above the page, which stays as it is. */
export function SignInAgain() {
  const texts = useTexts(FRAME);
  const { config } = useSurroundings();
  const { status, problem, session } = useSession();
  return (
    <div className="band warn" role="alert">
      <p>{status === "refused" ? texts.refused : texts.expired}</p>
      <SignInFailed problem={problem} />
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

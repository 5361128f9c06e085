import { useTexts } from "../../language.js";
import type { SignInProblem } from "../../oidc.js";
import { SIGN_IN_PROBLEMS } from "./texts.js";

/** Why nobody could be signed in at the issuer. */
export function SignInFailed({ problem }: { problem: SignInProblem | null }) {
  const texts = useTexts(SIGN_IN_PROBLEMS);
  if (problem === null) return null;
  return (
    <p role="alert" className="notice bad">
      {texts[problem]}
    </p>
  );
}

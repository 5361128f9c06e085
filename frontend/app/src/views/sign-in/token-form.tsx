import { type FormEvent, useId, useState } from "react";
import { useTexts } from "../../language.js";
import { useSurroundings } from "../../surroundings.js";
import { SIGN_IN } from "./texts.js";

/** Sign in with a pasted token. */
export function TokenForm() {
  const texts = useTexts(SIGN_IN);
  const { session } = useSurroundings();
  const [isWrong, setWrong] = useState(false);
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setWrong(!session.signInWith(String(new FormData(event.currentTarget).get("token") ?? "")));
  };
  return (
    <form onSubmit={submit} className="stack">
      <label htmlFor={id}>{texts.token}</label>
      <input
        id={id}
        name="token"
        dir="ltr"
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}-hint`}
        aria-invalid={isWrong}
        required
      />
      <p id={`${id}-hint`} className={isWrong ? "error" : "hint"} role={isWrong ? "alert" : undefined}>
        {isWrong ? texts.wrong : texts.hint}
      </p>
      <button type="submit">{texts.enter}</button>
    </form>
  );
}

import { Component, type ReactNode } from "react";
import { useTexts } from "../language.js";
import { FRAME } from "../texts.js";

/** A view that breaks does not take the bar with it: the person can go on elsewhere, or load the page again. */
export class Failed extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }) {
  const texts = useTexts(FRAME);
  const isChunk = /import|module/i.test(error.message);
  return (
    <section className="page narrow" role="alert">
      <h1>{isChunk ? texts.chunkLost : texts.error}</h1>
      {!isChunk && (
        <p lang="en" dir="ltr" className="muted">
          {error.message}
        </p>
      )}
      <button type="button" className="primary" onClick={() => location.reload()}>
        {texts.reload}
      </button>
    </section>
  );
}

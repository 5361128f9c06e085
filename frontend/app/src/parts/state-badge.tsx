import type { FieldState } from "../data/review.js";
import { Icon, type IconName } from "./icons.js";

const LOOKS: Record<FieldState, { icon: IconName; tone: string }> = {
  conflict: { icon: "conflict", tone: "bad" },
  person: { icon: "person", tone: "ok" },
  doubtful: { icon: "warning", tone: "warn" },
  missing: { icon: "missing", tone: "" },
  document: { icon: "document", tone: "" },
  call: { icon: "call", tone: "" },
  computed: { icon: "computed", tone: "" },
  plain: { icon: "missing", tone: "" },
};

/** Where a value is from, as a picture and a word. */
export function StateBadge({ state, text }: { state: FieldState; text: string }) {
  const { icon, tone } = LOOKS[state];
  return (
    <span className={`badge ${tone}`}>
      <Icon name={icon} />
      {text}
    </span>
  );
}

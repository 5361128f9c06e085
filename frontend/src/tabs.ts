// What do the tabs of one person tell each other? That a job was started, and that the person has left.

import type { Ports } from "./ports.js";
import type { Session } from "./session.js";
import type { Place } from "./unanswered.js";

export interface Started extends Place {
  jobId: string;
}

type Message = { kind: "started"; started: Started } | { kind: "closed" };

interface Around {
  ports: Ports;
  session: Session;
  /** The API's address. */
  root: string;
}

export interface OpenTabs {
  tellStarted(started: Started): void;
  tellClosed(): void;
}

/** A channel to the other tabs of the person who is there, another for each person; none while that is not known. */
export function openTabs({ ports, session, root }: Around, onStarted: (started: Started) => void): OpenTabs {
  let channel: ReturnType<Ports["tabs"]["open"]> | null = null;

  function open(): void {
    const { key } = session.person;
    if (key !== null) channel ??= ports.tabs.open(`casework ${root} ${key}`, (message) => receive(message as Message));
  }

  function receive(message: Message): void {
    if (message.kind === "closed") session.leave();
    else if (message.kind === "started") onStarted(message.started);
  }

  session.onPerson(open);
  session.onChange(() => {
    channel?.close();
    channel = null;
  });
  return {
    tellStarted: (started) => channel?.post({ kind: "started", started } satisfies Message),
    tellClosed: () => channel?.post({ kind: "closed" } satisfies Message),
  };
}

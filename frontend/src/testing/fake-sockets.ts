// How does the live stream behave in a test? It opens when told, brings what it is told to, in any order, and breaks off.

import type { Job } from "../api.js";
import type { OpenSocket, Socket } from "../ports.js";
import type { FakeApi } from "./fake-api.js";

interface OpenedSocket {
  user: string;
  jobIds: Set<string>;
  isOpen: boolean;
  /** What the client sent. */
  sent: { type: string; job_ids?: string[] }[];
  bring(job: Job): void;
  open(): void;
  /** Say that the connection is unknown, as after its record went. */
  forget(): void;
  end(): void;
}

/** The sockets of the API in memory: give `open` to a client as `ports.socket`. */
export class FakeSockets {
  readonly all: OpenedSocket[] = [];
  /** False: handshakes hang, as behind a proxy that bars the way. */
  isPassable = true;
  readonly #api: FakeApi;

  constructor(api: FakeApi) {
    this.#api = api;
  }

  readonly open: OpenSocket = (_url, protocols, { onOpen, onMessage, onClose }): Socket => {
    const { user, jobIds } = this.#api.tickets.get(protocols[1] ?? "") ?? { user: "", jobIds: [] };
    const opened: OpenedSocket = {
      ...{ user, jobIds: new Set(jobIds), isOpen: false, sent: [] },
      bring: (job) => opened.isOpen && onMessage(JSON.stringify({ type: "job", job: { ...job, result: null } })),
      forget: () =>
        opened.isOpen && onMessage(JSON.stringify({ type: "error", code: "unknown_connection", detail: "" })),
      open: () => {
        opened.isOpen = true;
        onOpen();
        for (const id of opened.jobIds) this.news(id, opened);
      },
      end: () => {
        opened.isOpen = false;
        onClose();
      },
    };
    this.all.push(opened);
    if (this.isPassable) queueMicrotask(opened.open);
    return {
      send: (text) => this.#received(opened, JSON.parse(text)),
      close: () => {
        opened.isOpen = false;
      },
    };
  };

  /** Those that are open. */
  get live(): OpenedSocket[] {
    return this.all.filter(({ isOpen }) => isOpen);
  }

  /** Tell of a job as it is now, to all who follow it or to one. */
  news(jobId: string, to?: OpenedSocket): void {
    const job = this.#api.jobs.get(jobId);
    for (const socket of to ? [to] : this.live) if (job && socket.jobIds.has(jobId)) socket.bring(job);
  }

  #received(socket: OpenedSocket, message: OpenedSocket["sent"][number]): void {
    socket.sent.push(message);
    for (const id of message.job_ids ?? []) {
      if (message.type === "unfollow") socket.jobIds.delete(id);
      else if (socket.jobIds.add(id)) this.news(id, socket);
    }
  }
}

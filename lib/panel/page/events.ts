import type { LiveEvents } from "../shapes.ts";

/** What happens, as the master tells it; ended and begun anew by itself, and asleep while nobody sees the page. */
export interface Events {
  close(): void;
}

export type Hear = { readonly [Name in keyof LiveEvents]: (event: LiveEvents[Name]) => void } & {
  /** From here on nothing is missed; what was before it may have been. */
  readonly opened: () => void;
  /** The master does not answer, or not to us. */
  readonly lost: () => void;
  /** Nobody sees the page, so nothing is told until somebody does. */
  readonly asleep: () => void;
};

export const listen = (hear: Hear): Events => {
  let source: EventSource | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(hear.lost, silenceMs);
  };
  const close = (): void => {
    source?.close();
    source = null;
    clearTimeout(again);
    clearTimeout(silence);
  };
  const open = (): void => {
    close();
    const opened = new EventSource("/v1/events");
    source = opened;
    for (const name of names) {
      opened.addEventListener(name, (event: MessageEvent<string>) => {
        heard();
        tell(hear, name, event.data);
      });
    }
    opened.addEventListener("open", hear.opened);
    opened.addEventListener("error", () => {
      hear.lost();
      // The browser tries again by itself, but not where it was answered with a refusal.
      if (opened.readyState === EventSource.CLOSED) again = setTimeout(open, againMs);
    });
    heard();
  };
  const seen = (): void => {
    if (!document.hidden) return open();
    close();
    hear.asleep();
  };
  document.addEventListener("visibilitychange", seen);
  open();
  return {
    close: () => {
      document.removeEventListener("visibilitychange", seen);
      close();
    },
  };
};

const names = ["snapshot", "change", "step", "point", "mark", "lines"] as const;

const tell = <Name extends keyof LiveEvents>(hear: Hear, name: Name, data: string): void => {
  const event = JSON.parse(data) as LiveEvents[Name];
  const told = hear[name] as (event: LiveEvents[Name]) => void;
  told(event);
};

/** The snapshot comes once a second. */
const silenceMs = 3_500;
const againMs = 3_000;

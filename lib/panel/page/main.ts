import type { Snapshot } from "../../protocol/snapshot.ts";
import type { AboutAnswer, FollowedChange } from "../shapes.ts";
import { createApi, type Session } from "./api.ts";
import { type Board, createBoard } from "./board.ts";
import { button, element } from "./dom.ts";
import { type Events, listen } from "./events.ts";
import { createLogin } from "./login.ts";
import { createLook } from "./look.ts";
import { wordsIn } from "./store.ts";

/** The panel in a browser: the login, or the board. */
const begin = (): void => {
  const api = createApi(localStorage);
  const look = createLook(localStorage, () => draw());
  let session: Session = { role: null, hasKey: false };
  let about: AboutAnswer | null = null;
  let snapshot: Snapshot | null = null;
  let change: FollowedChange | null = null;
  let board: Board | null = null;
  let events: Events | null = null;
  /** There was a session, and nobody logged out of it. */
  let isOver = false;

  const draw = (): void => {
    const lang = look.lang();
    const words = wordsIn(lang);
    board?.close();
    board = null;
    const { role } = session;
    if (role === null) {
      const why = isOver ? words("panel.session-over") : "";
      stand(bar(null), createLogin({ lang, words }, api, logIn, why), "input[name=token]");
      document.title = "dashd";
      return;
    }
    if (snapshot === null || about === null) return;
    board = createBoard({ lang, words, role, mayAct: session.hasKey }, api, { snapshot, about, change }, look.colour);
    stand(bar(role), board.element, ".head");
  };
  /** Where a page of the same kind stood, an open dialog and the focus stay: the theme may change by itself at dusk. */
  const stand = (bar: HTMLElement, page: HTMLElement, first: string): void => {
    const [oldBar, oldPage] = [document.querySelector("body > header"), document.querySelector("body > main")];
    const pressed = document.activeElement?.getAttribute("data-look") ?? null;
    const isSame = oldPage?.className === page.className;
    if (isSame) {
      oldBar?.replaceWith(bar);
      oldPage.replaceWith(page);
    } else document.body.replaceChildren(bar, page);
    const focused = pressed === null ? (isSame ? null : first) : `[data-look=${pressed}]`;
    if (focused !== null) document.querySelector<HTMLElement>(focused)?.focus();
  };
  const bar = (role: Session["role"]): HTMLElement => {
    const words = wordsIn(look.lang());
    const other = look.lang() === "zh" ? "en" : "zh";
    const isDark = look.theme() === "dark";
    return element(
      "header",
      {},
      element("strong", { class: "brand" }, "dashd"),
      element("span", { class: "space" }),
      button(
        other === "zh" ? "中文" : "English",
        { class: "quiet", "data-look": "lang", lang: other === "zh" ? "zh-CN" : "en" },
        () => look.setLang(other),
      ),
      button(words(isDark ? "panel.light" : "panel.dark"), { class: "quiet", "data-look": "theme" }, () =>
        look.setTheme(isDark ? "light" : "dark"),
      ),
      ...(role === null ? [] : [button(words("panel.log-out"), { class: "quiet" }, () => void leave())]),
    );
  };

  const logIn = (entered: Session): void => void enter(entered).catch(forget);
  const enter = async (entered: Session): Promise<void> => {
    session = entered;
    isOver = false;
    [about, snapshot] = await Promise.all([api.get<AboutAnswer>("/v1/about"), api.get<Snapshot>("/v1/status")]);
    draw();
    events = listen({
      snapshot: (next) => {
        snapshot = next;
        show();
      },
      change: (next) => {
        change = next;
        show();
      },
      step: ({ line, ...of }) => {
        change = { ...of, lines: change?.id === of.id ? [...change.lines, line] : [line] };
        show();
      },
      point: (point) => board?.point(point),
      mark: (mark) => board?.mark(mark),
      lines: (lines) => board?.lines(lines),
      opened: () => board?.lines(null),
      lost: () => {
        board?.lost();
        void askAgain();
      },
      // What is no longer told may not stand in the title of a tab.
      asleep: () => void (document.title = "dashd"),
    });
  };
  const show = (): void => {
    if (snapshot !== null && about !== null) board?.show({ snapshot, about, change });
  };
  /** The session may be over: then the login is what helps. No answer at all: the events try again by themselves. */
  const askAgain = async (): Promise<void> => {
    const found = await api.session().catch(() => null);
    if (found === null || found.role !== null) return;
    isOver = true;
    forget();
  };
  const forget = (): void => {
    events?.close();
    events = null;
    session = { role: null, hasKey: false };
    [snapshot, change] = [null, null];
    draw();
  };
  const leave = async (): Promise<void> => {
    await api.logout().catch(() => undefined);
    forget();
  };

  api
    .session()
    .then((found) => (found.role === null ? draw() : enter(found)))
    .catch(forget);
};

begin();

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

  const draw = (): void => {
    const lang = look.lang();
    const words = wordsIn(lang);
    board?.close();
    board = null;
    const { role } = session;
    if (role === null) {
      document.body.replaceChildren(
        bar(null),
        createLogin({ lang, words }, api, (entered) => void enter(entered)),
      );
      document.querySelector("input")?.focus();
      return;
    }
    if (snapshot === null || about === null) return;
    board = createBoard({ lang, words, role, mayAct: session.hasKey }, api, { snapshot, about, change }, look.colour);
    document.body.replaceChildren(bar(role), board.element);
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
      button(other === "zh" ? "中文" : "English", { class: "quiet", lang: other === "zh" ? "zh-CN" : "en" }, () =>
        look.setLang(other),
      ),
      button(words(isDark ? "panel.light" : "panel.dark"), { class: "quiet" }, () =>
        look.setTheme(isDark ? "light" : "dark"),
      ),
      ...(role === null ? [] : [button(words("panel.log-out"), { class: "quiet" }, () => void leave())]),
    );
  };

  const enter = async (entered: Session): Promise<void> => {
    session = entered;
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
    });
  };
  const show = (): void => {
    if (snapshot !== null && about !== null) board?.show({ snapshot, about, change });
  };
  /** The session may be over: then the login is what helps. No answer at all: the events try again by themselves. */
  const askAgain = async (): Promise<void> => {
    const found = await api.session().catch(() => null);
    if (found !== null && found.role === null) forget();
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

  api.session().then(
    (found) => (found.role === null ? draw() : enter(found)),
    () => draw(),
  );
};

begin();

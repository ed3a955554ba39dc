import type { LogLine } from "../../protocol/log-line.ts";

/** What the view shows besides the figures, and what it waits for. */
export interface ViewState {
  readonly pane: Pane;
  /** Lines away from where the pane begins: its top, or the newest line of the log. */
  readonly scroll: number;
  readonly logs: readonly LogLine[];
  /** The last change that was asked for here. */
  readonly change: ShownChange | null;
  /** Of the ladder; null: not read, or not readable. */
  readonly stages: readonly number[] | null;
}

export type Pane =
  | { readonly name: "overview" }
  | { readonly name: "help" }
  | { readonly name: "logs"; readonly troubleOnly: boolean }
  | { readonly name: "stage"; readonly typed: string }
  /** `plan` null: being made. */
  | { readonly name: "plan"; readonly wanted: Wanted; readonly plan: PlanText | null }
  | { readonly name: "change" };

export type Wanted =
  | { readonly kind: "stage"; readonly stage: number }
  | { readonly kind: "reload" }
  | { readonly kind: "rollback" };

export interface PlanText {
  readonly lines: readonly PlanLine[];
  /** Nothing to be asked for: it does not fit, or there is nothing to do it with. */
  readonly refused: boolean;
}

export interface PlanLine {
  readonly text: string;
  readonly tone: "plain" | "warn" | "bad" | "dim";
  /** A line of a table is cut, a sentence is wrapped. */
  readonly isTable: boolean;
}

export interface ShownChange {
  readonly id: number;
  readonly wanted: Wanted;
  /** In words, as they came. */
  readonly lines: readonly string[];
  /** null: under way. */
  readonly ended: "well" | "badly" | null;
}

export const opened: ViewState = {
  pane: { name: "overview" },
  scroll: 0,
  logs: [],
  change: null,
  stages: null,
};

export type Effect =
  | { readonly type: "none" }
  | { readonly type: "quit" }
  | { readonly type: "interrupt" }
  | { readonly type: "suspend" }
  | { readonly type: "redraw" }
  | { readonly type: "plan"; readonly wanted: Wanted }
  | { readonly type: "change"; readonly wanted: Wanted };

export interface Pressed {
  readonly state: ViewState;
  readonly effect: Effect;
}

/** What a key does. A change is asked for only once its plan was there to be read. */
export const press = (state: ViewState, key: string): Pressed => {
  if (key === "ctrl-c") return { state, effect: { type: "interrupt" } };
  if (key === "ctrl-z") return { state, effect: { type: "suspend" } };
  if (key === "ctrl-l") return { state, effect: { type: "redraw" } };
  const own = inPane(state, key);
  if (own !== null) return own;
  switch (key) {
    case "q":
      return { state, effect: { type: "quit" } };
    case "?":
    case "h":
      return show(state, { name: "help" });
    case "l":
      return show(state, { name: "logs", troubleOnly: false });
    case "s":
      return show(state, { name: "stage", typed: "" });
    case "r":
      return plan(state, { kind: "reload" });
    case "b":
      return plan(state, { kind: "rollback" });
    case "c":
      return state.change === null ? stay(state) : show(state, { name: "change" });
    case "escape":
      return show(state, { name: "overview" });
    case "up":
    case "k":
      return scroll(state, -1);
    case "down":
    case "j":
      return scroll(state, 1);
    case "page-up":
      return scroll(state, -10);
    case "page-down":
      return scroll(state, 10);
    default:
      return stay(state);
  }
};

const inPane = (state: ViewState, key: string): Pressed | null => {
  const { pane } = state;
  switch (pane.name) {
    case "stage":
      if (/^\d$/.test(key) && pane.typed.length < 3)
        return { state: { ...state, pane: { ...pane, typed: pane.typed + key } }, effect: { type: "none" } };
      if (key === "backspace")
        return { state: { ...state, pane: { ...pane, typed: pane.typed.slice(0, -1) } }, effect: { type: "none" } };
      if (key === "enter" && Number(pane.typed) > 0) return plan(state, { kind: "stage", stage: Number(pane.typed) });
      return null;
    case "plan":
      if ((key === "y" || key === "enter") && pane.plan !== null && !pane.plan.refused)
        return {
          state: { ...state, pane: { name: "change" }, scroll: 0 },
          effect: { type: "change", wanted: pane.wanted },
        };
      return key === "n" ? show(state, { name: "overview" }) : null;
    case "logs":
      if (key === "w") return show(state, { ...pane, troubleOnly: !pane.troubleOnly });
      return key === "l" ? show(state, { name: "overview" }) : null;
    case "help":
    case "change":
      return key === "enter" ? show(state, { name: "overview" }) : null;
    case "overview":
      return null;
  }
};

const stay = (state: ViewState): Pressed => ({ state, effect: { type: "none" } });

const show = (state: ViewState, pane: Pane): Pressed => stay({ ...state, pane, scroll: 0 });

const plan = (state: ViewState, wanted: Wanted): Pressed => ({
  state: { ...state, pane: { name: "plan", wanted, plan: null }, scroll: 0 },
  effect: { type: "plan", wanted },
});

/** The log is read from its end. */
const scroll = (state: ViewState, by: number): Pressed => {
  const step = state.pane.name === "logs" ? -by : by;
  return stay({ ...state, scroll: Math.max(0, state.scroll + step) });
};

/** What happens elsewhere meanwhile. */
export const withPlan = (state: ViewState, wanted: Wanted, made: PlanText): ViewState =>
  state.pane.name === "plan" && state.pane.wanted === wanted
    ? { ...state, pane: { ...state.pane, plan: made } }
    : state;

export const withLog = (state: ViewState, line: LogLine): ViewState => ({
  ...state,
  logs: [...state.logs.slice(-(logLinesKept - 1)), line],
});

export const withStep = (state: ViewState, id: number, line: string, ended: ShownChange["ended"]): ViewState =>
  state.change?.id === id
    ? { ...state, change: { ...state.change, lines: [...state.change.lines, line].slice(-stepsKept), ended } }
    : state;

const logLinesKept = 500;
const stepsKept = 500;

declare module "throng" {
  interface ThrongOptions {
    readonly master: () => void | Promise<void>;
    readonly worker: () => void;
    readonly count: number;
    readonly lifetime: number;
    readonly grace: number;
    readonly signals: readonly NodeJS.Signals[];
  }
  const throng: (options: ThrongOptions) => Promise<void>;
  export default throng;
}

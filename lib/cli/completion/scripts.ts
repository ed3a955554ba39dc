import { bashScript } from "./bash.ts";
import type { Declared } from "./declared.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

export const scripts: Readonly<Record<string, (declared: Declared) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

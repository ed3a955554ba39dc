import { isLang, type Lang } from "../../lang.ts";

/** Language and theme: what this browser was told, else what it asks for. */
export interface Look {
  lang(): Lang;
  setLang(lang: Lang): void;
  theme(): "light" | "dark";
  setTheme(theme: "light" | "dark"): void;
  colour(name: string): string;
}

export const createLook = (storage: Storage, changed: () => void): Look => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const lang = (): Lang => {
    const kept = storage.getItem("dashd-lang") ?? "";
    if (isLang(kept)) return kept;
    return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
  };
  const theme = (): "light" | "dark" => {
    const kept = storage.getItem("dashd-theme");
    if (kept === "light" || kept === "dark") return kept;
    return dark.matches ? "dark" : "light";
  };
  const apply = (): void => {
    document.documentElement.lang = lang() === "zh" ? "zh-CN" : "en";
    document.documentElement.dataset["theme"] = theme();
  };
  const keep = (name: string, value: string): void => {
    storage.setItem(name, value);
    apply();
    changed();
  };
  dark.addEventListener("change", () => {
    apply();
    changed();
  });
  apply();
  return {
    lang,
    theme,
    setLang: (value) => keep("dashd-lang", value),
    setTheme: (value) => keep("dashd-theme", value),
    colour: (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim(),
  };
};

import type { Request } from "express";
import type { Lang } from "./page-words.ts";

/** `?lang` decides, then what the browser accepts; English where neither is known. */
export const langOf = (request: Request): Lang => {
  const { lang } = request.query;
  if (lang === "en" || lang === "zh") return lang;
  const accepted = request.acceptsLanguages("en", "zh", "zh-CN");
  return accepted === "zh" || accepted === "zh-CN" ? "zh" : "en";
};

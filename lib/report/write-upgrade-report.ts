import { extname } from "node:path";
import { DashdError } from "../errors.ts";
import type { Lang } from "../lang.ts";
import { htmlOf } from "./html.ts";
import { markdownOf } from "./markdown.ts";
import type { UpgradeInput } from "./upgrade-case.ts";
import { upgradeReport } from "./upgrade-report.ts";
import { checkWritable, writeDocument } from "./write-document.ts";

/**
 * `verify --report FILE`: the upgrade report as Markdown (.md) or HTML (.html), by the file's extension. Whole or not at
 * all. Throws E_USAGE for another extension and for what cannot be written.
 */
export const writeUpgradeReport = async (file: string, input: UpgradeInput, lang: Lang): Promise<void> => {
  const write = writerOf(file);
  await writeDocument({ flag, file }, write(upgradeReport(input), lang));
};

/** Throws what {@link writeUpgradeReport} would throw of the file, before minutes of measuring. */
export const checkReportFile = async (file: string): Promise<void> => {
  writerOf(file);
  await checkWritable({ flag, file });
};

const writerOf = (file: string): typeof markdownOf => {
  const writer = writers.get(extname(file).toLowerCase());
  if (writer !== undefined) return writer;
  throw new DashdError("E_USAGE", { found: `${flag} ${file}`, expected: "cli.expected-report-file" });
};

const writers = new Map([
  [".md", markdownOf],
  [".html", htmlOf],
]);

const flag = "--report";

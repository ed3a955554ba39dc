import type { PageWords } from "../page-words.ts";

/** A whole page. `main` and `header` are markup; everything else is text. */
export const htmlPage = ({ words, title, data, styles, scripts, header, main }: PageParts): string => `<!doctype html>
<html lang="${words.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
${styles.map((address) => `<link rel="stylesheet" href="${address}">`).join("\n")}
${scripts.map((address) => `<script src="${address}" defer></script>`).join("\n")}
</head>
<body data-words="${escape(JSON.stringify(data))}">
${header}
${main}
</body>
</html>
`;

interface PageParts {
  readonly words: PageWords;
  readonly title: string;
  /** For the page's script: `JSON.parse(document.body.dataset.words)`. */
  readonly data: object;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  readonly header: string;
  readonly main: string;
}

export const escape = (text: string): string => text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);

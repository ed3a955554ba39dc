/**
 * Parts of the catalogue that the panel's page does without: a third of its weight. Their sentences belong to commands and
 * to documents; a test proves that nothing which the page can be sent names one of them.
 */
export const notOnThePage: readonly string[] = [
  ...["cli", "examples", "fleet", "help", "load", "report", "report-labels", "settings", "topics", "upgrade-topic"],
  "watch",
];

/** Each has its text under `help.<topic>` in words. */
export const helpTopics: readonly string[] = [
  "modes",
  "upgrade",
  "processes",
  "from-pm2",
  "from-waitress",
  "exit-codes",
  "settings",
  "files",
];

/** A URL without its password, for status, logs and reports: `postgres://user:(set)@host/db`. */
export const redactUrl = (text: string): string => {
  const url = parseUrl(text);
  // What is no URL may still hold a password in a form that we cannot find: nothing of it is shown.
  if (url === null) return SET;
  if (url.password !== "") url.password = SET;
  for (const name of secretParameters(url)) url.searchParams.set(name, SET);
  return url.toString();
};

/** Whether whoever reads this URL would learn a secret; what cannot be read as a URL counts as one. */
export const holdsSecret = (text: string): boolean => {
  const url = parseUrl(text);
  return url === null || url.password !== "" || secretParameters(url).length > 0;
};

export const SET = "(set)";

const secretParameters = (url: URL): readonly string[] =>
  [...url.searchParams.keys()].filter((name) => /pass|pwd|secret|token|key|auth/i.test(name));

const parseUrl = (text: string): URL | null => {
  try {
    return new URL(text);
  } catch {
    return null;
  }
};

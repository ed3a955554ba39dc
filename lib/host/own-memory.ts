/**
 * Memory of this process that is in RAM (RSS). null where the system cannot tell just now: to read it takes a file
 * descriptor, and where none is left Node throws (EMFILE), which must end nobody.
 */
export const ownResidentBytes = (): number | null => {
  try {
    return process.memoryUsage.rss();
  } catch {
    return null;
  }
};

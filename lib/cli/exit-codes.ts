/** How a command ends that neither did what was asked (0) nor failed with an error of its own (`errors.ts`): CONTRACT section 3. */
export const exitCodes = {
  differences: 2,
  notKept: 3,
  degraded: 4,
  inconclusive: 4,
  refused: 6,
  interrupted: 130,
} as const;

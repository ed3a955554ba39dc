export interface TextPart {
  readonly text: string;
  readonly code: boolean;
}

/** A sentence cut at its pairs of backticks; a backtick without its other half is a sign like any other. */
export const textParts = (text: string): readonly TextPart[] => {
  const line = text.replaceAll(/\s*[\r\n]+\s*/g, " ");
  const pieces = line.split(/(`[^`]+`)/).filter((piece) => piece !== "");
  return pieces.map((piece) =>
    /^`[^`]+`$/.test(piece) ? { text: piece.slice(1, -1), code: true } : { text: piece, code: false },
  );
};

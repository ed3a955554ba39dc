/** Written by `npm run generate`: SHA-256 of each profiles/stage-N.json, which the tests check in full. */
export const shippedSha256: readonly string[] = [
  "41b6c3ce10f25fb2a9e07d04e2a0f8e5b8a254030edb73932ecc0012c0a24e8b",
  "6cd94df87e6eb9396d175828bdf4a9b020dc049abac24e2d40b487631d15c389",
  "a65033fed284ae29b449782c70c8c87851fb3df8642f615f44aee7679f79e847",
];

/** The last values of some columns at a fixed distance in time; its memory never grows. */
export interface Ring {
  readonly stepSec: number;
  /** `atSec`: monotonic. Where time was skipped (a suspended host), there are gaps. */
  put(atSec: number, values: readonly (number | null)[]): void;
  /** Oldest first, up to the newest value; as many as the ring is long. Null where there is none. */
  column(index: number): readonly (number | null)[];
  /** Monotonic, of the newest value. */
  newestSec(): number;
}

export const createRing = ({ columns, length, stepSec }: RingSize): Ring => {
  const values = new Float32Array(columns * length).fill(Number.NaN);
  let newest = -1;
  const set = (place: number, row: readonly (number | null)[]): void => {
    for (let column = 0; column < columns; column++) {
      values[column * length + (place % length)] = row[column] ?? Number.NaN;
    }
  };
  return {
    stepSec,
    put: (atSec, row) => {
      const place = Math.floor(atSec / stepSec);
      if (place < newest) return;
      // A late look speaks for the steps that it was late by; a host that slept does not.
      const isLate = newest >= 0 && place - newest <= lateSteps;
      for (let gap = Math.max(newest + 1, place - length + 1); gap < place; gap++) {
        if (isLate) set(gap, row);
        else set(gap, []);
      }
      newest = place;
      set(place, row);
    },
    column: (index) =>
      Array.from({ length }, (_, age) => {
        const place = newest - (length - 1) + age;
        const value = place < 0 ? Number.NaN : (values[index * length + (place % length)] ?? Number.NaN);
        return Number.isNaN(value) ? null : fourDigits(value);
      }),
    newestSec: () => newest * stepSec,
  };
};

interface RingSize {
  readonly columns: number;
  readonly length: number;
  readonly stepSec: number;
}

const lateSteps = 3;

/** A 32-bit float carries seven; half of them are noise in a chart and weight on the wire. */
const fourDigits = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(4)));

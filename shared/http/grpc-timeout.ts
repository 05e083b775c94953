/** Milliseconds of each unit of a `grpc-timeout`. Source: gRPC over HTTP/2, "Timeout". */
const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
const MAX_VALUE = 99_999_999;

/** A `grpc-timeout` in milliseconds, parts of one counted as a whole one; `undefined` for what is none. */
export function parseGrpcTimeout(text: string | undefined): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(text ?? "") ?? [];
  const unitMs = UNITS[unit];
  return digits === undefined || unitMs === undefined ? undefined : Math.ceil(Number(digits) * unitMs);
}

/** Milliseconds as a `grpc-timeout`, in the finest unit from milliseconds up that has room for it. */
export function renderGrpcTimeout(milliseconds: number): string {
  for (const unit of ["m", "S", "M"]) {
    const value = Math.floor(milliseconds / (UNITS[unit] ?? 1));
    if (value <= MAX_VALUE) return `${value}${unit}`;
  }
  return `${Math.min(MAX_VALUE, Math.floor(milliseconds / 3_600_000))}H`;
}

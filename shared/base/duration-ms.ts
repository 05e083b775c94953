/**
 * A canonical JSON duration (`"0.250s"`) in whole milliseconds; finer parts are cut off, as Envoy does. The loader has checked the
 * form, so anything else is a bug of the caller and gives `NaN`.
 */
export function durationMs(duration: string): number {
  const [seconds = "", fraction = ""] = duration.slice(0, -1).split(".");
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, "0"));
  const wholeMs = Number(seconds) * 1000;
  return seconds.startsWith("-") ? wholeMs - milliseconds : wholeMs + milliseconds;
}

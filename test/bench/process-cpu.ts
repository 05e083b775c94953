import { readFileSync } from "node:fs";

/** The kernel counts CPU time in ticks of this length on every Linux that Node runs on (USER_HZ = 100). */
const MS_PER_TICK = 10;

/** User and system time that a process has used so far, in milliseconds. Linux only. */
export function processCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The command name stands in brackets and may hold spaces: fields are counted from behind it. utime and stime: proc(5), 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

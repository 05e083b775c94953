import { err, ok, type Result } from "../../shared/base/result.ts";
import type { ThreadConfig, ThreadReport } from "../threads/messages.ts";
import type { ThreadMember } from "./thread-member.ts";

export interface TwoPhaseOptions {
  readonly members: readonly ThreadMember[];
  configFor(member: ThreadMember): ThreadConfig;
  readonly timeoutMs: number;
}

/**
 * Brings a configuration to all threads or to none. Every thread first prepares: compiles, binds, changes nothing. Only when all
 * have said that they are ready does any of them change; one that refuses, dies or is silent for too long makes all forget what
 * they prepared.
 */
export async function updateInTwoPhases(options: TwoPhaseOptions): Promise<Result<void, string>> {
  const { members, timeoutMs } = options;
  const prepared = await Promise.all(members.map((member) => prepare(member, options.configFor(member), timeoutMs)));
  const refusal = prepared.find((outcome) => !outcome.ok);
  if (refusal !== undefined && !refusal.ok) {
    for (const member of members) member.post({ kind: "abort", version: options.configFor(member).version });
    return err(refusal.error);
  }
  // A thread that dies from here on is replaced by one that starts with the new configuration: there is no way back.
  await Promise.all(members.map((member) => commit(member, options.configFor(member).version, timeoutMs)));
  return ok(undefined);
}

async function prepare(member: ThreadMember, config: ThreadConfig, timeoutMs: number): Promise<Result<void, string>> {
  const { version } = config;
  const isAnswer = (report: ThreadReport): boolean =>
    (report.kind === "prepared" || report.kind === "refused") && report.version === version;
  const answer = await member.ask({ kind: "prepare", config }, isAnswer, timeoutMs);
  if (!answer.ok) return answer;
  return answer.value.kind === "refused" ? err(answer.value.reason) : ok(undefined);
}

async function commit(member: ThreadMember, version: number, timeoutMs: number): Promise<void> {
  const isAnswer = (report: ThreadReport): boolean => report.kind === "committed" && report.version === version;
  await member.ask({ kind: "commit", version }, isAnswer, timeoutMs);
}

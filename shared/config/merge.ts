import { DiagnosticCollector, type PositionIndex } from "../diagnostics/collector.ts";
import { ConfigPath } from "../diagnostics/config-path.ts";
import type { SourcePosition } from "../diagnostics/diagnostic.ts";
import { checkRules } from "../schema/check-rules.ts";
import type { Bootstrap } from "../schema/envoy-types.ts";
import { isJsonObject, type JsonObject } from "../schema/json-value.ts";
import { mergeMessage } from "../schema/merge-message.ts";
import { messageSchema } from "../schema/message-schema.ts";
import { findSecrets } from "../schema/secrets.ts";
import { pathSteps } from "../schema/source-positions.ts";
import { BOOTSTRAP, errorPointers, type LoadedConfig } from "./load.ts";

/**
 * Merges a second source over a first as Envoy merges `--config-yaml` over the file of `-c`, and applies the validation rules
 * to the result. Both are to be loaded with `partial: true`.
 * @param message full name of the root message of both; default Envoy's bootstrap
 */
export function mergeConfig<T = Bootstrap>(
  base: LoadedConfig<T>,
  overlay: LoadedConfig<T>,
  message: string = BOOTSTRAP,
): LoadedConfig<T> {
  const schema = messageSchema(message);
  if (schema === undefined) return base;
  // Canonical JSON of the same message, whatever its type is called.
  const json = mergeMessage(base.json as JsonObject, overlay.json as JsonObject, schema);
  const positions = new MergedPositions(base, overlay);
  const before = [...base.diagnostics, ...overlay.diagnostics];
  const collector = new DiagnosticCollector(positions);
  checkRules(json, message, collector, errorPointers(before));
  return {
    json: json as T,
    positions,
    secretPaths: findSecrets(json, message),
    diagnostics: [...before, ...collector.diagnostics],
  };
}

/** What the overlay says stands in the overlay; list elements beyond those of the base are its elements, counted from there. */
class MergedPositions implements PositionIndex {
  readonly #base: LoadedConfig<unknown>;
  readonly #overlay: LoadedConfig<unknown>;

  constructor(base: LoadedConfig<unknown>, overlay: LoadedConfig<unknown>) {
    this.#base = base;
    this.#overlay = overlay;
  }

  find(path: ConfigPath): SourcePosition | undefined {
    const steps = pathSteps(path);
    const element = listStep(this.#base.json, steps);
    if (element !== undefined) return this.#findElement(path, steps, element);
    const found = holds(this.#overlay.json, steps) ? this.#overlay.positions.find(path) : undefined;
    return found ?? this.#base.positions.find(path);
  }

  #findElement(path: ConfigPath, steps: readonly string[], { depth, length }: ListStep): SourcePosition | undefined {
    const index = Number(steps[depth]);
    if (index < length) return this.#base.positions.find(path);
    const shifted = steps.with(depth, String(index - length));
    return this.#overlay.positions.find(shifted.reduce((at, name) => at.field(name), ConfigPath.root));
  }
}

/** The first step of a path that goes into a list of the base: that list is the base's elements, then the overlay's. */
interface ListStep {
  readonly depth: number;
  readonly length: number;
}

function listStep(base: unknown, steps: readonly string[]): ListStep | undefined {
  let value = base;
  for (const [depth, step] of steps.entries()) {
    if (Array.isArray(value)) return { depth, length: value.length };
    value = childOf(value, step);
  }
  return undefined;
}

function holds(json: unknown, steps: readonly string[]): boolean {
  return steps.reduce(childOf, json) !== undefined;
}

function childOf(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return value[Number(step)];
  return isJsonObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

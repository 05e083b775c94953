import { NuncioProcess } from "../../support/nuncio-process.ts";
import { CLIENT_ADDRESS } from "./raw-client.ts";
import { NotLoaded, type RunningTarget, type Target } from "./target.ts";

/** Nuncio's Worker on workerd, started as a user starts it. */
export const edgeTarget: Target = {
  name: "edge",
  platformHeaders: [["cf-connecting-ip", CLIENT_ADDRESS]],
  start: startEdge,
};

async function startEdge(file: string): Promise<RunningTarget> {
  const nuncio = await startOrRefuse(["edge", "-c", file, "--port", "0"]);
  return {
    port: nuncio.port,
    get output() {
      return nuncio.output;
    },
    stop: async () => {
      await nuncio.stop();
    },
  };
}

async function startOrRefuse(args: readonly string[]): Promise<NuncioProcess> {
  try {
    return await NuncioProcess.start(args);
  } catch (error) {
    throw new NotLoaded(firstDiagnostic(error instanceof Error ? error.message : String(error)));
  }
}

function firstDiagnostic(output: string): string {
  const lines = output.split("\n").slice(1);
  return (lines.find((line) => line.includes(" error: ")) ?? lines[0] ?? output).slice(0, 500);
}

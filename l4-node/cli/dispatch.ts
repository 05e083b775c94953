import { RUN_USAGE } from "./run-options.ts";
import { VERSION } from "./version.ts";

/** Runs a command to its end and gives the exit code. Commands load only when they are called. */
type Command = (args: readonly string[]) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  run: async (args) => (await import("./run.ts")).runServer(args),
  validate: async (args) => (await import("./validate.ts")).runValidate(args),
  build: async (args) => (await import("./build.ts")).runBuild(args),
  edge: async (args) => (await import("./edge.ts")).runEdge(args),
  routes: () => notYet("routes"),
  explain: () => notYet("explain"),
};

const USAGE = `${RUN_USAGE}

Other commands; each says more when it is called without arguments:
  nuncio edge -c FILE [--port N]                  the Worker host, locally on workerd
  nuncio build -c FILE -o OUT                     the configuration as the Worker reads it
  nuncio validate -c FILE [--target edge|node]    everything there is to say about a configuration
  nuncio --version`;

/** `nuncio ARGS`: the first argument names the command; an option there means `run`. */
export async function dispatch(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === "--help" || first === "-h" || first === "help") return say(USAGE, 0);
  if (first === "--version" || first === "version") return say(`nuncio ${VERSION}`, 0);
  if (first === undefined) return complain(USAGE);
  if (first.startsWith("-")) return COMMANDS["run"]?.(args) ?? 1;
  if (!Object.hasOwn(COMMANDS, first)) return complain(`nuncio: unknown command "${first}"\n\n${USAGE}`);
  return COMMANDS[first]?.(rest) ?? 1;
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

function complain(text: string): number {
  console.error(text);
  return 1;
}

function notYet(command: string): Promise<number> {
  console.error(`nuncio ${command}: not implemented yet`);
  return Promise.resolve(2);
}

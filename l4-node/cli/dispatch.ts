import { RUN_USAGE } from "./run-options.ts";
import { VERSION } from "./version.ts";

interface Command {
  readonly usage: string;
  /** Runs the command to its end and gives the exit code. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** Commands load only when they are called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  async run() {
    const { runServer } = await import("./run.ts");
    return { usage: RUN_USAGE, run: runServer };
  },
  async validate() {
    const { runValidate, VALIDATE_USAGE } = await import("./validate.ts");
    return { usage: VALIDATE_USAGE, run: runValidate };
  },
  async build() {
    const { runBuild, BUILD_USAGE } = await import("./build.ts");
    return { usage: BUILD_USAGE, run: runBuild };
  },
  async edge() {
    const { runEdge, EDGE_USAGE } = await import("./edge.ts");
    return { usage: EDGE_USAGE, run: runEdge };
  },
  async routes() {
    const { runRoutes, ROUTES_USAGE } = await import("./routes.ts");
    return { usage: ROUTES_USAGE, run: runRoutes };
  },
  async explain() {
    const { runExplain, EXPLAIN_USAGE } = await import("./explain.ts");
    return { usage: EXPLAIN_USAGE, run: runExplain };
  },
};

const USAGE = `${RUN_USAGE}

Other commands; each says more with --help:
  nuncio edge -c FILE [--port N]                  the Worker host, locally on workerd
  nuncio build -c FILE -o OUT                     the configuration as the Worker reads it
  nuncio validate -c FILE [--target edge|node]    everything there is to say about a configuration
  nuncio routes -c FILE --test TESTS [--coverage] tests of a route table
  nuncio explain -c FILE URL                      why a request goes where it goes
  nuncio --version`;

/** `nuncio ARGS`: the first argument names the command; an option there means `run`. */
export async function dispatch(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (isHelp(first) || first === "help") return say(USAGE, 0);
  if (first === "--version" || first === "version") return say(`nuncio ${VERSION}`, 0);
  if (first === undefined) return complain(USAGE);
  if (first.startsWith("-")) return runCommand("run", args);
  if (!Object.hasOwn(COMMANDS, first)) return complain(`nuncio: unknown command "${first}"\n\n${USAGE}`);
  return runCommand(first, rest);
}

async function runCommand(name: string, args: readonly string[]): Promise<number> {
  const command = await COMMANDS[name]?.();
  if (command === undefined) return 1;
  return isHelp(args[0]) ? say(command.usage, 0) : command.run(args);
}

function isHelp(argument: string | undefined): boolean {
  return argument === "--help" || argument === "-h";
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

function complain(text: string): number {
  console.error(text);
  return 1;
}

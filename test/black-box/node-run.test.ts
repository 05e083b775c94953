import { readFile, rename, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, it } from "vitest";
import { NuncioProcess, runNuncio } from "../support/nuncio-process.ts";
import { writeConfig } from "../support/sample-config.ts";
import { askOnce, TcpBackend, TcpClient } from "../support/tcp-backend.ts";
import { bootstrapText, loopbackCluster, tcpListener } from "../support/tcp-config.ts";

const admin = { address: { socketAddress: { address: "127.0.0.1", portValue: 0 } } };

describe("nuncio run", () => {
  let one: TcpBackend;
  let two: TcpBackend;
  const running: NuncioProcess[] = [];

  beforeEach(async () => {
    one = await TcpBackend.start("one");
    two = await TcpBackend.start("two");
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((nuncio) => nuncio.stop("SIGKILL")));
    await Promise.all([one.stop(), two.stop()]);
  });

  function configTo(cluster: string): string {
    const clusters = [loopbackCluster("one", [one.port]), loopbackCluster("two", [two.port])];
    return bootstrapText([tcpListener("tcp", { cluster })], clusters, { admin });
  }

  async function start(file: string, ...args: readonly string[]): Promise<NuncioProcess> {
    const nuncio = await NuncioProcess.start(["-c", file, "--concurrency", "2", ...args]);
    running.push(nuncio);
    return nuncio;
  }

  it("prints one ready line with the real ports, and forwards", async ({ expect }) => {
    const nuncio = await start(await writeConfig("envoy.json", configTo("one")));
    expect(nuncio.readyLine).toMatch(
      /^nuncio: ready listener tcp on 127\.0\.0\.1:[1-9]\d* admin 127\.0\.0\.1:[1-9]\d*$/,
    );
    expect(await askOnce(nuncio.port, "hello")).toBe("one:hello");
  });

  it("SIGTERM keeps accepting for the drain time, then closes and ends with 0", async ({ expect }) => {
    const nuncio = await start(await writeConfig("envoy.json", configTo("one")), "--drain-time-s", "2");
    const open = await TcpClient.connect(nuncio.port);
    await open.ask("a");
    nuncio.signal("SIGTERM");
    const drain = nuncio.ended();
    expect(await askOnce(nuncio.port, "b")).toBe("one:b");
    expect(await open.ask("c")).toBe("one:c");
    expect(await drain).toBe(0);
    expect(await open.closed).toBe("end");
  });

  it("a second signal ends the drain time", async ({ expect }) => {
    const nuncio = await start(await writeConfig("envoy.json", configTo("one")));
    const open = await TcpClient.connect(nuncio.port);
    await open.ask("a");
    nuncio.signal("SIGINT");
    expect(await askOnce(nuncio.port, "b")).toBe("one:b");
    expect(await nuncio.stop("SIGINT")).toBe(0);
    expect(await open.closed).toBe("end");
  });

  it("a changed file is brought in, a wrong one is not", async ({ expect }) => {
    const file = await writeConfig("envoy.json", configTo("one"));
    const nuncio = await start(file);
    await writeFile(file, configTo("two"));
    await nuncio.printed(/nuncio: configuration updated\n/);
    expect(await askOnce(nuncio.port, "a")).toBe("two:a");

    await writeFile(`${file}.new`, configTo("two").replace('"cluster"', '"clutser"'));
    await rename(`${file}.new`, file);
    await nuncio.printed(/configuration refused, the old one stays/);
    expect(nuncio.output).toMatch(/envoy\.json:\d+:\d+ .*TcpProxy has no field "clutser"/);
    expect(await askOnce(nuncio.port, "b")).toBe("two:b");
  });

  it("SIGHUP reads the file again", async ({ expect }) => {
    const nuncio = await start(await writeConfig("envoy.json", configTo("one")));
    nuncio.signal("SIGHUP");
    await nuncio.printed(/nuncio: configuration unchanged\n/);
    expect(await askOnce(nuncio.port, "a")).toBe("one:a");
  });

  it("a second instance on the same port says so and ends with 1", async ({ expect }) => {
    const first = await start(await writeConfig("envoy.json", configTo("one")));
    const text = configTo("two").replace('"portValue": 0', `"portValue": ${first.port}`);
    const second = await runNuncio(["-c", await writeConfig("envoy.json", text), "--concurrency", "2"]);
    expect(second).toEqual({
      code: 1,
      output: `nuncio: cannot start: listener tcp: cannot bind 127.0.0.1:${first.port}: address already in use\n`,
    });
    expect(await askOnce(first.port, "a")).toBe("one:a");
  });

  it("of two that start together on one port exactly one serves", async ({ expect }) => {
    const port = (await start(await writeConfig("envoy.json", configTo("one")))).port;
    await running.pop()?.stop("SIGKILL");
    const file = await writeConfig("envoy.json", configTo("two").replace('"portValue": 0', `"portValue": ${port}`));
    const outcomes = await Promise.allSettled([start(file), start(file), start(file)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await askOnce(port, "a")).toBe("two:a");
  });

  it("--admin-address-path, --config-yaml and --service-node have their effect", async ({ expect }) => {
    const file = await writeConfig("envoy.json", bootstrapText([], [], { admin }));
    const path = `${file}.admin`;
    const yaml = `static_resources: { clusters: [{ name: added }] }`;
    await start(
      file,
      "--admin-address-path",
      path,
      "--config-yaml",
      yaml,
      "--service-node",
      "n7",
      "--service-cluster",
      "c7",
    );
    const address = await readFile(path, "utf8");
    const info = await (await fetch(`http://${address}/server_info`)).json();
    expect(info).toMatchObject({ node: { id: "n7", cluster: "c7" }, command_line_options: { concurrency: 2 } });
    expect(await (await fetch(`http://${address}/clusters`)).text()).toContain("added::observability_name::added");
  });
});

describe("nuncio", () => {
  it("says how it is used when it is asked, and when it is not understood", async ({ expect }) => {
    const [help, helpOfEdge, version, none, unknown, option, incomplete] = await Promise.all([
      runNuncio(["--help"]),
      runNuncio(["edge", "--help"]),
      runNuncio(["--version"]),
      runNuncio([]),
      runNuncio(["dance"]),
      runNuncio(["-c", "a", "--dance"]),
      runNuncio(["routes"]),
    ]);
    expect(help).toMatchObject({ code: 0, output: expect.stringContaining("usage: nuncio [run] -c FILE") });
    expect(helpOfEdge).toMatchObject({ code: 0, output: expect.stringContaining("usage: nuncio edge -c FILE") });
    expect(version).toMatchObject({ code: 0, output: expect.stringMatching(/^nuncio \d+\.\d+\.\d+\n$/) });
    expect(none.code).toBe(1);
    expect(unknown).toMatchObject({ code: 1, output: expect.stringContaining('unknown command "dance"') });
    expect(option).toMatchObject({ code: 1, output: expect.stringContaining("--dance") });
    expect(incomplete).toMatchObject({ code: 1, output: expect.stringContaining("usage: nuncio routes -c FILE") });
  });

  it("validate prints every problem and what is supported", async ({ expect }) => {
    const listener = tcpListener("tcp", { cluster: "one" });
    const good = await writeConfig("good.json", bootstrapText([listener], [loopbackCluster("one", [])]));
    const bad = await writeConfig("bad.json", bootstrapText([listener, listener], [], { admin: {} }));
    const [accepted, refused, missing, sameAsRun] = await Promise.all([
      runNuncio(["validate", "-c", good]),
      runNuncio(["validate", "-c", bad, "--target", "node"]),
      runNuncio(["validate", "-c", "/nowhere/envoy.yaml"]),
      runNuncio(["-c", good, "--mode", "validate"]),
    ]);
    expect(accepted).toMatchObject({ code: 0, output: expect.stringContaining("configuration OK for node") });
    expect(accepted.output).toMatch(/fields set: \d+ supported, 0 approximated, 0 ignored, 0 unsupported/);
    expect(sameAsRun).toEqual(accepted);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("duplicate listener 'tcp' [listener.duplicate]");
    expect(missing).toMatchObject({ code: 1, output: expect.stringContaining("[config.unreadable]") });
  });
});

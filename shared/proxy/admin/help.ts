import type { AdminCommand } from "./admin-command.ts";

/** The list that `/help` prints, by path. */
export function renderHelp(commands: readonly AdminCommand[]): string {
  return `admin commands are:\n${sorted(commands).map(renderCommand).join("")}`;
}

/** The same as a page, with links where a plain visit does no harm. */
export function renderHomePage(commands: readonly AdminCommand[]): string {
  const rows = sorted(commands).map(({ path, help, mutates }) => {
    const shown = mutates ? `${path} (POST)` : `<a href="${path.slice(1)}">${path}</a>`;
    return `<tr><td>${shown}</td><td>${help}</td></tr>\n`;
  });
  return `<!DOCTYPE html>\n<html lang="en">\n<head><title>Nuncio Admin</title></head>\n<body>\n<table>\n${rows.join("")}</table>\n</body>\n</html>\n`;
}

function sorted(commands: readonly AdminCommand[]): readonly AdminCommand[] {
  return commands.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function renderCommand({ path, help, params = {}, mutates }: AdminCommand): string {
  const lines = Object.entries(params).map(([name, meaning]) => `      ${name}: ${meaning}\n`);
  return `  ${path}${mutates ? " (POST)" : ""}: ${help}\n${lines.join("")}`;
}

/** Options that several commands share, and how they are checked: all problems at once. */
import { readFileSync } from "node:fs";
import type { Argv, Options } from "yargs";
import { columns } from "../report/text.ts";
import { topicIdProblem } from "../sink/topics.ts";

export const PRESENTATION = {
  quiet: {
    alias: "q",
    type: "boolean",
    default: false,
    describe: "No progress and no notes on standard error; errors remain",
  },
  color: {
    type: "boolean",
    describe: "Colours; --no-color for none (default: only on a terminal)",
  },
} as const satisfies Record<string, Options>;

export const ORIGIN = {
  site: {
    type: "string",
    default: "default",
    describe: "Name of the site: part of topics, tags and device ids",
  },
  sensor: { type: "string", default: "replay", describe: "Name of the sensor" },
} as const satisfies Record<string, Options>;

export const BROKER = {
  "mqtt-username": { type: "string", describe: "User name at the broker" },
  "mqtt-password-file": { type: "string", describe: "File that holds the broker's password" },
} as const satisfies Record<string, Options>;

/**
 * Declares the options of a command. Each can also be set as `AUSCULT_<NAME>`: below the command line,
 * above the default. Only the options of the command that runs are read, so that one environment serves
 * all commands.
 */
export function declare<Arguments>(
  argv: Argv,
  options: Readonly<Record<string, Options>>,
  environment: NodeJS.ProcessEnv,
): Argv<Arguments> {
  const found: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(options)) {
    const text = environment[`AUSCULT_${name.toUpperCase().replaceAll("-", "_")}`];
    if (text === undefined || text === "") continue;
    found[name] = option.type === "boolean" ? /^(?:1|true|yes|on)$/i.test(text) : text;
  }
  // yargs types an option by the name it is declared with; what it hands over is in camel case too.
  return argv.options(options).config(found) as unknown as Argv<Arguments>;
}

/** The head of a help text: what the command is, then examples, because that is what people look for. */
export function usage(
  command: string,
  description: string,
  examples: readonly (readonly [command: string, what: string])[],
): string {
  // A prompt, because yargs takes leading spaces away.
  const lines = columns(examples, 0).map((line) => `$ ${line}`);
  return [`auscult ${command}`, "", description, "", "Examples:", ...lines].join("\n");
}

/** Why a URL cannot be used; undefined when it can. */
export function urlProblem(
  option: string,
  text: string,
  protocols: readonly string[],
): string | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return `--${option}: not a URL; write for instance ${protocols[0]}//127.0.0.1`;
  }
  if (!protocols.includes(url.protocol)) {
    return `--${option}: the URL must begin with ${protocols.map((p) => `${p}//`).join(" or ")}`;
  }
  if (url.username !== "" || url.password !== "") {
    const variable = option === "influx" ? "INFLUX" : "MQTT";
    return `--${option}: no credentials in the URL, other users of this machine could read them; use AUSCULT_${variable}_USERNAME and AUSCULT_${variable}_PASSWORD_FILE`;
  }
  return undefined;
}

export const MQTT_PROTOCOLS = ["mqtt:", "mqtts:", "ws:", "wss:"] as const;
export const INFLUX_PROTOCOLS = ["http:", "https:"] as const;

export function originProblems(site: string, sensor: string): string[] {
  const problems = [topicIdProblem("--site", site), topicIdProblem("--sensor", sensor)];
  return problems.filter((problem) => problem !== undefined);
}

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** Reads the password from its file, without the line feed at its end. Problems go to `problems`. */
export function credentials(
  username: string | undefined,
  passwordFile: string | undefined,
  problems: string[],
): Credentials {
  const password =
    passwordFile === undefined ? undefined : readOperatorFile(passwordFile, problems)?.toString();
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.replace(/\r?\n$/, "") }),
  };
}

/** A file that an option names; undefined, and a problem, when it cannot be read. */
export function readOperatorFile(path: string, problems: string[]): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    problems.push(`${path}: ${fileReason(error)}`);
    return undefined;
  }
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "may not be read",
  EISDIR: "is a folder",
  ENOTDIR: "is not a folder",
};

export function fileReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return FILE_REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}

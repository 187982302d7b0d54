/** What the page must be told about its deployment: `/config.json`, on its own host. */

import type { Config } from "./model";

let loaded: Config | undefined;

export async function loadConfig(): Promise<Config> {
  const answer = await fetch("/config.json", { cache: "no-cache" });
  if (!answer.ok) throw new Error(`config.json answered ${answer.status}`);
  loaded = (await answer.json()) as Config;
  return loaded;
}

/** The configuration; `loadConfig` has run before anything is shown. */
export function config(): Config {
  if (!loaded) throw new Error("the configuration is not loaded");
  return loaded;
}

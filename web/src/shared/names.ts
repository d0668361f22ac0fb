// Names of regions, programmes, awards and projects in both languages, read once for a page.

import { useAnswer } from "./answer";
import { all, ask } from "./api";
import { say } from "./words";

interface Coded {
  code: string;
  name_zh: string;
  name_en: string;
}

export interface Region extends Coded {
  kind: string;
  parent: string | null;
}

export interface Programme extends Coded {
  parent: string | null;
}

export interface Project extends Coded {
  occupation: string;
  award: string;
  hours_min: number;
}

export interface Catalogue {
  regions: ReadonlyMap<string, Region>;
  programmes: ReadonlyMap<string, Programme>;
  awards: ReadonlyMap<string, Coded>;
  projects: readonly Project[];
}

function byCode<T extends Coded>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.code, row]));
}

async function read(): Promise<Catalogue> {
  const [regions, programmes, awards, projects] = await Promise.all([
    ask<Region[]>("v1/regions"),
    ask<Programme[]>("v1/programmes"),
    ask<Coded[]>("v1/awards"),
    all<Project>("v1/projects"),
  ]);
  return { regions: byCode(regions), programmes: byCode(programmes), awards: byCode(awards), projects };
}

export function useCatalogue() {
  return useAnswer(read, []);
}

export function nameOf(names: ReadonlyMap<string, Coded>, code: string | null): string {
  const found = code === null ? undefined : names.get(code);
  return found ? say(found.name_zh, found.name_en) : (code ?? "—");
}

/** A county behind its city. */
export function placeOf(regions: ReadonlyMap<string, Region>, code: string): string {
  const region = regions.get(code);
  const parent = region?.parent ? regions.get(region.parent) : undefined;
  const city = parent && parent.kind !== "province" ? nameOf(regions, parent.code) : "";
  return [city, nameOf(regions, code)].filter(Boolean).join(say("", ", "));
}

// Names of regions, on the pages of services that only keep a copy of them; the code stands where no name was told.

import { useAnswer } from "./answer";
import { ask } from "./api";
import { say } from "./words";

export interface Place {
  code: string;
  parent: string | null;
  name_zh: string | null;
  name_en: string | null;
}

export type Places = ReadonlyMap<string, Place>;

async function read(): Promise<Places> {
  const found = await ask<Place[]>("v1/region-names");
  return new Map(found.map((each) => [each.code, each]));
}

/** Empty until they are there: a page does not wait for names. */
export function usePlaces(): Places {
  return useAnswer(read, []).found ?? new Map();
}

/** A county behind its city, as people say it. */
export function placeName(places: Places, code: string | null): string {
  if (code === null) return "—";
  const place = places.get(code);
  const parent = place?.parent ? places.get(place.parent) : undefined;
  const called = (one: Place | undefined) => (one ? say(one.name_zh ?? one.code, one.name_en ?? one.code) : "");
  // The province stands before nothing.
  const city = parent?.parent ? called(parent) : "";
  return [city, called(place) || code].filter(Boolean).join(say("", ", "));
}

// Who is signed in. The session itself is in a cookie that no script can read.

import { useCallback, useEffect, useState } from "preact/hooks";
import { ask, path, type Refused, send } from "./api";

export interface SignedIn {
  person: string;
  role: string;
  organisation: string | null;
  region: string | null;
}

export interface Person {
  id: string;
  name_zh: string;
  name_en: string;
  role: string;
  is_me: boolean;
}

export interface Session {
  signed_in: SignedIn | null;
  /** Whether they came by that provider, where their session may go on. */
  by_provider: boolean;
  /** What the door of the operator's provider is called, where there is one. */
  provider: { name_zh: string; name_en: string } | null;
  people: Person[];
  /** Where the pages of each service are; empty where nobody said. */
  pages: Readonly<Record<string, string>>;
}

/** The page to sign in, which leads back to what is shown here. */
export function signInAndBack(): string {
  return path("sign-in", { to: `/${location.pathname.split("/").pop()}${location.search}` });
}

export function useSession() {
  const [session, setSession] = useState<Session | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const look = useCallback(async () => {
    try {
      setSession(await ask<Session>("session"));
      setRefused(null);
    } catch (error) {
      setRefused(error as Refused);
    }
  }, []);
  useEffect(() => {
    void look();
  }, [look]);
  const begin = async (id: string) => {
    await send("session", "POST", { id });
    await look();
  };
  const end = async () => {
    await send("session", "DELETE");
    await look();
  };
  return { session, refused, look, begin, end };
}

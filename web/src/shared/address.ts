// What a page shows is in its address: it can be sent, printed, reloaded, and left and returned to by the back button.

import { useEffect, useState } from "preact/hooks";

const CHANGED = "address-changed";

export function given(): URLSearchParams {
  return new URLSearchParams(location.search);
}

/** Put `changes` into the address; null takes a name out of it. */
export function change(changes: Readonly<Record<string, string | null>>, { replace = false } = {}): void {
  const next = given();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const query = next.toString();
  const address = `${location.pathname}${query && `?${query}`}${location.hash}`;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  dispatchEvent(new Event(CHANGED));
}

export function useAddress(): URLSearchParams {
  const [now, setNow] = useState(given);
  useEffect(() => {
    const listener = () => setNow(given());
    addEventListener("popstate", listener);
    addEventListener(CHANGED, listener);
    return () => {
      removeEventListener("popstate", listener);
      removeEventListener(CHANGED, listener);
    };
  }, []);
  return now;
}

// A provider of OpenID Connect for tests: the package oidc-provider, with a few accounts and its own page to sign in.
//
//   node tests/support/provider.mjs '{"issuer": "http://127.0.0.1:9000", "accounts": {"li": {"role": "reviewer"}}, "clients": [...]}'
//
// It prints a line once it answers. POST /test/keys gives it new keys, as if the old ones had been retired.

import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const { Provider } = await import("../../web/node_modules/oidc-provider/lib/index.js");

const { issuer, accounts, clients } = JSON.parse(process.argv[2]);

function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" };
}

function provider() {
  return new Provider(issuer, {
    clients,
    jwks: { keys: [newKey()] },
    cookies: { keys: ["a key of the tests"] },
    claims: { openid: ["sub", "role", "org", "region", "post"] },
    conformIdTokenClaims: false,
    enabledJWA: { idTokenSigningAlgValues: ["RS256", "HS256"] },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
    ttl: { IdToken: 300, AccessToken: 300, AuthorizationCode: 60, Grant: 600, Interaction: 600, Session: 600 },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    // The services are its own: nobody is asked whether they may know who signs in.
    loadExistingGrant: async (context) => {
      const { client, session, provider } = context.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
  });
}

let answer = provider().callback();

createServer((request, response) => {
  if (request.method === "POST" && request.url === "/test/keys") {
    answer = provider().callback();
    response.end();
    return;
  }
  answer(request, response);
}).listen(new URL(issuer).port, "127.0.0.1", () => console.log("ready"));

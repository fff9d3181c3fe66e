// A provider of sign-ins for tests: oidc-provider with one client, whose page asks for a name and nothing else.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.TOOLS}/package.json`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const port = Number(process.env.PORT);
const issuer = `http://127.0.0.1:${port}`;
const groups = { boss: ["administrators", "unknown here"], carla: ["collection"] };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "tabellion",
      client_secret: process.env.SECRET,
      redirect_uris: process.env.BACK.split(" "),
      response_types: ["code"],
      grant_types: ["authorization_code"],
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  claims: { openid: ["sub", "amr"], profile: ["preferred_username", "groups"] },
  conformIdTokenClaims: false,
  cookies: { keys: [process.env.SECRET] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/name/${interaction.uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, groups: groups[id] ?? [] }),
  }),
  async loadExistingGrant(ctx) {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/name/")) return next();
  const name = ctx.query.name;
  if (!name) {
    ctx.type = "html";
    ctx.body = `<!doctype html><title>Who</title><form><label>Name <input name=name></label><button>It is me</button></form>`;
    return undefined;
  }
  const amr = ctx.query.amr ? [ctx.query.amr] : ["pwd"];
  const result = name === "nobody" ? { error: "access_denied" } : { login: { accountId: name, amr } };
  return provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
});

provider.listen(port, "127.0.0.1");

// npm's oidc-provider with the clients and people of the benchmark: node server.js DIRECTORY PORT [each].

import { generateKeyPairSync, randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import Provider from 'oidc-provider';
import { Store, adapters, open } from './adapter.js';

const [here, port, commits] = process.argv.slice(2);
const { client, people, password } = JSON.parse(readFileSync(`${here}/bench.json`, 'utf8'));
const SCRYPT = { N: 2 ** 14, r: 8, p: 1 };
const hash = promisify(scrypt);

const db = open(`${here}/db.sqlite3`);
const store = new Store(db, commits);
const findPerson = db.prepare('SELECT * FROM people WHERE username = ?');

function found() {
  const add = db.prepare('INSERT OR IGNORE INTO people VALUES (?, ?, ?)');
  const salt = randomBytes(16);
  const hashed = scryptSync(password, salt, 32, SCRYPT);
  db.transaction(() => people.forEach((name) => add.run(name, salt, hashed)))();
}

function keys() {
  const path = `${here}/keys.json`;
  if (!existsSync(path)) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'bench' };
    writeFileSync(path, JSON.stringify({ keys: [jwk] }));
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}

async function isRight(username, given) {
  const person = findPerson.get(username);
  return person && timingSafeEqual(await hash(given, person.salt, 32, SCRYPT), person.hash);
}

found();
const cookieKey = randomBytes(32).toString('hex');
const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: adapters(store),
  clients: [client],
  jwks: keys(),
  cookies: { keys: [cookieKey] },
  scopes: ['openid', 'profile', 'email', 'offline_access', 'api'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({ scope: 'api', accessTokenFormat: 'jwt' }),
    },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (ctx, one) => one.grantTypeAllowed('refresh_token'),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: async (ctx, id) => findPerson.get(id) && {
    accountId: id,
    claims: async () => ({
      sub: id, name: `Person ${id}`, email: `${id}@example.com`, email_verified: true,
    }),
  },
  loadExistingGrant: async (ctx) => {
    const { session, client: one, provider: here_ } = ctx.oidc;
    const known = session.grantIdFor(one.clientId);
    if (known) return here_.Grant.find(known);
    const grant = new here_.Grant({ clientId: one.clientId, accountId: session.accountId });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

provider.use(async (ctx, next) => {
  if (ctx.path.startsWith('/interaction/')) await interaction(ctx);
  else await next();
  if (store.dirty || store.flushing) await store.commit();
});

async function interaction(ctx) {
  if (ctx.method === 'GET') {
    await provider.interactionDetails(ctx.req, ctx.res);
    ctx.type = 'html';
    ctx.body = '<form method="post"><input name="username"><input name="password" type="password">'
      + '<button>Sign in</button></form>';
    return;
  }
  const form = await body(ctx.req);
  if (!(await isRight(form.get('username'), form.get('password')))) ctx.throw(401);
  const login = { accountId: form.get('username') };
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, { login }));
  ctx.status = 303;
}

provider.listen(Number(port), '127.0.0.1');

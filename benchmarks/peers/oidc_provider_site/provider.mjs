// oidc-provider with one client and one person: node provider.mjs '{"port": …, "file": …, "algorithm": …, "client": …}'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

import { adapterOf } from './storage.mjs'

const told = JSON.parse(process.argv[2])
const { Provider } = await import(pathToFileURL(createRequire(`${told.modules}/`).resolve('oidc-provider')))

const signingKey = () => {
  const pair =
    told.algorithm === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...pair.privateKey.export({ format: 'jwk' }), use: 'sig', alg: told.algorithm, kid: 'bench' }
}

const provider = new Provider(told.issuer, {
  adapter: adapterOf(told.file),
  clients: [{
    client_id: told.client.id,
    client_secret: told.client.secret,
    redirect_uris: [told.client.callback],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    id_token_signed_response_alg: told.algorithm,
  }],
  jwks: { keys: [signingKey()] },
  cookies: { keys: ['a key of the benchmark'] },
  scopes: ['openid', 'profile', 'offline_access'],
  claims: { openid: ['sub'], profile: ['name', 'preferred_username'] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: { enabled: false },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
  findAccount: (_context, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, name: 'Zhang Peng', preferred_username: id }),
  }),
  // Silent: whoever is signed in has agreed; what was agreed is kept for the session.
  loadExistingGrant: async (context) => {
    const { session, client } = context.oidc
    const known = session.grantIdFor(client.clientId)
    if (known) return provider.Grant.find(known)
    const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId })
    grant.addOIDCScope('openid profile offline_access')
    await grant.save()
    return grant
  },
  ttl: { Session: 86400, Grant: 86400, AccessToken: 3600, AuthorizationCode: 600, RefreshToken: 86400,
    IdToken: 3600, ClientCredentials: 3600, Interaction: 3600 },
})
createServer(provider.callback()).listen(told.port, '127.0.0.1')

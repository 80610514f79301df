// Sites that use openid-client, told what to do by lines of JSON: {"number", "call", …} in, {"number", "result"} or
// {"number", "error"} out.
// All they know of the portal is its issuer; everything else they discover.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
// openid-client has no function of its own for logout tokens.
import { createRemoteJWKSet, jwtVerify } from 'jose'
import * as client from 'openid-client'

const sites = new Map()
const keys = {}
const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout'

const authentication = {
  client_secret_basic: client.ClientSecretBasic,
  client_secret_post: client.ClientSecretPost,
  client_secret_jwt: client.ClientSecretJwt,
  private_key_jwt: () => client.PrivateKeyJwt({ key: keys.signing.privateKey, kid: 'signing' }),
  none: client.None,
}

const ways = {
  hybrid: client.useCodeIdTokenResponseType,
  detached: client.enableDetachedSignatureResponseChecks,
  implicit: client.useIdTokenResponseType,
  secured: client.useJwtResponseMode,
  decrypting: (config) =>
    client.enableDecryptingResponses(config, undefined, { key: keys.decryption.privateKey, kid: 'decryption' }),
}

// Signatures of id_tokens from the token endpoint are checked too: the library believes TLS otherwise.
const always = [client.allowInsecureRequests, client.enableNonRepudiationChecks]

const calls = {
  async makeKeys() {
    const { subtle } = globalThis.crypto
    const ec = { name: 'ECDSA', namedCurve: 'P-256' }
    const rsa = { name: 'RSA-OAEP', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }
    keys.signing = await subtle.generateKey(ec, true, ['sign', 'verify'])
    keys.decryption = await subtle.generateKey(rsa, true, ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'])
    const { kty, crv, x, y } = await subtle.exportKey('jwk', keys.signing.publicKey)
    const { kty: type, n, e } = await subtle.exportKey('jwk', keys.decryption.publicKey)
    return [
      { kty, crv, x, y, kid: 'signing', use: 'sig', alg: 'ES256' },
      { kty: type, n, e, kid: 'decryption', use: 'enc', alg: 'RSA-OAEP-256' },
    ]
  },

  async discover({ issuer, client_id, method, metadata, using, algorithm = 'oidc' }) {
    const auth = authentication[method](metadata.client_secret)
    const execute = [...always, ...using.filter((name) => name in ways).map((name) => ways[name])]
    const config = await client.discovery(new URL(issuer), client_id, metadata, auth, { execute, algorithm })
    const proofs = using.includes('dpop') && client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
    sites.set(client_id, { config, options: proofs ? { DPoP: proofs } : {}, people: new Map() })
    return config.serverMetadata()
  },

  async register({ issuer, metadata }) {
    const config = await client.dynamicClientRegistration(new URL(issuer), metadata, client.ClientSecretBasic(), {
      execute: always,
    })
    const registered = config.clientMetadata()
    sites.set(registered.client_id, { config })
    return registered
  },

  async authorizationUrl({ client_id, parameters, signed, pushed }) {
    const site = sites.get(client_id)
    site.verifier = client.randomPKCECodeVerifier()
    site.checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce() }
    if (parameters.max_age) site.checks.maxAge = Number(parameters.max_age)
    const request = {
      state: site.checks.expectedState,
      nonce: site.checks.expectedNonce,
      code_challenge: await client.calculatePKCECodeChallenge(site.verifier),
      code_challenge_method: 'S256',
      ...parameters,
    }
    const signingKey = { key: keys.signing?.privateKey, kid: 'signing' }
    const url = signed
      ? await client.buildAuthorizationUrlWithJAR(site.config, request, signingKey)
      : client.buildAuthorizationUrl(site.config, request)
    if (!pushed) return url.href
    const answer = await client.buildAuthorizationUrlWithPAR(site.config, url.searchParams, site.options)
    return answer.href
  },

  async codeGrant({ client_id, address, form, parameters }) {
    const { config, checks, verifier, options } = sites.get(client_id)
    const expected = { ...checks, pkceCodeVerifier: verifier }
    const tokens = await client.authorizationCodeGrant(config, arrived(address, form), expected, parameters, options)
    const { sid, sub } = tokens.claims()
    sites.get(client_id).people.set(sid, sub)
    return { ...tokens, claims: tokens.claims() }
  },

  // Where all sites of this script hear of sign-outs: http://127.0.0.1:<port>/<client_id>.
  async listen() {
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (piece) => (body += piece))
      request.on('end', async () => {
        const heard = await hear(request.url.slice(1), new URLSearchParams(body).get('logout_token')).catch(told)
        response.writeHead(heard ? 400 : 200, { 'Cache-Control': 'no-store', 'Content-Type': 'application/json' })
        response.end(JSON.stringify(heard ?? {}))
      })
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    return server.address().port
  },

  people: ({ client_id }) => Object.fromEntries(sites.get(client_id).people),

  async implicit({ client_id, address, form }) {
    const { config, checks } = sites.get(client_id)
    const { expectedNonce, ...rest } = checks
    return client.implicitAuthentication(config, arrived(address, form), expectedNonce, rest)
  },

  userinfo: ({ client_id, token, subject }) => {
    const { config, options } = sites.get(client_id)
    return client.fetchUserInfo(config, token, subject, options)
  },
  refresh: async ({ client_id, token }) => {
    const { config, options } = sites.get(client_id)
    const tokens = await client.refreshTokenGrant(config, token, undefined, options)
    return { ...tokens, claims: tokens.claims() }
  },
  revoke: ({ client_id, token }) => client.tokenRevocation(sites.get(client_id).config, token),
  introspect: ({ client_id, token }) => client.tokenIntrospection(sites.get(client_id).config, token),
  clientCredentials: ({ client_id, parameters }) =>
    client.clientCredentialsGrant(sites.get(client_id).config, parameters),
  device: ({ client_id, parameters }) => client.initiateDeviceAuthorization(sites.get(client_id).config, parameters),
  poll: async ({ client_id, device }) => {
    const tokens = await client.pollDeviceAuthorizationGrant(sites.get(client_id).config, device)
    return { ...tokens, claims: tokens.claims() }
  },
  endSessionUrl: ({ client_id, parameters }) =>
    client.buildEndSessionUrl(sites.get(client_id).config, parameters).href,
}

// OpenID Connect Back-Channel Logout 1.0, section 2.6. Throws when the token is none for this site.
async function hear(client_id, token) {
  const { config, people } = sites.get(client_id)
  const { issuer, jwks_uri } = config.serverMetadata()
  const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer,
    audience: client_id,
    typ: 'logout+jwt',
    requiredClaims: ['iat', 'exp', 'jti', 'sid', 'events'],
    maxTokenAge: '2 minutes',
  })
  if ('nonce' in payload || !(LOGOUT in payload.events)) throw new Error('this is no logout token')
  if (people.get(payload.sid) === payload.sub) people.delete(payload.sid)
}

// What a site's framework would hand to the library: the address, or the request that a form has made.
function arrived(address, form) {
  if (Object.keys(form).length === 0) return new URL(address)
  return new Request(address, { method: 'POST', body: new URLSearchParams(form) })
}

function told(error) {
  const { name, message, code, error: refusal, error_description, status } = error
  const cause = error.cause instanceof Error ? error.cause.message : error.cause
  return { name, message, code, refusal, error_description, status, cause }
}

async function answer({ number, call, ...parameters }) {
  try {
    return { number, result: await calls[call](parameters) }
  } catch (error) {
    return { number, error: told(error) }
  }
}

// Nobody waits for the call before: one may be polling for minutes.
createInterface({ input: process.stdin }).on('line', async (line) => {
  process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + '\n')
})

// The whole app: two ways to an access token, and a call of the API with it. Nothing is written down but the attempt
// under way, in this tab's own storage, until the answer is here.

const { issuer, clientId, api } = document.querySelector("main").dataset;
const SCOPE = "profile people.read";
const ATTEMPT = "single_page_attempt";
const here = `${location.origin}/`;
let token = "";

class Problem extends Error {
  constructor(message, values = {}) {
    super(message);
    this.values = values;
  }
}

// ---- what is shown

function say(name, values = {}) {
  const words = document.querySelector(`template[data-say="${name}"]`).content.textContent;
  return words.replace(/\{(\w+)\}/g, (_, place) => values[place] ?? "");
}

function tell(name, values) {
  const item = document.createElement("li");
  item.textContent = say(name, values);
  document.querySelector("#steps").append(item);
}

function show(outcome, values) {
  const heading = document.querySelector("#outcome");
  heading.textContent = say(outcome, values);
  for (const id of ["kept", "after"]) document.getElementById(id).hidden = !token;
  document.querySelector("#result").hidden = false;
  heading.focus();
}

function clear() {
  document.querySelector("#steps").replaceChildren();
}

// What goes wrong is told like everything else; a fault of the script itself is left to the console.
async function guarded(work) {
  try {
    await work();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    token = "";
    tell(problem.message, problem.values);
    show("failed");
  }
}

// ---- talking to the portal and the API

async function ask(away, address, options = {}) {
  try {
    return await fetch(address, { credentials: "omit", cache: "no-store", redirect: "error", ...options });
  } catch {
    throw new Problem(away);
  }
}

async function readObject(answer) {
  const body = await answer.json().catch(() => null);
  return body !== null && typeof body === "object" ? body : {};
}

// RFC 8414, section 3.3: a document of another issuer must not be used.
async function metadata() {
  const answer = await ask("portal-away", `${issuer}/.well-known/openid-configuration`);
  const body = await readObject(answer);
  if (!answer.ok || body.issuer !== issuer) throw new Problem("portal-away");
  return body;
}

function random() {
  return encoded(crypto.getRandomValues(new Uint8Array(32)));
}

function encoded(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// RFC 7636, section 4.2.
async function challengeOf(verifier) {
  if (!crypto.subtle) throw new Problem("no-crypto");
  return encoded(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

// ---- there and back

async function begin(way) {
  const attempt = { way, state: random(), verifier: way === "code" ? random() : "" };
  const asked = { client_id: clientId, redirect_uri: here, scope: SCOPE, state: attempt.state, resource: api };
  if (way === "code") {
    Object.assign(asked, { response_type: "code", code_challenge_method: "S256" });
    asked.code_challenge = await challengeOf(attempt.verifier);
  } else {
    asked.response_type = "token";
  }
  const { authorization_endpoint: endpoint } = await metadata();
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  location.assign(`${endpoint}?${new URLSearchParams(asked)}`);
}

// The answer in the address, which is taken out of it at once: nobody shall find it in the history.
function arrival() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const query = new URLSearchParams(location.search);
  const found = fragment.has("state") || fragment.has("access_token") ? fragment : query.has("state") ? query : null;
  if (found !== null) history.replaceState(null, "", location.pathname);
  return found && { way: found === fragment ? "implicit" : "code", answer: found };
}

// The attempt that an answer belongs to. It can be finished once.
function attemptOf({ way, answer }) {
  const attempt = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? "null");
  sessionStorage.removeItem(ATTEMPT);
  const isTwice = [...answer.keys()].length !== new Set(answer.keys()).size;
  const isOurs = attempt !== null && attempt.state === answer.get("state");
  // An error to a question for a code comes in the query, one to a question for a token in the fragment.
  if (isTwice || !isOurs || attempt.way !== way) throw new Problem("stale");
  // RFC 9207, section 2.4.
  if (answer.get("iss") !== issuer) throw new Problem("mixed");
  const error = answer.get("error");
  if (error !== null) throw error === "access_denied" ? new Problem("declined") : new Problem("refused", { code: error });
  return attempt;
}

function fromFragment(answer) {
  const found = answer.get("access_token") ?? "";
  if (!/^[\x21-\x7e]+$/.test(found) || answer.get("token_type")?.toLowerCase() !== "bearer") throw new Problem("stale");
  tell("fragment", { count: found.length });
  tell("checked", { address: issuer });
  return found;
}

async function fromCode(answer, attempt) {
  const code = answer.get("code") ?? "";
  tell("code", { count: code.length });
  tell("checked", { address: issuer });
  const { token_endpoint: endpoint } = await metadata();
  const asked = { grant_type: "authorization_code", client_id: clientId, redirect_uri: here, code };
  const body = new URLSearchParams({ ...asked, code_verifier: attempt.verifier });
  const answered = await ask("portal-away", endpoint, { method: "POST", body });
  const told = await readObject(answered);
  if (answered.status >= 500) throw new Problem("portal-away");
  if (!answered.ok || typeof told.access_token !== "string") throw new Problem("refused", { code: told.error ?? "" });
  tell("exchanged", { address: endpoint, count: told.access_token.length });
  return told.access_token;
}

async function callApi() {
  const address = `${api}/me`;
  const answer = await ask("api-away", address, { headers: { Authorization: `Bearer ${token}` } });
  if (answer.status === 503) throw new Problem("api-away");
  if (!answer.ok) throw new Problem("api-refused", { code: answer.status });
  const person = await readObject(answer);
  tell("called", { address });
  show("signed-in", { name: person.name ? `${person.name} (${person.username})` : person.username });
}

// RFC 7009: whoever has got hold of the token has nothing then.
async function leave() {
  const { revocation_endpoint: endpoint } = await metadata();
  const body = new URLSearchParams({ client_id: clientId, token });
  const answer = await ask("portal-away", endpoint, { method: "POST", body });
  if (!answer.ok) throw new Problem("portal-away");
  token = "";
  clear();
  tell("revoked");
  show("signed-out");
}

for (const button of document.querySelectorAll("[data-way]")) {
  button.disabled = false;
  button.addEventListener("click", () => (clear(), guarded(() => begin(button.dataset.way))));
}
document.querySelector("#call").addEventListener("click", () => guarded(callApi));
document.querySelector("#leave").addEventListener("click", () => guarded(leave));

const arrived = arrival();
if (arrived !== null) {
  await guarded(async () => {
    const attempt = attemptOf(arrived);
    token = arrived.way === "code" ? await fromCode(arrived.answer, attempt) : fromFragment(arrived.answer);
    await callApi();
  });
}

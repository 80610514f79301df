// A site's page asks whether the sign-in it knows is still there, and nothing goes over the network (OpenID Connect
// Session Management 1.0, section 3.2). protocol/session_state.py makes the same hash.

const QUESTION = /^([^ ]+) ([\w-]{43})\.([A-Za-z0-9]{22})$/;
const LONGEST = 1000;
const COOKIE = location.protocol === "https:" ? "__Host-sso_browser_state=" : "sso_browser_state=";

function states() {
  const cookie = document.cookie.split("; ").find((part) => part.startsWith(COOKIE));
  return cookie ? cookie.slice(COOKIE.length).split(".") : [];
}

async function s256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const spelled = btoa(String.fromCharCode(...new Uint8Array(digest)));
  return spelled.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Without a cookie it may be that the browser shows none to frames of other sites: then nobody knows.
async function isBlind() {
  return Boolean(document.hasStorageAccess) && !(await document.hasStorageAccess());
}

async function answer(question, origin) {
  const [, client, told, salt] = (typeof question === "string" && question.length <= LONGEST && QUESTION.exec(question)) || [];
  if (!told || !crypto.subtle) return "error";
  for (const state of states()) {
    if (await s256(`${client} ${origin} ${state} ${salt}`) === told) return "unchanged";
  }
  return await isBlind() ? "error" : "changed";
}

addEventListener("message", async (event) => {
  // Pages without an origin ("null") cannot be answered to themselves alone.
  if (!event.source || !/^https?:\/\//.test(event.origin)) return;
  const said = await answer(event.data, event.origin).catch(() => "error");
  event.source.postMessage(said, event.origin);
});

// Warns a person before her session ends, so that nothing she types is lost.
//
//   <script type="module" src="/sso/idle.js" data-csrf-token="…" data-warn-seconds="120"></script>
//
// The page's own language decides between Chinese and English. The look is in idle.css beside this file.

const WORDS = {
  en: {
    title: "You are about to be signed out",
    left: (seconds) =>
      seconds > 60
        ? `You will be signed out in ${Math.ceil(seconds / 60)} minutes.`
        : `You will be signed out in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`,
    last: "Finish what you are doing; after that you sign in again.",
    stay: "Stay signed in",
    close: "Close",
    overTitle: "You are signed out",
    over: "What you have typed is still here. Send it as usual: you sign in first, and it is kept for you meanwhile.",
  },
  zh: {
    title: "即将退出登录",
    left: (seconds) =>
      seconds > 60 ? `你将在 ${Math.ceil(seconds / 60)} 分钟后退出登录。` : `你将在 ${seconds} 秒后退出登录。`,
    last: "请先完成手上的内容，之后需要重新登录。",
    stay: "保持登录",
    close: "关闭",
    overTitle: "你已退出登录",
    over: "你填写的内容还在。照常提交即可：先登录，内容会替你保留。",
  },
};
const LONGEST_WAIT = 300;
const RETRY_SECONDS = 30;

const script = document.querySelector('script[type="module"][src*="/sso/idle.js"]');
const given = script ? script.dataset : {};
const warnSeconds = Number(given.warnSeconds) > 0 ? Number(given.warnSeconds) : 120;
const words = document.documentElement.lang.startsWith("zh") ? WORDS.zh : WORDS.en;
const address = new URL("session", import.meta.url);

let endsAt = 0; // milliseconds, by this machine's clock
let canStay = false;
let known = false; // whether somebody was signed in when the page was opened
let dismissed = false;
let timer = 0;
let banner = null;

function secondsLeft() {
  return Math.max(0, Math.round((endsAt - Date.now()) / 1000));
}

function again(seconds, what) {
  clearTimeout(timer);
  timer = setTimeout(what, Math.max(1, seconds) * 1000);
}

async function ask(options) {
  try {
    const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    heed(await answer.json());
  } catch {
    again(RETRY_SECONDS, ask); // no network: the session is as it was
  }
}

function heed(told) {
  if (!told.signed_in) {
    if (known) over();
    return;
  }
  known = true;
  endsAt = Date.now() + told.ends_in * 1000;
  canStay = told.can_stay;
  if (told.ends_in > warnSeconds) {
    hide();
    dismissed = false;
    again(Math.min(told.ends_in - warnSeconds, LONGEST_WAIT), ask);
  } else {
    warn();
  }
}

function warn() {
  const left = secondsLeft();
  if (left === 0) {
    again(1, ask); // the site has the last word
    return;
  }
  if (!dismissed) {
    show(words.title, canStay ? words.left(left) : `${words.left(left)} ${words.last}`, canStay ? "stay" : "close");
  }
  // Another tab may have stayed signed in: ask now and then, and show the time that is left in between.
  again(left > 60 ? Math.min(15, left - 60) : 1, left % 15 === 0 || left > 60 ? ask : warn);
}

function over() {
  clearTimeout(timer);
  if (hasTyped()) {
    known = false;
    show(words.overTitle, words.over, "close");
  } else {
    location.reload();
  }
}

function hasTyped() {
  return [...document.querySelectorAll("input, textarea, select")].some((field) => {
    if (field.type === "hidden") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
    return field.value !== field.defaultValue;
  });
}

function isTyping() {
  const active = document.activeElement;
  return Boolean(active && (active.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName)));
}

function show(title, text, action) {
  if (banner && banner.dataset.action !== action + title) hide();
  if (!banner) {
    banner = build(title, action);
    document.body.append(banner);
    // Whoever is typing goes on typing; a screen reader reads the banner out all the same.
    if (!isTyping()) banner.querySelector("button").focus({ preventScroll: true });
  }
  const line = banner.querySelector("p");
  if (line.textContent !== text) line.textContent = text;
}

function build(title, action) {
  const box = document.createElement("div");
  box.className = "sso-idle";
  box.dataset.action = action + title;
  box.setAttribute("role", "alertdialog");
  box.setAttribute("aria-labelledby", "sso-idle-title");
  box.setAttribute("aria-describedby", "sso-idle-text");
  const heading = document.createElement("strong");
  heading.id = "sso-idle-title";
  heading.textContent = title;
  const line = document.createElement("p");
  line.id = "sso-idle-text";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words[action];
  button.addEventListener("click", action === "stay" ? stay : close);
  box.addEventListener("keydown", (event) => event.key === "Escape" && close());
  box.append(heading, line, button);
  return box;
}

function hide() {
  if (banner) banner.remove();
  banner = null;
}

function close() {
  dismissed = true;
  hide();
}

function stay() {
  ask({ method: "POST", body: new URLSearchParams({ csrf_token: given.csrfToken || "" }) });
}

const look = document.createElement("link");
look.rel = "stylesheet";
look.href = new URL("idle.css", import.meta.url);
document.head.append(look);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
ask();

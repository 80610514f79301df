// Comforts only: every page works without this file.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const visible = field.type === "text";
    field.type = visible ? "password" : "text";
    button.setAttribute("aria-pressed", String(!visible));
    field.focus();
  });
  field.form.addEventListener("submit", () => { field.type = "password"; });
}

for (const hint of document.querySelectorAll("[data-caps]")) {
  const field = hint.closest(".field").querySelector("input");
  // The text comes and goes inside a live region that stays, so that screen readers say it.
  const tell = (on) => {
    const text = on ? hint.dataset.caps : "";
    if (hint.textContent !== text) hint.textContent = text;
  };
  for (const event of ["keydown", "keyup"]) {
    field.addEventListener(event, (key) => {
      if (key.getModifierState) tell(key.getModifierState("CapsLock"));
    });
  }
  field.addEventListener("blur", () => tell(false));
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(text.textContent.trim());
      document.getElementById(button.dataset.said).textContent = button.dataset.done;
    } catch {
      // The browser does not allow it: select it, so that one key copies it.
      getSelection().selectAllChildren(text);
    }
  });
}

// The person menu closes as menus do: by Escape, or by a click beside it.
for (const menu of document.querySelectorAll("details.menu")) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// A double click sends one form. A moment later it is free again, as the page may still be there: the load was
// stopped, the answer led to an app, or one came back by the back button.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
}

// The answer to a site travels in a form; who comes back by the back button presses the button, or goes on backwards.
for (const form of document.querySelectorAll("form[data-submit]")) {
  if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward") form.submit();
}

// A site's logo that does not load gives way to the first letter of its name.
for (const logo of document.querySelectorAll("img[data-initial]")) {
  const letter = () => {
    const mark = document.createElement("span");
    mark.className = "mark letter";
    mark.setAttribute("aria-hidden", "true");
    mark.textContent = logo.dataset.initial;
    logo.replaceWith(mark);
  };
  if (logo.complete && !logo.naturalWidth) letter();
  else logo.addEventListener("error", letter);
}

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

// A double click sends one form. A moment later it is free again: the page may still be there.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 3000);
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
}

// A logo that does not load gives way to a letter.
for (const logo of document.querySelectorAll("img[data-initial]")) {
  const letter = () => logo.replaceWith(Object.assign(document.createElement("span"), {
    className: "mark letter", ariaHidden: "true", textContent: logo.dataset.initial,
  }));
  if (logo.complete && !logo.naturalWidth) letter();
  else logo.addEventListener("error", letter);
}

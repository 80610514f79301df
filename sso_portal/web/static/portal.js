// Comforts only: every page works without this file.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  const show = button.textContent;
  button.hidden = false;
  button.addEventListener("click", () => {
    const visible = field.type === "text";
    field.type = visible ? "password" : "text";
    button.textContent = visible ? show : button.dataset.hide;
    button.setAttribute("aria-pressed", String(!visible));
    field.focus();
  });
  field.form.addEventListener("submit", () => { field.type = "password"; });
}

for (const hint of document.querySelectorAll("[data-caps]")) {
  const field = hint.closest(".field").querySelector("input");
  for (const event of ["keydown", "keyup"]) {
    field.addEventListener(event, (key) => {
      if (key.getModifierState) hint.hidden = !key.getModifierState("CapsLock");
    });
  }
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  });
}

// A double click sends one form. Coming back by the back button frees it again.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
}

// The answer to a site travels in a form; who comes back by the back button presses the button, or goes on backwards.
for (const form of document.querySelectorAll("form[data-submit]")) {
  if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward") form.submit();
}

// The keyboard, the command menu, dialogs and toasts of every page. No state beyond the page.

const typing = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
const one = (selector) => document.querySelector(selector);
const rows = () => [...document.querySelectorAll("[data-row]")];

// A key presses the element that carries it: <button data-key="e">, <a data-key="c">.
function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(
    (element) => element.offsetParent !== null && !element.disabled,
  );
  if (!target) return false;
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
  return true;
}

function chosen() {
  return rows().findIndex((row) => row.getAttribute("aria-current") === "true");
}

function choose(index) {
  const all = rows();
  if (!all.length) return;
  const next = Math.max(0, Math.min(all.length - 1, index));
  all.forEach((row, i) => row.setAttribute("aria-current", String(i === next)));
  const row = all[next];
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("desk:choose", { bubbles: true }));
}

let going = false;
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openMenu();
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    const form = event.target.closest?.("form[data-send]");
    const button = form?.querySelector("button[name=send]") ?? null;
    if (form && !button?.disabled) { event.preventDefault(); form.requestSubmit(button); }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (document.body.dataset.keys === "off") return;
  const key = event.key;
  if (going) {
    going = false;
    const place = one(`[data-go="${CSS.escape(key.toLowerCase())}"]`);
    if (place) { event.preventDefault(); place.click(); }
    return;
  }
  const acts = {
    g: () => { going = true; setTimeout(() => { going = false; }, 1500); return true; },
    "?": () => { one("#keys-dialog")?.showModal(); return true; },
    "/": () => { const box = one("[data-search]"); box?.focus(); box?.select(); return Boolean(box); },
    j: () => { choose(chosen() + 1); return true; },
    k: () => { choose(Math.max(0, chosen() - 1)); return true; },
    Enter: () => {
      if (event.target !== document.body && event.target.closest("a, button, summary")) return false;
      const link = rows()[chosen()]?.querySelector("[data-open-row]");
      link?.click();
      return Boolean(link);
    },
    " ": () => { const box = rows()[chosen()]?.querySelector("input[type=checkbox]"); box?.click(); return Boolean(box); },
    Escape: () => press("Escape"),
  };
  const act = acts[key] ?? acts[key.toLowerCase()];
  if (act ? act() : press(key.toLowerCase())) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.closest("[data-rail]")) one("#rail").classList.toggle("open");
  else if (!event.target.closest("#rail")) one("#rail")?.classList.remove("open");
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, label, summary")) {
    const all = rows();
    choose(all.indexOf(row));
  }
});
document.addEventListener("dblclick", (event) => {
  event.target.closest("[data-row]")?.querySelector("[data-open-row]")?.click();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// What scrolls sideways in a box of its own can be reached and moved by keyboard.
function reach() {
  document.querySelectorAll(".table-wrap").forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  });
}
addEventListener("resize", reach);
addEventListener("focusin", reach);
addEventListener("htmx:afterSettle", reach);
reach();

// The command menu asks the server what is possible here; nothing is decided in the browser.
async function openMenu() {
  const dialog = one("#menu-dialog");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  one("#menu-input").value = "";
  await fillMenu("");
}

async function fillMenu(query) {
  const dialog = one("#menu-dialog");
  const url = new URL(dialog.dataset.url, location.href);
  url.searchParams.set("q", query);
  url.searchParams.set("at", location.pathname);
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  if (!answer.ok || one("#menu-input").value !== query) return;
  one("#menu-list").innerHTML = await answer.text();
  selectMenu(0);
}

const menuItems = () => [...document.querySelectorAll("#menu-list a")];
function selectMenu(index) {
  const all = menuItems();
  const next = (index + all.length) % (all.length || 1);
  all.forEach((item, i) => item.setAttribute("aria-selected", String(i === next)));
  all[next]?.scrollIntoView({ block: "nearest" });
}

one("#menu-input")?.addEventListener("input", (event) => fillMenu(event.target.value));
one("#menu-input")?.addEventListener("keydown", (event) => {
  const at = menuItems().findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") { event.preventDefault(); selectMenu(at + 1); }
  if (event.key === "ArrowUp") { event.preventDefault(); selectMenu(at - 1); }
  if (event.key === "Enter") { event.preventDefault(); menuItems()[at]?.click(); }
});
document.addEventListener("click", (event) => {
  const item = event.target.closest("#menu-list a[data-press]");
  if (!item) return;
  event.preventDefault();
  one("#menu-dialog").close();
  if (item.getAttribute("aria-disabled") !== "true") press(item.dataset.press);
});

// A toast goes by itself, but stays while it is pointed at or focused.
function keepToast(toast) {
  let timer;
  const wait = () => { timer = setTimeout(() => toast.remove(), 7000); };
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", wait);
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("focusout", wait);
  wait();
}
document.querySelectorAll(".toast").forEach(keepToast);
if (location.hash.length > 1) one(`dialog[id="${CSS.escape(location.hash.slice(1))}"]`)?.showModal();
const toasts = one("#toasts");
if (toasts) {
  new MutationObserver((changes) => {
    changes.forEach((change) => change.addedNodes.forEach((node) => {
      if (node instanceof HTMLElement && node.matches(".toast")) keepToast(node);
    }));
  }).observe(toasts, { childList: true });
}
document.addEventListener("htmx:responseError", (event) => {
  const toast = document.createElement("div");
  toast.className = "toast bad";
  toast.textContent = event.detail.xhr.status === 409
    ? "Somebody else changed this while you worked on it. Load the page again to see their change."
    : "That did not work. Nothing was changed. Try again, or load the page again.";
  toasts?.append(toast);
});

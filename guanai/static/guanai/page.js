/* What a page gains by JavaScript. Without it every page works: links are links, forms are forms. */
"use strict";

/* Error summary: it takes the focus, so that it is read first. */
function focusErrors() {
  const summary = document.getElementById("errors");
  if (summary) summary.focus();
}

/* A link of the summary leads into folded parts of the form too, and puts the cursor into the field. */
function followErrorLink(event) {
  const link = event.target.closest("#errors a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}

/* 42 / 500 字 under a text. A line break counts twice, as it does when it arrives at the server. */
function showCount(note) {
  const text = document.getElementById(note.dataset.counts);
  if (!text || text.maxLength < 0) return;
  const length = text.value.length + (text.value.match(/\n/g) || []).length;
  note.textContent = length + " / " + text.maxLength + " 字";
}

function startCounts() {
  for (const note of document.querySelectorAll("[data-counts]")) {
    const text = document.getElementById(note.dataset.counts);
    if (!text) continue;
    text.addEventListener("input", () => showCount(note));
    showCount(note);
  }
}

/* The dialog: htmx fills it from the page that the link would have opened. */
function openFilledDialog(event) {
  const dialog = event.target;
  if (!(dialog instanceof HTMLDialogElement) || !dialog.firstElementChild) return;
  if (!dialog.open) dialog.showModal();
  focusErrors();
}

function closeDialog(event) {
  const button = event.target.closest("[data-close]");
  const dialog = button && button.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dialog.close();
}

/* Browsers that cannot show a closed <details> on wide screens by stylesheet get the filter opened. */
function unfoldFilter() {
  if (CSS.supports("selector(::details-content)") || !matchMedia("(min-width: 48em)").matches) return;
  for (const fold of document.querySelectorAll("details.fold")) fold.open = true;
}

/* Buttons that can do nothing without JavaScript are hidden until here. */
function showScriptedButtons() {
  for (const button of document.querySelectorAll("[data-print], [data-show-password], [data-tick]")) button.hidden = false;
}

/* Tick every box of a name on this page; pressed again, none. */
function tickAll(button) {
  const boxes = [...document.querySelectorAll(`input[type=checkbox][name="${button.dataset.tick}"]`)];
  const tick = boxes.some((box) => !box.checked);
  for (const box of boxes) box.checked = tick;
}

function pressScriptedButton(event) {
  if (event.target.closest("[data-print]")) window.print();
  const all = event.target.closest("[data-tick]");
  if (all) tickAll(all);
  const show = event.target.closest("[data-show-password]");
  if (!show) return;
  const field = document.getElementById(show.dataset.showPassword);
  const hidden = field.type === "password";
  field.type = hidden ? "text" : "password";
  show.setAttribute("aria-pressed", String(hidden));
}

/* 大字版 on this very page: what is typed into it, and what was filtered, stays. Without a signal it holds until the next page. */
function switchLargeType(event) {
  const form = event.target.closest("form[data-large]");
  if (!form) return;
  event.preventDefault();
  const button = form.elements.large;
  const on = button.value === "1";
  const said = new FormData(form);
  said.set("large", button.value);
  fetch(form.action, { method: "POST", body: said, redirect: "manual", keepalive: true }).catch(() => {});
  document.documentElement.classList.toggle("large", on);
  const cards = document.getElementById("cards");
  cards.media = on ? cards.dataset.large : cards.dataset.usual;
  button.value = on ? "0" : "1";
  button.setAttribute("aria-pressed", String(on));
}

/* What is folded is printed too. */
let unfolded = [];

function unfoldForPrint() {
  unfolded = [...document.querySelectorAll("main details:not([open]):not(.fold):not(.pick)")];
  for (const fold of unfolded) fold.open = true;
}

function foldAfterPrint() {
  for (const fold of unfolded) fold.open = false;
}

/* The results say what is wrong with the filter: what the whole page said at a field is of the filter before. */
function dropEarlierErrors(event) {
  if (event.target.id !== "results") return;
  for (const error of document.querySelectorAll(".filters .field-error")) error.remove();
  for (const field of document.querySelectorAll(".filters [aria-invalid]")) field.removeAttribute("aria-invalid");
}

/* On a phone the results of a pressed 筛选 lie below the conditions: they fold, and the results come into sight. */
function showResults(event) {
  const pressed = event.detail.requestConfig && event.detail.requestConfig.triggeringEvent;
  if (event.target.id !== "results" || !pressed || pressed.type !== "submit") return;
  if (!matchMedia("(max-width: 47.99em)").matches || event.target.querySelector(".field-error")) return;
  const fold = document.querySelector(".sheet > .fold");
  if (fold) fold.open = false;
  event.target.scrollIntoView();
}

/* A box that asks for what lies in a fold opens it. */
function openWhatIsAsked(event) {
  const fold = event.target.checked && event.target.dataset.opens && document.getElementById(event.target.dataset.opens);
  if (fold) fold.open = true;
}

/* A list that could not be fetched says so. */
function tellFailure() {
  const place = document.getElementById("failure");
  if (place) place.hidden = false;
}

/* An answer from another address (the session has ended: the sign-in page) is opened, not put into this page. */
function followRedirect(event) {
  const { xhr, pathInfo } = event.detail;
  const asked = new URL(pathInfo.requestPath, location.href).pathname;
  if (!xhr.responseURL || new URL(xhr.responseURL).pathname === asked) return;
  event.detail.shouldSwap = false;
  location.assign(xhr.responseURL);
}

document.addEventListener("click", followErrorLink);
document.addEventListener("click", closeDialog);
document.addEventListener("click", pressScriptedButton);
document.addEventListener("htmx:afterSwap", openFilledDialog);
document.addEventListener("htmx:afterSwap", showScriptedButtons);
document.addEventListener("submit", switchLargeType);
document.addEventListener("change", openWhatIsAsked);
document.addEventListener("htmx:afterSwap", dropEarlierErrors);
document.addEventListener("htmx:afterSwap", showResults);
document.addEventListener("htmx:beforeSwap", followRedirect);
window.addEventListener("beforeprint", unfoldForPrint);
window.addEventListener("afterprint", foldAfterPrint);
document.addEventListener("htmx:responseError", tellFailure);
document.addEventListener("htmx:sendError", tellFailure);

/* The script is deferred: the page is there. */
focusErrors();
startCounts();
unfoldFilter();
showScriptedButtons();

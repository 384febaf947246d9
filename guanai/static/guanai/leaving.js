/* Tells that the sign-in is about to end. It asks the server nothing by itself: only the button keeps the session alive. */
"use strict";

const WARNING = 2 * 60 * 1000;
const LOOK_EVERY = 5000;
const KEY = "guanai-answered";
const notice = document.getElementById("leaving");
const lasts = Number(notice.dataset.session) * 1000;
let answeredHere = Date.now();

/* The server has just answered this tab or another one, so that the time begins anew. */
function answered() {
  answeredHere = Date.now();
  try {
    localStorage.setItem(KEY, String(answeredHere));
  } catch {
    /* Without storage, a tab knows of itself alone. */
  }
}

function lastAnswer() {
  try {
    return Math.max(answeredHere, Number(localStorage.getItem(KEY)));
  } catch {
    return answeredHere;
  }
}

/* The session has ended earlier, by a sign-out or a changed password. */
function forget() {
  answeredHere = 0;
  try {
    localStorage.removeItem(KEY);
  } catch {
    /* As above. */
  }
}

/* What may be pressed comes with the words; they are written once, so that a screen reader says them once. */
function show(part) {
  for (const each of notice.children) each.hidden = each.dataset.when !== part;
  notice.hidden = part === "";
}

let shown = "";
function look() {
  const left = lastAnswer() + lasts - Date.now();
  const now = left <= 0 ? "ended" : left <= WARNING ? "soon" : "";
  if (now !== shown) show(now);
  shown = now;
}

async function goOn() {
  try {
    const answer = await fetch(notice.dataset.url, { method: "HEAD", redirect: "manual" });
    if (answer.ok) answered();
    else forget();
  } catch {
    /* No network: the notice stays, and the button can be pressed again. */
  }
  look();
}

answered();
notice.addEventListener("click", (event) => event.target.closest("button") && goOn());
document.addEventListener("htmx:afterOnLoad", answered);
document.addEventListener("guanai:answered", answered);
setInterval(look, LOOK_EVERY);

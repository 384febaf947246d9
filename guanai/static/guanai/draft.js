/* Keeps what is typed into a form as a draft on the server. Without it the button 存草稿 does the same. */
"use strict";

const DELAY = 2500;
const form = document.querySelector("form[data-draft]");
const note = document.getElementById("saved");
let waiting = 0;
let sending = false;
let typedSince = false;
let leaving = false;

function say(words) {
  note.textContent = words;
}

/* One request at a time: what was typed while one was under way goes with the next. */
async function save() {
  clearTimeout(waiting);
  if (leaving || !typedSince) return;
  if (sending) return schedule();
  sending = true;
  typedSince = false;
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST", body: new FormData(form), redirect: "manual", keepalive: true, headers: { Accept: "application/json" },
    });
    if (answer.ok) {
      document.dispatchEvent(new Event("guanai:answered"));
      say("✓ 已保存 " + (await answer.json()).saved);
      nameDraft();
    }
    else if (answer.status === 409) say("这次活动已经上报，不用再填。");
    else if (answer.type === "opaqueredirect" || answer.status === 403) say("登录已过期，没有存上。请在另一页登录，再按“存草稿”。");
    else retry();
  } catch {
    retry();
  } finally {
    sending = false;
  }
}

/* The address leads back to the draft: by reload, and after a sign-in in the middle of writing. */
function nameDraft() {
  const address = new URL(location.href);
  if (form.elements.activity || address.searchParams.get("draft")) return;
  history.replaceState(history.state, "", address.pathname + "?draft=" + form.elements.key.value);
}

function retry() {
  typedSince = true;
  say("没有存上，请检查网络。内容还在本页，会再试。");
  schedule(10000);
}

function schedule(delay = DELAY) {
  clearTimeout(waiting);
  waiting = setTimeout(save, delay);
}

/* The first key starts the clock and later ones do not put it off: nothing typed waits longer than the delay. */
function typed(event) {
  if (event.target.name && event.target.name.startsWith("find_")) return;
  const mark = event.target.closest && event.target.closest(".field, .counts > div");
  if (mark) for (const kept of mark.querySelectorAll(".kept")) kept.remove();
  if (!typedSince) schedule();
  typedSince = true;
}

/* Chips came or went. */
function chipsChanged(event) {
  if (!event.target.id || !event.target.id.startsWith("field-")) return;
  typedSince = true;
  schedule();
}

/* An opened search is typed into at once, also after a pick, which draws it anew. */
function focusSearch(event) {
  if (event.target.matches("details.pick") && event.target.open) event.target.querySelector("input[type=search]").focus();
}

function showWeekday(hint) {
  const field = document.getElementById(hint.dataset.weekday);
  const day = new Date(field.value + "T00:00:00");
  hint.textContent = isNaN(day) ? "" : "星期" + "日一二三四五六"[day.getDay()];
}

/* Who types before this script has come is not heard; what stands in the text fields tells. */
function typedEarly() {
  return [...form.elements].some((field) => /^(text|textarea|date|time)$/.test(field.type) && field.value !== field.defaultValue);
}

if (form && note) {
  form.addEventListener("input", typed);
  if (typedEarly()) {
    typedSince = true;
    schedule();
  }
  for (const field of document.querySelectorAll("[form='" + form.id + "']")) field.addEventListener("input", typed);
  form.addEventListener("submit", (event) => {
    leaving = true;
    clearTimeout(waiting);
    /* Back from the search for people leads to the draft, which the search has written into. */
    if (event.submitter && event.submitter.value === "people") nameDraft();
  });
  addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("htmx:afterSwap", chipsChanged);
  document.addEventListener("toggle", focusSearch, true);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  for (const hint of document.querySelectorAll("[data-weekday]")) {
    const field = document.getElementById(hint.dataset.weekday);
    field.addEventListener("input", () => showWeekday(hint));
    showWeekday(hint);
  }
}

"use strict";
{
  const find = (selector) => document.querySelector(selector);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const page = document.documentElement;
  const sentences = all(".s");
  const times = sentences.map((sentence) => Number(sentence.dataset.t));

  /** The number of the sentence that is spoken at a time. */
  const spokenAt = (seconds) => {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] <= seconds + 0.01) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  };

  // The recording, when it lies beside this page and the browser can play it.
  const video = find("video");
  const ready = () => page.classList.contains("playing");
  const show = () => {
    page.classList.add("playing");
    page.classList.toggle("sound", !video.videoWidth);
    for (const one of all(".player, .with-player")) one.hidden = false;
  };
  video.addEventListener("loadedmetadata", show);
  if (video.readyState > 0) show();

  const seek = (seconds) => {
    video.currentTime = seconds;
    video.play().catch(() => {});  // a browser may want a click on the player itself first
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#s']");
    if (link) uncover(link.getAttribute("href"));
    const timed = event.target.closest("[data-t]");
    if (!timed || !ready() || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (timed.matches(".s") && !getSelection().isCollapsed) return;
    event.preventDefault();
    seek(Number(timed.dataset.t));
  });

  // The timeline: a click goes to that time, and a line shows where the recording is.
  const line = find(".timeline svg"), head = find(".head");
  const start = Number(line.dataset.start), end = Number(line.dataset.end);
  line.addEventListener("click", (event) => {
    if (event.target.closest("a")) return;
    const box = line.getBoundingClientRect();
    const seconds = start + ((event.clientX - box.left) / box.width) * (end - start);
    if (ready()) seek(seconds);
    else if (times.length) uncover(`#s${spokenAt(seconds)}`), location.hash = `s${spokenAt(seconds)}`;
  });
  let now = null;
  video.addEventListener("timeupdate", () => {
    const place = `${(100 * (video.currentTime - start)) / (end - start)}%`;
    head.setAttribute("x1", place);
    head.setAttribute("x2", place);
    head.setAttribute("visibility", "visible");
    now?.classList.remove("now");
    now = sentences[spokenAt(video.currentTime)];
    now?.classList.add("now");
  });

  // The search.
  const tools = find(".tools"), field = tools.querySelector("input[type=search]");
  const count = tools.querySelector("output"), buttons = tools.querySelectorAll("button");
  let hits = [], at = -1, marked = [];

  const pattern = (words) => {
    const text = words.trim().replace(/[.*+?^${}()|[\]\\/]/g, "\\$&").replace(/\s+/g, "\\s+");
    const enough = text.length > 1 || text > "\u007f";  // one letter of Chinese is a word
    return enough ? new RegExp(text, "giu") : null;
  };

  const mark = (sentence, wanted) => {
    const text = sentence.textContent, parts = [];
    let after = 0;
    for (const hit of text.matchAll(wanted)) {
      const mark = document.createElement("mark");
      mark.textContent = hit[0];
      parts.push(text.slice(after, hit.index), mark);
      hits.push(mark);
      after = hit.index + hit[0].length;
    }
    if (!parts.length) return;
    sentence.replaceChildren(...parts, text.slice(after));
    marked.push(sentence);
  };

  const search = () => {
    for (const sentence of marked) sentence.textContent = sentence.textContent;
    hits = [], marked = [], at = -1;
    const wanted = pattern(field.value), sure = page.classList.contains("sure");
    for (const sentence of wanted ? sentences : []) {
      if (sentence.parentElement.hidden || (sure && sentence.classList.contains("doubt"))) continue;
      mark(sentence, wanted);
    }
    for (const button of buttons) button.disabled = !hits.length;
    count.textContent = !wanted ? "" : hits.length === 1 ? "1 hit" : `${hits.length || "no"} hits`;
  };

  const step = (by) => {
    if (!hits.length) return;
    hits[at]?.classList.remove("here");
    at = at < 0 && by < 0 ? hits.length - 1 : (at + by + hits.length) % hits.length;
    hits[at].classList.add("here");
    hits[at].scrollIntoView({ block: "center", behavior: "instant" });
    count.textContent = `${at + 1} of ${hits.length}`;
  };

  field.addEventListener("input", search);
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.querySelector(".previous").addEventListener("click", () => step(-1));
  tools.querySelector(".next").addEventListener("click", () => step(1));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && field.value) field.value = "", search();
    else return;
    event.preventDefault();
  });
  for (const button of all(".phrases button")) {
    button.addEventListener("click", () => {
      field.value = button.textContent;
      search();
      step(1);
      field.focus({ preventScroll: true });
    });
  }
  tools.querySelector("[type=checkbox]")?.addEventListener("change", (event) => {
    page.classList.toggle("sure", !event.target.checked);
    search();
  });

  // One speaker's words alone; a link to what another says shows all of them again.
  const voice = tools.querySelector("select");
  const choose = () => {
    for (const paragraph of all(".part p")) {
      paragraph.hidden = voice.value !== "" && paragraph.dataset.v !== voice.value;
    }
    search();
  };
  voice?.addEventListener("change", choose);
  const uncover = (address) => {
    if (!voice || !find(address)?.closest("[hidden]")) return;
    voice.value = "";
    choose();
  };
  tools.hidden = false;

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") field.focus(), field.select();
    else if (event.key === "k" && ready()) video.paused ? video.play().catch(() => {}) : video.pause();
    else return;
    event.preventDefault();
  });
}

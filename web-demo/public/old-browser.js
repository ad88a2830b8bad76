// For browsers that cannot run the page: plain old JavaScript that says so instead of leaving it blank.
(function () {
  var missing = [];
  if (typeof WebAssembly !== "object") missing.push("WebAssembly");
  if (typeof Worker !== "function") missing.push("Worker");
  if (!("noModule" in document.createElement("script"))) missing.push("ES modules");
  if (typeof Object.hasOwn !== "function") missing.push("ES2022");
  if (missing.length === 0) return;
  var waiting = document.getElementById("waiting");
  if (waiting) {
    waiting.setAttribute("role", "alert");
    waiting.textContent =
      "您的浏览器太旧，无法运行本页（缺少 " + missing.join("、") + "）。请使用近两年的 Chrome、Edge、Firefox 或 Safari。" +
      " This browser is too old for this page (it lacks " + missing.join(", ") + "). Use a Chrome, Edge, Firefox or Safari of the last two years.";
  }
})();

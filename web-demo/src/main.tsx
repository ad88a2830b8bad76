import { render } from "preact";
import { App } from "./app";
import "./style.css";

const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(<App />, root);
}
if ("serviceWorker" in navigator && import.meta.env.PROD) {
  // After the first answer: the page comes first.
  addEventListener("load", () => void navigator.serviceWorker.register("sw.js"));
}

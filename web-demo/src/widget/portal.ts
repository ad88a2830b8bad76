// An example portal: one dataset with questions, and a catalogue. What a portal writes is not more than this.
import "./lexgate-eligibility";
import type { LexgateEligibility } from "./lexgate-eligibility";
import "./portal.css";

const one = document.querySelector<LexgateEligibility>("#one");
const many = document.querySelector<LexgateEligibility>("#many");
const events = document.querySelector("#events");
const today = "2026-05-18";

/** What the portal knows of its dataset; the rest is asked. */
const dataset = {
  territory: "450100",
  is_public_data: true,
  catalogued: true,
  opening_type: "conditional",
  opening_conditions: true,
  type_assessed_on: "2026-01-15",
  type_disputed: false,
  law_bars_opening: false,
  agreement_bars_opening: false,
  contains_personal_information: false,
  contains_state_secret: false,
  contains_trade_secret: false,
  contains_confidential_business_information: false,
  contains_important_data: false,
  endangers_national_security: false,
  harms_public_interest: false,
  infringes_rights: false,
};
const subject = { type: "LegalPerson", id: "visitor" };
const action = { name: "obtain_opened_data" };

if (one !== null && many !== null) {
  one.request = {
    subject,
    action,
    resource: { type: "Dataset", id: "nanning-bus-positions", properties: dataset },
    context: { time: { now: today }, request: { channel: "platform", purpose: "application_scenario" }, grant: { valid_from: "2026-05-01", valid_until: "2027-04-30" } },
  };
  many.request = {
    subject: { ...subject, properties: { storage_processing_security_capability: true } },
    action,
    resource: { type: "Dataset", id: "", properties: dataset },
    context: {
      time: { now: today },
      request: { channel: "platform", purpose: "application_scenario", opening_conditions_met: true },
      grant: { safety_commitment: true, opening_agreement: true, valid_from: "2026-05-01", valid_until: "2027-04-30" },
      procedure: { state: "approved", received_on: "2026-05-06", provider_reply: "agree", authority_decision: "open" },
    },
  };
  const { opening_conditions: _, ...free } = dataset;
  many.datasets = [
    { id: "bus-positions", title: "公交实时位置 · Live bus positions" },
    { id: "bus-stops", title: "公交站点 · Bus stops", properties: { ...free, opening_type: "unconditional" } },
    { id: "parking", title: "停车场空位 · Free parking spaces", properties: { ...free, opening_type: "unconditional" } },
    { id: "ridership", title: "刷卡记录 · Card journeys", properties: { contains_personal_information: true, anonymised: false } },
    { id: "closed", title: "管网图 · Utility network", properties: { opening_type: "not_opened" } },
    { id: "air", title: "空气质量 · Air quality", properties: { ...free, opening_type: "unconditional" } },
    { id: "signals", title: "信号灯配时 · Signal timing", properties: { opening_conditions: false } },
  ];
}

for (const name of ["lexgate-reply", "lexgate-outcome", "lexgate-catalogue"]) {
  document.addEventListener(name, (event) => {
    const { outcome, fact, value, outcomes } = (event as CustomEvent<Record<string, unknown>>).detail;
    const line = Object.assign(document.createElement("p"), { textContent: `${name} ${JSON.stringify(outcomes ?? (outcome === undefined ? { fact, value } : { outcome }))}` });
    events?.append(line);
  });
}

function speak(lang: "zh" | "en"): void {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  for (const element of document.querySelectorAll<HTMLElement>("[data-zh]")) element.textContent = element.dataset[lang] ?? "";
  one?.setAttribute("lang", document.documentElement.lang);
  many?.setAttribute("lang", document.documentElement.lang);
  const button = document.querySelector("#language");
  if (button !== null) button.textContent = lang === "zh" ? "English" : "中文";
}
speak(navigator.language.startsWith("zh") ? "zh" : "en");
document.querySelector("#language")?.addEventListener("click", () => speak(document.documentElement.lang === "en" ? "zh" : "en"));

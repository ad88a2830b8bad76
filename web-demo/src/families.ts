// Acts by what a person has in mind. An act that is named nowhere stands under the last heading.
export const ACT_FAMILIES: { zh: string; en: string; actions: string[] }[] = [
  { zh: "开放数据", en: "Opened data", actions: ["obtain_opened_data", "request_opened_data", "use_opened_data", "open_public_data", "assign_opening_type"] },
  {
    zh: "机关间共享",
    en: "Sharing between public bodies",
    actions: ["obtain_shared_data", "request_shared_data", "use_shared_data", "share_public_data", "refuse_sharing", "pass_on_shared_data", "assign_sharing_type", "build_sharing_channel"],
  },
  {
    zh: "授权运营与开发",
    en: "Operation and development",
    actions: ["authorise_operation", "operate_public_data", "develop_public_data", "provide_data_product", "provide_raw_public_data"],
  },
  { zh: "交易", en: "Trade", actions: ["trade_data", "exchange_data", "broker_trade", "set_price", "disclose_trade_information", "procure_non_public_data"] },
  {
    zh: "个人与人像信息",
    en: "Personal data and images",
    actions: ["process_personal_information", "provide_personal_data", "profile_person", "exercise_subject_right", "collect_images", "use_images", "provide_images"],
  },
  {
    zh: "收集、汇聚与目录",
    en: "Collection and catalogues",
    actions: ["collect_data", "aggregate_data", "publish_catalogue", "supply_data_to_authority", "request_verification", "handle_verification"],
  },
  {
    zh: "突发事件与出境",
    en: "Emergencies and export",
    actions: ["request_emergency_data", "use_emergency_data", "release_emergency_data", "close_emergency_data", "respond_to_incident", "export_data"],
  },
  { zh: "处理、监管与其他", en: "Processing, supervision, other", actions: [] },
];

// Generated from the Rust structs and the vocabulary of the bundle by `cargo xtask bless`; never edited.

/** What is not stated. It never satisfies a condition and never lifts a prohibition. */
export type Unstated = "unknown" | null;

/** Working days: public holidays, and weekend days that are worked. Dates are RFC 3339 dates. */
export interface WorkingDayCalendar {
  readonly holidays?: readonly string[];
  readonly workdays?: readonly string[];
}

/** Who acts: `subject.type`. */
export type ActorKind =
  /** government department · 政务部门 */
  | "GovernmentDepartment"
  /** public service organisation · 公共服务组织 */
  | "PublicServiceOrganisation"
  /** publicly funded service organisation · 财政资金保障运行的公共服务组织 */
  | "FiscallyFundedOrganisation"
  /** public management and service institution · 公共管理和服务机构 */
  | "PublicManagementServiceInstitution"
  /** public welfare institution · 公益事业单位 */
  | "PublicWelfareInstitution"
  /** public utility · 公用企业 */
  | "PublicUtilityEnterprise"
  /** public institution with management duties · 履行公共管理职责的事业单位 */
  | "PublicAffairsInstitution"
  /** data authority · 数据主管部门 */
  | "DataAuthority"
  /** government data authority · 政务数据管理部门 */
  | "GovernmentDataAuthority"
  /** development and reform authority · 发展改革主管部门 */
  | "DevelopmentReformAuthority"
  /** government at county level or above · 县级以上人民政府 */
  | "CountyOrHigherGovernment"
  /** holder (data providing unit) · 数据提供单位 */
  | "DataProvidingUnit"
  /** source department · 数源部门 */
  | "SourceDepartment"
  /** platform operator · 平台运行维护单位 */
  | "PlatformOperator"
  /** natural person · 自然人 */
  | "NaturalPerson"
  /** legal person · 法人 */
  | "LegalPerson"
  /** unincorporated organisation · 非法人组织 */
  | "UnincorporatedOrganisation"
  /** market entity · 市场主体 */
  | "MarketEntity"
  /** authorised operator · 授权运营主体 */
  | "AuthorisedOperator"
  /** primary developer · 一级开发主体 */
  | "PrimaryDeveloper"
  /** secondary developer · 二级开发主体 */
  | "SecondaryDeveloper"
  /** data development body · 数据开发利用机构 */
  | "DataDevelopmentBody"
  /** end user · 用户 */
  | "EndUser"
  /** third party · 第三方 */
  | "ThirdParty"
  /** data trading venue · 数据交易场所 */
  | "DataTradingVenue"
  /** trading intermediary · 数据交易中介服务机构 */
  | "TradingIntermediary"
  /** data merchant · 数据商 */
  | "DataMerchant"
  /** supplier in a data trade · 数据提供方 */
  | "TradeSupplier"
  /** buyer in a data trade · 数据需求方 */
  | "TradeDemander"
  /** data processor · 数据处理者 */
  | "DataProcessor"
  /** personal information processor · 个人信息处理者 */
  | "PersonalInformationProcessor"
  /** entrusting processor · 委托方 */
  | "EntrustingProcessor"
  /** entrusted processor · 受托方 */
  | "EntrustedProcessor"
  /** platform service provider · 服务提供方 */
  | "ServiceProvider"
  /** operator of image or identity-recognition devices · 图像采集和身份识别设备使用单位 */
  | "ImageEquipmentOperator"
  /** credit service provider · 征信和信用评级服务机构 */
  | "CreditServiceProvider"
  /** financial institution · 金融机构 */
  | "FinancialInstitution"
  /** right holder · 合法权利人 */
  | "RightHolder"
  /** data subject · 数据主体 */
  | "DataSubject"
  /** cyberspace authority · 网信部门 */
  | "CyberspaceAuthority"
  /** public or state security authority · 公安机关和国家安全机关 */
  | "SecuritySupervisor"
  /** expert committee · 专家委员会 */
  | "ExpertCommittee"
  /** stationed central agency · 中央国家机关派驻机构 */
  | "CentralAgencyStationed"
  /** competent regulatory body · 有关主管部门 */
  | "RegulatoryBody"
  /** any organisation or individual · 任何组织和个人 */
  | "AnyActor"
  ;

/** What is done: `action.name`. */
export type ActionName =
  /** supply public data to a fellow public body · 向其他公共机构共享公共数据 */
  | "share_public_data"
  /** apply for shared data · 申请共享数据 */
  | "request_shared_data"
  /** receive shared data · 获取共享数据 */
  | "obtain_shared_data"
  /** use shared data · 使用共享数据 */
  | "use_shared_data"
  /** pass shared data on · 将共享数据转供他人 */
  | "pass_on_shared_data"
  /** refuse a sharing request · 拒绝共享申请 */
  | "refuse_sharing"
  /** open public data to society · 向社会开放公共数据 */
  | "open_public_data"
  /** apply for opened data · 申请开放数据 */
  | "request_opened_data"
  /** receive opened data · 获取开放数据 */
  | "obtain_opened_data"
  /** use opened data · 使用开放数据 */
  | "use_opened_data"
  /** fix or revise a sharing type · 确定或者调整共享类型 */
  | "assign_sharing_type"
  /** fix or revise an opening type · 确定或者调整开放类型 */
  | "assign_opening_type"
  /** prepare, check or release a catalogue entry · 编制、审核或者发布数据目录 */
  | "publish_catalogue"
  /** aggregate data on the platform · 向平台汇聚数据 */
  | "aggregate_data"
  /** collect data · 收集数据 */
  | "collect_data"
  /** record images or identify people in public places · 在公共场所采集图像或者身份识别信息 */
  | "collect_images"
  /** use recorded images or identity-recognition data · 使用所采集的图像或者身份识别信息 */
  | "use_images"
  /** supply recorded images or identity-recognition data · 向他人提供所采集的图像或者身份识别信息 */
  | "provide_images"
  /** supply data that a public body demands · 应公共机构要求提供数据 */
  | "supply_data_to_authority"
  /** buy non-public data · 采购非公共数据 */
  | "procure_non_public_data"
  /** process data in any manner · 处理数据 */
  | "process_data"
  /** use or work up lawfully obtained data of one's own · 使用、加工自身合法取得的数据 */
  | "use_lawful_data"
  /** handle personal information · 处理个人信息 */
  | "process_personal_information"
  /** supply personal data to others · 向他人提供个人数据 */
  | "provide_personal_data"
  /** profile a person · 对个人进行用户画像 */
  | "profile_person"
  /** exercise a right over one's personal information · 行使个人信息权利 */
  | "exercise_subject_right"
  /** authorise the operation of public data · 授权运营公共数据 */
  | "authorise_operation"
  /** operate public data under a grant · 开展公共数据授权运营 */
  | "operate_public_data"
  /** supply raw public data to users or third parties · 向用户或者第三方提供原始公共数据 */
  | "provide_raw_public_data"
  /** supply or sell data products and services · 提供或者出售数据产品和服务 */
  | "provide_data_product"
  /** develop public data at the second tier · 二级开发公共数据 */
  | "develop_public_data"
  /** trade data or data products · 交易数据或者数据产品 */
  | "trade_data"
  /** exchange data or exploit it otherwise · 交换数据或者以其他方式开发利用 */
  | "exchange_data"
  /** host or broker a data trade · 提供数据交易场所或者中介服务 */
  | "broker_trade"
  /** set a price · 确定交易价格 */
  | "set_price"
  /** make trade information known · 披露交易信息 */
  | "disclose_trade_information"
  /** supply data to recipients abroad · 向境外提供数据 */
  | "export_data"
  /** call for data in an emergency · 为应对突发事件要求提供数据 */
  | "request_emergency_data"
  /** use emergency data · 使用突发事件数据 */
  | "use_emergency_data"
  /** pass emergency data outside · 共享、开放或者对外提供突发事件数据 */
  | "release_emergency_data"
  /** wind up emergency data after the event · 突发事件结束后评估、封存或者销毁数据 */
  | "close_emergency_data"
  /** ask for verification of public data · 申请校核公共数据 */
  | "request_verification"
  /** handle a verification request · 办理校核申请 */
  | "handle_verification"
  /** suspend data access · 暂停提供数据 */
  | "suspend_access"
  /** terminate data access · 终止提供数据 */
  | "terminate_access"
  /** order a correction · 责令改正 */
  | "order_correction"
  /** entrust data processing · 委托他人处理数据 */
  | "entrust_processing"
  /** process data as entrusted party · 受托处理数据 */
  | "process_as_entrusted"
  /** erase data for good · 销毁数据 */
  | "destroy_data"
  /** falsify, alter, damage or leak data · 伪造、篡改、毁损或者泄露数据 */
  | "tamper_data"
  /** enter or work on the basic platforms · 访问或者操作基础平台 */
  | "access_platform"
  /** build a separate cross-department channel or platform · 另行建设跨部门共享渠道或者平台 */
  | "build_sharing_channel"
  /** respond to a data security incident · 处置数据安全事件 */
  | "respond_to_incident"
  /** offer a data service that needs a licence or filing · 提供须经许可或者备案的数据服务 */
  | "provide_service"
  /** carry on any data activity · 开展任何数据活动 */
  | "any_data_activity"
  ;

/** Every fact, as answers name it. */
export type FactName = "actor.id" | "actor.unified_social_credit_code" | "actor.fiscally_funded" | "actor.duty_scope" | "actor.storage_processing_security_capability" | "actor.security_measures" | "actor.meets_operating_conditions" | "actor.access_status" | "actor.is_platform_authorised" | "actor.is_source_department" | "actor.is_data_subject" | "actor.is_right_holder" | "actor.licence" | "actor.market_dominant" | "dataset.id" | "dataset.territory" | "dataset.class" | "dataset.is_public_data" | "dataset.provider" | "dataset.source_sector" | "dataset.touches_public_interest" | "dataset.sharing_type" | "dataset.proposed_sharing_type" | "dataset.opening_type" | "dataset.proposed_opening_type" | "dataset.type_basis" | "dataset.type_basis_rank" | "dataset.type_assessed_on" | "dataset.type_disputed" | "dataset.sharing_conditions" | "dataset.opening_conditions" | "dataset.catalogued" | "dataset.catalogue_reviewed" | "dataset.catalogue_metadata" | "dataset.published_on_platform" | "dataset.aggregated" | "dataset.aggregation_barred_by_law" | "dataset.identifier_key" | "dataset.grade" | "dataset.contains_personal_information" | "dataset.contains_personal_privacy" | "dataset.contains_trade_secret" | "dataset.contains_confidential_business_information" | "dataset.contains_work_secret" | "dataset.contains_state_secret" | "dataset.contains_important_data" | "dataset.contains_image_or_id_data" | "dataset.contains_protected_domain" | "dataset.anonymised" | "dataset.de_identified" | "dataset.desensitised" | "dataset.is_raw" | "dataset.is_product_or_service" | "dataset.made_under_grant" | "dataset.trade_object_kind" | "dataset.obtained_via" | "dataset.lawfully_obtained" | "dataset.available_via_sharing" | "dataset.agreement_bars_opening" | "dataset.law_bars_sharing" | "dataset.law_bars_opening" | "dataset.law_bars_trading" | "dataset.endangers_national_security" | "dataset.harms_public_interest" | "dataset.harms_civil_rights" | "dataset.infringes_rights" | "dataset.discloses_secret_or_privacy" | "dataset.source" | "dataset.acquired_on" | "dataset.accuracy_disputed" | "dataset.price_regulated" | "dataset.is_base_database" | "dataset.may_reveal_classified" | "request.territory" | "request.sharing_conditions_met" | "request.opening_conditions_met" | "request.price_observes_regulation" | "request.purpose" | "request.purpose_applied_for" | "request.duty" | "request.scenario" | "request.basis" | "request.scope" | "request.manner" | "request.channel" | "request.recipient" | "request.recipient_kind" | "request.recipient_is_entrusted_processor" | "request.recipient_overseas" | "request.within_necessary_scope" | "request.profiling" | "request.sole_entry_check" | "request.collection_rules_published" | "request.notice_given" | "request.attribution" | "request.requirement_added" | "request.lawful_requirement_met" | "grant.sharing_approval" | "grant.opening_approval" | "grant.safety_commitment" | "grant.opening_agreement" | "grant.applicant_commitment" | "grant.operation_agreement" | "grant.agreement_complete" | "grant.grantor_kind" | "grant.development_consent" | "grant.subject_consent" | "grant.provider_authorisation" | "grant.legality_commitment" | "grant.right_holder_authorisation" | "grant.opening_authorisation" | "grant.disclosure_consent" | "grant.export_assessment" | "grant.standard_contract_filing" | "grant.trade_object_approval" | "grant.entrustment_agreement" | "grant.purpose" | "grant.scenario" | "grant.scope" | "grant.manner" | "grant.valid_from" | "grant.valid_until" | "grant.open_ended" | "grant.contract_restriction" | "procedure.aggregation_exemption_confirmed" | "procedure.state" | "procedure.received_on" | "procedure.received_by" | "procedure.handed_over_on" | "procedure.opinion_sought_on" | "procedure.provider_reply" | "procedure.provider_replied_on" | "procedure.reasons_given" | "procedure.authority_decision" | "procedure.authority_decided_on" | "procedure.shared_on" | "procedure.government_decided" | "procedure.extension_approved" | "procedure.verified_on" | "procedure.error_confirmed" | "procedure.scenario_assessed" | "procedure.supplier_disclosure" | "procedure.demander_disclosure" | "procedure.venue_review" | "procedure.venue_safeguards" | "procedure.identity_checked" | "procedure.records_kept" | "procedure.use_reported" | "procedure.fully_logged" | "procedure.misuse_finding" | "procedure.correction_ordered" | "procedure.corrected" | "procedure.emergency_active" | "procedure.emergency_ended" | "procedure.expert_assessment" | "procedure.destruction_risk_assessment" | "procedure.trade_compliance_attested" | "procedure.export_self_assessment" | "procedure.export_safeguards" | "procedure.security_review" | "procedure.procurement_review" | "procedure.incident" | "procedure.risk_found" | "law.exception_cited" | "law.exception_rank" | "law.authority_for_collection" | "time.now" | "time.now_ends" | "time.working_days" | "dataset.collected_party_unidentifiable" | "dataset.withheld_reasonable_time" | "law.consent_dispensed" | "law.authority_rank" | "actor.venue_and_merchant" | "actor.personal_credit_licence" | "actor.enterprise_credit_filing" | "actor.credit_rating_filing" | "dataset.made_in_programme" | "request.subject_right" | "request.portability_conditions_met" | "request.deceptive_or_coercive" | "request.least_intrusive" | "request.within_collection_limits" | "request.required_licence" | "request.credit_business" | "request.obtains_credit_service" | "request.credit_supplier_qualified" | "request.business_need" | "request.assessor_qualified" | "grant.subject_refusal" | "procedure.export_filed_regionally" | "procedure.incident_linked_to_public_body" | "dataset.subject_matter" | "request.retention_limited" | "request.least_intrusive_manner" | "grant.channel_authorisation" | "grant.retention_agreed" | "grant.retention_agreed_freely" | "procedure.entrusted_task_done" | "dataset.anonymisation_required" | "dataset.law_bars_export" | "request.channel_registered" | "request.duty_applied_for" | "request.restricts_competition" | "request.unfair_to_consumers" | "request.own_account" | "grant.own_account_agreed" | "grant.own_account_agreed_freely" | "procedure.intellectual_property_attested" | "procedure.misuse_kind" | "law.operation_rules";

/** Facts at `$.subject.properties`. What is left out, `null` or `"unknown"` is not stated. */
export interface ActorFacts {
  /** unified social credit code of the actor (GB 32100, 18 characters) · 行为主体的统一社会信用代码 */
  readonly unified_social_credit_code?: string | null;
  /** public funds keep the actor running · 行为主体由财政资金保障运行 */
  readonly fiscally_funded?: boolean | Unstated;
  /** statutory duties and public services on record for the actor itself · 行为主体自身已登记的法定职责和公共服务事项 */
  readonly duty_scope?: string | readonly string[] | null;
  /** the actor is able to store, process and protect the data · 行为主体有能力安全存储、处理和保护数据 */
  readonly storage_processing_security_capability?: boolean | Unstated;
  /** the actor has the security measures of national and local rules at work · 行为主体已落实国家和地方规定的安全措施 */
  readonly security_measures?: boolean | Unstated;
  /** the operator, or the grantee at the time of granting, is fit for authorised operation · 运营主体（授权环节为拟被授权者）符合授权运营条件 */
  readonly meets_operating_conditions?: boolean | Unstated;
  /** where the actor's access to data stands · 行为主体的数据访问状态 */
  readonly access_status?: "active" | "suspended" | "terminated" | Unstated;
  /** the actor has been lawfully admitted to the platform · 行为主体已依法取得平台访问权限 */
  readonly is_platform_authorised?: boolean | Unstated;
  /** the actor is the only statutory source department of the data item · 行为主体是该数据项唯一的法定数源部门 */
  readonly is_source_department?: boolean | Unstated;
  /** the data at issue is about the actor itself · 所涉数据系行为主体自身的数据 */
  readonly is_data_subject?: boolean | Unstated;
  /** the lawful right holder is the actor itself · 行为主体即该数据的合法权利人 */
  readonly is_right_holder?: boolean | Unstated;
  /** administrative licences and filings of the actor · 行为主体已取得的行政许可或者备案 */
  readonly licence?: string | readonly string[] | null;
  /** the actor dominates the market · 行为主体具有市场支配地位 */
  readonly market_dominant?: boolean | Unstated;
  /** the actor runs a trading venue and is a data merchant as well · 行为主体既是数据交易场所运营者又是数据商 */
  readonly venue_and_merchant?: boolean | Unstated;
  /** the actor holds the central bank's licence for personal credit reporting · 行为主体已取得个人征信机构许可 */
  readonly personal_credit_licence?: boolean | Unstated;
  /** the actor is on file as an enterprise credit reporting body · 行为主体已办理企业征信机构备案 */
  readonly enterprise_credit_filing?: boolean | Unstated;
  /** the actor is on file as a credit rating body · 行为主体已办理信用评级机构备案 */
  readonly credit_rating_filing?: boolean | Unstated;
}

/** Facts at `$.resource.properties`. What is left out, `null` or `"unknown"` is not stated. */
export interface DatasetFacts {
  /** administrative division code of the holder (GB/T 2260, six digits) · 数据持有方所在地的行政区划代码 */
  readonly territory?: string | null;
  /** class of the data · 数据的类别 */
  readonly class?: "public_data" | "government_data" | "public_service_data" | "non_public_data" | "enterprise_data" | "derived_data" | Unstated;
  /** the applicable text counts the data as public data · 该数据属于适用文本所称的公共数据 */
  readonly is_public_data?: boolean | Unstated;
  /** the unit that has the data in hand · 持有该数据的单位 */
  readonly provider?: string | null;
  /** service field the data comes from · 数据来源的服务领域 */
  readonly source_sector?: string | null;
  /** the public interest is involved in the data · 数据涉及公共利益 */
  readonly touches_public_interest?: boolean | Unstated;
  /** sharing type on record · 数据的共享类型 */
  readonly sharing_type?: "unconditional" | "conditional" | "not_shared" | "temporarily_not_shared" | Unstated;
  /** sharing type put forward in a dispute · 共享类型争议中提出的类型 */
  readonly proposed_sharing_type?: "unconditional" | "conditional" | "not_shared" | "temporarily_not_shared" | Unstated;
  /** opening type on record · 数据的开放类型 */
  readonly opening_type?: "unconditional" | "conditional" | "not_opened" | "universal" | "on_application" | Unstated;
  /** opening type put forward in a dispute · 开放类型争议中提出的类型 */
  readonly proposed_opening_type?: "unconditional" | "conditional" | "not_opened" | "universal" | "on_application" | Unstated;
  /** provision the type rests on (true, false, or the words that state it) · 确定类型所依据的规定 */
  readonly type_basis?: boolean | string | readonly string[] | null;
  /** rank of the provision behind the type · 类型依据的效力层级 */
  readonly type_basis_rank?: "law" | "administrative_regulation" | "local_regulation" | "national_provision" | "national_policy" | "local_policy" | "none" | Unstated;
  /** day the type was last assessed (RFC 3339 date, a day in UTC+8, or date-time) · 最近一次类型评估的日期 */
  readonly type_assessed_on?: string | null;
  /** the sharing or opening type is contested · 共享或者开放类型存在争议 */
  readonly type_disputed?: boolean | Unstated;
  /** conditions, scope and use laid down for conditional sharing (true, false, or the words that state it) · 有条件共享的条件、范围和用途 */
  readonly sharing_conditions?: boolean | string | readonly string[] | null;
  /** published terms of conditional opening (true, false, or the words that state it) · 已公布的有条件开放的具体条件 */
  readonly opening_conditions?: boolean | string | readonly string[] | null;
  /** the current catalogue lists the data · 数据已列入现行目录 */
  readonly catalogued?: boolean | Unstated;
  /** the catalogue entry has passed review · 目录条目已通过审核 */
  readonly catalogue_reviewed?: boolean | Unstated;
  /** catalogue details: origin, update interval, security grade, sharing and opening attributes (true, false, or the words that state it) · 目录条目的来源、更新频率、安全等级和共享开放属性 */
  readonly catalogue_metadata?: boolean | string | readonly string[] | null;
  /** the platform carries the data · 数据已在平台发布 */
  readonly published_on_platform?: boolean | Unstated;
  /** the data has been aggregated on the platform · 数据已汇聚到平台 */
  readonly aggregated?: boolean | Unstated;
  /** a law or administrative regulation does not let the data be aggregated · 法律、行政法规不允许汇聚该数据 */
  readonly aggregation_barred_by_law?: boolean | Unstated;
  /** key by which the data is collected · 收集数据所用的标识 */
  readonly identifier_key?: "identity_number" | "credit_code" | "geocode" | "other" | Unstated;
  /** class and grade given to the data · 数据的分类分级结果 */
  readonly grade?: string | null;
  /** the data holds personal information · 数据含有个人信息 */
  readonly contains_personal_information?: boolean | Unstated;
  /** the data touches personal privacy · 数据涉及个人隐私 */
  readonly contains_personal_privacy?: boolean | Unstated;
  /** the data holds trade secrets · 数据含有商业秘密 */
  readonly contains_trade_secret?: boolean | Unstated;
  /** the data holds confidential business information · 数据含有保密商务信息 */
  readonly contains_confidential_business_information?: boolean | Unstated;
  /** the data holds work secrets · 数据含有工作秘密 */
  readonly contains_work_secret?: boolean | Unstated;
  /** the data holds state secrets or other classified content · 数据含有国家秘密 */
  readonly contains_state_secret?: boolean | Unstated;
  /** the data holds important data · 数据含有重要数据 */
  readonly contains_important_data?: boolean | Unstated;
  /** the data holds personal images or identity-recognition data · 数据含有个人图像或者身份识别信息 */
  readonly contains_image_or_id_data?: boolean | Unstated;
  /** the data holds content on national interest, public security or military research and production · 数据含有涉及国家利益、公共安全或者军工科研生产的内容 */
  readonly contains_protected_domain?: boolean | Unstated;
  /** the data is anonymised: nobody can be identified and the step cannot be undone · 数据已经匿名化处理，无法识别个人且不能复原 */
  readonly anonymised?: boolean | Unstated;
  /** the data is de-identified · 数据已经去标识化处理 */
  readonly de_identified?: boolean | Unstated;
  /** secret and confidential content has been masked or declassified · 数据已经脱敏、脱密处理 */
  readonly desensitised?: boolean | Unstated;
  /** raw public data: single records, or output from which they can be rebuilt · 属于原始公共数据，即逐条记录的数据或者可据以还原记录的结果 */
  readonly is_raw?: boolean | Unstated;
  /** a data product or service made by working up data · 属于经加工形成的数据产品或者服务 */
  readonly is_product_or_service?: boolean | Unstated;
  /** the product was made within the scope, term and platform of its operation grant · 产品是在所依据的运营授权的范围、期限和指定平台内形成的 */
  readonly made_under_grant?: boolean | Unstated;
  /** sort of trade object · 交易标的的种类 */
  readonly trade_object_kind?: "product" | "service" | "tool" | "other" | Unstated;
  /** route by which the data was acquired · 取得数据的途径 */
  readonly obtained_via?: "collection" | "sharing" | "opening" | "authorised_operation" | "development" | "emergency" | "trade" | "other" | Unstated;
  /** it is shown that the data was lawfully acquired · 数据系合法取得 */
  readonly lawfully_obtained?: boolean | Unstated;
  /** the data can be had by sharing · 该数据可以通过共享取得 */
  readonly available_via_sharing?: boolean | Unstated;
  /** the agreement under which the data was acquired rules out opening · 数据获取协议不允许开放该数据 */
  readonly agreement_bars_opening?: boolean | Unstated;
  /** a law or regulation rules out sharing · 法律、法规不允许共享该数据 */
  readonly law_bars_sharing?: boolean | Unstated;
  /** a law or regulation rules out opening · 法律、法规不允许开放该数据 */
  readonly law_bars_opening?: boolean | Unstated;
  /** a law or regulation rules out trading · 法律、法规不允许交易该数据 */
  readonly law_bars_trading?: boolean | Unstated;
  /** opening or trading puts or may put national security in danger · 开放或者交易危害或者可能危害国家安全 */
  readonly endangers_national_security?: boolean | Unstated;
  /** opening or trading does or may do damage to the public interest · 开放或者交易损害或者可能损害公共利益 */
  readonly harms_public_interest?: boolean | Unstated;
  /** opening may damage civil rights and interests · 开放可能损害民事权益 */
  readonly harms_civil_rights?: boolean | Unstated;
  /** the act violates lawful rights and interests of others · 该行为侵害他人合法权益 */
  readonly infringes_rights?: boolean | Unstated;
  /** the act gives away state secrets, trade secrets or privacy · 该行为将泄露国家秘密、商业秘密或者个人隐私 */
  readonly discloses_secret_or_privacy?: boolean | Unstated;
  /** where the data comes from (true, false, or the words that state it) · 数据的来源 */
  readonly source?: boolean | string | readonly string[] | null;
  /** day the data was acquired (RFC 3339 date, a day in UTC+8, or date-time) · 取得数据的日期 */
  readonly acquired_on?: string | null;
  /** the accuracy of the data is contested and a verification has not been finished · 数据的准确性存在争议，校核申请或者通知尚未办结 */
  readonly accuracy_disputed?: boolean | Unstated;
  /** the government fixes or guides the price · 交易适用政府定价或者政府指导价 */
  readonly price_regulated?: boolean | Unstated;
  /** the data belongs to a base database · 数据属于基础数据库 */
  readonly is_base_database?: boolean | Unstated;
  /** combining the data may bring out classified or sensitive content · 汇聚或者关联后可能产生涉密、涉敏数据 */
  readonly may_reveal_classified?: boolean | Unstated;
  /** no collected party, whether person, firm or other organisation, can be told from the data, and this cannot be undone · 数据经处理不能识别任何被采集者（个人、法人和其他组织均在内），且不可复原 */
  readonly collected_party_unidentifiable?: boolean | Unstated;
  /** a reasonable time has passed since the data was typed as temporarily not shared · 自列入暂不共享以来已经过合理期间 */
  readonly withheld_reasonable_time?: boolean | Unstated;
  /** the product or service came out of a contest, grant or joint development by which the authority encourages use of public data · 产品或者服务系在主管部门鼓励利用公共数据的活动（如大赛、补助、合作开发）中形成 */
  readonly made_in_programme?: boolean | Unstated;
  /** what the data to be collected is about · 所收集的数据描述的对象 */
  readonly subject_matter?: "natural_person" | "organisation" | "natural_resources_or_space" | "other" | Unstated;
  /** a law, a regulation or an agreement with the person calls for anonymisation of the data · 法律、法规或者与自然人的约定要求对该数据匿名化 */
  readonly anonymisation_required?: boolean | Unstated;
  /** a law or regulation rules out supply abroad · 法律、法规不允许向境外提供该数据 */
  readonly law_bars_export?: boolean | Unstated;
}

/** Facts at `$.context.request`. What is left out, `null` or `"unknown"` is not stated. */
export interface RequestFacts {
  /** administrative division code of the recipient in an act across provinces (GB/T 2260, six digits) · 跨省行为中接收方所在地的行政区划代码 */
  readonly territory?: string | null;
  /** this request fulfils the sharing conditions laid down · 本次申请符合列明的共享条件 */
  readonly sharing_conditions_met?: boolean | Unstated;
  /** this request fulfils the opening terms made public · 本次申请符合公布的开放条件 */
  readonly opening_conditions_met?: boolean | Unstated;
  /** the price agreed keeps to the fixed or guided government price · 约定价格符合政府定价或者政府指导价 */
  readonly price_observes_regulation?: boolean | Unstated;
  /** purpose of the act · 本次行为的目的 */
  readonly purpose?: "statutory_duty" | "public_service" | "application_scenario" | "emergency_response" | "public_safety" | "national_security" | "authorised_operation" | "secondary_development" | "trade" | "exchange_or_other_exploitation" | "service_quality_improvement" | "research_and_product_development" | "own_use_and_processing" | Unstated;
  /** purpose given in the application that led to the data · 取得数据时申请所列的目的 */
  readonly purpose_applied_for?: "statutory_duty" | "public_service" | "application_scenario" | "emergency_response" | "public_safety" | "national_security" | "authorised_operation" | "secondary_development" | "trade" | "exchange_or_other_exploitation" | "service_quality_improvement" | "research_and_product_development" | "own_use_and_processing" | Unstated;
  /** duty or public service the act is for · 本次行为所服务的职责或者公共服务事项 */
  readonly duty?: string | null;
  /** application scenario of the act · 本次行为的应用场景 */
  readonly scenario?: string | null;
  /** provision the request relies on (true, false, or the words that state it) · 申请所依据的规定 */
  readonly basis?: boolean | string | readonly string[] | null;
  /** fields, areas or record groups wanted or used · 申请或者使用的字段、区域或者记录范围 */
  readonly scope?: string | readonly string[] | null;
  /** way in which the data is to be used or is used · 申请或者使用的数据使用方式 */
  readonly manner?: string | null;
  /** channel the act runs through · 办理或者传输数据所经渠道 */
  readonly channel?: "platform" | "operation_platform" | "service_interface" | "venue" | "direct" | "other" | Unstated;
  /** identifier of the party that gets the data · 数据接收方的标识 */
  readonly recipient?: string | null;
  /** actor kind of the recipient, or of the grantee at the time of granting · 接收方的主体类型（授权环节为拟被授权者的主体类型） */
  readonly recipient_kind?: ActorKind | Unstated;
  /** the recipient merely processes for the receiving unit under a security agreement and makes no use of its own · 接收方仅依安全协议为接收单位受托处理数据，不自行使用 */
  readonly recipient_is_entrusted_processor?: boolean | Unstated;
  /** the recipient sits abroad · 接收方位于境外 */
  readonly recipient_overseas?: boolean | Unstated;
  /** no more is asked for than the duty or purpose requires · 所涉范围以履职或者实现目的所必需为限 */
  readonly within_necessary_scope?: boolean | Unstated;
  /** the act amounts to profiling of users · 该行为属于用户画像 */
  readonly profiling?: boolean | Unstated;
  /** image or identity recognition is the sole means of admission · 图像或者身份识别技术被用作出入的唯一验证方式 */
  readonly sole_entry_check?: boolean | Unstated;
  /** the rules of collection are open to see, with purpose, manner and scope · 收集规则及收集的目的、方式和范围已经公开 */
  readonly collection_rules_published?: boolean | Unstated;
  /** the prescribed sign or notice is in place · 已按规定提示或者告知 */
  readonly notice_given?: boolean | Unstated;
  /** the product names its data source and acquisition day · 产品已注明数据来源和取得日期 */
  readonly attribution?: boolean | Unstated;
  /** a condition without legal basis has been put on top · 另行附加了没有法律依据的条件 */
  readonly requirement_added?: boolean | Unstated;
  /** an extra condition with a legal basis is fulfilled · 依法附加的条件已经满足 */
  readonly lawful_requirement_met?: boolean | Unstated;
  /** right over personal information that is exercised · 所行使的个人信息权利 */
  readonly subject_right?: "know_and_decide" | "access_and_correction" | "portability" | Unstated;
  /** the request to move personal information meets the conditions set by the national cyberspace authority · 转移个人信息的请求符合国家网信部门规定的条件 */
  readonly portability_conditions_met?: boolean | Unstated;
  /** the processing, or the consent behind it, rests on misleading, fraud or coercion · 该处理或者所依据的同意系以误导、欺诈、胁迫等方式取得 */
  readonly deceptive_or_coercive?: boolean | Unstated;
  /** the purpose is clear and reasonable, and the processing bears directly on it in the least intrusive way · 目的明确、合理，处理与目的直接相关且对个人权益影响最小 */
  readonly least_intrusive?: boolean | Unstated;
  /** no law or administrative regulation fixes purpose and scope of the collection, or the collection stays inside them · 法律、行政法规对本次收集的目的和范围没有规定，或者收集在其规定之内 */
  readonly within_collection_limits?: boolean | Unstated;
  /** licence that a law or administrative regulation asks for the service · 法律、行政法规要求该项服务取得的许可 */
  readonly required_licence?: string | null;
  /** credit business that is carried on · 所从事的征信或者评级业务 */
  readonly credit_business?: "personal_credit_reporting" | "enterprise_credit_reporting" | "credit_rating" | "none" | Unstated;
  /** by the act credit services are obtained through a business dealing · 该行为系通过商业合作获取征信服务 */
  readonly obtains_credit_service?: boolean | Unstated;
  /** the supplier of the credit services is lawfully qualified for them · 提供征信服务的机构具有合法征信业务资质 */
  readonly credit_supplier_qualified?: boolean | Unstated;
  /** business truly calls for supply abroad · 因业务需要确需向境外提供 */
  readonly business_need?: boolean | Unstated;
  /** the third party hired to assess export security is qualified · 受托的第三方数据安全评估机构具备资质 */
  readonly assessor_qualified?: boolean | Unstated;
  /** personal information is kept no longer than the purpose needs · 个人信息的保存期限以实现处理目的所需为限 */
  readonly retention_limited?: boolean | Unstated;
  /** the manner chosen touches the interests of persons the least · 所用方式对个人权益影响最小 */
  readonly least_intrusive_manner?: boolean | Unstated;
  /** the data authority has the sharing channel on its register, and it was not newly built against the bar · 所用共享交换通道已在数据管理机构登记，且非违反规定新建 */
  readonly channel_registered?: boolean | Unstated;
  /** duty or public service given in the application that led to the data · 取得数据时申请所列的职责或者公共服务事项 */
  readonly duty_applied_for?: string | null;
  /** the act manipulates the market, sets exclusive terms or breaks competition law otherwise · 该行为操纵市场、附加排他条款或者以其他方式违反竞争法律 */
  readonly restricts_competition?: boolean | Unstated;
  /** the act turns people's consumption data and tastes into unfair terms, or lures them into addiction or overspending · 该行为基于个人消费数据和偏好设定不公平条件，或者诱导沉迷、过度消费 */
  readonly unfair_to_consumers?: boolean | Unstated;
  /** the entrusted party keeps, uses, leaks or supplies the data for purposes of its own · 受托方为自身目的保留、利用或者外传受托处理的数据 */
  readonly own_account?: boolean | Unstated;
}

/** Facts at `$.context.grant`. What is left out, `null` or `"unknown"` is not stated. */
export interface GrantFacts {
  /** sharing has been approved, with scenario, purpose, scope and manner fixed · 已取得载明场景、目的、范围和方式的同意共享决定 */
  readonly sharing_approval?: boolean | Unstated;
  /** conditional or on-application opening has been approved · 有条件开放或者依申请开放已获同意 */
  readonly opening_approval?: boolean | Unstated;
  /** the safety commitment has been signed · 已签署安全承诺书 */
  readonly safety_commitment?: boolean | Unstated;
  /** an opening-utilisation agreement with the holder has been signed · 申请者与数据提供单位之间的开放利用协议已经订立 */
  readonly opening_agreement?: boolean | Unstated;
  /** the applicant vouches that the scenario is true, secure and compliant · 已就应用场景的真实、安全、合规作出承诺 */
  readonly applicant_commitment?: boolean | Unstated;
  /** an agreement on authorised operation has been signed · 已签订授权运营协议 */
  readonly operation_agreement?: boolean | Unstated;
  /** the operation agreement settles scope, term, revenue, security and the assets at its end · 授权运营协议已载明范围、期限、收益方式、安全要求和期满资产处置 */
  readonly agreement_complete?: boolean | Unstated;
  /** actor kind of the body behind the grant · 作出授权或者同意的机构的主体类型 */
  readonly grantor_kind?: ActorKind | Unstated;
  /** second-tier development has been agreed to · 二级开发已获同意 */
  readonly development_consent?: boolean | Unstated;
  /** the person concerned agreed to the purpose, manner and kinds of data · 已取得数据主体对目的、方式和数据种类的同意 */
  readonly subject_consent?: boolean | Unstated;
  /** the specific data provider has expressly authorised the act · 已取得特定数据提供者的明确授权 */
  readonly provider_authorisation?: boolean | Unstated;
  /** the supplier has vouched in writing that the data is lawful · 供方已提交数据合法承诺书 */
  readonly legality_commitment?: boolean | Unstated;
  /** the lawful right holder has authorised the act · 已取得合法权利人的授权同意 */
  readonly right_holder_authorisation?: boolean | Unstated;
  /** every person and organisation the data points to has lawfully agreed to opening · 数据指向的全部个人和组织均已依法授权开放 */
  readonly opening_authorisation?: boolean | Unstated;
  /** both trade parties agree that non-public trade information is made known · 供需双方均同意披露非公开交易信息 */
  readonly disclosure_consent?: boolean | Unstated;
  /** the export security assessment is passed, or on record as not needed with the rule cited · 已通过数据出境安全评估，或者已注明依据记录为无需评估 */
  readonly export_assessment?: boolean | Unstated;
  /** the standard contract is filed, or on record as not needed with the rule cited · 个人信息出境标准合同已备案，或者已注明依据记录为无需备案 */
  readonly standard_contract_filing?: boolean | Unstated;
  /** the authority has admitted another sort of trade object · 主管部门已同意将其他标的纳入交易 */
  readonly trade_object_approval?: boolean | Unstated;
  /** a data security agreement with the entrusted party has been signed · 已与受托方签订数据安全协议 */
  readonly entrustment_agreement?: boolean | Unstated;
  /** purpose named in the grant · 授权载明的目的 */
  readonly purpose?: "statutory_duty" | "public_service" | "application_scenario" | "emergency_response" | "public_safety" | "national_security" | "authorised_operation" | "secondary_development" | "trade" | "exchange_or_other_exploitation" | "service_quality_improvement" | "research_and_product_development" | "own_use_and_processing" | Unstated;
  /** application scenario named in the grant · 授权载明的应用场景 */
  readonly scenario?: string | null;
  /** data covered by the grant · 授权载明的数据范围 */
  readonly scope?: string | readonly string[] | null;
  /** way of use named in the grant · 授权载明的使用方式 */
  readonly manner?: string | null;
  /** day the grant takes effect (RFC 3339 date, a day in UTC+8, or date-time) · 授权生效日期 */
  readonly valid_from?: string | null;
  /** last day of the grant (RFC 3339 date, a day in UTC+8, or date-time) · 授权终止日期 */
  readonly valid_until?: string | null;
  /** the grant has no end date · 许可、协议未约定终止日期 */
  readonly open_ended?: boolean | Unstated;
  /** limits agreed with a right holder or contract partner (true, false, or the words that state it) · 与权利人或者合同相对方约定的限制 */
  readonly contract_restriction?: boolean | string | readonly string[] | null;
  /** the person concerned has restricted or refused the processing · 个人已限制或者拒绝对其个人信息的处理 */
  readonly subject_refusal?: boolean | Unstated;
  /** a competent body has authorised one more cross-department exchange platform · 新建其他跨部门数据共享交换平台已经有权机关批准 */
  readonly channel_authorisation?: boolean | Unstated;
  /** the parties agreed that the entrusted party keeps or uses the data after the task, inside what the entrusting party itself may do · 双方约定受托方在任务完成后留存、使用数据，且不超出委托方自己可以依法处理的范围 */
  readonly retention_agreed?: boolean | Unstated;
  /** the parties agreed that the entrusted party keeps or uses the data after the task, as far as they saw fit, even beyond what the entrusting party itself may do · 双方约定受托方在任务完成后留存、使用数据，范围由双方确定，可以超出委托方自己的权限 */
  readonly retention_agreed_freely?: boolean | Unstated;
  /** the parties agreed to the entrusted party's own keeping, use or supply, inside what the principal itself may do · 双方约定允许受托方自行留存、使用或者提供，且不超出委托方自身可以从事的范围 */
  readonly own_account_agreed?: boolean | Unstated;
  /** the parties agreed to the entrusted party's own keeping, use or supply, whether or not the principal itself may do as much · 双方约定允许受托方自行留存、使用或者提供，不论是否超出委托方自身可以从事的范围 */
  readonly own_account_agreed_freely?: boolean | Unstated;
}

/** Facts at `$.context.procedure`. What is left out, `null` or `"unknown"` is not stated. */
export interface ProcedureFacts {
  /** the data authority has confirmed that by law the data stays out of aggregation · 数据主管部门已确认该数据依法不能汇聚 */
  readonly aggregation_exemption_confirmed?: boolean | Unstated;
  /** stage the procedure has reached · 办理程序所处的阶段 */
  readonly state?: "not_filed" | "filed" | "opinion_sought" | "provider_agreed" | "provider_refused" | "provider_silent" | "authority_review" | "approved" | "overridden_to_share" | "rejected" | "agreement_signed" | "active" | "expired" | "type_disputed" | "verification_pending" | "verification_extended" | "corrected" | "correction_ordered" | "suspended" | "terminated" | "emergency_active" | "emergency_ended" | "disclosed_before_trade" | "scenario_assessed" | "export_assessed" | Unstated;
  /** day the application came in (RFC 3339 date, a day in UTC+8, or date-time) · 收到申请的日期 */
  readonly received_on?: string | null;
  /** actor kind of the body that received the verification request · 收到校核申请的机构的主体类型 */
  readonly received_by?: ActorKind | Unstated;
  /** day the verification request was passed to the holder (RFC 3339 date, a day in UTC+8, or date-time) · 校核申请转交数据提供单位的日期 */
  readonly handed_over_on?: string | null;
  /** day the holder was asked for its opinion (RFC 3339 date, a day in UTC+8, or date-time) · 征求数据提供单位意见的日期 */
  readonly opinion_sought_on?: string | null;
  /** reply of the holder · 数据提供单位的答复 */
  readonly provider_reply?: "agree" | "refuse" | "none" | Unstated;
  /** day the holder replied (RFC 3339 date, a day in UTC+8, or date-time) · 数据提供单位答复的日期 */
  readonly provider_replied_on?: string | null;
  /** the reasons are stated and on file · 已说明并记录理由 */
  readonly reasons_given?: boolean | Unstated;
  /** decision of the data authority · 数据主管部门的决定 */
  readonly authority_decision?: "share" | "not_share" | "open" | "not_open" | "none" | Unstated;
  /** day the data authority decided (RFC 3339 date, a day in UTC+8, or date-time) · 数据主管部门作出决定的日期 */
  readonly authority_decided_on?: string | null;
  /** day the data was in fact supplied (RFC 3339 date, a day in UTC+8, or date-time) · 实际提供数据的日期 */
  readonly shared_on?: string | null;
  /** the government has settled the dispute about the type · 人民政府已就类型争议作出决定 */
  readonly government_decided?: boolean | Unstated;
  /** the head of the unit has agreed to a longer verification period · 延长校核期限已经单位负责人批准 */
  readonly extension_approved?: boolean | Unstated;
  /** day the verification was finished (RFC 3339 date, a day in UTC+8, or date-time) · 校核办结的日期 */
  readonly verified_on?: string | null;
  /** verification has shown the data to be wrong · 经校核确认数据有误 */
  readonly error_confirmed?: boolean | Unstated;
  /** the scenario has been assessed as compliant and secure · 应用场景已通过合规性和安全性评估 */
  readonly scenario_assessed?: boolean | Unstated;
  /** before the trade the supplier made source, content and permitted use known · 供方已在交易前披露数据来源、内容和使用范围 */
  readonly supplier_disclosure?: boolean | Unstated;
  /** before the trade the buyer made its use scenario known · 需方已在交易前披露使用场景 */
  readonly demander_disclosure?: boolean | Unstated;
  /** the venue has examined what both sides disclosed · 交易场所已审核双方披露的信息 */
  readonly venue_review?: boolean | Unstated;
  /** the venue keeps personal information and secrets from leaking · 交易场所已采取防止个人信息和秘密泄露的措施 */
  readonly venue_safeguards?: boolean | Unstated;
  /** the identity of each trade party is verified · 交易双方身份已经核验 */
  readonly identity_checked?: boolean | Unstated;
  /** records of review and trade are on file · 审核和交易记录已经留存 */
  readonly records_kept?: boolean | Unstated;
  /** the use of the data and its effect have been reported · 已反馈或者报告数据使用情况和成效 */
  readonly use_reported?: boolean | Unstated;
  /** every step of the processing is logged · 个人信息处理全过程已有记录 */
  readonly fully_logged?: boolean | Unstated;
  /** use against the rules or beyond the scope has been established · 已查明存在违反规定或者超出范围使用数据的情形 */
  readonly misuse_finding?: boolean | Unstated;
  /** an order to correct has been issued · 已责令改正 */
  readonly correction_ordered?: boolean | Unstated;
  /** the breach has been put right · 已完成改正 */
  readonly corrected?: boolean | Unstated;
  /** an emergency response is under way by law · 突发事件应急处置正在依法进行 */
  readonly emergency_active?: boolean | Unstated;
  /** the emergency response is over · 突发事件应急处置已经结束 */
  readonly emergency_ended?: boolean | Unstated;
  /** the expert committee has assessed security · 专家委员会已作出安全评估 */
  readonly expert_assessment?: boolean | Unstated;
  /** the risk of destruction was assessed beforehand · 销毁前已开展风险评估 */
  readonly destruction_risk_assessment?: boolean | Unstated;
  /** the trader attests that this trade meets security and personal-information duties · 交易者已声明本次交易履行数据安全和个人信息保护义务 */
  readonly trade_compliance_attested?: boolean | Unstated;
  /** the exporter has assessed the export risk itself · 已开展数据出境风险自评估 */
  readonly export_self_assessment?: boolean | Unstated;
  /** technical and management measures guard the export · 数据出境的技术和管理措施已经落实 */
  readonly export_safeguards?: boolean | Unstated;
  /** the service provider has passed a security review · 服务提供方已通过安全审查 */
  readonly security_review?: boolean | Unstated;
  /** the request to buy non-public data has passed review · 采购非公共数据的申请已通过审查 */
  readonly procurement_review?: boolean | Unstated;
  /** a data security incident has not been closed · 数据安全事件尚未处置完毕 */
  readonly incident?: boolean | Unstated;
  /** a security flaw, gap or considerable risk has come to light · 已发现安全缺陷、漏洞或者较大风险 */
  readonly risk_found?: boolean | Unstated;
  /** the export assessment was applied for through the regional cyberspace office · 出境安全评估已通过自治区网信部门申报 */
  readonly export_filed_regionally?: boolean | Unstated;
  /** the security accident clearly links to a public body or the authority, or is its responsibility · 数据安全责任事故与公共机构或者主管部门存在明确关联或者由其负责 */
  readonly incident_linked_to_public_body?: boolean | Unstated;
  /** the entrusted processing task has been finished · 受托的数据处理任务已经完成 */
  readonly entrusted_task_done?: boolean | Unstated;
  /** the trader attests that this trade respects intellectual property · 交易者已声明本次交易履行知识产权保护义务 */
  readonly intellectual_property_attested?: boolean | Unstated;
  /** what sort of misuse was established · 所查明的违规获取、使用数据的情形 */
  readonly misuse_kind?: "beyond_duty" | "promise_broken" | "beyond_grant" | "platform_security_breach" | "other_breach" | Unstated;
}

/** Facts at `$.context.law`. What is left out, `null` or `"unknown"` is not stated. */
export interface LawFacts {
  /** provision that is cited as ruling otherwise (true, false, or the words that state it) · 所援引的另有规定 */
  readonly exception_cited?: boolean | string | readonly string[] | null;
  /** rank of the provision cited · 所援引规定的效力层级 */
  readonly exception_rank?: "law" | "administrative_regulation" | "local_regulation" | "department_rule" | "national_provision" | "policy" | Unstated;
  /** legal power to collect with its scope and procedure, or the law behind a special regime (true, false, or the words that state it) · 收集数据的法定权限、范围和程序，或者特别管理制度的法律依据 */
  readonly authority_for_collection?: boolean | string | readonly string[] | null;
  /** the law or administrative regulation cited itself waives the consent of the collected party, which is more than allowing or ordering the collection (true, false, or the words that state it) · 所援引的法律、行政法规本身规定采集无须被采集者同意（仅允许或者要求采集的不在此列） */
  readonly consent_dispensed?: boolean | string | readonly string[] | null;
  /** rank of the provision that gives the power to collect or demand · 赋予收集或者要求提供之权限的规定的效力层级 */
  readonly authority_rank?: "law" | "administrative_regulation" | "local_regulation" | "department_rule" | "national_provision" | "policy" | Unstated;
  /** regional rules on authorised operation that the grant rests on (true, false, or the words that state it) · 授权运营所依据的自治区公共数据授权运营管理办法 */
  readonly operation_rules?: boolean | string | readonly string[] | null;
}

/** Facts at `$.context.time`. What is left out, `null` or `"unknown"` is not stated. */
export interface TimeFacts {
  /** time at which the case is judged (RFC 3339 date, a day in UTC+8, or date-time) · 判断所依据的时间 */
  readonly now?: string | null;
  /** calendar of working days used to count periods · 计算期限所用的工作日历 */
  readonly working_days?: WorkingDayCalendar | null;
}

/** A request: the evaluation request of the OpenID AuthZEN Authorization API 1.0. */
export interface AccessRequest {
  /** Who asks; `id` is any name of the caller's, or a unified social credit code. */
  readonly subject: { readonly type: ActorKind; readonly id: string; readonly properties?: ActorFacts | null };
  /** What is to be done. */
  readonly action: { readonly name: ActionName };
  /** To which dataset; a data product is a dataset with `is_product_or_service`. */
  readonly resource: { readonly type: "Dataset"; readonly id: string; readonly properties?: DatasetFacts | null };
  /** What for, under which grant, at which stage, and when. */
  readonly context: AccessRequestContext;
}

/** What for, under which grant, at which stage, and when. */
export interface AccessRequestContext {
  /** The evaluation date is given by the caller; the engine reads no clock. */
  readonly time: TimeFacts & { readonly now: string };
  readonly request?: RequestFacts | null;
  readonly grant?: GrantFacts | null;
  readonly procedure?: ProcedureFacts | null;
  readonly law?: LawFacts | null;
  /** `in-force` unless stated: drafts are advisory. */
  readonly evaluation_mode?: "in-force" | "draft-as-adopted" | null;
}

/**
 * An answer to an evaluation request (`AuthZEN` 1.0: `decision` and `context`).
 */
export type AccessResponse = { 
/**
 * Why, and what follows.
 */
context: AccessResponseContext, 
/**
 * `true` only for [`Outcome::Permitted`].
 */
decision: boolean, };

/**
 * Why, and what follows.
 */
export type AccessResponseContext = { 
/**
 * What decided.
 */
bundle: BundleInfo, 
/**
 * Statutory periods now running.
 */
deadlines: Array<Deadline>, 
/**
 * What decided.
 */
engine: EngineInfo, 
/**
 * What keeps the request from being decided.
 */
errors: Array<Issue>, 
/**
 * Which texts decided.
 */
evaluation_mode: string, 
/**
 * Permits that carry the answer.
 */
grounds: Array<Ground>, 
/**
 * Unmet conditions.
 */
missing: Array<Missing>, 
/**
 * Duties that travel with the allow, in the shape of the `AuthZEN` obligations profile.
 */
obligations: Array<Obligation>, 
/**
 * The outcome.
 */
outcome: Outcome, 
/**
 * Bars that fired and that the applicant cannot cure.
 */
prohibitions: Array<Prohibition>, 
/**
 * Open points of interpretation that decide the answer.
 */
readings: Array<Reading>, 
/**
 * Every text looked at.
 */
regulations: Array<RegulationFinding>, 
/**
 * SHA-256 of the canonical request; `null` when the input is not JSON.
 */
request_digest: string | null, 
/**
 * What was ignored.
 */
warnings: Array<Issue>, };

/**
 * Actions that policies name together.
 */
export type ActionGroupEntry = { 
/**
 * Its members.
 */
actions: Array<string>, 
/**
 * Its label.
 */
label: BilingualText, 
/**
 * The identifier.
 */
name: string, };

/**
 * One article.
 */
export type ArticleCoverage = { 
/**
 * Its number.
 */
article: number, 
/**
 * Its rules.
 */
rules: Array<string>, 
/**
 * How it is dealt with.
 */
status: ArticleStatus, 
/**
 * What it is about, or why it holds no decision rule.
 */
subject: BilingualText, };

/**
 * How an article is dealt with.
 */
export type ArticleStatus = "encoded" | "data" | "not-a-decision-rule";

/**
 * A fact and how it has to stand.
 */
export type AtomExplanation = { 
/**
 * A circumstance in which the rest does not matter; nobody is asked to change it.
 */
circumstance: boolean, 
/**
 * Fact name.
 */
fact: string, 
/**
 * The other fact, for a relation between two.
 */
other: string | null, 
/**
 * How the fact has to stand.
 */
relation: RelationName, 
/**
 * True: somebody can still bring it about.
 */
step: boolean, 
/**
 * The values that will do, for `is`.
 */
values: Array<string>, };

/**
 * A sentence or term in Chinese and English.
 */
export type BilingualText = { 
/**
 * English.
 */
en: string, 
/**
 * Simplified Chinese.
 */
zh: string, };

/**
 * The bundle that decided.
 */
export type BundleInfo = { 
/**
 * Name of the policy store.
 */
id: string, 
/**
 * SHA-256 of the manifest of the bundle, hex: it lists every file with its digest, and signing leaves it as it is.
 */
sha256: string, 
/**
 * Version of the law as encoded.
 */
version: string, };

/**
 * A changed answer.
 */
export type ChangedAnswer = { 
/**
 * The outcome with the second bundle.
 */
after: Outcome, 
/**
 * The outcome with the first bundle.
 */
before: Outcome, 
/**
 * What became of the provision in it.
 */
change: ProvisionChange, 
/**
 * Name of the vector.
 */
vector: string, };

/**
 * A provision and the answers that differ in it.
 */
export type ChangedProvision = { 
/**
 * The answers, in the order of the vectors.
 */
answers: Array<ChangedAnswer>, 
/**
 * Article, paragraph and item in words.
 */
citation: BilingualText | null, 
/**
 * The rule; `null` for answers that differ although they name the same rules in the same way.
 */
rule: string | null, };

/**
 * What one text says, alone.
 */
export type ComparedText = { 
/**
 * Short code.
 */
code: string, 
/**
 * Statutory periods now running.
 */
deadlines: Array<Deadline>, 
/**
 * The rules that decide: grounds of what is permitted, bars of what is prohibited, unmet conditions of what is
 * conditional.
 */
deciding: Array<DecidingRule>, 
/**
 * True when a draft decides as if adopted.
 */
draft_mark: boolean, 
/**
 * Why the text cannot decide.
 */
errors: Array<Issue>, 
/**
 * Unmet conditions.
 */
missing: Array<Missing>, 
/**
 * Words that the text has no counterpart for; the facts count as not stated.
 */
no_counterpart: Array<NoCounterpart>, 
/**
 * Types of the duties that travel with the allow.
 */
obligations: Array<string>, 
/**
 * The outcome.
 */
outcome: Outcome, 
/**
 * `in-force`, `not-yet-in-force` or `draft`.
 */
status: string, 
/**
 * The territory code the act was moved to.
 */
territory: string, 
/**
 * Full title.
 */
title: BilingualText, 
/**
 * Words that were put in those of the text.
 */
translated: Array<Translated>, };

/**
 * What each text of the bundle says of one request.
 */
export type Comparison = { 
/**
 * What decided.
 */
bundle: BundleInfo, 
/**
 * What decided.
 */
engine: EngineInfo, 
/**
 * What keeps the request from being compared.
 */
errors: Array<Issue>, 
/**
 * SHA-256 of the canonical request; `null` when the input is not JSON.
 */
request_digest: string | null, 
/**
 * One entry a text, in the order of the bundle; none when the request has errors.
 */
texts: Array<ComparedText>, 
/**
 * What was ignored.
 */
warnings: Array<Issue>, };

/**
 * Coverage of all texts.
 */
export type Coverage = { 
/**
 * Every article of every text.
 */
articles: { [key in string]: Array<ArticleCoverage> }, 
/**
 * Counts by text.
 */
texts: { [key in string]: TextCoverage }, };

/**
 * Which end of the day a bare date stands for.
 */
export type DayEdge = "start" | "end";

/**
 * A running period.
 */
export type Deadline = { 
/**
 * Article, paragraph and item in words.
 */
citation: BilingualText, 
/**
 * Last day (China Standard Time); `null` when the calendar names no such day.
 */
due: string | null, 
/**
 * Whether the last day has passed. Nothing else follows from it.
 */
overdue: boolean, 
/**
 * Policy id.
 */
policy: string, 
/**
 * The rule cited.
 */
rule: string, 
/**
 * The day that set it off (China Standard Time).
 */
started: string, 
/**
 * Code of the text.
 */
text: string, 
/**
 * The rule in one sentence.
 */
title: BilingualText, 
/**
 * Who has to act.
 */
who: string, 
/**
 * Length in working days.
 */
working_days: number, };

/**
 * A rule that decides.
 */
export type DecidingRule = { 
/**
 * Article, paragraph and item in words.
 */
citation: BilingualText, 
/**
 * Policy id; for want of a ground, the rule that demands one.
 */
policy: string, 
/**
 * The rule cited.
 */
rule: string, 
/**
 * The rule in one sentence.
 */
title: BilingualText, };

/**
 * One thing asked for: any of the alternatives will do.
 */
export type DemandExplanation = { 
/**
 * Alternatives.
 */
any: Array<AtomExplanation>, 
/**
 * True: the first alternative that is no circumstance is the rule and the others lift it.
 */
rule_first: boolean, };

/**
 * How two bundles answer the same requests.
 */
export type Difference = { 
/**
 * The second bundle.
 */
after: BundleInfo, 
/**
 * The first bundle.
 */
before: BundleInfo, 
/**
 * Requests that are answered otherwise.
 */
changed: number, 
/**
 * The provisions in which answers differ, in statute order; last the answers that differ in none.
 */
provisions: Array<ChangedProvision>, 
/**
 * Requests asked.
 */
vectors: number, };

/**
 * The engine that decided.
 */
export type EngineInfo = { 
/**
 * `lexgate`.
 */
name: string, 
/**
 * Semantic version.
 */
version: string, };

/**
 * A fact.
 */
export type FactEntry = { 
/**
 * Filled by the engine, never by the caller.
 */
derived: boolean, 
/**
 * For dates: which end of the day a bare date stands for.
 */
edge?: DayEdge, 
/**
 * A date on which something happened; it cannot lie after `time.now`.
 */
event: boolean, 
/**
 * Where it stands.
 */
group: FactGroup, 
/**
 * What it says when stated.
 */
label: BilingualText, 
/**
 * `group.name`.
 */
name: string, 
/**
 * Where a request states it (`JSONPath`).
 */
path: string, 
/**
 * The values that mean "not yet".
 */
pending: Array<string>, 
/**
 * What to do when it is missing.
 */
remedy: BilingualText, 
/**
 * The rules that read it.
 */
rules: Array<string>, 
/**
 * How it is written.
 */
type: FactType, 
/**
 * The words it may take, for an enumerated fact.
 */
values: Array<ValueEntry>, 
/**
 * Who brings it about: an actor kind or `subject`.
 */
who: string, };

/**
 * Where a fact is stated in a request.
 */
export type FactGroup = "actor" | "dataset" | "request" | "grant" | "procedure" | "law" | "time";

/**
 * How a missing fact stands.
 */
export type FactState = "not_stated" | "stated_false";

/**
 * How a fact is written in JSON and what it becomes in Cedar.
 */
export type FactType = "bool" | "enum" | "kind" | "text" | "texts" | "date" | "territory" | "credit_code" | "statement" | "calendar";

/**
 * How grave a finding is.
 */
export type FindingSeverity = "advice" | "warning" | "error";

/**
 * A policy behind a part of the answer.
 */
export type Ground = { 
/**
 * Article, paragraph and item in words.
 */
citation: BilingualText, 
/**
 * Policy id.
 */
policy: string, 
/**
 * The rule cited.
 */
rule: string, 
/**
 * Every rule the policy encodes.
 */
rules: Array<string>, 
/**
 * Code of the text.
 */
text: string, 
/**
 * The rule in one sentence.
 */
title: BilingualText, };

/**
 * Something wrong with a request. As an error it makes the answer `undetermined`; as a warning it is only reported.
 */
export type Issue = { 
/**
 * Stable, kebab-case.
 */
code: string, 
/**
 * How to mend it.
 */
help: BilingualText, 
/**
 * What is wrong.
 */
message: BilingualText, 
/**
 * Where it is (`JSONPath`, RFC 9535).
 */
path: string, 
/**
 * The rules that were looked at, where the issue is about the law and not about the form.
 */
rules?: Array<string>, };

/**
 * An actor kind.
 */
export type KindEntry = { 
/**
 * The classes it belongs to.
 */
classes: Array<string>, 
/**
 * Its label.
 */
label: BilingualText, 
/**
 * The identifier.
 */
name: string, };

/**
 * An unmet condition.
 */
export type Missing = { 
/**
 * Who acts: an actor kind, or `subject` for the requester.
 */
actor: string, 
/**
 * Article, paragraph and item in words.
 */
citation: BilingualText, 
/**
 * Fact name.
 */
fact: string, 
/**
 * Facts that would do instead.
 */
or?: Array<string>, 
/**
 * Policy id.
 */
policy: string, 
/**
 * What to do.
 */
remedy: BilingualText, 
/**
 * How the fact has to stand, e.g. `true` or `provider_agreed`.
 */
required: string, 
/**
 * The rule cited.
 */
rule: string, 
/**
 * Not stated, or stated otherwise.
 */
state: FactState, 
/**
 * Code of the text.
 */
text: string, 
/**
 * The rule in one sentence.
 */
title: BilingualText, };

/**
 * A name with its label.
 */
export type NamedEntry = { 
/**
 * Its label.
 */
label: BilingualText, 
/**
 * The identifier.
 */
name: string, };

/**
 * A word that a text does not know.
 */
export type NoCounterpart = { 
/**
 * Fact name.
 */
fact: string, 
/**
 * Code of the text.
 */
text: string, 
/**
 * The word, as stated.
 */
word: string, };

/**
 * A duty, in the shape of the `AuthZEN` obligations profile.
 */
export type Obligation = { 
/**
 * Unique in the answer.
 */
id: string, 
/**
 * What it asks.
 */
properties: ObligationProperties, 
/**
 * An enforcement point that does not know the type must deny.
 */
type: string, };

/**
 * A limit of a duty.
 */
export type ObligationParameter = boolean | string | Array<string>;

/**
 * What a duty asks.
 */
export type ObligationProperties = { 
/**
 * Limits, merged to the strictest: sets are intersected, dates take the earliest.
 */
parameters: { [key in string]: ObligationParameter }, 
/**
 * All provisions that impose it.
 */
provisions: Array<Ground>, 
/**
 * The first rule.
 */
rule: string, };

/**
 * What a request comes to.
 */
export type Outcome = "permitted" | "conditional" | "undetermined" | "prohibited";

/**
 * A statutory period.
 */
export type PeriodExplanation = { 
/**
 * The date that sets it off.
 */
from: string, 
/**
 * Who has to act.
 */
who: string, 
/**
 * Length in working days.
 */
working_days: number, };

/**
 * An open point and the reading that decides in this text.
 */
export type PointChoice = { 
/**
 * Which of the two readings decides.
 */
choice: ReadingChoice, 
/**
 * Number of the point.
 */
point: string, };

/**
 * A policy, as far as a reader needs it.
 */
export type PolicyExplanation = { 
/**
 * The acts it speaks of; empty for all.
 */
actions: Array<string>, 
/**
 * What it asks for: all of these.
 */
demands: Array<DemandExplanation>, 
/**
 * Obligation type, for a duty.
 */
duty: string | null, 
/**
 * What to do instead, when the act is barred.
 */
hint: BilingualText | null, 
/**
 * Policy id.
 */
id: string, 
/**
 * The exceptions that live in it.
 */
lifts: Array<string>, 
/**
 * The exceptions that take it back.
 */
narrows: Array<string>, 
/**
 * The statutory period, for a deadline.
 */
period: PeriodExplanation | null, 
/**
 * The open points it rests on, with the reading chosen.
 */
points: Array<PointChoice>, 
/**
 * What to do about a missing demand, when the fact's own remedy does not say it well.
 */
remedy: BilingualText | null, 
/**
 * The rules it encodes; the first one is cited.
 */
rules: Array<string>, 
/**
 * Ground, gate, duty or deadline.
 */
set: PolicySet, 
/**
 * The rule in one sentence.
 */
title: BilingualText, 
/**
 * Who acts, when the fact's own answer does not fit.
 */
who: string | null, };

/**
 * Which of the sets a policy belongs to.
 */
export type PolicySet = "ground" | "gate" | "duty" | "deadline";

/**
 * A bar.
 */
export type Prohibition = { 
/**
 * Article, paragraph and item in words.
 */
citation: BilingualText, 
/**
 * The facts that set it off, as stated.
 */
facts: Array<StatedFact>, 
/**
 * What to do instead.
 */
hint?: BilingualText, 
/**
 * Policy id; for want of a ground, the rule that demands one.
 */
policy: string, 
/**
 * The rule cited.
 */
rule: string, 
/**
 * Every rule the policy encodes.
 */
rules: Array<string>, 
/**
 * Code of the text.
 */
text: string, 
/**
 * The rule in one sentence.
 */
title: BilingualText, };

/**
 * What became of a provision in an answer.
 */
export type ProvisionChange = "appears" | "disappears" | "differs";

/**
 * An open point that decides the answer.
 */
export type Reading = { 
/**
 * The conservative reading.
 */
applied: BilingualText, 
/**
 * Which of the two decided.
 */
choice: ReadingChoice, 
/**
 * The other reading.
 */
other: BilingualText, 
/**
 * Number of the point.
 */
point: string, 
/**
 * The policies that rest on it.
 */
policies: Array<string>, 
/**
 * The question.
 */
question: BilingualText, 
/**
 * Why the conservative reading is the one applied unless another is chosen.
 */
why: BilingualText, };

/**
 * Which of the two readings of an open point decides.
 */
export type ReadingChoice = "applied" | "other";

/**
 * Everything a request can say. Members stand in the order of their names, so the JSON is canonical.
 */
export type Reference = { 
/**
 * Actions that policies name together.
 */
action_groups: Array<ActionGroupEntry>, 
/**
 * Actions: `$.action.name`.
 */
actions: Array<NamedEntry>, 
/**
 * Classes that the kinds belong to.
 */
classes: Array<NamedEntry>, 
/**
 * Facts, in the order of the vocabulary.
 */
facts: Array<FactEntry>, 
/**
 * Actor kinds: `$.subject.type`.
 */
kinds: Array<KindEntry>, };

/**
 * A text of law in the bundle.
 */
export type RegulationEntry = { 
/**
 * Number of its articles.
 */
articles: number, 
/**
 * Short code, first part of every rule id.
 */
code: string, 
/**
 * Effective date; `null` for a draft that leaves it blank.
 */
effective_date: string | null, 
/**
 * Who issued it.
 */
issuer: BilingualText, 
/**
 * What a reader has to know: later enactments, rank.
 */
note: BilingualText | null, 
/**
 * Number of its rules.
 */
rules: number, 
/**
 * Whether it binds.
 */
status: RegulationStatus, 
/**
 * First two digits of the GB/T 2260 codes of its territory.
 */
territory: string, 
/**
 * Full title.
 */
title: BilingualText, };

/**
 * A text that was looked at.
 */
export type RegulationFinding = { 
/**
 * Whether its outcome counts.
 */
binding: boolean, 
/**
 * Short code.
 */
code: string, 
/**
 * True when a draft decides as if adopted.
 */
draft_mark: boolean, 
/**
 * What a reader has to know.
 */
note?: BilingualText, 
/**
 * Its own outcome; `null` when it is not in force on that date, or does not deal with the act while another text does.
 */
outcome: Outcome | null, 
/**
 * `in-force`, `not-yet-in-force` or `draft`.
 */
status: string, 
/**
 * Full title.
 */
title: BilingualText, };

/**
 * Whether a text binds.
 */
export type RegulationStatus = "in-force" | "draft";

/**
 * How a fact has to stand.
 */
export type RelationName = "is" | "same" | "at_most" | "at_least" | "within" | "one_of" | "stated";

/**
 * A rule of the law. Members stand in the order of their names, so the JSON is canonical.
 */
export type RuleExplanation = { 
/**
 * Article, paragraph and item in words.
 */
citation: BilingualText, 
/**
 * What the rule does.
 */
kind: RuleKind, 
/**
 * Where it is found.
 */
place: RulePlace, 
/**
 * The policies that encode it or that it lifts, in statute order.
 */
policies: Array<PolicyExplanation>, 
/**
 * Rule id.
 */
rule: string, 
/**
 * Whether its text binds.
 */
status: RegulationStatus, 
/**
 * Code of the text.
 */
text: string, 
/**
 * Full title of the text.
 */
title: BilingualText, 
/**
 * What it says, or why it decides nothing; `null` where its policies say it.
 */
words: BilingualText | null, };

/**
 * What a rule does.
 */
export type RuleKind = "permit" | "forbid" | "condition" | "exception" | "obligation" | "deadline" | "definition";

/**
 * Where a rule of the law is found.
 */
export type RulePlace = "policy" | "data" | "not-decision";

/**
 * Something to say about a source file.
 */
export type SourceFinding = { 
/**
 * Stable code.
 */
code: string, 
/**
 * Path of the file.
 */
file: string, 
/**
 * How to mend it.
 */
help: string | null, 
/**
 * What is wrong.
 */
message: string, 
/**
 * `error` keeps a bundle from being built.
 */
severity: FindingSeverity, 
/**
 * Where it is.
 */
span: SourceSpan | null, };

/**
 * A part of a source file.
 */
export type SourceSpan = { 
/**
 * Column of its beginning, from 1.
 */
column: number, 
/**
 * Its end, in UTF-16 code units from the beginning of the file.
 */
end: number, 
/**
 * Line of its beginning, from 1.
 */
line: number, 
/**
 * Its beginning, in UTF-16 code units from the beginning of the file.
 */
start: number, };

/**
 * A fact and what the request says of it.
 */
export type StatedFact = { 
/**
 * Fact name.
 */
fact: string, 
/**
 * The value, as text.
 */
stated: string, };

/**
 * Counts of one text.
 */
export type TextCoverage = { 
/**
 * Rules in data.
 */
data: number, 
/**
 * Rules that should be in a policy or in data and are not.
 */
missing: Array<string>, 
/**
 * Rules that decide nothing about access.
 */
not_decision: number, 
/**
 * Policies.
 */
policies: number, 
/**
 * Rules in policies.
 */
policy: number, 
/**
 * All rules.
 */
rules: number, 
/**
 * Decision-bearing rules without a vector on each side of their boundary; `null` when no vectors were given.
 */
without_both_sides: Array<string> | null, };

/**
 * A word and the one that stands for it here.
 */
export type Translated = { 
/**
 * Fact name.
 */
fact: string, 
/**
 * The word, as stated.
 */
from: string, 
/**
 * The word of the text.
 */
to: string, };

/**
 * A word of an enumerated fact.
 */
export type ValueEntry = { 
/**
 * Its label.
 */
label?: BilingualText, 
/**
 * The word.
 */
value: string, };

/**
 * What came of a vector.
 */
export type VectorReport = { 
/**
 * Its name.
 */
name: string, 
/**
 * What is not as expected; empty when it passed.
 */
problems: Array<string>, 
/**
 * The answer, byte for byte.
 */
response: string, 
/**
 * The answer in one line.
 */
summary: string, };

/**
 * What came of all vectors.
 */
export type VectorRun = { 
/**
 * Coverage of the law, with the rules whose boundary the vectors do not show from both sides.
 */
coverage: Coverage, 
/**
 * How many failed.
 */
failed: number, 
/**
 * How many passed.
 */
passed: number, 
/**
 * One entry a vector, in their order.
 */
reports: Array<VectorReport>, };

//! Why the gateway itself refuses a call, and how a refusal is written (RFC 9457).

use crate::config::Deny;
use lexgate::Lang;
use serde::Serialize;
use serde_json::{Map, Value};

/// A refusal of the gateway's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    /// What was wrong in particular, in English, for the operator of the calling system.
    pub(crate) reason: Option<String>,
    /// For `method-not-allowed`.
    pub(crate) allow: Option<String>,
    /// The rules it rests on, where the answer has none for it.
    pub(crate) rules: Vec<String>,
}

impl Refusal {
    pub(crate) fn new(code: &'static str) -> Self {
        Self { code, reason: None, allow: None, rules: Vec::new() }
    }

    pub(crate) fn because(mut self, reason: String) -> Self {
        self.reason = Some(reason);
        self
    }
}

/// A code with its status and its meaning.
#[derive(Debug, Clone, Copy)]
pub struct RefusalCode {
    /// Stable, kebab-case.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it means, in English.
    pub en: &'static str,
    /// What it means, in Chinese.
    pub zh: &'static str,
}

macro_rules! codes {
    ($($code:literal $status:literal $en:literal $zh:literal)*) => {
        /// Every `code` a refusal can carry.
        pub const CODES: &[RefusalCode] = &[$(RefusalCode { code: $code, status: $status, en: $en, zh: $zh }),*];
    };
}

codes! {
    "prohibited" 403 "The law bars this call." "法律不允许此次调用。"
    "conditional" 403 "The call becomes lawful once the steps listed are done." "完成所列事项后，此次调用方为合法。"
    "undetermined" 403 "It cannot be decided whether the call is lawful." "无法判定此次调用是否合法。"

    "header-malformed" 400 "A header has a name or a value that HTTP does not allow or that servers read differently." "某一请求头的名称或者值不符合 HTTP 规定，或者各服务器理解不一。"
    "header-doubled" 400 "A header that may stand once stands twice." "只能出现一次的请求头重复出现。"
    "headers-too-large" 400 "The headers are too large." "请求头过大。"
    "override-header" 400 "A header would replace the method or the target of the call." "某一请求头会改变调用的方法或者目标。"
    "host-mismatch" 400 "The host header differs from the authority of the call." "Host 请求头与调用的主机不一致。"
    "framing-ambiguous" 400 "The length of the body is stated in two ways or not as HTTP asks." "请求体长度的表述相互冲突或者不符合 HTTP 规定。"
    "method-not-canonical" 400 "The method is not written in capital letters." "请求方法未以大写字母书写。"
    "target-too-large" 400 "The request target is too long." "请求目标过长。"
    "target-not-origin-form" 400 "The request target is not a path." "请求目标不是路径形式。"
    "authority-not-canonical" 400 "The host is not written in the one way this gateway reads." "主机名不是本网关所认的唯一写法。"
    "path-not-canonical" 400 "The path could be read in more than one way." "路径可有多种理解。"
    "query-not-canonical" 400 "The query could be read in more than one way." "查询字符串可有多种理解。"
    "parameter-doubled" 400 "A parameter or header that the decision rests on stands twice." "判定所依据的参数或者请求头重复出现。"
    "parameter-unknown" 400 "The query has a parameter that this route does not know." "查询字符串中有此路由不认识的参数。"
    "parameter-missing" 400 "A parameter that the decision rests on is missing." "缺少判定所依据的参数。"
    "parameter-invalid" 400 "A parameter that the decision rests on is not of the form it must have." "判定所依据的参数格式不正确。"
    "field-unknown" 400 "The dataset has no field of this name." "数据集没有此名称的字段。"
    "rows-above-maximum" 400 "More rows are asked for than this route gives." "请求的行数超出此路由的上限。"
    "body-not-allowed" 400 "This route takes no body." "此路由不接受请求体。"
    "call-malformed" 400 "The call that the host handed on is not of the form it must have." "宿主转交的调用格式不正确。"

    "token-missing" 401 "A grant token is needed." "需要授权令牌。"
    "token-not-verified" 401 "The grant token was not verified." "授权令牌未经验证。"
    "token-malformed" 401 "The grant token is malformed." "授权令牌格式不正确。"
    "token-too-large" 401 "The grant token is too large." "授权令牌过大。"
    "token-algorithm" 401 "The grant token is signed in a way that is not accepted." "授权令牌的签名算法不予认可。"
    "token-type" 401 "The token is no grant token." "令牌不是授权令牌。"
    "token-signature" 401 "The signature of the grant token is wrong." "授权令牌的签名错误。"
    "token-unknown-key" 401 "The key of the grant token is not known." "授权令牌的密钥未知。"
    "token-claims" 401 "The claims of the grant token are not those of a grant." "授权令牌的内容不符合授权的格式。"
    "token-expired" 401 "The grant token has expired." "授权令牌已过期。"
    "token-not-yet-valid" 401 "The grant token is not valid yet." "授权令牌尚未生效。"
    "token-audience" 401 "The grant token is for another gateway." "授权令牌不是签发给本网关的。"
    "token-issuer" 401 "The issuer of the grant token is not believed here." "本网关不认可授权令牌的签发者。"
    "token-refused" 401 "The grant token was refused." "授权令牌未获认可。"

    "access-suspended" 403 "Access is suspended." "数据访问已被暂停。"
    "access-terminated" 403 "Access is terminated." "数据访问已被终止。"
    "issuer-not-entitled" 403 "The issuer of the grant may not grant this dataset." "签发者无权就此数据集授权。"
    "dataset-not-granted" 403 "The grant does not cover this dataset." "授权不包括此数据集。"
    "action-not-granted" 403 "The grant does not cover this act." "授权不包括此行为。"
    "subject-contradicts-catalogue" 403 "The token says otherwise of the subject than the catalogue." "令牌对主体的表述与目录不一致。"
    "claim-contradicts" 403 "The token says otherwise than the gateway knows." "令牌的表述与网关掌握的情况不一致。"
    "grant-expired" 403 "The grant has ended." "授权已到期。"
    "grant-not-yet-valid" 403 "The grant has not begun." "授权尚未开始。"
    "purpose-not-granted" 403 "The grant is for another purpose." "授权用于其他目的。"
    "scenario-not-granted" 403 "The grant is for another scenario." "授权用于其他场景。"
    "manner-not-granted" 403 "The grant is for another manner of use." "授权以其他方式使用。"
    "fields-not-granted" 403 "Fields are asked for that the grant does not cover." "请求的字段超出授权范围。"
    "area-not-granted" 403 "An area is asked for that the grant does not cover." "请求的地区超出授权范围。"
    "rows-not-granted" 403 "More rows are asked for than the grant allows." "请求的行数超出授权范围。"
    "recipient-not-granted" 403 "The grant does not let this recipient have the data." "授权不允许将数据提供给此接收方。"
    "raw-data-not-granted" 403 "The grant does not cover raw data." "授权不包括原始数据。"
    "unknown-obligation" 403 "A duty comes with the answer that the service behind this gateway cannot carry out." "判定结果附带后端服务无法履行的义务。"

    "no-route" 404 "There is no such route." "没有此路由。"
    "dataset-unknown" 404 "There is no such dataset." "没有此数据集。"
    "method-not-allowed" 405 "The route does not take this method." "此路由不接受该请求方法。"

    "clock-malformed" 500 "The gateway has no usable clock." "网关时钟不可用。"
    "status-stale" 500 "The gateway's status list is out of date." "网关的状态名单已过期。"
    "unavailable" 500 "The gateway cannot decide." "网关无法作出判定。"
}

/// The entry of a code; codes of the code base are all in the table, which a test checks.
pub(crate) fn entry(code: &str) -> RefusalCode {
    let unavailable = RefusalCode { code: "unavailable", status: 500, en: "The gateway cannot decide.", zh: "网关无法作出判定。" };
    CODES.iter().find(|c| c.code == code).copied().unwrap_or(unavailable)
}

/// A step that is missing, in one language.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Step<'a> {
    pub(crate) fact: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) remedy: &'a str,
}

/// A provision behind a refusal, in one language.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Reason<'a> {
    pub(crate) rule: &'a str,
    pub(crate) citation: &'a str,
    pub(crate) title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hint: Option<&'a str>,
}

/// What a problem says.
pub(crate) struct Problem<'a> {
    pub(crate) code: &'static str,
    pub(crate) outcome: &'a str,
    pub(crate) rules: &'a [String],
    pub(crate) reasons: Vec<Reason<'a>>,
    pub(crate) missing: Vec<Step<'a>>,
    pub(crate) also: &'a [&'static str],
    pub(crate) why: Option<&'a str>,
    pub(crate) instance: Option<&'a str>,
    pub(crate) request_id: Option<&'a str>,
}

impl Problem<'_> {
    /// The body of the refusal.
    pub(crate) fn to_json(&self, deny: &Deny, lang: Lang) -> String {
        let entry = entry(self.code);
        let title = match lang {
            Lang::Zh => entry.zh,
            Lang::En => entry.en,
        };
        let mut body: Map<String, Value> = deny.members.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        let kind = deny.type_base.as_ref().map_or_else(|| "about:blank".to_owned(), |base| format!("{base}{}", entry.code));
        set("type", kind.into());
        set("title", title.into());
        set("status", entry.status.into());
        set("code", entry.code.into());
        set("outcome", self.outcome.into());
        set("rules", self.rules.into());
        set("reasons", serde_json::to_value(&self.reasons).unwrap_or_default());
        set("missing", serde_json::to_value(&self.missing).unwrap_or_default());
        if !self.also.is_empty() {
            set("also", self.also.into());
        }
        if let Some(detail) = self.detail(lang) {
            set("detail", detail.into());
        }
        if let Some(instance) = self.instance {
            set("instance", instance.into());
        }
        if let Some(id) = self.request_id {
            set("request_id", id.into());
        }
        Value::Object(body).to_string()
    }

    /// The first reason or step in words.
    fn detail(&self, lang: Lang) -> Option<String> {
        if let Some(r) = self.reasons.first() {
            return Some(match lang {
                Lang::Zh => format!("{}：{}。", r.citation, r.title),
                Lang::En => format!("{}: {}.", r.citation, r.title),
            });
        }
        if let Some(step) = self.missing.first() {
            return Some(step.remedy.to_owned());
        }
        self.why.map(str::to_owned)
    }
}

//! Start here: from a request to an answer.
//!
//! ```text
//! request -> facts -> texts that apply -> per text: which policies match -> finding -> combined answer
//! ```

use crate::authorize::{Matched, Prepared, authorize, matches};
use crate::bundle::{Bundle, BundleError, Law};
use crate::calendar;
use crate::citation::cite;
use crate::demand;
use crate::facts::{FactValue, Facts, Value};
use crate::issue::{Issue, text};
use crate::law::{Choice, GroundDemanded, LawText, Point, Policy, PolicySet, Status};
use crate::obligation;
use crate::request::{FactIndex, Mode, Options, Reader, Request, WellKnown, contradictions};
use crate::response::{
    BundleInfo, Context, Deadline, EngineInfo, Ground, Missing, Outcome, Prohibition, Reading, RegulationFinding, Response, StatedFact,
};
use crate::trust::Trust;
use crate::vocabulary::{ActionId, FactId, Text, Vocabulary};
use std::collections::{BTreeMap, BTreeSet};

/// Name and version of this engine, as they stand in every answer.
pub const ENGINE: EngineInfo = EngineInfo { name: "lexgate", version: env!("CARGO_PKG_VERSION") };

/// The engine is prepared once from a bundle and then decides any number of requests. It keeps no state between them,
/// reads no clock, and may be shared between threads.
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// let engine = lexgate::Engine::embedded()?;
/// let answer = engine.evaluate_json(br#"{
///     "subject":  {"type": "NaturalPerson", "id": "p-1"},
///     "action":   {"name": "obtain_shared_data"},
///     "resource": {"type": "Dataset", "id": "d-1", "properties": {"territory": "450000"}},
///     "context":  {"time": {"now": "2026-05-01"}}
/// }"#);
/// assert!(answer.contains(r#""decision":false"#)); // private persons never obtain data by sharing
/// # }
/// # Ok::<(), lexgate::bundle::BundleError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    id: String,
    version: String,
    sha256: String,
    vocabulary: Vocabulary,
    index: FactIndex,
    known: WellKnown,
    options: Options,
    texts: Vec<Prepared>,
    /// First two digits of each text's territory, beside the texts: what does not apply costs next to nothing.
    territories: Vec<[u8; 2]>,
    citations: BTreeMap<String, Text>,
    points: BTreeMap<String, Point>,
}

/// What one text says.
struct Finding<'e> {
    prepared: &'e Prepared,
    deciding: bool,
    /// The text does not deal with the act at all. Beside another deciding text it has no say of its own.
    silent: bool,
    /// For a silent text: the steps after which none of its conditions is unmet; `None` when there are no such steps.
    steps: Option<Vec<Missing<'e>>>,
    /// The facts as they would be once the steps are done.
    cured: Option<Facts>,
    outcome: Outcome,
    matched: Matched,
    grounds: Vec<Ground<'e>>,
    prohibitions: Vec<Prohibition<'e>>,
    missing: Vec<Missing<'e>>,
    errors: Vec<Issue>,
    /// Policies that decide the answer, for the open points they rest on.
    decisive: Vec<usize>,
    /// Policies of the conservative reading, set aside by the store, that would have spoken where no other of their rule did.
    spared: Vec<&'e Policy>,
}

/// A text whose territory is touched, before it is evaluated.
pub(crate) struct Applicable<'e> {
    pub(crate) prepared: &'e Prepared,
    /// In force on the date, or a draft.
    pub(crate) in_force: bool,
    /// Whether its outcome counts.
    pub(crate) deciding: bool,
}

impl<'e> Applicable<'e> {
    fn new(prepared: &'e Prepared, mode: Mode, now: i64) -> Self {
        let r = &prepared.text.regulation;
        let begun = r.effective_from.is_some_and(|from| from <= now);
        match r.status {
            Status::InForce => Self { prepared, in_force: begun, deciding: begun },
            Status::Draft => Self { prepared, in_force: true, deciding: mode == Mode::DraftAsAdopted },
        }
    }

    /// `in-force`, `not-yet-in-force` or `draft`.
    pub(crate) fn status(&self) -> &'static str {
        match (self.prepared.text.regulation.status, self.in_force) {
            (Status::Draft, _) => "draft",
            (Status::InForce, true) => "in-force",
            (Status::InForce, false) => "not-yet-in-force",
        }
    }

    /// A draft that decides as if adopted.
    pub(crate) fn draft_mark(&self) -> bool {
        self.deciding && self.prepared.text.regulation.status == Status::Draft
    }
}

impl Engine {
    /// Prepares the engine from the bytes of a bundle, without asking who made it. For a bundle that comes over a wire
    /// there is [`Engine::verified`].
    ///
    /// # Errors
    /// A bundle that is damaged, of another format or inconsistent is refused; see [`BundleError`].
    pub fn new(bundle: &[u8]) -> Result<Self, BundleError> {
        Self::with_options(bundle, Options::default())
    }

    /// As [`Engine::new`], with other options for reading requests.
    ///
    /// # Errors
    /// As [`Engine::new`].
    pub fn with_options(bundle: &[u8], options: Options) -> Result<Self, BundleError> {
        Self::prepare(&Bundle::open(bundle)?, options)
    }

    /// Prepares the engine from the bytes of a bundle that has to be what `trust` asks for. Its law is not looked at before
    /// its signatures hold.
    ///
    /// # Errors
    /// As [`Engine::new`], and when the bundle is not to be trusted.
    pub fn verified(bundle: &[u8], trust: &Trust, options: Options) -> Result<Self, BundleError> {
        let bundle = Bundle::open(bundle)?;
        trust.verify(&bundle)?;
        Self::prepare(&bundle, options)
    }

    fn prepare(bundle: &Bundle<'_>, options: Options) -> Result<Self, BundleError> {
        let Law { vocabulary, texts, points } = bundle.law()?;
        let known = WellKnown::find(&vocabulary).ok_or(BundleError::Inconsistent)?;
        let mut citations = BTreeMap::new();
        for t in &texts {
            let rules = t.policies.iter().flat_map(Policy::all_rules);
            let r = &t.regulation;
            for rule in rules.chain(t.grounds_demanded.iter().map(|g| &g.rule)).chain([&r.scope_rule, &r.effective_rule]) {
                citations.entry(rule.clone()).or_insert_with(|| cite(r, rule));
            }
        }
        let prefix = |t: &LawText| <[u8; 2]>::try_from(t.regulation.territory.as_bytes());
        let territories = texts.iter().map(prefix).collect::<Result<_, _>>().map_err(|_| BundleError::Inconsistent)?;
        let actions = vocabulary.actions.len();
        Ok(Self {
            id: bundle.manifest().id.clone(),
            version: bundle.manifest().version.clone(),
            sha256: bundle.sha256().to_owned(),
            index: FactIndex::new(&vocabulary),
            known,
            options,
            territories,
            texts: texts.into_iter().map(|t| Prepared::new(t, actions)).collect(),
            citations,
            points: points.into_iter().map(|p| (p.id.clone(), p)).collect(),
            vocabulary,
        })
    }

    /// Prepares the engine from the default bundle, which is part of the library.
    ///
    /// # Errors
    /// As [`Engine::new`].
    #[cfg(feature = "embedded")]
    pub fn embedded() -> Result<Self, BundleError> {
        Self::new(EMBEDDED_BUNDLE)
    }

    /// Reads a request. The result may be evaluated any number of times.
    #[must_use]
    pub fn read(&self, json: &[u8]) -> Request {
        self.read_as(json, self.options)
    }

    /// As [`Engine::read`], with other options than those of the engine.
    #[must_use]
    pub fn read_as(&self, json: &[u8], options: Options) -> Request {
        self.reader(options).read(json)
    }

    fn reader(&self, options: Options) -> Reader<'_> {
        Reader { vocabulary: &self.vocabulary, index: &self.index, known: self.known, options }
    }

    /// Puts the members of set-valued facts in canonical order, as [`Engine::read`] does before it takes the digest. Says
    /// whether there is any set.
    pub(crate) fn sort_sets(&self, request: &mut crate::json::Json<'_>) -> bool {
        self.reader(self.options).sort_sets(request)
    }

    /// Decides a request that was read by this engine.
    #[must_use]
    pub fn evaluate(&self, request: &Request) -> Response<'_> {
        let mut context = self.context(request);
        let Some(facts) = request.facts() else {
            context.errors.clone_from(&request.errors);
            return Response { context, decision: false };
        };
        self.decide(facts, request.mode, &mut context);
        Response { decision: context.outcome == Outcome::Permitted, context }
    }

    /// One JSON text in, one JSON text out (canonical, RFC 8785): the boundary that all hosts share.
    #[must_use]
    pub fn evaluate_json(&self, json: &[u8]) -> String {
        self.evaluate(&self.read(json)).to_json()
    }

    /// What can be said in a request.
    #[must_use]
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The texts in the bundle.
    pub fn texts(&self) -> impl Iterator<Item = &LawText> {
        self.texts.iter().map(|p| &p.text)
    }

    /// The bundle that decides.
    #[must_use]
    pub fn bundle(&self) -> BundleInfo<'_> {
        BundleInfo { id: &self.id, sha256: &self.sha256, version: &self.version }
    }

    /// How it reads requests.
    #[must_use]
    pub fn options(&self) -> Options {
        self.options
    }

    /// The citation of a rule that a policy of the bundle encodes.
    #[must_use]
    pub fn citation(&self, rule: &str) -> Option<&Text> {
        self.citations.get(rule)
    }

    /// The ids of the grounds and gates of one text that match, sorted, and of the policies that fail: what the tests
    /// compare with Cedar. `None` when there is no such text.
    #[must_use]
    pub fn matching_policies(&self, text: &str, facts: &Facts) -> Option<MatchingPolicies<'_>> {
        let prepared = self.texts.iter().find(|p| p.text.regulation.code == text)?;
        let m = authorize(prepared, facts);
        let ids = |list: &[usize]| {
            let mut ids: Vec<_> = list.iter().filter_map(|i| prepared.policy(*i)).map(|p| p.id.as_str()).collect();
            ids.sort_unstable();
            ids
        };
        let failed: Vec<usize> = m.errors.iter().map(|(i, _)| *i).collect();
        Some(MatchingPolicies {
            allow: m.allows(),
            grounds: ids(&m.grounds),
            gates: ids(&m.gates),
            duties: ids(&m.duties),
            deadlines: ids(&m.deadlines),
            failed: ids(&failed),
        })
    }

    /// The open points of interpretation, with the reading chosen for each.
    pub fn points(&self) -> impl Iterator<Item = &Point> {
        self.points.values()
    }

    pub(crate) fn prepared(&self) -> &[Prepared] {
        &self.texts
    }

    pub(crate) fn fact_index(&self) -> &FactIndex {
        &self.index
    }

    pub(crate) fn known(&self) -> WellKnown {
        self.known
    }

    /// A text as if its territory were touched, on the date of the facts; a draft as if adopted.
    pub(crate) fn alone<'e>(&self, prepared: &'e Prepared, facts: &Facts) -> Applicable<'e> {
        Applicable::new(prepared, Mode::DraftAsAdopted, self.now(facts))
    }

    fn now(&self, facts: &Facts) -> i64 {
        match facts.get(self.known.now) {
            Some(Value::Long(n)) => n,
            _ => i64::MIN,
        }
    }

    pub(crate) fn context(&self, request: &Request) -> Context<'_> {
        Context {
            bundle: self.bundle(),
            deadlines: Vec::new(),
            engine: ENGINE,
            errors: Vec::new(),
            evaluation_mode: request.mode.name(),
            grounds: Vec::new(),
            missing: Vec::new(),
            obligations: Vec::new(),
            outcome: Outcome::Undetermined,
            prohibitions: Vec::new(),
            readings: Vec::new(),
            regulations: Vec::new(),
            request_digest: request.digest.clone(),
            warnings: request.warnings.clone(),
        }
    }

    fn decide<'e>(&'e self, facts: &Facts, mode: Mode, context: &mut Context<'e>) {
        let applicable = match self.applicable(facts, mode) {
            Ok(a) => a,
            Err(issue) => {
                context.errors.push(*issue);
                return;
            }
        };
        self.combine(&applicable, facts, context);
    }

    /// What the texts say, and what that comes to.
    pub(crate) fn combine<'e>(&'e self, applicable: &[Applicable<'e>], facts: &Facts, context: &mut Context<'e>) {
        context.warnings.extend(self.recipient_unheard(facts));
        context.warnings.sort_unstable();
        let mut findings: Vec<_> = applicable.iter().filter(|a| a.in_force).map(|a| self.find(a, facts)).collect();
        // Beside a text that deals with the act, one that does not has no say, except for its unmet conditions.
        let spoken = findings.iter().any(|f| f.deciding && !f.silent);
        if spoken {
            findings.iter_mut().filter(|f| f.silent).for_each(Finding::leave_ground_to_others);
        }
        let together = self.settle_together(&mut findings, facts);
        context.regulations = applicable.iter().map(|a| self.regulation_finding(a, &findings)).collect();
        let mut deciding: Vec<&Finding<'e>> = findings.iter().filter(|f| f.deciding).collect();
        if spoken {
            deciding.retain(|f| !f.silent);
        }
        let Some(worst) = deciding.iter().map(|f| f.outcome).max() else {
            context.errors.push(self.no_binding_text(applicable));
            return;
        };
        // The recipient's law may bar an act across provinces, but only the holder's law can carry it.
        let holder_speaks = deciding.iter().any(|f| self.is_the_holders(f, facts));
        if !holder_speaks && matches!(worst, Outcome::Permitted | Outcome::Conditional) {
            context.errors.push(self.no_binding_text(applicable));
            return;
        }
        let worst = if together { worst } else { Outcome::Undetermined };
        if !together {
            let rules = deciding.iter().flat_map(|f| &f.missing).map(|m| m.rule.to_owned()).collect::<BTreeSet<_>>();
            context.errors.push(conditions_clash().with_rules(rules.into_iter().collect()));
        }
        context.outcome = worst;
        for f in &deciding {
            context.errors.extend(f.errors.iter().cloned());
            context.missing.extend(f.missing.iter().cloned());
            if matches!(worst, Outcome::Permitted | Outcome::Conditional) {
                context.grounds.extend(f.grounds.iter().cloned());
            }
            context.prohibitions.extend(f.prohibitions.iter().cloned());
            context.deadlines.extend(self.deadlines(f, facts));
        }
        let refused = !matches!(worst, Outcome::Permitted | Outcome::Conditional);
        context.obligations = obligation::merge(deciding.iter().flat_map(|f| {
            f.matched.duties.iter().filter_map(|i| {
                let p = f.prepared.policy(*i)?;
                let duty = p.duty.as_ref()?;
                (duty.always || !refused).then(|| (duty, self.ground(f.prepared, p), obligation::parameters(&self.vocabulary, duty, facts)))
            })
        }));
        context.readings = self.readings(&deciding, facts.action());
        context.errors.sort_unstable();
        context.missing.sort_unstable();
        context.missing.dedup();
        context.grounds.sort_unstable();
        context.prohibitions.sort_unstable();
        context.deadlines.sort_unstable();
    }

    fn is_the_holders(&self, finding: &Finding<'_>, facts: &Facts) -> bool {
        let prefix = finding.prepared.text.regulation.territory.as_str();
        matches!(facts.get(self.known.holder_territory), Some(Value::Text(holder)) if holder.starts_with(prefix))
    }

    /// Several texts decide and each has proved its own steps: proves that all of them allow once all steps are done. Where
    /// the first proofs do not go together, each text is asked again about the facts as the others would have them.
    fn settle_together<'e>(&'e self, findings: &mut [Finding<'e>], facts: &Facts) -> bool {
        let order: Vec<usize> = findings.iter().enumerate().filter(|(_, f)| f.deciding && !f.silent).map(|(i, _)| i).collect();
        let worst = order.iter().filter_map(|i| findings.get(*i)).map(|f| f.outcome).max();
        if order.len() < 2 || worst != Some(Outcome::Conditional) || self.all_allow(findings, &order, &all_steps(findings, &order, facts)) {
            return true;
        }
        for order in [order.clone(), order.iter().rev().copied().collect()] {
            let mut so_far = facts.clone();
            let mut lists = Vec::new();
            for i in &order {
                let Some(prepared) = findings.get(*i).map(|f| f.prepared) else { break };
                let mut found = self.find(&Applicable { prepared, in_force: true, deciding: true }, &so_far);
                if found.silent {
                    found.leave_ground_to_others();
                }
                if !matches!(found.outcome, Outcome::Permitted | Outcome::Conditional) && !found.silent {
                    break;
                }
                so_far = found.cured.unwrap_or(so_far);
                lists.push((*i, found.missing));
            }
            if lists.len() == order.len() && self.all_allow(findings, &order, &so_far) {
                for (i, missing) in lists {
                    if let Some(finding) = findings.get_mut(i) {
                        finding.missing = missing;
                    }
                }
                return true;
            }
        }
        false
    }

    /// Whether every one of the texts allows, or for a text without a ground of its own bars nothing.
    fn all_allow(&self, findings: &[Finding<'_>], which: &[usize], facts: &Facts) -> bool {
        which.iter().filter_map(|i| findings.get(*i)).all(|f| {
            let m = authorize(f.prepared, facts);
            let groundless = ground_demanded(&f.prepared.text, facts.action()).is_some_and(|g| g.elsewhere && g.actions.is_empty());
            m.allows() || (groundless && m.gates.is_empty() && m.errors.is_empty())
        })
    }

    /// The texts whose territory the request touches: that of the holder, and for acts across provinces that of the
    /// recipient as well.
    fn applicable(&self, facts: &Facts, mode: Mode) -> Result<Vec<Applicable<'_>>, Box<Issue>> {
        let Some(Value::Text(holder)) = facts.get(self.known.holder_territory) else {
            let scope_rules = self.texts.iter().map(|p| p.text.regulation.scope_rule.clone()).collect();
            return Err(Box::new(
                Issue::new(
                    "territory-not-stated",
                    "$.resource.properties.territory",
                    text(
                        "the territory of the holder is not stated, so no text can be chosen",
                        "未载明数据持有单位所在地，无法确定适用的文本",
                    ),
                    text("state the GB/T 2260 code of the holder, e.g. 450000", "请载明数据持有单位所在地的 GB/T 2260 代码，例如 450000"),
                )
                .with_rules(scope_rules),
            ));
        };
        let recipient = match facts.get(self.known.request_territory) {
            Some(Value::Text(t)) => Some(t),
            _ => None,
        };
        let now = self.now(facts);
        let touches = |t: &[u8; 2]| holder.as_bytes().starts_with(t) || recipient.is_some_and(|r| r.as_bytes().starts_with(t));
        Ok(self
            .territories
            .iter()
            .enumerate()
            .filter(|(_, t)| touches(t))
            .filter_map(|(i, _)| self.texts.get(i))
            .map(|prepared| Applicable::new(prepared, mode, now))
            .collect())
    }

    /// An act that reaches a province whose text is not in the bundle: the answer says nothing of that province's law.
    fn recipient_unheard(&self, facts: &Facts) -> Option<Issue> {
        let Some(Value::Text(recipient)) = facts.get(self.known.request_territory) else { return None };
        if self.territories.iter().any(|t| recipient.as_bytes().starts_with(t)) {
            return None;
        }
        Some(Issue::new(
            "recipient-law-not-encoded",
            "$.context.request.territory",
            text(
                format!("the bundle holds no text of the recipient's territory {recipient}"),
                format!("策略包中没有接收方所在地 {recipient} 的文本"),
            ),
            text(
                "the answer rests on the holder's law alone; examine the law of the other place as well",
                "结论仅依数据持有单位所在地的规定作出，另须审查接收方所在地的规定",
            ),
        ))
    }

    fn no_binding_text(&self, looked_at: &[Applicable<'_>]) -> Issue {
        let mut rules: Vec<String> = looked_at.iter().map(|a| a.prepared.text.regulation.effective_rule.clone()).collect();
        if rules.is_empty() {
            rules = self.texts.iter().map(|p| p.text.regulation.scope_rule.clone()).collect();
        }
        rules.sort_unstable();
        Issue::new(
            "no-binding-text",
            "$.resource.properties.territory",
            text("no text of the bundle binds in this territory on this date", "在该地域、该日期没有具有约束力的文本"),
            text(
                "look to national law and the law of that place; a draft decides only in `draft-as-adopted`",
                "请依国家法律和当地规定处理；草案仅在 `draft-as-adopted` 模式下作为依据",
            ),
        )
        .with_rules(rules)
    }

    fn regulation_finding<'e>(&'e self, a: &Applicable<'e>, findings: &[Finding<'e>]) -> RegulationFinding<'e> {
        let r = &a.prepared.text.regulation;
        let finding = findings.iter().find(|f| f.prepared.text.regulation.code == r.code);
        let outcome = finding.filter(|f| !f.silent || !f.deciding).map(|f| f.outcome);
        RegulationFinding {
            binding: a.deciding,
            code: &r.code,
            draft_mark: a.draft_mark(),
            note: r.note.as_ref(),
            outcome,
            status: a.status(),
            title: &r.title,
        }
    }

    /// What one text says of the facts.
    fn find<'e>(&'e self, a: &Applicable<'e>, facts: &Facts) -> Finding<'e> {
        let prepared = a.prepared;
        let errors = self.words_of_another_text(&prepared.text, facts);
        if !errors.is_empty() {
            return Finding::without_evaluation(prepared, a.deciding, errors);
        }
        let matched = authorize(prepared, facts);
        if !matched.errors.is_empty() {
            let errors = matched.errors.iter().filter_map(|(i, e)| Some((prepared.policy(*i)?, e)));
            let issues = errors
                .map(|(p, e)| {
                    Issue::new(
                        "policy-evaluation-error",
                        "$",
                        text(format!("policy {} could not be evaluated: {e}", p.id), format!("策略 {} 无法求值：{e}", p.id)),
                        text("report this to the publisher of the bundle", "请向策略包发布方报告"),
                    )
                    .with_rules(p.rules.clone())
                })
                .collect();
            return Finding::without_evaluation(prepared, a.deciding, issues);
        }
        let mut finding = Finding {
            prepared,
            deciding: a.deciding,
            silent: false,
            steps: None,
            cured: None,
            outcome: Outcome::Permitted,
            grounds: self.grounds(prepared, &matched),
            matched,
            prohibitions: Vec::new(),
            missing: Vec::new(),
            errors: Vec::new(),
            decisive: Vec::new(),
            spared: Vec::new(),
        };
        finding.spared = spared(&finding, facts);
        if finding.matched.allows() {
            finding.decisive.clone_from(&finding.matched.grounds);
            return finding;
        }
        self.explain_gates(&mut finding, facts);
        if !finding.prohibitions.is_empty() {
            finding.outcome = Outcome::Prohibited;
        } else if let Some(cure) = self.cheapest_cure(prepared, facts, &finding.matched) {
            // What would follow once the steps are done: the duties of the permitted act.
            finding.outcome = Outcome::Conditional;
            finding.missing = cure.missing;
            finding.cured = Some(cure.cured);
            finding.grounds = self.grounds(prepared, &cure.matched);
            finding.matched.duties = cure.matched.duties;
            finding.decisive.extend(cure.matched.grounds);
            finding.decisive.extend(cure.policies);
        } else {
            self.no_ground(&mut finding, facts);
        }
        finding
    }

    fn words_of_another_text(&self, law: &LawText, facts: &Facts) -> Vec<Issue> {
        let mut issues = contradictions(&self.vocabulary, facts, &law.contradictions);
        for allowed in &law.allowed {
            let Some(Value::Text(word)) = facts.get(allowed.fact) else { continue };
            if allowed.values.iter().any(|v| v == word) {
                continue;
            }
            let fact = self.vocabulary.fact(allowed.fact);
            issues.push(
                Issue::new(
                    "value-of-another-text",
                    fact.map(crate::vocabulary::Fact::path).unwrap_or_default(),
                    text(
                        format!("`{word}` is no {} in {}", self.vocabulary.fact_name(allowed.fact), law.regulation.title.en),
                        format!("《{}》中 `{}` 没有“{word}”这一取值", law.regulation.title.zh, self.vocabulary.fact_name(allowed.fact)),
                    ),
                    text(format!("values here: {}", allowed.values.join(", ")), format!("此处可取值：{}", allowed.values.join("、"))),
                )
                .with_rules(vec![allowed.rule.clone()]),
            );
        }
        issues
    }

    /// Sorts the gates that fired into bars and unmet conditions.
    fn explain_gates<'e>(&'e self, finding: &mut Finding<'e>, facts: &Facts) {
        let prepared = finding.prepared;
        for i in &finding.matched.gates {
            let Some(policy) = prepared.policy(*i) else { continue };
            finding.decisive.push(*i);
            let lack = demand::lack(&self.vocabulary, policy, facts);
            if lack.blocked.is_empty() && !lack.open.is_empty() {
                finding.missing.extend(self.missing(prepared, policy, &lack));
                continue;
            }
            let named = lack.blocked.iter().flat_map(|d| &d.any).map(|a| a.fact);
            finding.prohibitions.push(self.prohibition(prepared, policy, named, facts));
        }
    }

    /// No ground carries the act and none can: says which provision demands one.
    fn no_ground<'e>(&'e self, finding: &mut Finding<'e>, facts: &Facts) {
        let prepared = finding.prepared;
        if finding.matched.grounds.is_empty() {
            let Some(demanded) = ground_demanded(&prepared.text, facts.action()) else {
                finding.outcome = Outcome::Undetermined;
                return;
            };
            if demanded.elsewhere {
                finding.outcome = Outcome::Undetermined;
                if demanded.actions.is_empty() {
                    finding.silent = true;
                    finding.steps = if finding.matched.gates.is_empty() {
                        Some(Vec::new())
                    } else {
                        let cure = self.cure(prepared, facts, &finding.matched, Target::SilentGates);
                        finding.cured = cure.as_ref().map(|c| c.cured.clone());
                        cure.map(|c| c.missing)
                    };
                }
                finding.errors.push(
                    Issue::new("governed-elsewhere", "$.action.name", demanded.title.clone(), demanded.hint.clone())
                        .with_rules(vec![demanded.rule.clone()]),
                );
                return;
            }
            finding.outcome = Outcome::Prohibited;
            finding.prohibitions.push(Prohibition {
                citation: self.cited(&demanded.rule),
                facts: Vec::new(),
                hint: Some(&demanded.hint),
                policy: &demanded.rule,
                rule: &demanded.rule,
                rules: vec![&demanded.rule],
                text: &prepared.text.regulation.code,
                title: &demanded.title,
            });
            return;
        }
        // A ground carries the act, but its conditions cannot all be met together.
        finding.outcome = Outcome::Prohibited;
        for i in &finding.matched.gates {
            let Some(policy) = prepared.policy(*i) else { continue };
            let named = policy.demands.iter().flat_map(|d| &d.any).map(|a| a.fact);
            finding.prohibitions.push(self.prohibition(prepared, policy, named, facts));
        }
    }

    /// The shortest list of steps after which the text permits the same request, proved by evaluating it again with the
    /// steps done.
    fn cheapest_cure<'e>(&'e self, prepared: &'e Prepared, facts: &Facts, matched: &Matched) -> Option<Cure<'e>> {
        let grounds: Vec<Option<usize>> = if matched.grounds.is_empty() {
            prepared
                .policies_on(facts.action())
                .filter(|(_, p)| p.set == PolicySet::Ground && p.kinds.meets(facts.kinds()))
                .map(|(i, _)| Some(i))
                .collect()
        } else {
            vec![None]
        };
        let cures = grounds.into_iter().filter_map(|g| self.cure(prepared, facts, matched, Target::Allow(g)));
        cures.min_by_key(|c| c.missing.len())
    }

    fn cure<'e>(&'e self, prepared: &'e Prepared, facts: &Facts, matched: &Matched, target: Target) -> Option<Cure<'e>> {
        /// Supplying facts may make further gates speak; more rounds than this are never needed by an honest text.
        const ROUNDS: usize = 6;
        let ground = match target {
            Target::Allow(ground) => ground,
            Target::SilentGates => None,
        };
        let mut cured = facts.clone();
        let mut missing: Vec<Missing<'e>> = Vec::new();
        let mut policies: Vec<usize> = Vec::new();
        let mut supplied: BTreeMap<FactId, FactValue> = BTreeMap::new();
        let mut lacking: Vec<usize> = ground.into_iter().chain(matched.gates.iter().copied()).collect();
        for _ in 0..ROUNDS {
            for i in &lacking {
                let policy = prepared.policy(*i)?;
                let lack = demand::lack(&self.vocabulary, policy, &cured);
                if !lack.blocked.is_empty() {
                    return None;
                }
                // Stated facts are judged as stated: a step already demanded is not demanded twice.
                for m in self.missing(prepared, policy, &lack) {
                    if !missing.iter().any(|k| k.policy == m.policy && k.fact == m.fact) {
                        missing.push(m);
                    }
                }
                if !policies.contains(i) {
                    policies.push(*i);
                }
            }
            let before = cured.clone();
            for i in &lacking {
                let lack = demand::lack(&self.vocabulary, prepared.policy(*i)?, &before);
                for (atom, fact, ..) in &lack.open {
                    // What an earlier step brings about need not be brought about twice.
                    if demand::is_met(&self.vocabulary, atom, &cured) {
                        continue;
                    }
                    let shown = supplied.get(fact).cloned();
                    demand::supply(&self.vocabulary, atom, &mut cured);
                    let now = cured.get(*fact).map(FactValue::from)?;
                    // One fact cannot be asked to stand in two ways: such a list could not be followed.
                    if shown.is_some_and(|s| s != now) {
                        return None;
                    }
                    supplied.insert(*fact, now);
                }
            }
            // Nor is anybody asked for what contradicts the rest of the request.
            let law = &prepared.text.contradictions;
            if [&self.vocabulary.contradictions, law].iter().any(|l| !contradictions(&self.vocabulary, &cured, l).is_empty()) {
                return None;
            }
            let after = authorize(prepared, &cured);
            let reached = match target {
                Target::Allow(_) => after.allows(),
                Target::SilentGates => after.gates.is_empty() && after.errors.is_empty(),
            };
            if reached {
                return Some(Cure { missing, matched: after, policies, cured });
            }
            if cured == before || !after.errors.is_empty() {
                return None;
            }
            let ground_silent = ground.filter(|g| !after.grounds.contains(g));
            lacking = ground_silent.into_iter().chain(after.gates).collect();
        }
        None
    }

    fn missing<'e>(&'e self, prepared: &'e Prepared, policy: &'e Policy, lack: &demand::Lack<'_>) -> Vec<Missing<'e>> {
        lack.open
            .iter()
            .filter_map(|(atom, fact, state, or)| {
                let f = self.vocabulary.fact(*fact)?;
                Some(Missing {
                    actor: policy.who.as_deref().unwrap_or(&f.who),
                    citation: self.cited(policy.rules.first()?),
                    fact: &f.name,
                    or: or.iter().map(|o| self.vocabulary.fact_name(*o)).collect(),
                    policy: &policy.id,
                    remedy: policy.remedy.as_ref().unwrap_or(&f.remedy),
                    required: demand::required(&self.vocabulary, atom, *fact),
                    rule: policy.rules.first()?,
                    state: *state,
                    text: &prepared.text.regulation.code,
                    title: &policy.title,
                })
            })
            .collect()
    }

    fn prohibition<'e>(
        &'e self,
        prepared: &'e Prepared,
        policy: &'e Policy,
        facts_named: impl Iterator<Item = FactId>,
        facts: &Facts,
    ) -> Prohibition<'e> {
        let mut named: Vec<_> = facts_named
            .map(|f| StatedFact { fact: self.vocabulary.fact_name(f), stated: demand::shown(&self.vocabulary, f, facts) })
            .collect();
        named.sort_unstable();
        named.dedup();
        let rule = policy.rules.first().map_or("", String::as_str);
        Prohibition {
            citation: self.cited(rule),
            facts: named,
            hint: policy.hint.as_ref(),
            policy: &policy.id,
            rule,
            rules: policy.rules.iter().map(String::as_str).collect(),
            text: &prepared.text.regulation.code,
            title: &policy.title,
        }
    }

    fn grounds<'e>(&'e self, prepared: &'e Prepared, matched: &Matched) -> Vec<Ground<'e>> {
        matched.grounds.iter().filter_map(|i| prepared.policy(*i)).map(|p| self.ground(prepared, p)).collect()
    }

    fn ground<'e>(&'e self, prepared: &'e Prepared, policy: &'e Policy) -> Ground<'e> {
        let rule = policy.rules.first().map_or("", String::as_str);
        Ground {
            citation: self.cited(rule),
            policy: &policy.id,
            rule,
            rules: &policy.rules,
            text: &prepared.text.regulation.code,
            title: &policy.title,
        }
    }

    fn deadlines<'e>(&'e self, finding: &Finding<'e>, facts: &Facts) -> Vec<Deadline<'e>> {
        let prepared = finding.prepared;
        let today = match facts.get(self.known.now) {
            Some(Value::Long(n)) => calendar::day_of(n),
            _ => None,
        };
        let periods = finding.matched.deadlines.iter().filter_map(|i| prepared.policy(*i));
        periods
            .filter_map(|p| {
                let period = p.period.as_ref()?;
                let Some(Value::Long(from)) = facts.get(period.from) else { return None };
                let started = calendar::day_of(from)?;
                let due = facts.calendar().due(started, period.working_days);
                let rule = p.rules.first()?;
                Some(Deadline {
                    citation: self.cited(rule),
                    due: due.map(calendar::format_date),
                    overdue: matches!((due, today), (Some(d), Some(t)) if t > d),
                    policy: &p.id,
                    rule,
                    started: calendar::format_date(started),
                    text: &prepared.text.regulation.code,
                    title: &p.title,
                    who: &period.who,
                    working_days: period.working_days,
                })
            })
            .collect()
    }

    fn readings<'e>(&'e self, deciding: &[&Finding<'e>], action: ActionId) -> Vec<Reading<'e>> {
        let mut by_point: BTreeMap<&str, (Choice, Vec<&'e str>)> = BTreeMap::new();
        for f in deciding {
            let law = &f.prepared.text;
            for policy in f.decisive.iter().filter_map(|i| f.prepared.policy(*i)) {
                for point in &policy.points {
                    let (choice, policies) = by_point.entry(point).or_default();
                    *choice = law.reading(point).max(*choice);
                    policies.push(&policy.id);
                }
            }
            // What rests on the point here is what stayed silent where the conservative reading would have spoken.
            for (spared, point) in f.spared.iter().flat_map(|p| p.points.iter().map(move |point| (p, point))) {
                let (choice, policies) = by_point.entry(point).or_default();
                *choice = Choice::Other;
                let in_its_place = |p: &&Policy| p.rules.first() == spared.rules.first() && p.points.contains(point);
                policies.extend(f.prepared.policies_on(action).map(|(_, p)| p).filter(in_its_place).map(|p| p.id.as_str()));
            }
        }
        by_point
            .into_iter()
            .filter_map(|(id, (choice, mut policies))| {
                policies.sort_unstable();
                policies.dedup();
                let p = self.points.get(id)?;
                Some(Reading { applied: &p.applied, choice, other: &p.other, point: &p.id, policies, question: &p.question, why: &p.why })
            })
            .collect()
    }

    fn cited(&self, rule: &str) -> &Text {
        static UNKNOWN: Text = Text { en: String::new(), zh: String::new() };
        self.citations.get(rule).unwrap_or(&UNKNOWN)
    }
}

/// What a list of steps has to lead to.
#[derive(Debug, Clone, Copy)]
enum Target {
    /// The text allows, by this ground or by one that carries already.
    Allow(Option<usize>),
    /// No gate of the text fires.
    SilentGates,
}

/// A list of steps that was proved to lead to `permitted`.
struct Cure<'e> {
    missing: Vec<Missing<'e>>,
    matched: Matched,
    policies: Vec<usize>,
    cured: Facts,
}

impl<'e> Finding<'e> {
    /// Another text deals with the act: what is left of this one are its unmet conditions.
    fn leave_ground_to_others(&mut self) {
        match self.steps.take() {
            Some(steps) if steps.is_empty() => {}
            Some(steps) => {
                self.silent = false;
                self.outcome = Outcome::Conditional;
                self.missing = steps;
                self.errors.clear();
            }
            // Its conditions cannot be met together: it stays undetermined, and counts.
            None => self.silent = false,
        }
    }

    fn without_evaluation(prepared: &'e Prepared, deciding: bool, errors: Vec<Issue>) -> Self {
        Self {
            prepared,
            deciding,
            silent: false,
            steps: None,
            cured: None,
            outcome: Outcome::Undetermined,
            matched: Matched::default(),
            grounds: Vec::new(),
            prohibitions: Vec::new(),
            missing: Vec::new(),
            errors,
            decisive: Vec::new(),
            spared: Vec::new(),
        }
    }
}

/// The policies of one text that match a request, by set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchingPolicies<'e> {
    /// A ground matched, no gate did, and nothing failed.
    pub allow: bool,
    /// Permits.
    pub grounds: Vec<&'e str>,
    /// Forbids.
    pub gates: Vec<&'e str>,
    /// Duties.
    pub duties: Vec<&'e str>,
    /// Periods.
    pub deadlines: Vec<&'e str>,
    /// Policies whose evaluation failed.
    pub failed: Vec<&'e str>,
}

/// The policies set aside that would have spoken of these facts. Where another policy on the same rule speaks as well, the
/// choice changed nothing.
fn spared<'e>(finding: &Finding<'e>, facts: &Facts) -> Vec<&'e Policy> {
    let prepared = finding.prepared;
    let would_speak = |p: &&Policy| p.names(facts.action()) && matches(&prepared.text, p, facts) == Ok(true);
    let speaks_anyway = |p: &Policy| {
        let matched = match p.set {
            PolicySet::Ground => &finding.matched.grounds,
            PolicySet::Gate => &finding.matched.gates,
            // Duties and periods decide nothing.
            PolicySet::Duty | PolicySet::Deadline => return true,
        };
        matched.iter().filter_map(|i| prepared.policy(*i)).any(|m| m.rules.first() == p.rules.first())
    };
    prepared.text.set_aside.iter().filter(would_speak).filter(|p| !speaks_anyway(p)).collect()
}

/// The facts once the steps of all texts are done; where two texts would have a fact differently, as the last one would.
fn all_steps(findings: &[Finding<'_>], which: &[usize], facts: &Facts) -> Facts {
    let mut all = facts.clone();
    for cured in which.iter().filter_map(|i| findings.get(*i)?.cured.as_ref()) {
        for (fact, value) in cured.stated() {
            if facts.get(fact) != Some(value) {
                all.set(fact, Some(FactValue::from(value)));
            }
        }
    }
    all
}

fn conditions_clash() -> Issue {
    Issue::new(
        "conditions-clash",
        "$",
        text("the texts that decide ask for steps that do not go together", "作为依据的各文本所要求的事项不能同时满足"),
        text("state more of the facts, above all the types on record, and ask again", "请载明更多事实，尤其是登记的类型，再行评估"),
    )
}

fn ground_demanded(law: &LawText, action: ActionId) -> Option<&GroundDemanded> {
    law.grounds_demanded.iter().find(|g| g.actions.contains(&action)).or_else(|| law.grounds_demanded.iter().find(|g| g.actions.is_empty()))
}

/// The default bundle.
#[cfg(feature = "embedded")]
pub static EMBEDDED_BUNDLE: &[u8] = include_bytes!("../default.bundle");

// The engines that are compared, each with all texts loaded and asked the way it is meant to be asked many times.

/** Cedar's official package: policies parsed once, under a name; the fastest way it has. */
export function cedar(module, { policies }) {
  const parsed = module.preparsePolicySet("law", { staticPolicies: policies });
  if (parsed.type !== "success") throw new Error(`cedar-wasm: ${JSON.stringify(parsed).slice(0, 500)}`);
  return (call) => module.statefulIsAuthorized(call);
}

/**
 * Requests as Cedar's package takes them. Without a schema in the call, which would cost it time, it does not know what groups
 * an action belongs to: that comes with the entities.
 */
export function cedarCalls(module, { schema, requests }) {
  const { json } = module.schemaToJson(schema);
  const uid = (id) => ({ type: "Action", id });
  const groups = (id) => (json[""].actions[id].memberOf ?? []).flatMap((g) => [g.id, ...groups(g.id)]);
  return requests.map(({ request, action, context, entities }) => ({
    principal: { type: "Actor", id: request.subject.id },
    action: uid(action),
    resource: { type: "Dataset", id: request.resource.id },
    context,
    entities: [...entities, { uid: uid(action), attrs: {}, parents: [...new Set(groups(action))].map(uid) }],
    preparsedPolicySetId: "law",
  }));
}

export function cedarAllows(answer) {
  if (answer.type !== "success") throw new Error(`cedar-wasm: ${JSON.stringify(answer).slice(0, 500)}`);
  return answer.response.decision === "allow";
}

/**
 * Cedarling gives an actor no parents, so a policy cannot ask `principal in Kind::"…"` of it. The kinds of the actor become one
 * of its attributes; the rest of each policy stays as it is.
 */
export function cedarlingConfig({ policies, schema }) {
  const body = (text) => {
    const begin = text.search(/^(permit|forbid) *\(/m);
    const end = text.indexOf(")", begin);
    const [head, scope] = [text.slice(0, begin), text.slice(begin, end)];
    const asked = scope.match(/principal in Kind::("[^"]+")/);
    const rest = text.slice(end).replace(/principal in Kind::("[^"]+")/g, "principal.kinds.contains($1)");
    if (!asked) return head + scope + rest;
    return `${head}${scope.replace(asked[0], "principal")}${rest.replace(/;\s*$/, "")}\nwhen { principal.kinds.contains(${asked[1]}) };`;
  };
  const entry = ([id, text]) => [
    id,
    { description: id, creation_date: "2026-01-01T00:00:00", policy_content: { encoding: "none", content_type: "cedar", body: body(text) } },
  ];
  const store = {
    cedar_version: "v4.0.0",
    policy_stores: {
      law: {
        name: "law",
        description: "law",
        policies: Object.fromEntries(Object.entries(policies).map(entry)),
        schema: { encoding: "none", content_type: "cedar", body: schema.replace(/entity Actor in \[Kind\] = \{/, "entity Actor = {\n  kinds: Set<String>,") },
      },
    },
  };
  return {
    CEDARLING_APPLICATION_NAME: "bench",
    CEDARLING_POLICY_STORE_ID: "law",
    CEDARLING_POLICY_STORE_LOCAL: JSON.stringify(store),
    CEDARLING_LOG_TYPE: "off",
    CEDARLING_JWT_SIG_VALIDATION: "disabled",
    CEDARLING_JWT_STATUS_VALIDATION: "disabled",
  };
}

/** A request as Cedarling takes it, once it is made a JSON text. */
export function cedarlingCall({ request, action, kinds, actor, dataset, context }) {
  return {
    principal: { cedar_entity_mapping: { entity_type: "Actor", id: request.subject.id }, ...actor, kinds },
    action: `Action::${JSON.stringify(action)}`,
    resource: { cedar_entity_mapping: { entity_type: "Dataset", id: request.resource.id }, ...dataset },
    context,
  };
}

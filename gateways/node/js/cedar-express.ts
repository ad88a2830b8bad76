import type { AuthorizationEngine, AuthorizationRequest, AuthorizationResult, Entity, EntityUid } from "@cedar-policy/cedar-authorization";

/** What is asked of the package `lexgate`: `await Lexgate.load()` is one. */
export interface Evaluator {
  evaluate(request: never): {
    readonly decision: boolean;
    readonly context: {
      readonly grounds: readonly { readonly policy: string }[];
      readonly errors: readonly { readonly code: string; readonly message: { readonly en: string } }[];
      readonly obligations: readonly { readonly type: string }[];
    };
  };
}

/** A request of OpenID AuthZEN 1.0, as lexgate reads it. */
export interface AuthZenRequest {
  readonly subject: { readonly type: string; readonly id: string; readonly properties?: Readonly<Record<string, unknown>> };
  readonly action: { readonly name: string };
  readonly resource: { readonly type: string; readonly id: string; readonly properties?: Readonly<Record<string, unknown>> };
  readonly context?: Readonly<Record<string, unknown>>;
}

/** How Cedar's requests are read. */
export interface LexgateEngineOptions {
  readonly lexgate: Evaluator;
  /** Types of duties that the application carries out. An answer with another one is a deny. */
  readonly knownObligations: readonly string[];
  /**
   * Makes lexgate's request out of Cedar's. The middleware names operations of the API, not acts of the law, so most
   * applications give one. Without it, principal, action and resource are taken for what they are called.
   */
  readonly toRequest?: (request: AuthorizationRequest, entities: readonly Entity[]) => AuthZenRequest | Promise<AuthZenRequest>;
  /** The time of this machine. */
  readonly clock?: () => Date;
}

/**
 * lexgate behind the interface of `@cedar-policy/authorization-for-expressjs`, in place of its `CedarInlineAuthorizationEngine`:
 *
 * ```ts
 * new ExpressAuthorizationMiddleware({ ..., authorizationEngine: new LexgateAuthorizationEngine({ lexgate, knownObligations, toRequest }) });
 * ```
 */
export class LexgateAuthorizationEngine implements AuthorizationEngine {
  private readonly options: LexgateEngineOptions;

  constructor(options: LexgateEngineOptions) {
    this.options = options;
  }

  async isAuthorized(request: AuthorizationRequest, entities: Entity[]): Promise<AuthorizationResult> {
    const { lexgate, knownObligations, toRequest = asNamed, clock = () => new Date() } = this.options;
    try {
      const asked = await toRequest(request, entities);
      const timed = { ...asked, context: { ...asked.context, time: { now: clock().toISOString() } } };
      const { decision, context } = lexgate.evaluate(timed as never);
      if (decision) {
        const unknown = context.obligations.some(({ type }) => !knownObligations.includes(type));
        const determiningPolicies = context.grounds.map(({ policy }) => policy);
        return unknown ? { type: "deny" } : { type: "allow", authorizerInfo: { principalUid: request.principal, determiningPolicies } };
      }
      const [error] = context.errors;
      return error === undefined ? { type: "deny" } : { type: "error", message: `${error.code}: ${error.message.en}` };
    } catch (error) {
      return { type: "error", message: error instanceof Error ? error.message : String(error) };
    }
  }
}

/** The request with the names it has: `Ns::MarketEntity::"x"` is a `MarketEntity`. */
function asNamed({ principal, action, resource, context }: AuthorizationRequest, entities: readonly Entity[]): AuthZenRequest {
  const facts = (uid: EntityUid): Record<string, unknown> => entities.find((e) => e.uid.type === uid.type && e.uid.id === uid.id)?.attrs ?? {};
  const kind = (type: string): string => type.slice(type.lastIndexOf(":") + 1);
  return {
    subject: { type: kind(principal.type), id: principal.id, properties: facts(principal) },
    action: { name: action.id },
    resource: { type: kind(resource.type), id: resource.id, properties: facts(resource) },
    context,
  };
}

import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from "jose";
import { badKeys } from "./errors.js";

/** Why a token is not believed. */
export type TokenRefusal =
  | "algorithm"
  | "audience"
  | "expired"
  | "issuer"
  | "malformed"
  | "not-yet-valid"
  | "oversize"
  | "signature"
  | "type"
  | "unknown-key";

/** What became of a token. */
export type Verified =
  | { readonly claims: JWTPayload; /** The claims as JSON. */ readonly text: string; readonly refusal?: never }
  | { readonly claims?: never; readonly text?: never; readonly refusal: TokenRefusal };

/** Which tokens are believed. */
export interface TokenRules {
  /** Values of `iss`. */
  readonly issuers: readonly string[];
  /** Values of `aud`, one of which has to be there. */
  readonly audience: string | readonly string[];
  /** Signature algorithms; nothing else is looked at, whatever the header says. */
  readonly algorithms: readonly string[];
  /** Longest token, in bytes. */
  readonly maxBytes: number;
  /** By how much clocks may differ, in seconds. */
  readonly clockSkewSeconds: number;
  /** How many verified tokens are remembered, so that a signature is checked once a token. 0 remembers none. */
  readonly remembered: number;
}

/** The `typ` of a grant token (`docs/grant-token.md`). */
export const TOKEN_TYPE = "lexgate-grant+jwt";

interface Known {
  readonly claims: JWTPayload;
  readonly text: string;
  readonly from: number;
  readonly until: number;
}

/**
 * Verifies grant tokens against keys on this machine. It fetches nothing, and takes from the token itself neither a key nor
 * a place to find one.
 */
export class TokenVerifier {
  private readonly rules: TokenRules;
  private readonly keys: ReturnType<typeof createLocalJWKSet>;
  private readonly known = new Map<string, Known>();

  /** @throws GatewayError with the code `key-set-malformed` when `keys` is no JWK Set, or holds a secret. */
  constructor(rules: TokenRules, keys: JSONWebKeySet) {
    this.rules = rules;
    try {
      this.keys = createLocalJWKSet(keys);
      const secret = keys.keys.find((key) => "d" in key || key.kty === "oct");
      if (secret !== undefined || keys.keys.length === 0) {
        throw new TypeError(secret === undefined ? "it is empty" : `the key ${secret.kid ?? ""} is a secret`);
      }
    } catch (cause) {
      throw badKeys(cause);
    }
  }

  /** What this very token said when it was verified, if it still counts at that moment. Equal bytes, equal signature. */
  remembered(token: string, now: Date): Verified | undefined {
    const known = this.known.get(token);
    if (known === undefined) {
      return undefined;
    }
    const seconds = now.getTime() / 1000;
    if (seconds >= known.from && seconds < known.until) {
      return known;
    }
    this.known.delete(token);
    return undefined;
  }

  /** Verifies the compact form of a token at a moment. Never throws. */
  async verify(token: string, now: Date): Promise<Verified> {
    // Every character of a token is one byte; anything else is no token.
    if (token.length > this.rules.maxBytes) {
      return { refusal: "oversize" };
    }
    try {
      if (!this.rules.algorithms.includes(decodeProtectedHeader(token).alg ?? "")) {
        return { refusal: "algorithm" };
      }
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms: [...this.rules.algorithms],
        issuer: [...this.rules.issuers],
        audience: typeof this.rules.audience === "string" ? this.rules.audience : [...this.rules.audience],
        typ: TOKEN_TYPE,
        requiredClaims: ["sub", "exp"],
        clockTolerance: this.rules.clockSkewSeconds,
        currentDate: now,
      });
      const verified = { claims: payload, text: JSON.stringify(payload) };
      this.remember(token, verified);
      return verified;
    } catch (error) {
      return { refusal: refusalOf(error) };
    }
  }

  private remember(token: string, verified: { readonly claims: JWTPayload; readonly text: string }): void {
    const { remembered, clockSkewSeconds: skew } = this.rules;
    const { claims } = verified;
    if (remembered === 0 || claims.exp === undefined) {
      return;
    }
    if (this.known.size >= remembered) {
      // A map keeps the order of insertion: the oldest goes.
      const { value } = this.known.keys().next();
      this.known.delete(value as string);
    }
    this.known.set(token, { ...verified, from: (claims.nbf ?? 0) - skew, until: claims.exp + skew });
  }
}

const CLAIMS: Readonly<Record<string, TokenRefusal>> = { aud: "audience", exp: "expired", iss: "issuer", nbf: "not-yet-valid", typ: "type" };

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return "expired";
  if (error instanceof errors.JWTClaimValidationFailed) return CLAIMS[error.claim] ?? "malformed";
  if (error instanceof errors.JOSEAlgNotAllowed) return "algorithm";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "signature";
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return "unknown-key";
  return "malformed";
}

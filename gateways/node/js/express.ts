import type { NextFunction, Request, RequestHandler, Response } from "express";
import type { Verdict } from "./call.js";
import type { Gateway } from "./gateway.js";
import { callOfIncoming, dress } from "./incoming.js";

declare global {
  // Express has no other way to say what stands on a request.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Locals {
      /** The verdict by which the call passed. */
      lexgate?: Verdict;
    }
  }
}

/** Lets a call reach the handlers behind it only if the gateway allows it. Put it first: `app.use(lexgate(gateway))`. */
export function lexgate(gateway: Gateway): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    gateway.decide(callOfIncoming(request, request.originalUrl)).then((verdict) => {
      if (verdict.allow) {
        dress(request, verdict);
        response.locals["lexgate"] = verdict;
        next();
        return;
      }
      response.status(verdict.status);
      for (const [name, value] of verdict.headers ?? []) {
        response.setHeader(name, value);
      }
      response.end(verdict.body);
    }, next);
  };
}

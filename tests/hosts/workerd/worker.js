// The worker: the requests come in one body, the result goes back.
import { Lexgate } from "lexgate";
import { run } from "suite";

export default {
  async fetch(request) {
    return Response.json(run(await Lexgate.load(), await request.text()));
  },
};

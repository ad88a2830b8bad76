# For workerd: `workerd serve config.capnp`, in a folder with the files named here. The first three come from the package
# `lexgate-gateway`, the next four are yours.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    (name = "upstream", external = (address = "127.0.0.1:8081", http = ())),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "gateway")],
);

const gateway :Workerd.Worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "lexgate-gateway/workers", esModule = embed "workers.js"),
    (name = "lexgate-gateway.wasm", wasm = embed "lexgate-gateway.wasm"),
  ],
  bindings = [
    (name = "CONFIG", text = embed "gateway.yaml"),
    (name = "CATALOGUE", text = embed "catalogue.json"),
    (name = "STATUS", text = embed "status.json"),
    (name = "KEYS", text = embed "jwks.json"),
    (name = "UPSTREAM", service = "upstream"),
  ],
);

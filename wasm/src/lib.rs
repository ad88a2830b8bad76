//! lexgate for WebAssembly hosts; the npm package is built from here.

pub use lexgate::Engine;

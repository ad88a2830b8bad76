//! The module `lexgate/author`.

//! Replay at scale.

use crate::run::{Step, cargo, step};

/// Writes a log of that many events, alters some of them, and demands that replay finds exactly those.
pub(crate) fn replay(events: u32) -> Step {
    let mut test = cargo(&["test", "--quiet", "--release", "--package", "lexgate-cli", "--test", "replay_at_scale"]);
    test.args(["--", "--nocapture"]).env("LEXGATE_EVENTS", events.to_string());
    step(&format!("replay of {events} events"), &mut test)
}

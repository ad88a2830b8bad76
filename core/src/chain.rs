//! The chain of a log: each event carries its number and the digest of the event before.
//!
//! The check reads one event after another and keeps a bounded memory. It tells the event that is wrong from its neighbours
//! that are not: a finding about the chain names an edited, foreign or displaced event, or the event before which others are
//! missing. What an event that is itself not intact says of the chain counts for nothing.

use std::collections::VecDeque;

/// How many events out of place are remembered, so that those that follow them can be recognised.
const REMEMBERED: usize = 1024;

/// What an intact event says of its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Counted from 0.
    pub sequence: u64,
    /// Digest of the event before; `None` for the first.
    pub previous: Option<String>,
    /// Digest of the event.
    pub digest: String,
}

/// An event as the chain sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The event is what its seal says.
    Intact(Place),
    /// It is not, or cannot be read.
    Broken,
    /// Intact, but of no chain.
    Unchained,
}

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The next event carries another digest: this one was changed and sealed anew.
    Resealed,
    /// Events are missing before this one: how many, where that can be told.
    Gap(Option<u64>),
    /// The event belongs elsewhere in the chain, or to another one.
    OutOfPlace,
    /// The event stands here once more.
    Repeated,
    /// The other events are chained, this one is not.
    Unchained,
    /// The event that had to be in the log is not.
    HeadMissing,
}

impl Fault {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Resealed => "event-resealed",
            Self::Gap(_) => "events-missing",
            Self::OutOfPlace => "event-out-of-place",
            Self::Repeated => "event-repeated",
            Self::Unchained => "event-unchained",
            Self::HeadMissing => "head-missing",
        }
    }
}

/// A finding about one event: its position in the log, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Position of the event.
    pub position: u64,
    /// What is wrong.
    pub fault: Fault,
}

#[derive(Debug, Clone)]
struct Tip {
    position: u64,
    place: Place,
}

/// An event that does not follow the last one, until the next event shows what it is.
#[derive(Debug)]
struct Pending {
    tip: Tip,
    /// Broken events between it and the last one in place.
    broken: u64,
}

/// Checks the chain of one log.
#[derive(Debug, Default)]
pub struct Chain {
    after: Option<String>,
    head: Option<String>,
    head_seen: bool,
    chained: bool,
    unchained: Option<u64>,
    last: Option<Tip>,
    pending: Option<Pending>,
    displaced: VecDeque<Place>,
    /// Broken events since the last or the pending one.
    broken: u64,
}

impl Chain {
    /// A log that begins with the first event of its chain, or after the event with the digest `after`. With `head`, the
    /// event of that digest, noted down elsewhere earlier, has to be in the log.
    #[must_use]
    pub fn new(after: Option<String>, head: Option<String>) -> Self {
        let chained = after.is_some() || head.is_some();
        Self { after, head, chained, ..Self::default() }
    }

    /// The last event in place.
    #[must_use]
    pub fn tip(&self) -> Option<&Place> {
        self.last.as_ref().map(|t| &t.place)
    }

    /// Whether any event was chained.
    #[must_use]
    pub fn is_chained(&self) -> bool {
        self.chained
    }

    /// The positions of events that may still get a finding. Of any other, everything has been said.
    #[must_use]
    pub fn awaited(&self) -> Vec<u64> {
        let pending = self.pending.as_ref().map(|p| p.tip.position);
        [self.last.as_ref().map(|t| t.position), pending, self.unchained].into_iter().flatten().collect()
    }

    /// Takes the event at a position.
    pub fn push(&mut self, position: u64, entry: Entry, out: &mut Vec<Finding>) {
        match entry {
            Entry::Unchained => {
                if self.chained {
                    out.push(Finding { position, fault: Fault::Unchained });
                } else {
                    self.unchained.get_or_insert(position);
                }
            }
            Entry::Broken => self.broken = self.broken.saturating_add(1),
            Entry::Intact(place) => {
                self.chained = true;
                if let Some(position) = self.unchained.take() {
                    out.push(Finding { position, fault: Fault::Unchained });
                }
                self.place(Tip { position, place }, out);
            }
        }
    }

    /// The log ends here.
    pub fn finish(&mut self, out: &mut Vec<Finding>) {
        if let Some(pending) = self.pending.take()
            && let Some(last) = self.last.take()
        {
            // Nothing vouches for either: two that claim one place are told apart by who came first.
            let rival = is_rival(&last, &pending.tip);
            let (position, fault) = if rival { (pending.tip.position, Some(Fault::OutOfPlace)) } else { fault(&last, &pending) };
            out.extend(fault.map(|fault| Finding { position, fault }));
            self.accept(if rival { last } else { pending.tip });
        }
        if self.head.is_some() && !self.head_seen {
            out.push(Finding { position: self.last.as_ref().map_or(0, |t| t.position), fault: Fault::HeadMissing });
        }
    }

    fn place(&mut self, e: Tip, out: &mut Vec<Finding>) {
        let Some(last) = self.last.take() else {
            self.begin(e, out);
            return;
        };
        let pending = self.pending.take();
        if follows(&last.place, &e.place) {
            // Whatever stood between does not belong there.
            self.displace(pending, out);
            self.accept(e);
            return;
        }
        let is_known = |t: &Tip| t.place.digest == e.place.digest;
        if is_known(&last) || pending.as_ref().is_some_and(|p| is_known(&p.tip)) {
            out.push(Finding { position: e.position, fault: Fault::Repeated });
            (self.last, self.pending) = (Some(last), pending);
            return;
        }
        if let Some(p) = pending {
            if follows(&p.tip.place, &e.place) {
                self.see(&p.tip);
                let (position, fault) = fault(&last, &p);
                out.extend(fault.map(|fault| Finding { position, fault }));
                self.accept(e);
                return;
            }
            if self.follows_displaced(&last.place, &e.place) {
                self.displace(Some(p), out);
                self.accept(e);
                return;
            }
            // Neither is vouched for by the next event; its number still says where it stands.
            let next = last.place.sequence.checked_add(1).and_then(|n| n.checked_add(p.broken));
            let in_line = Some(p.tip.place.sequence) == next;
            let ahead = p.tip.place.sequence > last.place.sequence && e.place.sequence > p.tip.place.sequence;
            if in_line || ahead {
                let (position, fault) = fault(&last, &p);
                out.extend(fault.map(|fault| Finding { position, fault }));
                self.see(&p.tip);
                self.last = Some(p.tip);
            } else {
                self.displace(Some(p), out);
                self.last = Some(last);
            }
        } else {
            if self.follows_displaced(&last.place, &e.place) {
                self.accept(e);
                return;
            }
            self.last = Some(last);
        }
        self.pending = Some(Pending { tip: e, broken: std::mem::take(&mut self.broken) });
    }

    fn begin(&mut self, e: Tip, out: &mut Vec<Finding>) {
        let begins = match &self.after {
            // A broken event says nothing of what it follows; it has been reported.
            Some(after) => self.broken > 0 || e.place.previous.as_ref() == Some(after),
            None => e.place.sequence == self.broken && (self.broken > 0 || e.place.previous.is_none()),
        };
        if !begins {
            let missing = self.after.is_none().then(|| e.place.sequence.saturating_sub(self.broken)).filter(|n| *n > 0);
            out.push(Finding { position: e.position, fault: Fault::Gap(missing) });
        }
        self.accept(e);
    }

    fn accept(&mut self, e: Tip) {
        self.see(&e);
        self.last = Some(e);
        self.pending = None;
        self.broken = 0;
    }

    fn see(&mut self, e: &Tip) {
        self.head_seen |= self.head.as_ref() == Some(&e.place.digest);
    }

    fn displace(&mut self, pending: Option<Pending>, out: &mut Vec<Finding>) {
        let Some(p) = pending else { return };
        out.push(Finding { position: p.tip.position, fault: Fault::OutOfPlace });
        if self.displaced.len() >= REMEMBERED {
            self.displaced.pop_front();
        }
        self.displaced.push_back(p.tip.place);
    }

    /// Whether an event out of place, which has been reported, is the link between the two.
    fn follows_displaced(&self, last: &Place, e: &Place) -> bool {
        self.displaced.iter().any(|d| follows(last, d) && follows(d, e))
    }
}

fn follows(a: &Place, b: &Place) -> bool {
    b.previous.as_ref() == Some(&a.digest) && a.sequence.checked_add(1) == Some(b.sequence)
}

/// Two events that claim to come after the same one.
fn is_rival(last: &Tip, other: &Tip) -> bool {
    other.place.sequence == last.place.sequence && other.place.previous == last.place.previous
}

/// What it means that the chain goes on with an event that does not follow the last one, and which event it is about.
fn fault(last: &Tip, next: &Pending) -> (u64, Option<Fault>) {
    let (l, n) = (&last.place, &next.tip.place);
    if is_rival(last, &next.tip) {
        return (last.position, Some(Fault::OutOfPlace));
    }
    match n.sequence.checked_sub(l.sequence).and_then(|d| d.checked_sub(1)) {
        None => (next.tip.position, Some(Fault::OutOfPlace)),
        Some(0) => (last.position, Some(Fault::Resealed)),
        Some(between) => match between.saturating_sub(next.broken) {
            0 => (next.tip.position, None),
            missing => (next.tip.position, Some(Fault::Gap(Some(missing)))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, own mark and the mark of the event before; `None` is a broken event.
    type Made = Option<(u64, &'static str, &'static str)>;

    fn found(events: &[Made], after: Option<&str>, head: Option<&str>) -> Vec<(u64, Fault)> {
        let mut chain = Chain::new(after.map(str::to_owned), head.map(str::to_owned));
        let mut out = Vec::new();
        for (position, made) in (1..).zip(events) {
            let entry = match made {
                Some((sequence, digest, previous)) => Entry::Intact(Place {
                    sequence: *sequence,
                    digest: (*digest).to_owned(),
                    previous: (!previous.is_empty()).then(|| (*previous).to_owned()),
                }),
                None => Entry::Broken,
            };
            chain.push(position, entry, &mut out);
        }
        chain.finish(&mut out);
        out.sort_unstable();
        out.into_iter().map(|f| (f.position, f.fault)).collect()
    }

    const A: Made = Some((0, "a", ""));
    const B: Made = Some((1, "b", "a"));
    const C: Made = Some((2, "c", "b"));
    const D: Made = Some((3, "d", "c"));
    const E: Made = Some((4, "e", "d"));
    const F: Made = Some((5, "f", "e"));

    #[track_caller]
    fn check(events: &[Made], expected: &[(u64, Fault)]) {
        assert_eq!(found(events, None, None), expected);
    }

    #[test]
    fn an_intact_chain_has_no_finding() {
        check(&[], &[]);
        check(&[A], &[]);
        check(&[A, B, C, D, E, F], &[]);
    }

    #[test]
    fn missing_events_are_counted_where_they_are_missing() {
        check(&[A, C, D, E], &[(2, Fault::Gap(Some(1)))]);
        check(&[A, E, F], &[(2, Fault::Gap(Some(3)))]);
        check(&[A, B, D], &[(3, Fault::Gap(Some(1)))]);
        check(&[C, D], &[(1, Fault::Gap(Some(2)))]);
        check(&[A, C, E, F], &[(2, Fault::Gap(Some(1))), (3, Fault::Gap(Some(1)))]);
    }

    #[test]
    fn an_event_sealed_anew_is_found_by_the_next_one() {
        check(&[A, Some((1, "B", "a")), C, D], &[(2, Fault::Resealed)]);
        check(&[Some((0, "A", "")), B, C], &[(1, Fault::Resealed)]);
        check(&[A, Some((1, "B", "a")), Some((2, "C", "b")), D, E], &[(2, Fault::Resealed), (3, Fault::Resealed)]);
        check(&[A, Some((1, "B", "a")), Some((2, "C", "B")), D, E], &[(3, Fault::Resealed)]);
        check(&[A, B, Some((2, "C", "b")), D], &[(3, Fault::Resealed)]);
    }

    #[test]
    fn foreign_events_are_told_from_their_neighbours() {
        check(&[A, B, B, C, D], &[(3, Fault::Repeated)]);
        check(&[A, B, C, A, D, E], &[(4, Fault::OutOfPlace)]);
        check(&[A, E, B, C, D, E, F], &[(2, Fault::OutOfPlace)]);
        // One that claims the place of another: the next event says which of them is right.
        check(&[A, Some((1, "x", "a")), B, C, D], &[(2, Fault::OutOfPlace)]);
        check(&[A, B, Some((1, "x", "a")), C, D], &[(3, Fault::OutOfPlace)]);
        check(&[A, B, Some((2, "x", "z")), C, D], &[(3, Fault::OutOfPlace)]);
        check(&[A, Some((7, "x", "z")), B, C], &[(2, Fault::OutOfPlace)]);
        check(&[A, B, Some((1, "x", "a"))], &[(3, Fault::OutOfPlace)]);
        check(&[Some((0, "A", "")), B, Some((0, "x", "y")), C], &[(1, Fault::Resealed), (3, Fault::OutOfPlace)]);
    }

    #[test]
    fn events_out_of_order_are_told_from_their_neighbours() {
        check(&[A, C, B, D, E], &[(2, Fault::OutOfPlace)]);
        check(&[A, E, C, D, B, F], &[(2, Fault::OutOfPlace), (3, Fault::Gap(Some(1))), (5, Fault::OutOfPlace)]);
    }

    #[test]
    fn broken_events_are_not_held_against_their_neighbours() {
        check(&[A, None, C, D], &[]);
        check(&[None, B, C], &[]);
        check(&[A, None, None, D], &[]);
        check(&[A, B, None], &[]);
        // Put in, and broken.
        check(&[A, None, B, C], &[]);
        check(&[A, None, D, E], &[(3, Fault::Gap(Some(1)))]);
        check(&[A, C, None, E], &[(2, Fault::Gap(Some(1)))]);
        check(&[A, None, C, None, E, None], &[]);
    }

    #[test]
    fn the_ends_are_checked_against_what_was_noted_down() {
        assert_eq!(found(&[A, B], None, Some("b")), []);
        assert_eq!(found(&[A, B, C], None, Some("b")), [], "events may have come after it");
        assert_eq!(found(&[A, None, C, D], None, Some("c")), [], "also when it was not clear at once where it stands");
        assert_eq!(found(&[A, None, C, Some((3, "x", "z")), E, F], None, Some("c")), [(3, Fault::Resealed), (4, Fault::Resealed)]);
        assert_eq!(found(&[A], None, Some("b")), [(1, Fault::HeadMissing)]);
        assert_eq!(found(&[], None, Some("b")), [(0, Fault::HeadMissing)]);
        assert_eq!(found(&[C, D], Some("b"), None), []);
        assert_eq!(found(&[D, E], Some("b"), None), [(1, Fault::Gap(None))]);
    }

    #[test]
    fn an_event_without_a_chain_among_chained_ones_is_named() {
        let mut chain = Chain::new(None, None);
        let mut out = Vec::new();
        for position in [1, 2] {
            chain.push(position, Entry::Unchained, &mut out);
        }
        assert!(out.is_empty() && !chain.is_chained(), "a log without a chain is none with gaps");
        chain.push(3, Entry::Intact(Place { sequence: 0, previous: None, digest: "a".to_owned() }), &mut out);
        chain.push(4, Entry::Unchained, &mut out);
        assert_eq!(out, [1, 4].map(|position| Finding { position, fault: Fault::Unchained }));
    }
}

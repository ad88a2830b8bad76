//! Days in China Standard Time and the counting of working days.
//!
//! No text defines the count. The reading applied here: the day of the trigger is not counted, the
//! last day ends with the close of that day. Without a calendar, Monday to Friday are working days.

use std::collections::BTreeSet;
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, Month, OffsetDateTime, UtcOffset, Weekday};

/// The offset of China Standard Time, which all five territories keep.
const CST: i8 = 8;
/// A period longer than this many days is not searched for a working day.
const MAX_DAYS: u32 = 3660;

/// Exceptions to the Monday-to-Friday week.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
    workdays: BTreeSet<Date>,
}

impl Calendar {
    /// A calendar from days off on weekdays and working days on weekends.
    #[must_use]
    pub fn new(holidays: BTreeSet<Date>, workdays: BTreeSet<Date>) -> Self {
        Self { holidays, workdays }
    }

    /// Whether people work on that day.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        if self.workdays.contains(&day) {
            return true;
        }
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }

    /// The last day of a period of `days` working days that was set off on `start`. `None` when the calendar has no
    /// such day within ten years.
    #[must_use]
    pub fn due(&self, start: Date, days: u32) -> Option<Date> {
        let mut day = start;
        let mut left = days;
        for _ in 0..MAX_DAYS {
            if left == 0 {
                return Some(day);
            }
            day = day.next_day()?;
            if self.is_working_day(day) {
                left = left.saturating_sub(1);
            }
        }
        None
    }
}

/// A moment as the request states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z at the first second meant.
    pub first: i64,
    /// The same at the last second meant: the end of the day for a bare date, else `first`.
    pub last: i64,
}

/// Reads an RFC 3339 date (`2026-05-01`, a day in UTC+8) or date-time (`2026-05-01T09:30:00+08:00`). Fractions of a
/// second are cut off. `None` for anything else, impossible days included.
#[must_use]
pub fn parse_moment(text: &str) -> Option<Moment> {
    if let Some(day) = parse_date(text) {
        let first = day.midnight().assume_offset(UtcOffset::from_hms(CST, 0, 0).ok()?).unix_timestamp();
        return Some(Moment { first, last: first.checked_add(86_399)? });
    }
    if !text.contains(['T', 't']) {
        return None;
    }
    let second = OffsetDateTime::parse(text, &Rfc3339).ok()?.unix_timestamp();
    Some(Moment { first: second, last: second })
}

/// Reads `YYYY-MM-DD`.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (y, m, d) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |s: &str, n: usize| s.len() == n && s.bytes().all(|b| b.is_ascii_digit());
    if !(digits(y, 4) && digits(m, 2) && digits(d, 2)) {
        return None;
    }
    let month = Month::try_from(m.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(y.parse().ok()?, month, d.parse().ok()?).ok()
}

/// The day in China Standard Time on which a moment falls.
#[must_use]
pub fn day_of(seconds: i64) -> Option<Date> {
    let offset = UtcOffset::from_hms(CST, 0, 0).ok()?;
    Some(OffsetDateTime::from_unix_timestamp(seconds).ok()?.checked_to_offset(offset)?.date())
}

/// `YYYY-MM-DD`.
#[must_use]
pub fn format_date(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

/// RFC 3339 in China Standard Time, for showing a stored moment.
#[must_use]
pub fn format_moment(seconds: i64) -> String {
    let shown = OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|t| t.checked_to_offset(UtcOffset::from_hms(CST, 0, 0).ok()?))
        .and_then(|t| t.format(&Rfc3339).ok());
    shown.unwrap_or_else(|| seconds.to_string())
}

/// Days between two dates, for "n days late".
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    let span: Duration = to.to_julian_day().checked_sub(from.to_julian_day()).map_or(Duration::ZERO, |d| Duration::days(i64::from(d)));
    span.whole_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(s: &str) -> Date {
        parse_date(s).unwrap()
    }

    #[test]
    fn five_working_days_skip_the_weekend() {
        // Friday 2026-05-15 + 5 working days = Friday 2026-05-22
        assert_eq!(Calendar::default().due(day("2026-05-15"), 5), Some(day("2026-05-22")));
        assert_eq!(Calendar::default().due(day("2026-05-16"), 2), Some(day("2026-05-19")));
    }

    #[test]
    fn holidays_and_moved_workdays_count() {
        let c = Calendar::new([day("2026-05-18")].into(), [day("2026-05-17")].into());
        assert_eq!(c.due(day("2026-05-15"), 2), Some(day("2026-05-19")));
    }

    #[test]
    fn impossible_days_are_refused() {
        for bad in ["2026-02-30", "2026-13-01", "2026-5-1", "20260501", "2026-05-01T25:00:00Z", "", "+2026-05-01", "2026-05-01 10:00:00Z"] {
            assert_eq!(parse_moment(bad), None, "{bad}");
        }
        assert_eq!(parse_moment("2026-05-01").unwrap().last - parse_moment("2026-05-01").unwrap().first, 86_399);
        assert_eq!(parse_moment("2026-05-01T00:00:00+08:00").unwrap().first, parse_moment("2026-05-01").unwrap().first);
    }

    #[test]
    fn a_calendar_without_working_days_ends_the_search() {
        let mut off = BTreeSet::new();
        let mut d = day("2026-01-01");
        for _ in 0..4000 {
            off.insert(d);
            d = d.next_day().unwrap();
        }
        assert_eq!(Calendar::new(off, BTreeSet::new()).due(day("2026-01-01"), 1), None);
    }
}

//! Working-day calendars from outside the request.

use crate::failure::Failure;
use crate::load::{at_most, open};
use lexgate::calendar::parse_date;
use lexgate::request::MAX_BYTES;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// The calendar that is shipped: `--calendar cn`.
const CN: &str = include_str!("../../policies/calendars/cn.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    #[serde(default)]
    holidays: Vec<String>,
    #[serde(default)]
    workdays: Vec<String>,
}

/// A calendar to put into requests that state none.
#[derive(Debug)]
pub(crate) struct WorkingDays {
    value: Value,
    years: BTreeSet<i32>,
}

impl WorkingDays {
    /// The shipped calendar for `cn`, else that of a file.
    pub(crate) fn load(name: &Path) -> Result<Self, Failure> {
        if name.as_os_str() == "cn" {
            return Self::parse(CN, "cn");
        }
        let shown = name.display().to_string();
        let bytes = at_most(open(name)?, MAX_BYTES).map_err(Failure::unreadable(name))?;
        let text = String::from_utf8(bytes).map_err(|_| malformed(&shown, "not UTF-8"))?;
        Self::parse(&text, &shown)
    }

    fn parse(text: &str, name: &str) -> Result<Self, Failure> {
        let file: CalendarFile = toml::from_str(text).map_err(|e| malformed(name, e.message()))?;
        let mut years = BTreeSet::new();
        for day in file.holidays.iter().chain(&file.workdays) {
            let date = parse_date(day).ok_or_else(|| malformed(name, &format!("`{day}` is no date (YYYY-MM-DD)")))?;
            years.insert(date.year());
        }
        if let Some(day) = file.holidays.iter().find(|d| file.workdays.contains(d)) {
            return Err(malformed(name, &format!("{day} is both a holiday and a working day")));
        }
        Ok(Self { value: json!({"holidays": file.holidays, "workdays": file.workdays}), years })
    }

    /// The calendar as a request states it (JSON).
    pub(crate) fn to_json(&self) -> String {
        self.value.to_string()
    }

    /// The document with this calendar in it; `None` when it states one itself or has another shape. Only for documents
    /// that the engine has read without error: parsing here drops duplicate keys.
    pub(crate) fn fill(&self, document: &[u8]) -> Option<Vec<u8>> {
        let mut request: Value = serde_json::from_slice(document).ok()?;
        let time = request.get_mut("context")?.get_mut("time")?.as_object_mut()?;
        let stated = time.get("working_days").is_some_and(|v| !v.is_null() && v != "unknown");
        if stated {
            return None;
        }
        time.insert("working_days".to_owned(), self.value.clone());
        serde_json::to_vec(&request).ok()
    }

    /// Whether the calendar says anything of the year of a day (`YYYY-MM-DD`).
    pub(crate) fn covers(&self, day: &str) -> bool {
        parse_date(day).is_some_and(|d| self.years.contains(&d.year()))
    }
}

fn malformed(name: &str, why: &str) -> Failure {
    Failure::Calendar { name: name.to_owned(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_calendar_is_sound() {
        let calendar = WorkingDays::parse(CN, "cn").unwrap();
        assert!(calendar.covers("2025-01-01") && calendar.covers("2026-12-31") && !calendar.covers("2024-12-31"));
        let days = |list: &str| calendar.value[list].as_array().unwrap().len();
        assert_eq!((days("holidays"), days("workdays")), (28 + 33, 5 + 6));
    }

    #[test]
    fn bad_calendars_are_refused() {
        for bad in
            ["holidays = [\"2026-02-30\"]", "holiday = []", "holidays = [\"2026-10-01\"]\nworkdays = [\"2026-10-01\"]", "holidays = 3"]
        {
            assert!(matches!(WorkingDays::parse(bad, "x"), Err(Failure::Calendar { .. })), "{bad}");
        }
    }

    #[test]
    fn a_calendar_in_the_request_stays() {
        let calendar = WorkingDays::parse("holidays = [\"2026-10-01\"]", "x").unwrap();
        let own = br#"{"context":{"time":{"now":"2026-05-01","working_days":{"holidays":[]}}}}"#;
        assert_eq!(calendar.fill(own), None);
        for unstated in [&br#"{"context":{"time":{"now":"2026-05-01"}}}"#[..], br#"{"context":{"time":{"working_days":null}}}"#] {
            let filled: Value = serde_json::from_slice(&calendar.fill(unstated).unwrap()).unwrap();
            assert_eq!(filled["context"]["time"]["working_days"]["holidays"], json!(["2026-10-01"]));
        }
    }
}

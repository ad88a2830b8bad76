//! What the table expects, the mapping and the core do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests stop at the first thing wrong")]

use lexgate_gateways_core::{Line, run};
use serde_json::Value;

fn differences(line: &Line) -> Vec<String> {
    let expect = line.entry.get("expect").unwrap();
    let report = line.report();
    let mut differences = Vec::new();
    for name in ["allow", "status", "rules", "code"] {
        let (Some(wanted), Some(got)) = (expect.get(name), report.get(name)) else { continue };
        let fits = match wanted {
            Value::Array(list) if name == "status" => list.contains(got),
            wanted => wanted == got,
        };
        if !fits {
            differences.push(format!("{}: {name} is {got}, not {wanted} ({report})", line.entry.get("id").unwrap()));
        }
    }
    differences
}

#[test]
fn the_table_holds() {
    let lines = run().unwrap_or_else(|e| panic!("{e}"));
    assert!(lines.len() > 60);
    let wrong: Vec<String> = lines.iter().flat_map(differences).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

#[test]
fn what_is_allowed_is_permitted_and_what_is_refused_says_why() {
    for line in run().unwrap_or_else(|e| panic!("{e}")) {
        let v = &line.verdict;
        if v.allow && !v.dry_run {
            assert_eq!((v.outcome, v.status, v.body.as_str()), ("permitted", 200, ""), "{}", line.report());
        } else if !v.allow {
            let body: Value = serde_json::from_str(&v.body).unwrap();
            assert_eq!(body.get("status"), Some(&v.status.into()));
            assert!(v.upstream.is_empty());
        }
    }
}

use lexgate::author::{self, Sources, vectors};
use std::path::Path;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let c = author::compile(&Sources::read(Path::new(&a[1])).unwrap());
    for f in &c.findings {
        println!("{}: {} {} {}", f.file, f.code, f.message, f.help.clone().unwrap_or_default());
    }
    let Some(content) = &c.content else {
        println!("NOT COMPILED");
        std::process::exit(1)
    };
    let b = lexgate::bundle::write(content).unwrap();
    for t in &content.texts {
        println!("{}: {} policies, {} rules", t.regulation.code, t.policies.len(), t.rules.len());
    }
    let e = lexgate::Engine::new(&b).unwrap();
    if a.len() > 2 {
        if a[2].ends_with(".json") {
            println!("{}", e.evaluate_json(&std::fs::read(&a[2]).unwrap()));
            return;
        }
        let vs = vectors::read(&Sources::read(Path::new(&a[2])).unwrap()).unwrap_or_else(|e| {
            println!("{e}");
            std::process::exit(1)
        });
        let mut r = vectors::Runner::new(&e, Some(&c));
        let (mut ok, mut bad) = (0, 0);
        let filter = a.get(3).cloned().unwrap_or_default();
        for v in vs.iter().filter(|v| v.name.contains(&filter)) {
            let rep = r.run(v);
            if rep.problems.is_empty() {
                ok += 1
            } else {
                bad += 1;
                println!("FAIL {}\n  {}\n  got {}", v.name, rep.problems.join("\n  "), rep.summary);
            }
        }
        let cov = author::coverage::coverage(e.texts(), Some(&r.sides));
        for (t, x) in &cov.texts {
            println!("{t}: missing {:?} without both sides {:?}", x.missing, x.without_both_sides.clone().unwrap_or_default());
        }
        println!("{ok} passed, {bad} failed");
    }
}

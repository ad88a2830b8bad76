fn main() {
    let e = lexgate::Engine::embedded().unwrap();
    let b = std::fs::read(std::env::args().nth(1).unwrap()).unwrap();
    println!("{}", e.evaluate_json(&b));
}

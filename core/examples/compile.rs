fn main() {
    let s = lexgate::author::Sources::read(std::path::Path::new("policies")).unwrap();
    let c = lexgate::author::compile(&s);
    for f in &c.findings {
        println!("{}: {} {} {:?}", f.file, f.code, f.message, f.help);
    }
    if let Some(content) = c.content {
        let b = lexgate::bundle::write(&content).unwrap();
        std::fs::write("core/default.bundle", &b).unwrap();
        println!("{} bytes, {} policies, {} nodes", b.len(), content.texts[0].policies.len(), content.texts[0].program.nodes.len());
        std::fs::write("policies/schema.cedarschema", lexgate::author::schema(&content.vocabulary)).unwrap();
    }
}

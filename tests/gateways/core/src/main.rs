//! Writes one line of JSON for each call of the table.

fn main() -> Result<(), String> {
    for line in lexgate_gateways_core::run()? {
        println!("{}", line.report());
    }
    Ok(())
}

//! What a commit costs.

use zuil_bench::Failure;

fn main() -> Result<(), Failure> {
    Ok(())
}

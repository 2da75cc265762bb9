use agentscope::{Classify, tool};

/// A facade that has the runtime of another version than the macros: it lacks their module.
mod facade {
    pub use agentscope::Class;
}

#[tool(crate = crate::facade)]
async fn look(row: Row, #[sensitivity(public)] name: &str) -> Result<Row, std::fmt::Error> {
    let _ = name;
    Ok(row)
}

#[derive(Classify)]
#[sensitivity(crate = crate::facade)]
struct Row {
    #[sensitivity(public)]
    id: u64,
}

fn main() {
    let _ = (look(Row { id: 1 }, ""), facade::Class::Public);
}

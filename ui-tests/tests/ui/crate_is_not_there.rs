use agentscope::{Classify, agent, tool};

#[tool(crate = ::nowhere, default = internal)]
async fn look(query: &str) -> Result<usize, std::io::Error> {
    Ok(query.len())
}

#[agent(crate = crate::telemetry, output = internal)]
fn plan(row: &Row) -> usize {
    row.id as usize
}

#[derive(Classify)]
#[sensitivity(crate = ::nowhere)]
struct Row {
    #[sensitivity(public)]
    id: u64,
}

fn main() {
    let _ = (look(""), plan(&Row { id: 1 }));
}

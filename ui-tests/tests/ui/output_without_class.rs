use agentscope::tool;

#[tool]
async fn title(#[sensitivity(public)] article: u32) -> Result<Vec<String>, std::io::Error> {
    Ok(vec![article.to_string()])
}

fn main() {
    let _ = title(1);
}

use agentscope::Classify;

#[derive(Classify)]
#[sensitivity(defualt = internal)]
struct Row {
    id: u64,
}

#[derive(Classify)]
#[sensitivity(internal)]
struct Line {
    article: String,
}

fn main() {
    let _ = (Row { id: 1 }, Line { article: String::new() });
}

use agentscope::Classify;

#[derive(Classify)]
struct Ticket {
    subject: String,
    #[sensitivity(internal)]
    id: u64,
    labels: Vec<String>,
}

#[derive(Classify)]
enum State {
    Open,
    Closed { at: u64 },
    Moved(String),
}

fn main() {
    let _ = Ticket { subject: String::new(), id: 1, labels: vec![] };
    let _ = (State::Open, State::Closed { at: 1 }, State::Moved(String::new()));
}
